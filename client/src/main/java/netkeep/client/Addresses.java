package netkeep.client;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/// Between `java.net` addresses and the two longs of the session: network order, IPv4 as ::ffff:a.b.c.d.
final class Addresses {
    static final long MAPPED = 0xFFFF_0000_0000L;

    private Addresses() {}

    static long hi(InetAddress address) {
        return address instanceof Inet4Address ? 0 : bits(address.getAddress(), 0, 8);
    }

    static long lo(InetAddress address) {
        byte[] octets = address.getAddress();
        return address instanceof Inet4Address ? MAPPED | bits(octets, 0, 4) : bits(octets, 8, 8);
    }

    /// The link that a scoped address names, 0 for none.
    static int scope(InetAddress address) {
        return address instanceof Inet6Address six && (six.isLinkLocalAddress() || six.isMulticastAddress())
                ? six.getScopeId()
                : 0;
    }

    static boolean ipv4(long hi, long lo) {
        return hi == 0 && lo >>> 32 == 0xFFFF;
    }

    /// @param scope the number of a link for addresses that mean something on one link only, else 0
    static InetAddress address(long hi, long lo, int scope) {
        try {
            if (ipv4(hi, lo)) {
                byte[] octets = new byte[4];
                octets(lo, octets, 0, 4);
                return InetAddress.getByAddress(octets);
            }
            byte[] octets = new byte[16];
            octets(hi, octets, 0, 8);
            octets(lo, octets, 8, 8);
            boolean scoped = scope != 0 && hi >>> 54 == 0xFE80 >>> 6;
            return scoped
                    ? Inet6Address.getByAddress(null, octets, scope)
                    : Inet6Address.getByAddress(null, octets, -1);
        } catch (UnknownHostException e) {
            throw new AssertionError(e); // 4 and 16 octets always make an address
        }
    }

    static InetSocketAddress address(long hi, long lo, int port, int scope) {
        return new InetSocketAddress(address(hi, lo, scope), port);
    }

    /// Checks an address that a caller gave, as all channels do.
    static InetSocketAddress check(@Nullable SocketAddress address, ProtocolFamily family) {
        if (address == null) {
            throw new NullPointerException("address");
        }
        if (!(address instanceof InetSocketAddress internet)) {
            throw new UnsupportedAddressTypeException();
        }
        if (internet.isUnresolved()) {
            throw new UnresolvedAddressException();
        }
        if (family == StandardProtocolFamily.INET && !(internet.getAddress() instanceof Inet4Address)) {
            throw new UnsupportedAddressTypeException();
        }
        return internet;
    }

    /// The address that stands for "this host" when a caller connects to the unspecified one.
    static InetAddress remote(InetAddress address) {
        if (!address.isAnyLocalAddress()) {
            return address;
        }
        return address instanceof Inet4Address ? address(0, MAPPED | 0x7F00_0001L, 0) : address(0, 1, 0);
    }

    private static long bits(byte[] octets, int at, int length) {
        long bits = 0;
        for (int i = at; i < at + length; i++) {
            bits = bits << 8 | octets[i] & 0xFF;
        }
        return bits;
    }

    private static void octets(long bits, byte[] to, int at, int length) {
        for (int i = 0; i < length; i++) {
            to[at + i] = (byte) (bits >>> 8 * (length - 1 - i));
        }
    }
}
