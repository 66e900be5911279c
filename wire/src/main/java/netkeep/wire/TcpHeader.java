package netkeep.wire;

import static netkeep.wire.Octets.i32;
import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// The TCP header, RFC 9293 §3.1.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |   source port   | destination port|  0
/// +--------+--------+--------+--------+
/// |          sequence number          |  4
/// +--------+--------+--------+--------+
/// |       acknowledgment number       |  8
/// +----+---+--------+--------+--------+
/// |len |rsv| flags 9|      window     | 12
/// +----+---+--------+--------+--------+
/// |     checksum    | urgent pointer  | 16
/// +--------+--------+--------+--------+
/// |         options, up to 40         | 20
/// +-----------------------------------+
/// ```
///
/// Numbers of sequence are an `int` and wrap.
public final class TcpHeader {
    /// Octets of a header without options.
    public static final int LENGTH = 20;
    /// Octets of the longest header.
    public static final int MAX_LENGTH = 60;
    /// Where the checksum stands: what a device that completes it is told.
    public static final int CHECKSUM_OFFSET = 16;

    public static final int FIN = 0x001;
    public static final int SYN = 0x002;
    public static final int RST = 0x004;
    public static final int PSH = 0x008;
    public static final int ACK = 0x010;
    public static final int URG = 0x020;
    public static final int ECE = 0x040;
    public static final int CWR = 0x080;
    /// Accurate ECN, RFC 9768; once called NS.
    public static final int AE = 0x100;

    private static final long SOURCE_PORT = 0;
    private static final long DESTINATION_PORT = 2;
    private static final long SEQ = 4;
    private static final long ACKNOWLEDGMENT = 8;
    private static final long HEADER_LENGTH = 12;
    private static final long WINDOW = 14;
    private static final long CHECKSUM = CHECKSUM_OFFSET;
    private static final long URGENT_POINTER = 18;

    private TcpHeader() {}

    public static int sourcePort(MemorySegment bytes, long at) {
        return u16(bytes, at + SOURCE_PORT);
    }

    public static int destinationPort(MemorySegment bytes, long at) {
        return u16(bytes, at + DESTINATION_PORT);
    }

    public static int seq(MemorySegment bytes, long at) {
        return i32(bytes, at + SEQ);
    }

    /// Means something only beside [#ACK].
    public static int ack(MemorySegment bytes, long at) {
        return i32(bytes, at + ACKNOWLEDGMENT);
    }

    /// Octets of the header with its options, 20..60 once checked.
    public static int headerLength(MemorySegment bytes, long at) {
        return (u8(bytes, at + HEADER_LENGTH) >>> 4) * 4;
    }

    /// The nine flags.
    public static int flags(MemorySegment bytes, long at) {
        return u16(bytes, at + HEADER_LENGTH) & 0x1FF;
    }

    /// As it stands: not yet scaled.
    public static int window(MemorySegment bytes, long at) {
        return u16(bytes, at + WINDOW);
    }

    public static int checksum(MemorySegment bytes, long at) {
        return u16(bytes, at + CHECKSUM);
    }

    /// Means something only beside [#URG].
    public static int urgentPointer(MemorySegment bytes, long at) {
        return u16(bytes, at + URGENT_POINTER);
    }

    /// Says whether a segment can begin here. Reserved bits are ignored (RFC 9293 §3.1).
    ///
    /// @param length octets of the segment
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        int headerLength = headerLength(bytes, at);
        return headerLength < LENGTH || headerLength > length ? Verdict.BAD_LENGTH : Verdict.OK;
    }

    /// Says whether the checksum holds (RFC 9293 §3.1, MUST-3).
    ///
    /// @param sum unfolded sum of [Checksum#pseudo], with the segment's length in it, and of the text
    public static Verdict checkSum(MemorySegment bytes, long at, long sum) {
        return Checksum.fold(Checksum.add(sum, bytes, at, headerLength(bytes, at))) == 0
                ? Verdict.OK
                : Verdict.BAD_CHECKSUM;
    }

    /// Lays down a header, but for its options and the checksum, which [#seal] or [#partial] puts in.
    ///
    /// @param headerLength 20..60, a multiple of 4; the options' octets are the caller's to write
    public static void write(
            MemorySegment bytes,
            long at,
            int sourcePort,
            int destinationPort,
            int seq,
            int ack,
            int headerLength,
            int flags,
            int window,
            int urgentPointer) {
        u16(bytes, at + SOURCE_PORT, sourcePort);
        u16(bytes, at + DESTINATION_PORT, destinationPort);
        i32(bytes, at + SEQ, seq);
        i32(bytes, at + ACKNOWLEDGMENT, ack);
        u16(bytes, at + HEADER_LENGTH, headerLength >>> 2 << 12 | flags & 0x1FF);
        u16(bytes, at + WINDOW, window);
        u16(bytes, at + CHECKSUM, 0);
        u16(bytes, at + URGENT_POINTER, urgentPointer);
    }

    /// Puts in the checksum of a segment that is laid down (RFC 9293 §3.1, MUST-2).
    ///
    /// @param sum as for [#checkSum]
    public static void seal(MemorySegment bytes, long at, long sum) {
        u16(bytes, at + CHECKSUM, 0);
        u16(bytes, at + CHECKSUM, Checksum.fold(Checksum.add(sum, bytes, at, headerLength(bytes, at))));
    }

    /// Puts in what a device completes to the checksum.
    ///
    /// @param pseudo unfolded sum of [Checksum#pseudo] alone
    public static void partial(MemorySegment bytes, long at, long pseudo) {
        u16(bytes, at + CHECKSUM, Checksum.partial(pseudo));
    }
}
