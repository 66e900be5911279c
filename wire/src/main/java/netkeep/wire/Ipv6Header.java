package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u64;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// The IPv6 header, RFC 8200 §3.
///
/// ```text
///  0  3 4     11 12   15 16    23 24    31
/// +----+--------+-------+--------+--------+
/// |ver |traffic |       flow label        |  0
/// +----+--------+-------+--------+--------+
/// |   payload length    |nxt hdr |hop lim |  4
/// +---------------------+--------+--------+
/// |                source                 |  8
/// +---------------------------------------+
/// |              destination              | 24
/// +---------------------------------------+
/// ```
public final class Ipv6Header {
    /// Octets of a header without extensions.
    public static final int LENGTH = 40;
    /// The least MTU of a link, RFC 8200 §5.
    public static final int LEAST_MTU = 1280;

    private static final long VERSION = 0;
    private static final long PAYLOAD_LENGTH = 4;
    private static final long NEXT_HEADER = 6;
    private static final long HOP_LIMIT = 7;
    private static final long SOURCE = 8;
    private static final long DESTINATION = 24;

    private Ipv6Header() {}

    public static int version(MemorySegment bytes, long at) {
        return u8(bytes, at + VERSION) >>> 4;
    }

    /// Differentiated services and, in the low two bits, ECN.
    public static int trafficClass(MemorySegment bytes, long at) {
        return u16(bytes, at + VERSION) >>> 4 & 0xFF;
    }

    /// The ECN field, RFC 3168 §5: 0 not capable, 1 and 2 capable, 3 congestion experienced.
    public static int ecn(MemorySegment bytes, long at) {
        return u8(bytes, at + VERSION + 1) >>> 4 & 3;
    }

    /// 20 bits.
    public static int flowLabel(MemorySegment bytes, long at) {
        return (int) u32(bytes, at + VERSION) & 0xF_FFFF;
    }

    /// Octets behind this header, extension headers with them.
    public static int payloadLength(MemorySegment bytes, long at) {
        return u16(bytes, at + PAYLOAD_LENGTH);
    }

    /// The first extension header or the protocol above: see [Ipv6Extensions].
    public static int nextHeader(MemorySegment bytes, long at) {
        return u8(bytes, at + NEXT_HEADER);
    }

    public static int hopLimit(MemorySegment bytes, long at) {
        return u8(bytes, at + HOP_LIMIT);
    }

    public static long sourceHi(MemorySegment bytes, long at) {
        return u64(bytes, at + SOURCE);
    }

    public static long sourceLo(MemorySegment bytes, long at) {
        return u64(bytes, at + SOURCE + 8);
    }

    public static long destinationHi(MemorySegment bytes, long at) {
        return u64(bytes, at + DESTINATION);
    }

    public static long destinationLo(MemorySegment bytes, long at) {
        return u64(bytes, at + DESTINATION + 8);
    }

    /// Says whether one whole packet begins here.
    ///
    /// @param length what the frame holds; octets past the payload are padding
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        if (version(bytes, at) != 6) {
            return Verdict.BAD_VERSION;
        }
        return LENGTH + payloadLength(bytes, at) > length ? Verdict.TRUNCATED : Verdict.OK;
    }

    /// Says whether a packet with these addresses may come from a link.
    public static Verdict checkAddresses(MemorySegment bytes, long at) {
        long hi = sourceHi(bytes, at);
        long lo = sourceLo(bytes, at);
        // RFC 4291 §2.7: no group is a source; §2.5.3: loopback stays in its node. An address of IPv4 in an IPv6
        // header would be taken for the host of that address, whose packets never look so (RFC 4038 §4.2).
        if (Address.isMulticast(hi, lo) || Address.isLoopback(hi, lo) || Address.isV4(hi, lo)) {
            return Verdict.BAD_SOURCE;
        }
        hi = destinationHi(bytes, at);
        lo = destinationLo(bytes, at);
        // RFC 4291 §2.5.2: nothing goes to the unspecified address.
        if (Address.isUnspecified(hi, lo) || Address.isLoopback(hi, lo) || Address.isV4(hi, lo)) {
            return Verdict.BAD_DESTINATION;
        }
        // RFC 4291 §2.7: scope 0 is dropped in silence, and scope 1 is for loopback only.
        return hi >>> 56 == 0xFF && Address.scope(hi, lo) <= Address.INTERFACE_LOCAL
                ? Verdict.BAD_DESTINATION
                : Verdict.OK;
    }

    public static void write(
            MemorySegment bytes,
            long at,
            int trafficClass,
            int flowLabel,
            int payloadLength,
            int nextHeader,
            int hopLimit,
            long sourceHi,
            long sourceLo,
            long destinationHi,
            long destinationLo) {
        u32(bytes, at + VERSION, 6L << 28 | (trafficClass & 0xFFL) << 20 | flowLabel & 0xF_FFFF);
        u16(bytes, at + PAYLOAD_LENGTH, payloadLength);
        u8(bytes, at + NEXT_HEADER, nextHeader);
        u8(bytes, at + HOP_LIMIT, hopLimit);
        u64(bytes, at + SOURCE, sourceHi);
        u64(bytes, at + SOURCE + 8, sourceLo);
        u64(bytes, at + DESTINATION, destinationHi);
        u64(bytes, at + DESTINATION + 8, destinationLo);
    }
}
