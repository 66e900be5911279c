package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// An ICMP message of IPv4, RFC 792.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |  type  |  code  |    checksum     |  0
/// +--------+--------+--------+--------+
/// |               rest                |  4   by type: identifier and sequence number, pointer, next-hop MTU,
/// +--------+--------+--------+--------+       address of a router, or zero
/// |  echoed data, or the packet that  |  8
/// |  the error is about ...           |
/// ```
public final class Icmp4Message {
    /// Octets of a message without data.
    public static final int LENGTH = 8;

    public static final int ECHO_REPLY = 0;
    public static final int UNREACHABLE = 3;
    /// Deprecated by RFC 6633: not sent, and ignored.
    public static final int SOURCE_QUENCH = 4;
    public static final int REDIRECT = 5;
    public static final int ECHO_REQUEST = 8;
    public static final int TIME_EXCEEDED = 11;
    public static final int PARAMETER_PROBLEM = 12;
    public static final int TIMESTAMP_REQUEST = 13;
    public static final int TIMESTAMP_REPLY = 14;

    /// Codes of [#UNREACHABLE].
    public static final int NET_UNREACHABLE = 0;

    public static final int HOST_UNREACHABLE = 1;
    public static final int PROTOCOL_UNREACHABLE = 2;
    public static final int PORT_UNREACHABLE = 3;
    public static final int FRAGMENTATION_NEEDED = 4;
    public static final int SOURCE_ROUTE_FAILED = 5;
    public static final int ADMINISTRATIVELY_PROHIBITED = 13;

    /// Codes of [#TIME_EXCEEDED].
    public static final int TTL_EXCEEDED = 0;

    public static final int REASSEMBLY_TIME_EXCEEDED = 1;

    private static final long TYPE = 0;
    private static final long CODE = 1;
    private static final long CHECKSUM = 2;
    private static final long REST = 4;
    private static final long SEQUENCE = 6;
    private static final long NEXT_HOP_MTU = 6;

    private Icmp4Message() {}

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

    /// Of an echo or timestamp.
    public static int identifier(MemorySegment bytes, long at) {
        return u16(bytes, at + REST);
    }

    /// Of an echo or timestamp.
    public static int sequence(MemorySegment bytes, long at) {
        return u16(bytes, at + SEQUENCE);
    }

    /// Of a parameter problem: the octet that is wrong, counted from the IP header.
    public static int pointer(MemorySegment bytes, long at) {
        return u8(bytes, at + REST);
    }

    /// Of [#FRAGMENTATION_NEEDED]: RFC 1191 §4. 0 from routers that are older than that.
    public static int nextHopMtu(MemorySegment bytes, long at) {
        return u16(bytes, at + NEXT_HOP_MTU);
    }

    /// Of a redirect: low half of the better router's mapped address.
    public static long gateway(MemorySegment bytes, long at) {
        return Address.V4 | rest(bytes, at);
    }

    /// Whether it reports on a packet, whose first octets it then holds. No error answers an error (RFC 1122 §3.2.2).
    public static boolean isError(int type) {
        return switch (type) {
            case UNREACHABLE, SOURCE_QUENCH, REDIRECT, TIME_EXCEEDED, PARAMETER_PROBLEM -> true;
            default -> false;
        };
    }

    /// Says whether a message begins here; of an error, whether a packet's header and 8 octets of its payload are in
    /// it.
    ///
    /// @param length octets of the message
    public static Verdict check(MemorySegment bytes, long at, int length) {
        if (length < LENGTH) {
            return Verdict.TRUNCATED;
        }
        if (!isError(type(bytes, at))) {
            return Verdict.OK;
        }
        // RFC 792: the internet header plus the first 64 bits of the original data.
        int quoted = length - LENGTH;
        if (quoted < Ipv4Header.LENGTH + 8) {
            return Verdict.TRUNCATED;
        }
        long packet = at + LENGTH;
        if (Ipv4Header.version(bytes, packet) != 4 || Ipv4Header.headerLength(bytes, packet) < Ipv4Header.LENGTH) {
            return Verdict.BAD_FIELD;
        }
        return quoted < Ipv4Header.headerLength(bytes, packet) + 8 ? Verdict.TRUNCATED : Verdict.OK;
    }

    /// Says whether the checksum holds.
    ///
    /// @param sum unfolded sum of what lies behind the first 8 octets
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
