package netkeep.engine.ip;

import netkeep.engine.ledger.Index;
import netkeep.engine.ledger.Luck;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;

/// What was learned of single destinations: path MTUs (RFC 1191, RFC 8201) and redirects (RFC 1122 §3.2.2.2,
/// RFC 4861 §8). Bounded: when it is full, what ends first of a sample goes.
///
/// ```text
/// slot:  0  tag u64
///        8  destination, hi and lo
///       24  next hop, hi and lo     0, 0: that of the route
///       40  mtu u32                 0: the link's
///       44  link u16                of the next hop · used u8 · kind u8: bit 0: routers may fragment, bit 1: guessed
///       48  mtuUntilNs u64
///       56  nextUntilNs u64
/// ```
final class Destinations {
    static final int SLOT = 64;

    private static final long HI = 8;
    private static final long LO = 16;
    private static final long NEXT_HI = 24;
    private static final long NEXT_LO = 32;
    private static final long MTU = 40;
    private static final long LINK = 44;
    private static final long USED = 46;
    private static final long KIND = 47;
    private static final long MTU_UNTIL_NS = 48;
    private static final long NEXT_UNTIL_NS = 56;

    private static final int CUT = 1;

    /// Nobody told the MTU: larger packets were lost in silence.
    private static final int GUESSED = 2;

    private static final int SAMPLE = 16;

    private final Records records;
    private final Region region;
    private final Luck luck;
    // Derived.
    private final Index index;

    Destinations(Ledger ledger, int count, Luck luck) {
        this.records = ledger.table(count, SLOT);
        this.region = records.region();
        this.luck = luck;
        this.index = new Index(count);
        records.recover(0, count);
        for (int i = 0; i < count; i++) {
            if (records.written(i) && region.u8(records.read(i) + USED) != 0) {
                index.add(i, hash(hi(i), lo(i)));
            }
        }
    }

    /// The record of a destination, -1 if nothing was learned.
    int find(long hi, long lo) {
        if (index.count() == 0) {
            return -1;
        }
        for (int i = index.first(hash(hi, lo)); i >= 0; i = index.next(i)) {
            if (lo(i) == lo && hi(i) == hi) {
                return i;
            }
        }
        return -1;
    }

    /// The path MTU, 0 if none is known or it has ended.
    int mtu(int destination, long nowNs) {
        long at = records.read(destination);
        return nowNs < region.i64(at + MTU_UNTIL_NS) ? region.i32(at + MTU) : 0;
    }

    /// Whether a router has an MTU so small that we do not follow it, but let it fragment.
    boolean cut(int destination) {
        return (region.u8(records.read(destination) + KIND) & CUT) != 0;
    }

    /// The path MTU that was found by losses, 0 if it was told. Unlike what was told it does not end: whoever can find
    /// out what became of a packet tries a larger one first, and says so by [#passed].
    int guess(int destination) {
        long at = records.read(destination);
        return (region.u8(at + KIND) & GUESSED) != 0 ? region.i32(at + MTU) : 0;
    }

    /// A packet of `mtu` octets arrived, though the guess was smaller.
    void passed(int destination, int mtu, long nowNs) {
        long at = records.write(destination);
        region.i32(at + MTU, mtu);
        region.i64(at + MTU_UNTIL_NS, nowNs);
    }

    long mtuUntilNs(int destination) {
        return region.i64(records.read(destination) + MTU_UNTIL_NS);
    }

    void mtu(long hi, long lo, int mtu, boolean cut, boolean guessed, long untilNs, long nowNs) {
        long at = records.write(enter(hi, lo, nowNs));
        region.i32(at + MTU, mtu);
        region.u8(at + KIND, (cut ? CUT : 0) | (guessed ? GUESSED : 0));
        region.i64(at + MTU_UNTIL_NS, untilNs);
    }

    /// Whether another next hop than the route's holds.
    boolean redirected(int destination, long nowNs) {
        return nowNs < region.i64(records.read(destination) + NEXT_UNTIL_NS);
    }

    long nextHi(int destination) {
        return region.i64(records.read(destination) + NEXT_HI);
    }

    long nextLo(int destination) {
        return region.i64(records.read(destination) + NEXT_LO);
    }

    int nextLink(int destination) {
        return region.u16(records.read(destination) + LINK);
    }

    long nextUntilNs(int destination) {
        return region.i64(records.read(destination) + NEXT_UNTIL_NS);
    }

    void redirect(long hi, long lo, int link, long nextHi, long nextLo, long untilNs, long nowNs) {
        long at = records.write(enter(hi, lo, nowNs));
        region.i64(at + NEXT_HI, nextHi);
        region.i64(at + NEXT_LO, nextLo);
        region.u16(at + LINK, link);
        region.i64(at + NEXT_UNTIL_NS, untilNs);
    }

    /// Forgets the redirects to a next hop: it is no router any more, or does not answer.
    void forgetNext(int link, long nextHi, long nextLo) {
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            if (nextLink(i) == link && nextHi(i) == nextHi && nextLo(i) == nextLo) {
                region.i64(records.write(i) + NEXT_UNTIL_NS, Long.MIN_VALUE);
            }
        }
    }

    int after(int from) {
        return index.after(from);
    }

    int count() {
        return index.count();
    }

    long hi(int destination) {
        return region.i64(records.read(destination) + HI);
    }

    long lo(int destination) {
        return region.i64(records.read(destination) + LO);
    }

    private int enter(long hi, long lo, long nowNs) {
        int found = find(hi, lo);
        if (found >= 0) {
            return found;
        }
        int free = index.free();
        if (free < 0) {
            free = evict(nowNs);
        }
        long at = records.fresh(free);
        region.i64(at + HI, hi);
        region.i64(at + LO, lo);
        region.u8(at + USED, 1);
        region.i64(at + MTU_UNTIL_NS, Long.MIN_VALUE);
        region.i64(at + NEXT_UNTIL_NS, Long.MIN_VALUE);
        index.add(free, hash(hi, lo));
        return free;
    }

    private int evict(long nowNs) {
        int chosen = 0;
        long soonest = Long.MAX_VALUE;
        int i = luck.below(records.count());
        for (int seen = 0; seen < SAMPLE; seen++) {
            long ends = Math.max(mtuUntilNs(i), nextUntilNs(i)) - nowNs;
            if (ends < soonest) {
                soonest = ends;
                chosen = i;
            }
            i = i + 1 == records.count() ? 0 : i + 1;
        }
        index.remove(chosen, hash(hi(chosen), lo(chosen)));
        return chosen;
    }

    private long hash(long hi, long lo) {
        return luck.hash(hi, lo, 0, 0, 4);
    }
}
