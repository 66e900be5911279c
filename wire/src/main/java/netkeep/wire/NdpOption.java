package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u48;
import static netkeep.wire.Octets.u64;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// The options of neighbour discovery, RFC 4861 §4.6.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |  type  |len / 8 |  data ...       |  0
/// +--------+--------+--------+--------+
///
///   1, 2  link address     MAC at 2
///   3     prefix           bits at 2, flags at 3, valid seconds at 4, preferred at 8, prefix at 16
///   5     MTU              at 4
///   14    nonce            6 octets at 2 (RFC 7527)
///   25    DNS servers      seconds at 4, addresses at 8 (RFC 8106)
///   31    DNS search list  seconds at 4, names at 8, zeros behind them (RFC 8106)
/// ```
public final class NdpOption {
    public static final int SOURCE_LINK_ADDRESS = 1;
    public static final int TARGET_LINK_ADDRESS = 2;
    public static final int PREFIX = 3;
    public static final int REDIRECTED_HEADER = 4;
    public static final int MTU = 5;
    public static final int NONCE = 14;
    /// Recursive DNS servers.
    public static final int DNS_SERVERS = 25;

    public static final int DNS_SEARCH = 31;

    /// Octets of a link address, MTU or nonce option.
    public static final int LENGTH = 8;
    /// Octets of a prefix option.
    public static final int PREFIX_LENGTH = 32;

    /// Flags of a prefix: its addresses are on the link, and ...
    public static final int ON_LINK = 0x80;
    /// ... hosts make addresses of it.
    public static final int AUTONOMOUS = 0x40;

    private static final long TYPE = 0;
    private static final long OPTION_LENGTH = 1;
    private static final long LINK_ADDRESS = 2;
    private static final long PREFIX_BITS = 2;
    private static final long PREFIX_FLAGS = 3;
    private static final long VALID_LIFETIME = 4;
    private static final long PREFERRED_LIFETIME = 8;
    private static final long PREFIX_ADDRESS = 16;
    private static final long MTU_VALUE = 4;
    private static final long DNS_LIFETIME = 4;
    private static final long DNS_ADDRESSES = 8;

    private NdpOption() {}

    public static int type(MemorySegment bytes, long at) {
        return u8(bytes, at + TYPE);
    }

    /// Octets of the option, a multiple of 8. The next begins behind them.
    public static int length(MemorySegment bytes, long at) {
        return u8(bytes, at + OPTION_LENGTH) * 8;
    }

    /// The MAC address of a link address option.
    public static long linkAddress(MemorySegment bytes, long at) {
        return u48(bytes, at + LINK_ADDRESS);
    }

    /// How many bits of the prefix count, 0..128 once checked.
    public static int prefixBits(MemorySegment bytes, long at) {
        return u8(bytes, at + PREFIX_BITS);
    }

    public static int prefixFlags(MemorySegment bytes, long at) {
        return u8(bytes, at + PREFIX_FLAGS);
    }

    /// In seconds; all ones are for ever.
    public static long validLifetime(MemorySegment bytes, long at) {
        return u32(bytes, at + VALID_LIFETIME);
    }

    /// In seconds; all ones are for ever.
    public static long preferredLifetime(MemorySegment bytes, long at) {
        return u32(bytes, at + PREFERRED_LIFETIME);
    }

    /// The bits beyond [#prefixBits] are whatever the router put there.
    public static long prefixHi(MemorySegment bytes, long at) {
        return u64(bytes, at + PREFIX_ADDRESS);
    }

    public static long prefixLo(MemorySegment bytes, long at) {
        return u64(bytes, at + PREFIX_ADDRESS + 8);
    }

    public static long mtu(MemorySegment bytes, long at) {
        return u32(bytes, at + MTU_VALUE);
    }

    /// The 48 bits of a nonce of that length, which is what the least option holds.
    public static long nonce(MemorySegment bytes, long at) {
        return u48(bytes, at + LINK_ADDRESS);
    }

    /// Of servers or of a search list, in seconds; all ones are for ever, 0 takes them back.
    public static long dnsLifetime(MemorySegment bytes, long at) {
        return u32(bytes, at + DNS_LIFETIME);
    }

    /// How many servers the option names, at least 1 once checked.
    public static int dnsServers(MemorySegment bytes, long at) {
        return (length(bytes, at) - (int) DNS_ADDRESSES) / 16;
    }

    public static long dnsServerHi(MemorySegment bytes, long at, int index) {
        return u64(bytes, at + DNS_ADDRESSES + 16L * index);
    }

    public static long dnsServerLo(MemorySegment bytes, long at, int index) {
        return u64(bytes, at + DNS_ADDRESSES + 16L * index + 8);
    }

    /// The names of a search list. RFC 8106 §5.2: they are written out, one behind the other, and zeros behind them;
    /// from
    /// one on that is none the rest is passed over.
    public static List<DomainName> dnsSearch(MemorySegment bytes, long at) {
        List<DomainName> names = new ArrayList<>();
        int length = length(bytes, at);
        int next = (int) DNS_ADDRESSES;
        while (next < length && u8(bytes, at + next) != 0) {
            DomainName name = DomainName.read(bytes, at, length, next);
            if (name == null || next + name.length() != DomainName.end(bytes, at, next)) {
                break;
            }
            names.add(name);
            next += name.length();
        }
        return names;
    }

    /// Says whether the options of a message can be walked to their end. What each of them holds is [#isWhole]'s.
    ///
    /// @param at     where the first option begins
    /// @param length octets of all
    public static Verdict check(MemorySegment bytes, long at, int length) {
        long end = at + length;
        long option = at;
        while (option < end) {
            // RFC 4861 §4.6: an option of length zero makes the whole message void.
            if (option + 8 > end || length(bytes, option) == 0 || option + length(bytes, option) > end) {
                return Verdict.BAD_OPTION;
            }
            option += length(bytes, option);
        }
        return Verdict.OK;
    }

    /// Whether an option is as long as its readers need. One that is not is passed over, and the message counts: RFC
    /// 4861 §6.1.2 has no option but one of length zero void it, and RFC 8106 §5.3.1 discards the option alone.
    public static boolean isWhole(MemorySegment bytes, long at) {
        int length = length(bytes, at);
        return switch (type(bytes, at)) {
            case PREFIX -> length == PREFIX_LENGTH && prefixBits(bytes, at) <= 128;
            // RFC 8106 §5.3.1: at least 3 units, and an odd number of them.
            case DNS_SERVERS -> length >= 24 && length % 16 == 8;
            case DNS_SEARCH -> length >= 16;
            default -> true;
        };
    }

    /// Where the first option of that type begins, or -1. Only on options that were checked.
    ///
    /// @param from where to begin: the first option, or behind one that was found
    /// @param end  behind the last option
    public static long find(MemorySegment bytes, long from, long end, int type) {
        for (long option = from; option < end; option += length(bytes, option)) {
            if (type(bytes, option) == type) {
                return option;
            }
        }
        return -1;
    }

    /// Lays down a link address option, 8 octets.
    ///
    /// @param type [#SOURCE_LINK_ADDRESS] or [#TARGET_LINK_ADDRESS]
    public static void writeLinkAddress(MemorySegment bytes, long at, int type, long mac) {
        u16(bytes, at + TYPE, type << 8 | 1);
        u48(bytes, at + LINK_ADDRESS, mac);
    }

    /// Lays down a nonce option, 8 octets.
    ///
    /// @param nonce 48 bits
    public static void writeNonce(MemorySegment bytes, long at, long nonce) {
        writeLinkAddress(bytes, at, NONCE, nonce);
    }

    /// Lays down an MTU option, 8 octets.
    public static void writeMtu(MemorySegment bytes, long at, long mtu) {
        u32(bytes, at + TYPE, (long) MTU << 24 | 1 << 16);
        u32(bytes, at + MTU_VALUE, mtu);
    }

    /// Lays down a prefix option, 32 octets.
    public static void writePrefix(
            MemorySegment bytes, long at, Prefix prefix, int flags, long validLifetime, long preferredLifetime) {
        u16(bytes, at + TYPE, PREFIX << 8 | 4);
        u8(bytes, at + PREFIX_BITS, prefix.length());
        u8(bytes, at + PREFIX_FLAGS, flags);
        u32(bytes, at + VALID_LIFETIME, validLifetime);
        u32(bytes, at + PREFERRED_LIFETIME, preferredLifetime);
        u32(bytes, at + PREFERRED_LIFETIME + 4, 0);
        u64(bytes, at + PREFIX_ADDRESS, prefix.hi());
        u64(bytes, at + PREFIX_ADDRESS + 8, prefix.lo());
    }

    /// Lays down the head of a DNS option; [#writeDnsServer] fills it.
    public static void writeDns(MemorySegment bytes, long at, int servers, long lifetime) {
        u32(bytes, at + TYPE, (long) DNS_SERVERS << 24 | 1 + 2L * servers << 16);
        u32(bytes, at + DNS_LIFETIME, lifetime);
    }

    public static void writeDnsServer(MemorySegment bytes, long at, int index, long hi, long lo) {
        u64(bytes, at + DNS_ADDRESSES + 16L * index, hi);
        u64(bytes, at + DNS_ADDRESSES + 16L * index + 8, lo);
    }
}
