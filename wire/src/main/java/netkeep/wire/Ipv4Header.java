package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// The IPv4 header, RFC 791 §3.1.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +----+----+--------+--------+--------+
/// |ver |ihl |  TOS   |  total length   |  0
/// +----+----+--------+---+-------------+
/// |  identification  |flg| frag offset |  4
/// +---------+--------+---+-------------+
/// |   TTL   |protocol|    checksum     |  8
/// +---------+--------+-----------------+
/// |               source               | 12
/// +------------------------------------+
/// |            destination             | 16
/// +------------------------------------+
/// |          options, up to 40         | 20
/// +------------------------------------+
/// ```
///
/// Addresses are read as the low halves of their mapped form, and written from their low 32 bits.
public final class Ipv4Header {
    /// Octets of a header without options.
    public static final int LENGTH = 20;
    /// Octets of the longest header.
    public static final int MAX_LENGTH = 60;

    /// In [#fragmentWord]: not to be fragmented.
    public static final int DONT_FRAGMENT = 0x4000;
    /// In [#fragmentWord]: not the last fragment.
    public static final int MORE_FRAGMENTS = 0x2000;

    private static final long VERSION = 0;
    private static final long TOS = 1;
    private static final long TOTAL_LENGTH = 2;
    private static final long IDENTIFICATION = 4;
    private static final long FRAGMENT = 6;
    private static final long TTL = 8;
    private static final long PROTOCOL = 9;
    private static final long CHECKSUM = 10;
    private static final long SOURCE = 12;
    private static final long DESTINATION = 16;

    private Ipv4Header() {}

    public static int version(MemorySegment bytes, long at) {
        return u8(bytes, at + VERSION) >>> 4;
    }

    /// Octets of the header with its options, 20..60 once checked.
    public static int headerLength(MemorySegment bytes, long at) {
        return (u8(bytes, at + VERSION) & 0xF) * 4;
    }

    /// Differentiated services and, in the low two bits, ECN.
    public static int tos(MemorySegment bytes, long at) {
        return u8(bytes, at + TOS);
    }

    /// The ECN field, RFC 3168 §5: 0 not capable, 1 and 2 capable, 3 congestion experienced.
    public static int ecn(MemorySegment bytes, long at) {
        return u8(bytes, at + TOS) & 3;
    }

    /// Octets of header and payload.
    public static int totalLength(MemorySegment bytes, long at) {
        return u16(bytes, at + TOTAL_LENGTH);
    }

    public static int identification(MemorySegment bytes, long at) {
        return u16(bytes, at + IDENTIFICATION);
    }

    /// Flags and fragment offset as they stand: one read says whether it is a fragment.
    public static int fragmentWord(MemorySegment bytes, long at) {
        return u16(bytes, at + FRAGMENT);
    }

    public static boolean dontFragment(MemorySegment bytes, long at) {
        return (fragmentWord(bytes, at) & DONT_FRAGMENT) != 0;
    }

    public static boolean moreFragments(MemorySegment bytes, long at) {
        return (fragmentWord(bytes, at) & MORE_FRAGMENTS) != 0;
    }

    /// Where in the whole payload this one begins, in octets: 0..65528.
    public static int fragmentOffset(MemorySegment bytes, long at) {
        return (fragmentWord(bytes, at) & 0x1FFF) * 8;
    }

    /// Whether others belong to it: more follow, or it does not begin at 0.
    public static boolean isFragment(MemorySegment bytes, long at) {
        return (fragmentWord(bytes, at) & 0x3FFF) != 0;
    }

    public static int ttl(MemorySegment bytes, long at) {
        return u8(bytes, at + TTL);
    }

    public static int protocol(MemorySegment bytes, long at) {
        return u8(bytes, at + PROTOCOL);
    }

    public static int checksum(MemorySegment bytes, long at) {
        return u16(bytes, at + CHECKSUM);
    }

    /// Low half of the source's mapped form.
    public static long source(MemorySegment bytes, long at) {
        return Address.V4 | u32(bytes, at + SOURCE);
    }

    /// Low half of the destination's mapped form.
    public static long destination(MemorySegment bytes, long at) {
        return Address.V4 | u32(bytes, at + DESTINATION);
    }

    /// Says whether one whole packet begins here; its options are [Ipv4Options]' to judge, its addresses
    /// [#checkAddresses]'.
    ///
    /// @param length what the frame holds; octets past the total length are padding
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        // RFC 1122 §3.2.1.1: any other version is dropped in silence.
        if (version(bytes, at) != 4) {
            return Verdict.BAD_VERSION;
        }
        int headerLength = headerLength(bytes, at);
        int totalLength = totalLength(bytes, at);
        if (headerLength < LENGTH || totalLength < headerLength) {
            return Verdict.BAD_LENGTH;
        }
        if (totalLength > length) {
            return Verdict.TRUNCATED;
        }
        // RFC 1122 §3.2.1.2: every header's checksum is looked at.
        return Checksum.fold(Checksum.add(0, bytes, at, headerLength)) == 0 ? Verdict.OK : Verdict.BAD_CHECKSUM;
    }

    /// Says whether a packet with these addresses may come from a link (RFC 1122 §3.2.1.3). Those of a subnet's
    /// broadcasts are the caller's to know.
    public static Verdict checkAddresses(MemorySegment bytes, long at) {
        long source = u32(bytes, at + SOURCE);
        // (b), (c), (g): groups, the reserved class, the broadcast address and loopback are no sources on a wire.
        if (source >= 0xE000_0000L || source >>> 24 == 127) {
            return Verdict.BAD_SOURCE;
        }
        // (a): of "this network" only 0.0.0.0, from a host that is asking for its address.
        if (source >>> 24 == 0 && source != 0) {
            return Verdict.BAD_SOURCE;
        }
        long destination = u32(bytes, at + DESTINATION);
        if (destination >>> 24 == 127 || destination >>> 24 == 0) {
            return Verdict.BAD_DESTINATION;
        }
        return destination >= 0xF000_0000L && destination != 0xFFFF_FFFFL ? Verdict.BAD_DESTINATION : Verdict.OK;
    }

    /// Lays down a header without its options' octets, which stand already, and seals it. Options are padded with
    /// zeros to a multiple of 4.
    ///
    /// @param headerLength 20..60, a multiple of 4
    /// @param fragment     flags and offset, as [#fragmentWord] gives them
    public static void write(
            MemorySegment bytes,
            long at,
            int headerLength,
            int tos,
            int totalLength,
            int identification,
            int fragment,
            int ttl,
            int protocol,
            long source,
            long destination) {
        u8(bytes, at + VERSION, 4 << 4 | headerLength >>> 2);
        u8(bytes, at + TOS, tos);
        u16(bytes, at + TOTAL_LENGTH, totalLength);
        u16(bytes, at + IDENTIFICATION, identification);
        u16(bytes, at + FRAGMENT, fragment);
        u8(bytes, at + TTL, ttl);
        u8(bytes, at + PROTOCOL, protocol);
        u32(bytes, at + SOURCE, source);
        u32(bytes, at + DESTINATION, destination);
        seal(bytes, at);
    }

    /// Makes options of the octets behind a header that had none, and seals it anew. Its total length counts them
    /// already.
    ///
    /// @param headerLength 20..60, a multiple of 4
    public static void lengthen(MemorySegment bytes, long at, int headerLength) {
        u8(bytes, at + VERSION, 4 << 4 | headerLength >>> 2);
        seal(bytes, at);
    }

    /// Puts in the checksum of a header whose fields have changed.
    public static void seal(MemorySegment bytes, long at) {
        u16(bytes, at + CHECKSUM, 0);
        u16(bytes, at + CHECKSUM, Checksum.fold(Checksum.add(0, bytes, at, headerLength(bytes, at))));
    }
}
