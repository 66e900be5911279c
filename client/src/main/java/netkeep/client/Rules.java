package netkeep.client;

import java.net.InetAddress;

/// Which addresses are the stack's; all others are the kernel's.
public interface Rules {
    /// What holds where nothing is said: loopback is the kernel's, all else the stack's.
    Rules DEFAULT = new Rules() {
        @Override
        public boolean ours(InetAddress address, int port) {
            return !address.isLoopbackAddress();
        }

        @Override
        public boolean unsaid(InetAddress address, int port) {
            return address.isLoopbackAddress();
        }
    };

    /// Whether a socket that is bound or connected to an address is the stack's.
    ///
    /// @param address the unspecified one for a socket that is bound to no address
    /// @param port    0 for any
    boolean ours(InetAddress address, int port);

    /// Whether an address is the kernel's only for being of the loopback: a port that the program itself serves at any
    /// address of the stack's is the stack's there, too, so that a server reaches itself.
    default boolean unsaid(InetAddress address, int port) {
        return false;
    }
}
