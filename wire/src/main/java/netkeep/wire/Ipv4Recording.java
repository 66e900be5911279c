package netkeep.wire;

import static netkeep.wire.Octets.u32;
import static netkeep.wire.Octets.u8;

import java.lang.foreign.MemorySegment;

/// The two options of IPv4 in which those who pass a packet on write themselves, RFC 791 §3.1.
///
/// ```text
/// +--------+--------+--------+--------+---
/// |    7   | length | pointer|  address ...      record route; the pointer counts from 1
/// +--------+--------+--------+--------+---
///
/// +--------+--------+--------+----+----+---
/// |   68   | length | pointer|over|flag|  time, or address and time ...
/// +--------+--------+--------+----+----+---
/// ```
///
/// Over is how many found no room; flag says whether addresses are with the times, or chosen by the sender.
public final class Ipv4Recording {
    /// Octets that options can take.
    public static final int MOST = 40;

    private static final int LENGTH = 1;
    private static final int POINTER = 2;
    private static final int FLAGS = 3;
    private static final int ROUTE_HEAD = 3;
    private static final int TIMES_HEAD = 4;

    private static final int WITH_ADDRESSES = 1;
    private static final int CHOSEN_ADDRESSES = 3;
    private static final int MOST_OVER = 15;

    /// RFC 791 §3.1: the time does not count from midnight.
    private static final long NO_ORIGIN = 0x8000_0000L;

    private Ipv4Recording() {}

    /// Offset, within an option, of the octet that is wrong, 0 for none.
    ///
    /// @param type   of any option
    /// @param length of the option, 2 at least
    static int problem(MemorySegment bytes, long at, int type, int length) {
        boolean route = type == Ipv4Options.RECORD_ROUTE;
        if (!route && type != Ipv4Options.TIMESTAMP) {
            return 0;
        }
        int head = route ? ROUTE_HEAD : TIMES_HEAD;
        if (length < head) {
            return LENGTH;
        }
        int pointer = u8(bytes, at + POINTER);
        int flag = route ? 0 : u8(bytes, at + FLAGS) & 0xF;
        boolean pairs = flag == WITH_ADDRESSES || flag == CHOSEN_ADDRESSES;
        if (pointer <= head || pointer <= length && pointer + (pairs ? 7 : 3) > length) {
            return POINTER;
        }
        // Nobody can be counted any more who finds no room.
        boolean over = !route && flag != CHOSEN_ADDRESSES && u8(bytes, at + FLAGS) >>> 4 == MOST_OVER;
        return over && pointer > length ? FLAGS : 0;
    }

    /// Lays down the options that an echo reply takes over from its request, with this host in them if they have room
    /// (RFC 1122 §3.2.2.6).
    ///
    /// @param at           where the request's header begins; its options were checked
    /// @param headerLength of that header, 20..60
    /// @param to           has room for [#MOST] octets from `into` on
    /// @param address      ours, its low half
    /// @param time         in milliseconds, since any instant
    /// @return octets laid down, a multiple of 4; 0 if nothing is recorded
    public static int take(
            MemorySegment bytes, long at, int headerLength, MemorySegment to, long into, long address, long time) {
        int laid = 0;
        int offset = Ipv4Header.LENGTH;
        while (offset < headerLength && u8(bytes, at + offset) != Ipv4Options.END) {
            int type = u8(bytes, at + offset);
            int length = type == Ipv4Options.NO_OPERATION ? 1 : u8(bytes, at + offset + LENGTH);
            boolean route = type == Ipv4Options.RECORD_ROUTE && length >= ROUTE_HEAD;
            if (route || type == Ipv4Options.TIMESTAMP && length >= TIMES_HEAD) {
                MemorySegment.copy(bytes, at + offset, to, into + laid, length);
                if (route) {
                    route(to, into + laid, length, address);
                } else {
                    time(to, into + laid, length, address, (time | NO_ORIGIN) & 0xFFFF_FFFFL);
                }
                laid += length;
            }
            offset += length;
        }
        while ((laid & 3) != 0) {
            u8(to, into + laid++, Ipv4Options.END);
        }
        return laid;
    }

    private static void route(MemorySegment bytes, long at, int length, long address) {
        int pointer = u8(bytes, at + POINTER);
        if (pointer > ROUTE_HEAD && pointer + 3 <= length) {
            u32(bytes, at + pointer - 1, address & 0xFFFF_FFFFL);
            u8(bytes, at + POINTER, pointer + 4);
        }
    }

    private static void time(MemorySegment bytes, long at, int length, long address, long time) {
        int pointer = u8(bytes, at + POINTER);
        int flag = u8(bytes, at + FLAGS) & 0xF;
        boolean addresses = flag == WITH_ADDRESSES || flag == CHOSEN_ADDRESSES;
        if (pointer <= TIMES_HEAD) {
            return;
        }
        long next = at + pointer - 1;
        if (pointer + (addresses ? 7 : 3) > length) {
            int over = u8(bytes, at + FLAGS) >>> 4;
            if (flag != CHOSEN_ADDRESSES && over < MOST_OVER) {
                u8(bytes, at + FLAGS, over + 1 << 4 | flag);
            }
            return;
        }
        if (flag == CHOSEN_ADDRESSES && u32(bytes, next) != (address & 0xFFFF_FFFFL)) {
            return;
        }
        if (addresses) {
            u32(bytes, next, address & 0xFFFF_FFFFL);
        }
        u32(bytes, next + (addresses ? 4 : 0), time);
        u8(bytes, at + POINTER, pointer + (addresses ? 8 : 4));
    }
}
