package netkeep.wire;

import static netkeep.wire.Octets.u16;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// The options of an IPv4 header, RFC 791 §3.1.
///
/// ```text
/// +--------+                     type 0, the end, or 1, no operation
/// |  type  |
/// +--------+--------+--------+
/// |  type  | length | data ...     any other; length counts all three
/// +--------+--------+--------+
/// ```
///
/// In a type, 0x80 says that every fragment carries the option.
public final class Ipv4Options {
    public static final int END = 0;
    public static final int NO_OPERATION = 1;
    public static final int RECORD_ROUTE = 7;
    public static final int TIMESTAMP = 68;
    public static final int SECURITY = 130;
    public static final int LOOSE_SOURCE_ROUTE = 131;
    public static final int STRICT_SOURCE_ROUTE = 137;
    /// Tells routers to look at a packet that is not for them (RFC 2113).
    public static final int ROUTER_ALERT = 148;

    /// Octets of a router alert option.
    public static final int ROUTER_ALERT_LENGTH = 4;

    private Ipv4Options() {}

    /// Says whether the options can be walked to their end, and whether those in which others write have room for a
    /// whole entry or for none (RFC 791 §3.1: else the packet is in error). Types we do not know pass (RFC 1122
    /// §3.2.1.8).
    ///
    /// @param at           where the header begins
    /// @param headerLength of the header with its options, 20..60
    public static Verdict check(MemorySegment bytes, long at, int headerLength) {
        return problem(bytes, at, headerLength) == 0 ? Verdict.OK : Verdict.BAD_OPTION;
    }

    /// Offset, counted from the header, of the octet that is wrong: the pointer of an ICMP parameter problem. 0 for
    /// none.
    public static int problem(MemorySegment bytes, long at, int headerLength) {
        int offset = Ipv4Header.LENGTH;
        while (offset < headerLength) {
            int type = u8(bytes, at + offset);
            if (type == END) {
                return 0;
            }
            if (type == NO_OPERATION) {
                offset++;
                continue;
            }
            if (offset + 1 >= headerLength) {
                return offset;
            }
            int length = u8(bytes, at + offset + 1);
            if (length < 2 || offset + length > headerLength) {
                return offset + 1;
            }
            int wrong = Ipv4Recording.problem(bytes, at + offset, type, length);
            if (wrong != 0) {
                return offset + wrong;
            }
            offset += length;
        }
        return 0;
    }

    /// Where the first option of that type begins, counted from the header, or -1. Only on options that were checked.
    public static int find(MemorySegment bytes, long at, int headerLength, int type) {
        int offset = Ipv4Header.LENGTH;
        while (offset < headerLength) {
            int here = u8(bytes, at + offset);
            if (here == type) {
                return offset;
            }
            if (here == END) {
                return -1;
            }
            offset += here == NO_OPERATION ? 1 : u8(bytes, at + offset + 1);
        }
        return -1;
    }

    /// Whether the sender chose the way (RFC 791 §3.1): most hosts refuse such packets.
    public static boolean isSourceRouted(MemorySegment bytes, long at, int headerLength) {
        return headerLength != Ipv4Header.LENGTH
                && (find(bytes, at, headerLength, LOOSE_SOURCE_ROUTE) >= 0
                        || find(bytes, at, headerLength, STRICT_SOURCE_ROUTE) >= 0);
    }

    /// Lays down the router alert option, 4 octets (RFC 2113 §2.1).
    ///
    /// @param at where the option begins
    public static void writeRouterAlert(MemorySegment bytes, long at) {
        u8(bytes, at, ROUTER_ALERT);
        u8(bytes, at + 1, ROUTER_ALERT_LENGTH);
        u16(bytes, at + 2, 0);
    }
}
