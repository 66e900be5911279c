package netkeep.engine.ip;

import netkeep.engine.ledger.Index;
import netkeep.engine.ledger.Luck;
import netkeep.engine.neighbor.Links;
import netkeep.engine.neighbor.Neighbors;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.wire.Address;
import netkeep.wire.Prefix;

/// The routes: which link and which next hop a destination has. The longest prefix wins.
///
/// ```text
/// slot:  0  tag u64
///        8  prefix, hi and lo
///       24  next hop, hi and lo    0, 0: the destination itself
///       40  validNs u64            until when, NEVER for ever
///       48  metric  u32            the lower is preferred
///       52  link u16 · prefix length u8 (as held) · origin u8 (1: a router told it)
///       56  failedNs u64           when its next hop did not answer
/// ```
final class Routes {
    static final int SLOT = 64;

    static final int MANUAL = 0;
    static final int ROUTER = 1;

    private static final long HI = 8;
    private static final long LO = 16;
    private static final long NEXT_HI = 24;
    private static final long NEXT_LO = 32;
    private static final long VALID_NS = 40;
    private static final long METRIC = 48;
    private static final long LINK = 52;
    private static final long LENGTH = 54;
    private static final long ORIGIN = 55;
    private static final long FAILED_NS = 56;

    private final Records records;
    private final Region region;
    private final Luck luck;
    private final Neighbors neighbors;
    // Derived.
    private final Index index;
    // Derived: no later than when the first route ends.
    private long nextNs = Links.NEVER;

    Routes(Ledger ledger, int count, Luck luck, Neighbors neighbors) {
        this.records = ledger.table(count, SLOT);
        this.region = records.region();
        this.luck = luck;
        this.neighbors = neighbors;
        this.index = new Index(count);
        records.recover(0, count);
        for (int i = 0; i < count; i++) {
            if (records.written(i) && length(i) != 0xFF) {
                index.add(i, hash(i));
                nextNs = Math.min(nextNs, validNs(i));
            }
        }
    }

    /// The best route to a destination, -1 for none.
    ///
    /// @param link the one it must leave by, 0 for any
    int best(long hi, long lo, int link, long nowNs) {
        boolean v4 = Address.isV4(hi, lo);
        int best = -1;
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            if ((link == 0 || link(i) == link)
                    && matches(i, hi, lo, v4)
                    && nowNs < validNs(i)
                    && (best < 0 || better(i, best))) {
                best = i;
            }
        }
        return best;
    }

    private boolean matches(int route, long hi, long lo, boolean v4) {
        int length = length(route);
        // ::/0 holds the mapped addresses too, and is not theirs.
        return (!v4 || length >= 96)
                && ((hi ^ hi(route)) & Prefix.maskHi(length)) == 0
                && ((lo ^ lo(route)) & Prefix.maskLo(length)) == 0;
    }

    private boolean better(int route, int other) {
        if (length(route) != length(other)) {
            return length(route) > length(other);
        }
        // RFC 4861 §6.3.6 (1): a router that is, or may be, reachable before one that is not.
        boolean hope = hope(route);
        if (hope != hope(other)) {
            return hope;
        }
        // (2) Where none answers, each is tried in its turn: the one that failed longest ago.
        if (!hope && failedNs(route) != failedNs(other)) {
            return failedNs(route) < failedNs(other);
        }
        return Integer.compareUnsigned(metric(route), metric(other)) < 0;
    }

    /// Whether the next hop may be there, as far as its neighbor's state says.
    private boolean hope(int route) {
        if (nextHi(route) == 0 && nextLo(route) == 0) {
            return true;
        }
        int neighbor = neighbors.find(link(route), nextHi(route), nextLo(route));
        return neighbor >= 0 && neighbors.probablyReachable(neighbor);
    }

    /// Adds a route, or changes the one of this prefix, link and next hop.
    ///
    /// @return its record, -1 if the table is full
    int put(Prefix prefix, int link, long nextHi, long nextLo, int metric, int origin, long validNs) {
        int route = find(prefix, link, nextHi, nextLo);
        boolean known = route >= 0;
        if (!known) {
            route = index.free();
            if (route < 0) {
                return -1;
            }
        }
        long failedNs = known ? failedNs(route) : Long.MIN_VALUE;
        long at = records.fresh(route);
        region.i64(at + HI, prefix.hi());
        region.i64(at + LO, prefix.lo());
        region.i64(at + NEXT_HI, nextHi);
        region.i64(at + NEXT_LO, nextLo);
        region.i64(at + VALID_NS, validNs);
        region.i32(at + METRIC, metric);
        region.u16(at + LINK, link);
        region.u8(at + LENGTH, prefix.length());
        region.u8(at + ORIGIN, origin);
        region.i64(at + FAILED_NS, failedNs);
        if (!known) {
            index.add(route, hash(route));
        }
        nextNs = Math.min(nextNs, validNs);
        return route;
    }

    /// A next hop did not answer.
    void failed(int link, long nextHi, long nextLo, long nowNs) {
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            if (link(i) == link && nextHi(i) == nextHi && nextLo(i) == nextLo) {
                region.i64(records.write(i) + FAILED_NS, nowNs);
            }
        }
    }

    private long failedNs(int route) {
        return region.i64(records.read(route) + FAILED_NS);
    }

    /// The route of this prefix, link and next hop, -1 if there is none.
    int find(Prefix prefix, int link, long nextHi, long nextLo) {
        long hash = hash(prefix.hi(), prefix.lo(), prefix.length(), link);
        for (int i = index.first(hash); i >= 0; i = index.next(i)) {
            if (hi(i) == prefix.hi()
                    && lo(i) == prefix.lo()
                    && length(i) == prefix.length()
                    && link(i) == link
                    && nextHi(i) == nextHi
                    && nextLo(i) == nextLo) {
                return i;
            }
        }
        return -1;
    }

    void remove(int route) {
        index.remove(route, hash(route));
        region.u8(records.write(route) + LENGTH, 0xFF);
    }

    int after(int from) {
        return index.after(from);
    }

    long hi(int route) {
        return region.i64(records.read(route) + HI);
    }

    long lo(int route) {
        return region.i64(records.read(route) + LO);
    }

    /// 0..128 of the address as held.
    int length(int route) {
        return region.u8(records.read(route) + LENGTH);
    }

    int link(int route) {
        return region.u16(records.read(route) + LINK);
    }

    long nextHi(int route) {
        return region.i64(records.read(route) + NEXT_HI);
    }

    long nextLo(int route) {
        return region.i64(records.read(route) + NEXT_LO);
    }

    int metric(int route) {
        return region.i32(records.read(route) + METRIC);
    }

    int origin(int route) {
        return region.u8(records.read(route) + ORIGIN);
    }

    long validNs(int route) {
        return region.i64(records.read(route) + VALID_NS);
    }

    long deadlineNs() {
        return nextNs;
    }

    /// Removes what has ended.
    ///
    /// @param destinations of which none is redirected any more to a router that has
    /// @return whether anything had
    boolean expire(long nowNs, Destinations destinations) {
        if (nowNs < nextNs) {
            return false;
        }
        nextNs = Links.NEVER;
        boolean ended = false;
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            if (nowNs >= validNs(i)) {
                if (nextHi(i) != 0 || nextLo(i) != 0) {
                    destinations.forgetNext(link(i), nextHi(i), nextLo(i));
                }
                remove(i);
                ended = true;
            } else {
                nextNs = Math.min(nextNs, validNs(i));
            }
        }
        return ended;
    }

    private long hash(int route) {
        return hash(hi(route), lo(route), length(route), link(route));
    }

    private long hash(long hi, long lo, int length, int link) {
        return luck.hash(hi, lo, length, link, 3);
    }
}
