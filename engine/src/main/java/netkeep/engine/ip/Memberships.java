package netkeep.engine.ip;

import netkeep.engine.ledger.Index;
import netkeep.engine.ledger.Luck;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;

/// Which socket listens to which group on which link, and to which of its sources (RFC 3376 §2, §3.1; RFC 3810 §3,
/// §4.1).
///
/// A session may have half of what the others leave, but for a quarter of the room, which is for those who have few;
/// the only session may have all. What the addresses of this host join has records of its own.
///
/// ```text
/// slot:  0  tag u64
///        8  owner u32               the socket; below 0 an address of this host
///       12  link u16 · mode u8 · count u8
///       16  group, hi and lo
///       32  sources, hi and lo each
/// ```
final class Memberships {
    /// Few: what a session may have as long as there is any room.
    static final int LEAST = 4;

    /// The most sources that one socket names for one group.
    static final int MOST = 16;

    static final int SLOT = 32 + 16 * MOST;

    static final int INCLUDE = 1;
    static final int EXCLUDE = 2;

    private static final long OWNER = 8;
    private static final long LINK = 12;
    private static final long MODE = 14;
    private static final long COUNT = 15;
    private static final long HI = 16;
    private static final long LO = 24;
    private static final long SOURCES = 32;

    private final Records records;
    private final Region region;
    private final Luck luck;
    private final int most;
    // Derived.
    private final Index index;

    /// Sockets in a row that are one session's.
    private int each = Integer.MAX_VALUE;

    /// @param settings of which the table has [#count] records
    Memberships(Ledger ledger, IpSettings settings, Luck luck) {
        int count = count(settings);
        this.most = settings.memberships();
        this.records = ledger.table(count, SLOT);
        this.region = records.region();
        this.luck = luck;
        this.index = new Index(count);
        records.recover(0, count);
        for (int i = 0; i < count; i++) {
            if (records.written(i) && mode(i) != 0) {
                index.add(i, hash(link(i), hi(i), lo(i)));
            }
        }
    }

    /// How many there may be of sockets and addresses together, and so the most groups.
    static int count(IpSettings settings) {
        return settings.memberships() + settings.addresses();
    }

    /// Has several sessions share the room.
    ///
    /// @param sockets in a row that are one session's, from 0 on
    void share(int sockets) {
        each = sockets;
    }

    /// Whether there is room for one more of an owner.
    private boolean hasRoom(int owner) {
        if (owner < 0) {
            return true;
        }
        int own = 0;
        int others = 0;
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            int other = region.i32(records.read(i) + OWNER);
            if (other >= 0 && other / each == owner / each) {
                own++;
            } else if (other >= 0) {
                others++;
            }
        }
        boolean alone = each == Integer.MAX_VALUE;
        return own + others < most && (alone || own < LEAST || own < (most - most / 4 - others) / 2);
    }

    /// The membership of a socket, -1 if there is none.
    int find(int owner, int link, long hi, long lo) {
        for (int i = first(link, hi, lo); i >= 0; i = next(i, link, hi, lo)) {
            if (region.i32(records.read(i) + OWNER) == owner) {
                return i;
            }
        }
        return -1;
    }

    /// The first membership of a group, of whomever; -1 for none.
    int first(int link, long hi, long lo) {
        return matching(index.first(hash(link, hi, lo)), link, hi, lo);
    }

    int next(int membership, int link, long hi, long lo) {
        return matching(index.next(membership), link, hi, lo);
    }

    private int matching(int from, int link, long hi, long lo) {
        int i = from;
        while (i >= 0 && (lo(i) != lo || hi(i) != hi || link(i) != link)) {
            i = index.next(i);
        }
        return i;
    }

    /// Joins.
    ///
    /// @param what 0 any source, 1 only `source`, 2 all but `source` from now on, 3 that one again
    Joined join(int owner, int link, long hi, long lo, int what, long sourceHi, long sourceLo) {
        int found = find(owner, link, hi, lo);
        if (found < 0) {
            if (what > 1) {
                return Joined.NOT_JOINED;
            }
            int free = hasRoom(owner) ? index.free() : -1;
            if (free < 0) {
                return Joined.FULL;
            }
            long at = records.fresh(free);
            region.i32(at + OWNER, owner);
            region.u16(at + LINK, link);
            region.u8(at + MODE, what == 0 ? EXCLUDE : INCLUDE);
            region.i64(at + HI, hi);
            region.i64(at + LO, lo);
            index.add(free, hash(link, hi, lo));
            return what == 0 ? Joined.OK : add(free, sourceHi, sourceLo);
        }
        // RFC 3678 §4.1.1, §4.1.2: sources are added to a list of sources, and blocked where any was joined.
        return switch (what) {
            case 0 -> Joined.ALREADY;
            case 1 -> mode(found) == INCLUDE ? add(found, sourceHi, sourceLo) : Joined.MISMATCH;
            case 2 -> mode(found) == EXCLUDE ? add(found, sourceHi, sourceLo) : Joined.MISMATCH;
            default -> mode(found) == EXCLUDE ? drop(found, sourceHi, sourceLo) : Joined.MISMATCH;
        };
    }

    /// Leaves.
    ///
    /// @param what 0 the group, 1 one source of it
    Joined leave(int owner, int link, long hi, long lo, int what, long sourceHi, long sourceLo) {
        int found = find(owner, link, hi, lo);
        if (found < 0) {
            return Joined.NOT_JOINED;
        }
        if (what == 0) {
            remove(found);
            return Joined.OK;
        }
        if (mode(found) != INCLUDE) {
            return Joined.MISMATCH;
        }
        Joined answer = drop(found, sourceHi, sourceLo);
        if (answer == Joined.OK && count(found) == 0) {
            remove(found);
        }
        return answer;
    }

    /// The lowest membership of a socket that is not below `from`, -1 for none.
    int of(int owner, int from) {
        int i = index.after(from);
        while (i >= 0 && region.i32(records.read(i) + OWNER) != owner) {
            i = index.after(i + 1);
        }
        return i;
    }

    void remove(int membership) {
        index.remove(membership, hash(link(membership), hi(membership), lo(membership)));
        region.u8(records.write(membership) + MODE, 0);
    }

    /// Whether a membership lets packets of a source through.
    boolean accepts(int membership, long sourceHi, long sourceLo) {
        return find(membership, sourceHi, sourceLo) >= 0 == (mode(membership) == INCLUDE);
    }

    int link(int membership) {
        return region.u16(records.read(membership) + LINK);
    }

    long hi(int membership) {
        return region.i64(records.read(membership) + HI);
    }

    long lo(int membership) {
        return region.i64(records.read(membership) + LO);
    }

    int mode(int membership) {
        return region.u8(records.read(membership) + MODE);
    }

    int count(int membership) {
        return region.u8(records.read(membership) + COUNT);
    }

    long sourceHi(int membership, int source) {
        return region.i64(records.read(membership) + SOURCES + 16L * source);
    }

    long sourceLo(int membership, int source) {
        return region.i64(records.read(membership) + SOURCES + 16L * source + 8);
    }

    private int find(int membership, long sourceHi, long sourceLo) {
        int count = count(membership);
        for (int i = 0; i < count; i++) {
            if (sourceLo(membership, i) == sourceLo && sourceHi(membership, i) == sourceHi) {
                return i;
            }
        }
        return -1;
    }

    private Joined add(int membership, long sourceHi, long sourceLo) {
        if (find(membership, sourceHi, sourceLo) >= 0) {
            return Joined.ALREADY;
        }
        int count = count(membership);
        if (count == MOST) {
            return Joined.FULL;
        }
        long at = records.write(membership);
        region.i64(at + SOURCES + 16L * count, sourceHi);
        region.i64(at + SOURCES + 16L * count + 8, sourceLo);
        region.u8(at + COUNT, count + 1);
        return Joined.OK;
    }

    private Joined drop(int membership, long sourceHi, long sourceLo) {
        int found = find(membership, sourceHi, sourceLo);
        if (found < 0) {
            return Joined.NOT_JOINED;
        }
        long at = records.write(membership);
        int last = region.u8(at + COUNT) - 1;
        region.i64(at + SOURCES + 16L * found, region.i64(at + SOURCES + 16L * last));
        region.i64(at + SOURCES + 16L * found + 8, region.i64(at + SOURCES + 16L * last + 8));
        region.u8(at + COUNT, last);
        return Joined.OK;
    }

    private long hash(int link, long hi, long lo) {
        return luck.hash(link, hi, lo, 0, 7);
    }
}
