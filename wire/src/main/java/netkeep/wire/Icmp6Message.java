package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// An ICMPv6 message, RFC 4443.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |  type  |  code  |    checksum     |  0   types from 128 on inform, those below are errors
/// +--------+--------+--------+--------+
/// |               rest                |  4   by type: identifier and sequence number, pointer, MTU, or zero
/// +--------+--------+--------+--------+
/// |  echoed data, or the packet that  |  8
/// |  the error is about ...           |
/// ```
public final class Icmp6Message {
    /// Octets of the least message.
    public static final int LENGTH = 8;

    public static final int UNREACHABLE = 1;
    public static final int PACKET_TOO_BIG = 2;
    public static final int TIME_EXCEEDED = 3;
    public static final int PARAMETER_PROBLEM = 4;
    public static final int ECHO_REQUEST = 128;
    public static final int ECHO_REPLY = 129;

    /// Codes of [#UNREACHABLE].
    public static final int NO_ROUTE = 0;

    public static final int ADMINISTRATIVELY_PROHIBITED = 1;
    public static final int BEYOND_SCOPE = 2;
    public static final int ADDRESS_UNREACHABLE = 3;
    public static final int PORT_UNREACHABLE = 4;
    public static final int POLICY_FAILED = 5;
    public static final int REJECT_ROUTE = 6;

    /// Codes of [#TIME_EXCEEDED].
    public static final int HOP_LIMIT_EXCEEDED = 0;

    public static final int REASSEMBLY_TIME_EXCEEDED = 1;

    private static final long TYPE = 0;
    private static final long CODE = 1;
    private static final long CHECKSUM = 2;
    private static final long REST = 4;
    private static final long SEQUENCE = 6;

    private Icmp6Message() {}

    public static int type(MemorySegment bytes, long at) {
        return u8(bytes, at + TYPE);
    }

    public static int code(MemorySegment bytes, long at) {
        return u8(bytes, at + CODE);
    }

    public static int checksum(MemorySegment bytes, long at) {
        return u16(bytes, at + CHECKSUM);
    }

    /// The 32 bits whose meaning hangs on the type.
    public static long rest(MemorySegment bytes, long at) {
        return u32(bytes, at + REST);
    }

    /// Of an echo.
    public static int identifier(MemorySegment bytes, long at) {
        return u16(bytes, at + REST);
    }

    /// Of an echo.
    public static int sequence(MemorySegment bytes, long at) {
        return u16(bytes, at + SEQUENCE);
    }

    /// Of a packet that was too big.
    public static long mtu(MemorySegment bytes, long at) {
        return rest(bytes, at);
    }

    /// Of a parameter problem: the octet that is wrong, counted from the IPv6 header.
    public static long pointer(MemorySegment bytes, long at) {
        return rest(bytes, at);
    }

    /// Whether it reports on a packet, whose first octets it then holds. No error answers an error (RFC 4443 §2.4
    /// (e)).
    public static boolean isError(int type) {
        return type < 128;
    }

    /// Says whether a message begins here; of an error, whether a packet's header is in it. Errors of types that nobody
    /// knows pass: RFC 4443 §2.4 (a) hands them to the protocol above.
    ///
    /// @param length octets of the message
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        if (!isError(type(bytes, at))) {
            return Verdict.OK;
        }
        if (length < LENGTH + Ipv6Header.LENGTH) {
            return Verdict.TRUNCATED;
        }
        return Ipv6Header.version(bytes, at + LENGTH) == 6 ? Verdict.OK : Verdict.BAD_FIELD;
    }

    /// Says whether the checksum holds.
    ///
    /// @param sum unfolded sum of the pseudo-header and of what lies behind the first 8 octets
    public static Verdict checkSum(MemorySegment bytes, long at, long sum) {
        return Checksum.fold(Checksum.add(sum, bytes, at, LENGTH)) == 0 ? Verdict.OK : Verdict.BAD_CHECKSUM;
    }

    /// Lays down the first 8 octets and seals the message.
    ///
    /// @param rest 32 bits
    /// @param sum  as for [#checkSum]
    public static void write(MemorySegment bytes, long at, int type, int code, long rest, long sum) {
        u8(bytes, at + TYPE, type);
        u8(bytes, at + CODE, code);
        u16(bytes, at + CHECKSUM, 0);
        u32(bytes, at + REST, rest);
        u16(bytes, at + CHECKSUM, Checksum.fold(Checksum.add(sum, bytes, at, LENGTH)));
    }
}
