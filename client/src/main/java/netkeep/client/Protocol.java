package netkeep.client;

import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;

/// The numbers of protocols and families in a request, and what a family means for addresses.
final class Protocol {
    static final int TCP = 6;
    static final int UDP = 17;

    private static final int BOTH = 0;
    private static final int IPV4_ONLY = 2;

    private Protocol() {}

    /// A socket of the family INET6 takes IPv4 too.
    static int family(ProtocolFamily family) {
        return family == StandardProtocolFamily.INET ? IPV4_ONLY : BOTH;
    }

    /// Any address and any port.
    static InetSocketAddress any(ProtocolFamily family) {
        return family == StandardProtocolFamily.INET
                ? Addresses.address(0, Addresses.MAPPED, 0, 0)
                : Addresses.address(0, 0, 0, 0);
    }

    /// A local address as its channel shows it: the unspecified one in the channel's family.
    static InetSocketAddress shown(InetSocketAddress local, ProtocolFamily family) {
        return local.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(any(family).getAddress(), local.getPort())
                : local;
    }
}
