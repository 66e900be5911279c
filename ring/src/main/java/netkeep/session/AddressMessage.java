package netkeep.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// How a program asks which addresses the stack has: a message of its session's connection, with one end of a pair of
/// sockets, over which the answer comes.
///
/// ```text
/// question, client to control       answer, control to client
///    0  magic   u32                    0  magic      u32
///    4  version u32                    4  version    u32
///                                      8  links      u32   how many, in the order of their numbers, from 1 on
///                                     12  addresses  u32   how many, behind them
///
/// a link                            an address
///    0  mac     u64                    0  address    as two of 64 bits
///    8  mtu     u32                   16  link       u32
///   12  free    u32                   20  prefix     u32   its length
///                                     24  state      u32
///                                     28  free       u32
/// ```
///
/// Numbers are in the machine's own order; the length of an IPv4 address's prefix is that of the IPv4 address.
public final class AddressMessage {
    public static final int VERSION = 1;

    /// States of an address: it is being tested, in use, or not for what is begun from now on.
    public static final int TENTATIVE = 1;

    public static final int PREFERRED = 2;
    public static final int DEPRECATED = 3;

    /// Octets of the parts.
    public static final int QUESTION = 8;

    public static final int ANSWER = 16;
    public static final int LINK = 16;
    public static final int ADDRESS = 32;

    private static final int MAGIC = 0x3049_4b4e;

    /// @param mac of 48 bits
    public record Link(long mac, int mtu) {}

    /// @param link its number
    public record Own(long hi, long lo, int link, int prefixLength, int state) {}

    private AddressMessage() {}

    /// Whether these octets are a question of this version.
    public static boolean asks(byte[] octets) {
        if (octets.length != QUESTION) {
            return false;
        }
        ByteBuffer in = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
        return in.getInt() == MAGIC && in.getInt() == VERSION;
    }

    public static byte[] question() {
        byte[] octets = new byte[QUESTION];
        head(octets);
        return octets;
    }

    public static byte[] answer(List<Link> links, List<Own> addresses) {
        byte[] octets = new byte[ANSWER + LINK * links.size() + ADDRESS * addresses.size()];
        ByteBuffer out = head(octets);
        out.putInt(links.size()).putInt(addresses.size());
        for (Link link : links) {
            out.putLong(link.mac).putInt(link.mtu).putInt(0);
        }
        for (Own own : addresses) {
            out.putLong(own.hi).putLong(own.lo).putInt(own.link).putInt(own.prefixLength);
            out.putInt(own.state).putInt(0);
        }
        return octets;
    }

    private static ByteBuffer head(byte[] octets) {
        return ByteBuffer.wrap(octets)
                .order(ByteOrder.nativeOrder())
                .putInt(MAGIC)
                .putInt(VERSION);
    }
}
