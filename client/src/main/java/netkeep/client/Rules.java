package netkeep.client;

import java.net.InetAddress;

/// Which addresses are the stack's; all others are the kernel's.
public interface Rules {
    /// What holds where nothing is said: loopback is the kernel's, all else the stack's.
    Rules DEFAULT = (address, port) -> !address.isLoopbackAddress();

    /// Whether a socket that is bound or connected to an address is the stack's.
    ///
    /// @param address the unspecified one for a socket that is bound to no address
    /// @param port    0 for any
    boolean ours(InetAddress address, int port);
}
