package netkeep.engine.ip;

import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.wire.Verdict;

/// The record of a packet whose fragments are waited for: whose it is, and which octets are there.
///
/// ```text
/// slot:  0  tag u64
///        8  source, hi and lo
///       24  destination, hi and lo
///       40  identification u32
///       44  link u16 · key u8 (the protocol, for IPv4) · state u8
///       48  deadlineNs u64
///       56  total u32                 octets of the whole payload, 0 until the last fragment came
///       60  protocol u8 · traffic class u8 · hops u8 · ecn u8 (a bit for each value seen)
///       64  first u16                 octets kept of the first fragment, 0 until it came
///       66  count u16 · v6 u8 · group u8
///       72  ranges: begin u16, end u16, in units of 8 octets; ascending, never touching
///      328  begins: a bit for each such unit at which a fragment begins
/// ```
final class Ranges {
    static final int FREE = 0;
    static final int OPEN = 1;
    /// An overlap was found: all that belongs to it is dropped until it ends.
    static final int SPOILT = 2;
    /// Whole and handed up.
    static final int DONE = 3;

    static final long SOURCE = 8;
    static final long DESTINATION = 24;
    static final long IDENTIFICATION = 40;

    private static final long LINK = 44;
    private static final long KEY = 46;
    private static final long STATE = 47;
    private static final long DEADLINE_NS = 48;
    private static final long TOTAL = 56;
    private static final long PROTOCOL = 60;
    private static final long TRAFFIC_CLASS = 61;
    private static final long HOPS = 62;
    private static final long ECN = 63;
    private static final long FIRST = 64;
    private static final long COUNT = 66;
    private static final long V6 = 68;
    private static final long GROUP = 69;
    private static final long RANGES = 72;

    /// The most ranges: more holes than a datagram of 64 KiB in pieces of 576 octets can have.
    static final int MOST = 64;

    private static final long BEGINS = RANGES + 4 * MOST;

    static final int SLOT = (int) BEGINS + 65536 / 8 / 8;

    private final Records records;
    private final Region region;

    Ranges(Records records) {
        this.records = records;
        this.region = records.region();
    }

    void open(int record, Packet packet, long identification, int key, long deadlineNs) {
        long at = records.fresh(record);
        region.i64(at + SOURCE, packet.sourceHi);
        region.i64(at + SOURCE + 8, packet.sourceLo);
        region.i64(at + DESTINATION, packet.destinationHi);
        region.i64(at + DESTINATION + 8, packet.destinationLo);
        region.i32(at + IDENTIFICATION, (int) identification);
        region.u16(at + LINK, packet.link);
        region.u8(at + KEY, key);
        region.u8(at + STATE, OPEN);
        region.u8(at + V6, packet.v6 ? 1 : 0);
        region.u8(at + GROUP, packet.multicast ? 1 : packet.broadcast ? 2 : 0);
        region.i64(at + DEADLINE_NS, deadlineNs);
    }

    boolean matches(int record, Packet packet, long identification, int key) {
        long at = records.read(record);
        return region.i64(at + SOURCE + 8) == packet.sourceLo
                && region.i64(at + SOURCE) == packet.sourceHi
                && region.i64(at + DESTINATION + 8) == packet.destinationLo
                && region.i64(at + DESTINATION) == packet.destinationHi
                && region.i32(at + IDENTIFICATION) == (int) identification
                && region.u8(at + KEY) == key
                && region.u16(at + LINK) == packet.link
                && region.u8(at + STATE) != DONE;
    }

    boolean from(int record, long hi, long lo) {
        long at = records.read(record);
        return region.i64(at + SOURCE + 8) == lo && region.i64(at + SOURCE) == hi;
    }

    int state(int record) {
        return region.u8(records.read(record) + STATE);
    }

    void end(int record, int state, long deadlineNs) {
        long at = records.write(record);
        region.u8(at + STATE, state);
        region.i64(at + DEADLINE_NS, deadlineNs);
    }

    boolean v6(int record) {
        return region.u8(records.read(record) + V6) != 0;
    }

    long deadlineNs(int record) {
        return region.i64(records.read(record) + DEADLINE_NS);
    }

    int total(int record) {
        return region.i32(records.read(record) + TOTAL);
    }

    int protocol(int record) {
        return region.u8(records.read(record) + PROTOCOL);
    }

    int trafficClass(int record) {
        return region.u8(records.read(record) + TRAFFIC_CLASS);
    }

    int hops(int record) {
        return region.u8(records.read(record) + HOPS);
    }

    /// A bit for each value of the ECN field that was seen.
    int ecn(int record) {
        return region.u8(records.read(record) + ECN);
    }

    int firstLength(int record) {
        return region.u16(records.read(record) + FIRST);
    }

    void first(int record, int protocol, int trafficClass, int hops, int length) {
        long at = records.write(record);
        region.u8(at + PROTOCOL, protocol);
        region.u8(at + TRAFFIC_CLASS, trafficClass);
        region.u8(at + HOPS, hops);
        region.u16(at + FIRST, length);
    }

    void addresses(int record, Packet into) {
        long at = records.read(record);
        into.sourceHi = region.i64(at + SOURCE);
        into.sourceLo = region.i64(at + SOURCE + 8);
        into.destinationHi = region.i64(at + DESTINATION);
        into.destinationLo = region.i64(at + DESTINATION + 8);
        into.link = region.u16(at + LINK);
        into.v6 = region.u8(at + V6) != 0;
        into.multicast = region.u8(at + GROUP) == 1;
        into.broadcast = region.u8(at + GROUP) == 2;
    }

    /// Whether all these octets are there already.
    boolean holds(int record, int begin, int end) {
        long at = records.read(record);
        int total = region.i32(at + TOTAL);
        if (total != 0 && end > total) {
            return false;
        }
        for (int i = 0; i < region.u16(at + COUNT); i++) {
            if (begin(at, i) <= begin >>> 3 && end(at, i) >= end + 7 >>> 3) {
                return true;
            }
        }
        return false;
    }

    /// Whether a fragment of exactly these octets came; only if all of them are there ([#holds]).
    ///
    /// @param more whether it is not the last
    boolean exactly(int record, int begin, int end, boolean more) {
        long at = records.read(record);
        int unit = begin >>> 3;
        int last = end + 7 >>> 3;
        boolean exact = begins(at, unit) && more != (end == region.i32(at + TOTAL));
        while (++unit < last) {
            exact &= !begins(at, unit);
        }
        for (int i = 0; i < region.u16(at + COUNT); i++) {
            // Behind it another one begins, or nothing is there.
            exact &= last <= begin(at, i) || last >= end(at, i) || begins(at, last);
        }
        return exact;
    }

    private boolean begins(long at, int unit) {
        return (region.u8(at + BEGINS + (unit >>> 3)) & 1 << (unit & 7)) != 0;
    }

    /// Notes that octets `begin` to `end - 1` are there, if none of them was.
    ///
    /// @param more whether they are not the last
    Verdict add(int record, int begin, int end, boolean more, int ecn) {
        long at = records.write(record);
        int total = region.i32(at + TOTAL);
        int count = region.u16(at + COUNT);
        if (total != 0 && (end > total || !more)) {
            return Verdict.FRAGMENT_OVERLAP;
        }
        if (!more && count != 0 && end(at, count - 1) > end + 7 >>> 3) {
            return Verdict.FRAGMENT_OVERLAP;
        }
        Verdict verdict = insert(at, count, begin >>> 3, end + 7 >>> 3);
        if (verdict == Verdict.OK) {
            region.u8(at + ECN, region.u8(at + ECN) | 1 << ecn);
            long bits = at + BEGINS + (begin >>> 6);
            region.u8(bits, region.u8(bits) | 1 << (begin >>> 3 & 7));
            if (!more) {
                region.i32(at + TOTAL, end);
            }
        }
        return verdict;
    }

    private Verdict insert(long at, int count, int begin, int end) {
        int place = 0;
        while (place < count && end(at, place) < begin) {
            place++;
        }
        // Here the new range touches, overlaps or precedes the one at `place`.
        boolean joinsBefore = place < count && end(at, place) == begin;
        int behind = joinsBefore ? place + 1 : place;
        if (behind < count && begin(at, behind) < end) {
            return Verdict.FRAGMENT_OVERLAP;
        }
        boolean joinsBehind = behind < count && begin(at, behind) == end;
        if (joinsBefore && joinsBehind) {
            range(at, place, begin(at, place), end(at, behind));
            for (int i = behind; i < count - 1; i++) {
                range(at, i, begin(at, i + 1), end(at, i + 1));
            }
            region.u16(at + COUNT, count - 1);
        } else if (joinsBefore) {
            range(at, place, begin(at, place), end);
        } else if (joinsBehind) {
            range(at, behind, begin, end(at, behind));
        } else {
            if (count == MOST) {
                return Verdict.FRAGMENT_QUOTA;
            }
            for (int i = count; i > place; i--) {
                range(at, i, begin(at, i - 1), end(at, i - 1));
            }
            range(at, place, begin, end);
            region.u16(at + COUNT, count + 1);
        }
        return Verdict.OK;
    }

    /// Whether nothing is missing.
    boolean complete(int record) {
        long at = records.read(record);
        int total = region.i32(at + TOTAL);
        return total != 0 && region.u16(at + COUNT) == 1 && begin(at, 0) == 0 && end(at, 0) == total + 7 >>> 3;
    }

    private int begin(long at, int range) {
        return region.u16(at + RANGES + 4L * range);
    }

    private int end(long at, int range) {
        return region.u16(at + RANGES + 4L * range + 2);
    }

    private void range(long at, int range, int begin, int end) {
        region.u16(at + RANGES + 4L * range, begin);
        region.u16(at + RANGES + 4L * range + 2, end);
    }
}
