package netkeep.ring;

import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/// The region of what must outlive its writer, cut into tables of records, and the turn that counts.
///
/// ```text
///   0  magic       u64   says what this is, and the layout's version
///   8  committed   u64   the last turn that counts
///  16  hand        u64   what the writer has in hand, in its own words; 0 for nothing
///  24  turn.ns     u64   when the turn began that is the writer's last
///  64  table 0: two slots a record (see [Records]); table 1 ...
/// ```
///
/// A turn writes any number of records, then [#commit] makes all of them count with one store. A writer that dies
/// before that leaves the ledger as the last commit left it.
public final class Ledger {
    private static final long MAGIC = 0;
    private static final long COMMITTED = 8;

    /// Where it lies what the writer has in hand: whoever sees it change sees the writer get on.
    public static final long HAND = 16;

    private static final long TURN_NS = 24;

    private static final long TABLES = 64;

    private final Region region;
    private final boolean fresh;
    private long committed;
    private long end = TABLES;
    private boolean changed;
    private int cut;
    private final List<Drafts> drafts = new ArrayList<>();

    /// Opens a ledger: a new one, all zeros, or a dead predecessor's.
    ///
    /// @param magic names layout and version, not 0
    /// @throws IllegalArgumentException if the region holds something else
    public Ledger(Region region, long magic) {
        this.region = region;
        long found = region.i64(MAGIC);
        if (found != 0 && found != magic) {
            throw new IllegalArgumentException("ledger of layout " + Long.toHexString(found));
        }
        this.fresh = found == 0;
        this.committed = region.i64Acquire(COMMITTED);
        if (fresh) {
            region.i64(MAGIC, magic);
        }
    }

    /// Octets that tables of these counts and slot lengths need, in the order of [#table] calls.
    public static long length(int[] counts, int[] slots) {
        long length = TABLES;
        for (int i = 0; i < counts.length; i++) {
            length += aligned(2L * counts[i] * slots[i]);
        }
        return length;
    }

    /// Lays the next table; the order of calls is part of the layout.
    ///
    /// @param slot octets of a slot, its tag included; a multiple of 8
    public Records table(int count, int slot) {
        Records records = new Records(this, region, end, count, slot);
        end += aligned(2L * count * slot);
        return records;
    }

    /// Lays the next table, to be worked on in copies.
    ///
    /// @param slot as with [#table]
    public Drafts drafts(int count, int slot) {
        Drafts table = new Drafts(table(count, slot), slot);
        drafts.add(table);
        return table;
    }

    /// Notes what is in hand, at once and not with the turn: a successor finds it.
    public void hand(long what) {
        region.i64Release(HAND, what);
    }

    /// What was noted last, by whomever.
    public long hand() {
        return region.i64(HAND);
    }

    /// Notes when a turn begins, at once as [#hand].
    public void turns(long nowNs) {
        region.i64Release(TURN_NS, nowNs);
    }

    /// What was noted last, by whomever; 0 for nothing.
    public long turnNs() {
        return region.i64(TURN_NS);
    }

    /// Whether nobody wrote here before.
    public boolean fresh() {
        return fresh;
    }

    /// The last turn that counts.
    public long committed() {
        return committed;
    }

    /// Whether a record was written, or is being written, since the last commit.
    public boolean changed() {
        return changed;
    }

    /// Slots that were void because a turn was cut off, as far as records were recovered.
    public int cut() {
        return cut;
    }

    void foundCut(int slots) {
        cut += slots;
    }

    void change() {
        changed = true;
    }

    /// Makes every record that this turn wrote count, with one store.
    public void commit() {
        for (int i = 0; i < drafts.size(); i++) {
            drafts.get(i).commit();
        }
        changed = false;
        committed++;
        region.i64Release(COMMITTED, committed);
        // The next turn writes over what was live until now: not before the store above.
        VarHandle.storeStoreFence();
    }

    private static long aligned(long length) {
        return length + 63 & ~63L;
    }
}
