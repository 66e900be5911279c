package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// The fragment header of IPv6, RFC 8200 §4.5.
///
/// ```text
///  0      7 8     15 16           28 29 30 31
/// +--------+--------+---------------+-----+-+
/// |nxt hdr |reserved|fragment offset| res |M|  0
/// +--------+--------+---------------+-----+-+
/// |             identification              |  4
/// +-----------------------------------------+
/// ```
public final class Ipv6Fragment {
    /// Octets of a fragment header.
    public static final int LENGTH = 8;

    private static final long NEXT_HEADER = 0;
    private static final long RESERVED = 1;
    private static final long OFFSET = 2;
    private static final long IDENTIFICATION = 4;

    private Ipv6Fragment() {}

    /// What the whole payload begins with.
    public static int nextHeader(MemorySegment bytes, long at) {
        return u8(bytes, at + NEXT_HEADER);
    }

    /// Where in the whole payload this one begins, in octets: 0..65528.
    public static int offset(MemorySegment bytes, long at) {
        return u16(bytes, at + OFFSET) & 0xFFF8;
    }

    public static boolean more(MemorySegment bytes, long at) {
        return (u16(bytes, at + OFFSET) & 1) != 0;
    }

    public static long identification(MemorySegment bytes, long at) {
        return u32(bytes, at + IDENTIFICATION);
    }

    /// @param offset a multiple of 8
    public static void write(
            MemorySegment bytes, long at, int nextHeader, int offset, boolean more, long identification) {
        u8(bytes, at + NEXT_HEADER, nextHeader);
        u8(bytes, at + RESERVED, 0);
        u16(bytes, at + OFFSET, offset | (more ? 1 : 0));
        u32(bytes, at + IDENTIFICATION, identification);
    }
}
