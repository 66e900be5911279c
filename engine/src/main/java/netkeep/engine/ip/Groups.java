// Long: one state, made in one place from what all sockets want.
package netkeep.engine.ip;

import netkeep.engine.ledger.Index;
import netkeep.engine.ledger.Luck;
import netkeep.engine.neighbor.Links;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;
import netkeep.wire.Address;

/// The groups that links listen to: the state of each interface that RFC 3376 §3.2 and RFC 3810 §4.2 make from all
/// sockets, and what of it routers are still to be told.
///
/// There are as many records as memberships. When all are in use, a group that nobody listens to any more gives up its
/// own, though routers were not told of that as often as they are to be: they ask, and nobody answers.
///
/// ```text
/// slot:  0  tag u64
///        8  group, hi and lo
///       24  link u16 · mode u8 (0 free) · tell u8 (changes of mode to report) · count u8
///       32  changeNs   u64     when the next report of a change is due
///       40  answerNs   u64     when a query is answered
///       48  sources: address, hi and lo, flags u8 (1 in the list, 2 asked for), tell u8
/// ```
public final class Groups {
    /// Modes, as [GroupRecord] numbers them.
    public static final int INCLUDE = Memberships.INCLUDE;

    public static final int EXCLUDE = Memberships.EXCLUDE;

    /// The most sources of a group on a link. Of more, a list of those to hear becomes a list of none to block.
    public static final int MOST = 32;

    static final int SLOT = 48 + 24 * MOST;

    private static final long HI = 8;
    private static final long LO = 16;
    private static final long LINK = 24;
    private static final long MODE = 26;
    private static final long TELL = 27;
    private static final long COUNT = 28;
    private static final long CHANGE_NS = 32;
    private static final long ANSWER_NS = 40;
    private static final long SOURCES = 48;
    private static final long SOURCE = 24;
    private static final long SOURCE_FLAGS = 16;
    private static final long SOURCE_TELL = 17;

    private static final int LISTED = 1;
    private static final int ASKED = 2;

    private final Records records;
    private final Region region;
    private final Luck luck;
    private final Memberships memberships;
    // Derived.
    private final Index index;
    // Scratch of one change: the list to be.
    private final long[] wantedHi = new long[MOST + 1];
    private final long[] wantedLo = new long[MOST + 1];
    private int wanted;

    Groups(Ledger ledger, int count, Luck luck, Memberships memberships) {
        this.records = ledger.table(count, SLOT);
        this.region = records.region();
        this.luck = luck;
        this.memberships = memberships;
        this.index = new Index(count);
        records.recover(0, count);
        for (int i = 0; i < count; i++) {
            if (records.written(i) && mode(i) != 0) {
                index.add(i, hash(link(i), hi(i), lo(i)));
            }
        }
    }

    /// Whether packets to that group, arriving on that link, are for this host.
    boolean member(int link, long hi, long lo) {
        // RFC 1112 §7.1, RFC 4291 §2.8: nobody need join these.
        if (hi == 0 ? lo == Address.ALL_HOSTS_V4 : hi == Address.LINK_GROUP_HI && lo == Address.ALL_NODES_LO) {
            return true;
        }
        int group = find(link, hi, lo);
        return group >= 0 && !silent(group);
    }

    /// The record of a group, -1 if there is none.
    public int find(int link, long hi, long lo) {
        for (int i = index.first(hash(link, hi, lo)); i >= 0; i = index.next(i)) {
            if (lo(i) == lo && hi(i) == hi && link(i) == link) {
                return i;
            }
        }
        return -1;
    }

    /// The lowest group whose record is not below `from`, -1 for none.
    public int after(int from) {
        return index.after(from);
    }

    public long hi(int group) {
        return region.i64(records.read(group) + HI);
    }

    public long lo(int group) {
        return region.i64(records.read(group) + LO);
    }

    public int link(int group) {
        return region.u16(records.read(group) + LINK);
    }

    /// [#INCLUDE] or [#EXCLUDE].
    public int mode(int group) {
        return region.u8(records.read(group) + MODE);
    }

    /// Whether nothing is heard any more: it is kept for the reports that say so.
    public boolean silent(int group) {
        return mode(group) == INCLUDE && listed(group) == 0;
    }

    /// Sources in the list.
    public int listed(int group) {
        int listed = 0;
        for (int i = 0; i < count(group); i++) {
            listed += listed(group, i) ? 1 : 0;
        }
        return listed;
    }

    /// Sources in the record, listed or not.
    public int count(int group) {
        return region.u8(records.read(group) + COUNT);
    }

    public boolean listed(int group, int source) {
        return (region.u8(source(group, source) + SOURCE_FLAGS) & LISTED) != 0;
    }

    /// Whether a query asked for this source.
    public boolean asked(int group, int source) {
        return (region.u8(source(group, source) + SOURCE_FLAGS) & ASKED) != 0;
    }

    public long sourceHi(int group, int source) {
        return region.i64(source(group, source));
    }

    public long sourceLo(int group, int source) {
        return region.i64(source(group, source) + 8);
    }

    /// How often a change of this source is still to be reported.
    public int tell(int group, int source) {
        return region.u8(source(group, source) + SOURCE_TELL);
    }

    /// How often a change of the mode is still to be reported.
    public int tell(int group) {
        return region.u8(records.read(group) + TELL);
    }

    public long changeNs(int group) {
        return region.i64(records.read(group) + CHANGE_NS);
    }

    public void changeNs(int group, long dueNs) {
        region.i64(records.write(group) + CHANGE_NS, dueNs);
    }

    public long answerNs(int group) {
        return region.i64(records.read(group) + ANSWER_NS);
    }

    public void answerNs(int group, long dueNs) {
        region.i64(records.write(group) + ANSWER_NS, dueNs);
    }

    /// Notes that a query asks for a source. False if there is no room: then all of the group is asked for.
    public boolean ask(int group, long sourceHi, long sourceLo) {
        long at = records.write(group);
        int found = find(at, sourceHi, sourceLo);
        if (found < 0) {
            found = append(at, sourceHi, sourceLo);
        }
        if (found < 0) {
            return false;
        }
        long source = at + SOURCES + SOURCE * found;
        region.u8(source + SOURCE_FLAGS, region.u8(source + SOURCE_FLAGS) | ASKED);
        return true;
    }

    /// Whether any source is asked for.
    public boolean asking(int group) {
        for (int i = 0; i < count(group); i++) {
            if (asked(group, i)) {
                return true;
            }
        }
        return false;
    }

    /// Forgets which sources were asked for.
    public void answered(int group) {
        long at = records.write(group);
        for (int i = 0; i < region.u8(at + COUNT); i++) {
            long source = at + SOURCES + SOURCE * i;
            region.u8(source + SOURCE_FLAGS, region.u8(source + SOURCE_FLAGS) & ~ASKED);
        }
        region.i64(at + ANSWER_NS, Links.NEVER);
        tidy(group);
    }

    /// One report of all that is to be told has gone out.
    public void told(int group) {
        long at = records.write(group);
        region.u8(at + TELL, Math.max(0, region.u8(at + TELL) - 1));
        for (int i = 0; i < region.u8(at + COUNT); i++) {
            long source = at + SOURCES + SOURCE * i;
            region.u8(source + SOURCE_TELL, Math.max(0, region.u8(source + SOURCE_TELL) - 1));
        }
        tidy(group);
    }

    /// Whether a change is still to be reported.
    public boolean telling(int group) {
        int most = tell(group);
        for (int i = 0; i < count(group); i++) {
            most = Math.max(most, tell(group, i));
        }
        return most != 0;
    }

    /// The memberships of a group have changed: makes the state of its link anew, and notes what is to be told (RFC
    /// 3376 §5.1, RFC 3810 §6.1).
    ///
    /// @param robustness how often each change is told
    /// @return its record, -1 if nothing changed or the table is full
    int changed(int link, long hi, long lo, int robustness) {
        int mode = merge(link, hi, lo);
        int group = find(link, hi, lo);
        if (group < 0) {
            if (mode == INCLUDE && wanted == 0) {
                return -1;
            }
            group = enter(link, hi, lo);
            if (group < 0) {
                return -1;
            }
        }
        long at = records.write(group);
        boolean other = mode != region.u8(at + MODE);
        boolean any = other;
        for (int i = 0; i < region.u8(at + COUNT); i++) {
            long source = at + SOURCES + SOURCE * i;
            boolean was = (region.u8(source + SOURCE_FLAGS) & LISTED) != 0;
            boolean is = wants(region.i64(source), region.i64(source + 8));
            any |= list(source, was, is, other, robustness);
        }
        for (int i = 0; i < wanted; i++) {
            if (find(at, wantedHi[i], wantedLo[i]) < 0) {
                int source = append(at, wantedHi[i], wantedLo[i]);
                any |= source >= 0 && list(at + SOURCES + SOURCE * source, false, true, other, robustness);
            }
        }
        if (other) {
            region.u8(at + MODE, mode);
            region.u8(at + TELL, robustness);
        }
        return any ? group : -1;
    }

    private boolean list(long source, boolean was, boolean is, boolean otherMode, int robustness) {
        int flags = region.u8(source + SOURCE_FLAGS);
        region.u8(source + SOURCE_FLAGS, is ? flags | LISTED : flags & ~LISTED);
        if (otherMode) {
            // A change of mode tells the whole list.
            region.u8(source + SOURCE_TELL, 0);
        } else if (was != is) {
            region.u8(source + SOURCE_TELL, robustness);
        }
        return was != is;
    }

    /// Makes one state of all memberships, in [#wanted].
    ///
    /// @return its mode
    private int merge(int link, long hi, long lo) {
        wanted = 0;
        boolean exclude = false;
        boolean first = true;
        for (int i = memberships.first(link, hi, lo); i >= 0; i = memberships.next(i, link, hi, lo)) {
            exclude |= memberships.mode(i) == EXCLUDE;
        }
        // RFC 3376 §3.2: who excludes what all exclude, and nobody includes; else who includes what any includes.
        for (int i = memberships.first(link, hi, lo); i >= 0; i = memberships.next(i, link, hi, lo)) {
            if (exclude && memberships.mode(i) == EXCLUDE) {
                if (first) {
                    addAll(i);
                } else {
                    keep(i, true);
                }
                first = false;
            } else if (!exclude) {
                addAll(i);
            }
        }
        if (exclude) {
            for (int i = memberships.first(link, hi, lo); i >= 0; i = memberships.next(i, link, hi, lo)) {
                if (memberships.mode(i) == INCLUDE) {
                    keep(i, false);
                }
            }
            return EXCLUDE;
        }
        if (wanted > MOST) {
            wanted = 0;
            return EXCLUDE;
        }
        return INCLUDE;
    }

    private void addAll(int membership) {
        for (int i = 0; i < memberships.count(membership) && wanted <= MOST; i++) {
            long hi = memberships.sourceHi(membership, i);
            long lo = memberships.sourceLo(membership, i);
            if (!wants(hi, lo)) {
                wantedHi[wanted] = hi;
                wantedLo[wanted++] = lo;
            }
        }
    }

    /// Keeps of [#wanted] what a membership names, or what it does not.
    private void keep(int membership, boolean named) {
        int kept = 0;
        for (int i = 0; i < wanted; i++) {
            boolean here = false;
            for (int j = 0; j < memberships.count(membership); j++) {
                here |= memberships.sourceHi(membership, j) == wantedHi[i]
                        && memberships.sourceLo(membership, j) == wantedLo[i];
            }
            if (here == named) {
                wantedHi[kept] = wantedHi[i];
                wantedLo[kept++] = wantedLo[i];
            }
        }
        wanted = kept;
    }

    private boolean wants(long hi, long lo) {
        for (int i = 0; i < wanted; i++) {
            if (wantedLo[i] == lo && wantedHi[i] == hi) {
                return true;
            }
        }
        return false;
    }

    private int enter(int link, long hi, long lo) {
        int free = index.free() >= 0 ? index.free() : evict();
        if (free < 0) {
            return -1;
        }
        long at = records.fresh(free);
        region.i64(at + HI, hi);
        region.i64(at + LO, lo);
        region.u16(at + LINK, link);
        region.u8(at + MODE, INCLUDE);
        region.i64(at + CHANGE_NS, Links.NEVER);
        region.i64(at + ANSWER_NS, Links.NEVER);
        index.add(free, hash(link, hi, lo));
        return free;
    }

    /// Forgets a group that nobody listens to.
    ///
    /// @return its record, -1 if there is none
    private int evict() {
        for (int i = index.after(0); i >= 0; i = index.after(i + 1)) {
            if (silent(i)) {
                forget(i);
                return i;
            }
        }
        return -1;
    }

    private void forget(int group) {
        index.remove(group, hash(link(group), hi(group), lo(group)));
        region.u8(records.write(group) + MODE, 0);
    }

    /// Drops the sources that nothing is known of, and the group with them.
    private void tidy(int group) {
        long at = records.write(group);
        int kept = 0;
        for (int i = 0; i < region.u8(at + COUNT); i++) {
            long source = at + SOURCES + SOURCE * i;
            if (region.u8(source + SOURCE_FLAGS) == 0 && region.u8(source + SOURCE_TELL) == 0) {
                continue;
            }
            long to = at + SOURCES + SOURCE * kept++;
            for (long word = 0; word < SOURCE && to != source; word += 8) {
                region.i64(to + word, region.i64(source + word));
            }
        }
        region.u8(at + COUNT, kept);
        if (region.u8(at + MODE) == INCLUDE && kept == 0 && region.u8(at + TELL) == 0) {
            forget(group);
        }
    }

    private int find(long at, long hi, long lo) {
        for (int i = 0; i < region.u8(at + COUNT); i++) {
            long source = at + SOURCES + SOURCE * i;
            if (region.i64(source + 8) == lo && region.i64(source) == hi) {
                return i;
            }
        }
        return -1;
    }

    private int append(long at, long hi, long lo) {
        int count = region.u8(at + COUNT);
        if (count == MOST) {
            return -1;
        }
        long source = at + SOURCES + SOURCE * count;
        region.i64(source, hi);
        region.i64(source + 8, lo);
        region.i64(source + 16, 0);
        region.u8(at + COUNT, count + 1);
        return count;
    }

    private long source(int group, int source) {
        return records.read(group) + SOURCES + SOURCE * source;
    }

    private long hash(int link, long hi, long lo) {
        return luck.hash(link, hi, lo, 0, 8);
    }
}
