package netkeep.wire;

import static netkeep.wire.Octets.u16;

import java.lang.foreign.MemorySegment;

/// The UDP header, RFC 768.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |   source port   | destination port|  0
/// +--------+--------+--------+--------+
/// |      length     |     checksum    |  4
/// +--------+--------+--------+--------+
/// ```
///
/// The readers trust their bytes: call [#check] first on anything that came from outside.
public final class UdpHeader {
    /// Octets of a UDP header.
    public static final int LENGTH = 8;
    /// Where the checksum stands: what a device that completes it is told.
    public static final int CHECKSUM_OFFSET = 6;

    private static final long SOURCE_PORT = 0;
    private static final long DESTINATION_PORT = 2;
    private static final long DATAGRAM_LENGTH = 4;
    private static final long CHECKSUM = CHECKSUM_OFFSET;

    private UdpHeader() {}

    public static int sourcePort(MemorySegment bytes, long at) {
        return u16(bytes, at + SOURCE_PORT);
    }

    public static int destinationPort(MemorySegment bytes, long at) {
        return u16(bytes, at + DESTINATION_PORT);
    }

    /// Octets of header and payload together, 8..65535.
    public static int datagramLength(MemorySegment bytes, long at) {
        return u16(bytes, at + DATAGRAM_LENGTH);
    }

    /// 0 if the sender made none.
    public static int checksum(MemorySegment bytes, long at) {
        return u16(bytes, at + CHECKSUM);
    }

    /// Says whether one whole datagram can begin here. Looks at the header alone.
    ///
    /// @param length what the IP payload holds; octets past the length field are padding
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        int told = datagramLength(bytes, at);
        return told < LENGTH || told > length ? Verdict.BAD_LENGTH : Verdict.OK;
    }

    /// Says whether the checksum holds.
    ///
    /// A checksum field of zero passes, as RFC 768 has it; over IPv6 the caller refuses it (RFC 8200 §8.1).
    ///
    /// @param sum unfolded sum of [Checksum#pseudo], with the datagram's length in it, and of the payload
    public static Verdict checkSum(MemorySegment bytes, long at, long sum) {
        return checksum(bytes, at) == 0 || Checksum.fold(Checksum.add(sum, bytes, at, LENGTH)) == 0
                ? Verdict.OK
                : Verdict.BAD_CHECKSUM;
    }

    /// Lays down a header and seals it and its payload with the checksum.
    ///
    /// @param sum as for [#checkSum]
    public static void write(
            MemorySegment bytes, long at, int sourcePort, int destinationPort, int datagramLength, long sum) {
        fields(bytes, at, sourcePort, destinationPort, datagramLength);
        u16(bytes, at + CHECKSUM, 0);
        int checksum = Checksum.fold(Checksum.add(sum, bytes, at, LENGTH));
        // RFC 768: a computed zero is sent as all ones, its equal in one's complement.
        u16(bytes, at + CHECKSUM, checksum == 0 ? 0xFFFF : checksum);
    }

    /// Lays down a header whose checksum a device completes.
    ///
    /// @param pseudo unfolded sum of [Checksum#pseudo] alone
    public static void writePartial(
            MemorySegment bytes, long at, int sourcePort, int destinationPort, int datagramLength, long pseudo) {
        fields(bytes, at, sourcePort, destinationPort, datagramLength);
        u16(bytes, at + CHECKSUM, Checksum.partial(pseudo));
    }

    private static void fields(MemorySegment bytes, long at, int sourcePort, int destinationPort, int datagramLength) {
        u16(bytes, at + SOURCE_PORT, sourcePort);
        u16(bytes, at + DESTINATION_PORT, destinationPort);
        u16(bytes, at + DATAGRAM_LENGTH, datagramLength);
    }
}
