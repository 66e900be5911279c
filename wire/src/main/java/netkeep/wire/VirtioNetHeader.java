package netkeep.wire;

import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The header that stands before each frame and says what a device still has to do to it, or has done (virtio 1.3
/// §5.1.6, without the count of merged buffers).
///
/// ```text
///  0      7 8     15
/// +--------+--------+
/// | flags  |gso type|  0
/// +--------+--------+
/// |  header length  |  2   octets of Ethernet, IP and TCP or UDP header; a hint
/// +--------+--------+
/// |    gso size     |  4   octets of payload a segment
/// +--------+--------+
/// | checksum start  |  6   counted from the Ethernet header
/// +--------+--------+
/// | checksum offset |  8   counted from checksum start
/// +--------+--------+
/// ```
///
/// The 16-bit fields are little-endian. All zeros say that the frame is what it seems to be.
public final class VirtioNetHeader {
    /// Octets of a virtio network header.
    public static final int LENGTH = 10;

    /// Flag: the checksum field holds the pseudo-header's sum only; complete it from checksum start on.
    public static final int NEEDS_CSUM = 1;
    /// Flag: the device has found the checksums right.
    public static final int DATA_VALID = 2;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    public static final int GSO_UDP_L4 = 5;
    public static final int GSO_TCPV6 = 4;
    /// Beside a GSO type of TCP: the segments carry ECN's CWR once only.
    public static final int GSO_ECN = 0x80;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;

    private static final long FLAGS = 0;
    private static final long GSO_TYPE = 1;
    private static final long HEADER_LENGTH = 2;
    private static final long GSO_SIZE = 4;
    private static final long CSUM_START = 6;
    private static final long CSUM_OFFSET = 8;

    private VirtioNetHeader() {}

    public static int flags(MemorySegment bytes, long at) {
        return u8(bytes, at + FLAGS);
    }

    /// One of the `GSO_` constants; [#GSO_ECN] may be added.
    public static int gsoType(MemorySegment bytes, long at) {
        return u8(bytes, at + GSO_TYPE);
    }

    public static int headerLength(MemorySegment bytes, long at) {
        return bytes.get(U16, at + HEADER_LENGTH) & 0xFFFF;
    }

    public static int gsoSize(MemorySegment bytes, long at) {
        return bytes.get(U16, at + GSO_SIZE) & 0xFFFF;
    }

    public static int csumStart(MemorySegment bytes, long at) {
        return bytes.get(U16, at + CSUM_START) & 0xFFFF;
    }

    public static int csumOffset(MemorySegment bytes, long at) {
        return bytes.get(U16, at + CSUM_OFFSET) & 0xFFFF;
    }

    /// Says whether header and frame go together.
    ///
    /// @param length octets of this header and the frame
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        int frame = length - LENGTH;
        if ((flags(bytes, at) & NEEDS_CSUM) != 0 && csumStart(bytes, at) + csumOffset(bytes, at) + 2 > frame) {
            return Verdict.BAD_OFFLOAD;
        }
        return switch (gsoType(bytes, at)) {
            case GSO_NONE -> Verdict.OK;
            case GSO_TCPV4, GSO_TCPV6, GSO_TCPV4 | GSO_ECN, GSO_TCPV6 | GSO_ECN, GSO_UDP_L4 ->
                gsoSize(bytes, at) == 0 ? Verdict.BAD_OFFLOAD : Verdict.OK;
            default -> Verdict.BAD_OFFLOAD;
        };
    }

    public static void write(
            MemorySegment bytes,
            long at,
            int flags,
            int gsoType,
            int headerLength,
            int gsoSize,
            int csumStart,
            int csumOffset) {
        u8(bytes, at + FLAGS, flags);
        u8(bytes, at + GSO_TYPE, gsoType);
        bytes.set(U16, at + HEADER_LENGTH, (short) headerLength);
        bytes.set(U16, at + GSO_SIZE, (short) gsoSize);
        bytes.set(U16, at + CSUM_START, (short) csumStart);
        bytes.set(U16, at + CSUM_OFFSET, (short) csumOffset);
    }

    /// Lays down the header of a frame that is whole in itself.
    public static void clear(MemorySegment bytes, long at) {
        bytes.set(U64, at, 0);
        bytes.set(U16, at + CSUM_OFFSET, (short) 0);
    }
}
