package netkeep.engine.ledger;

import java.util.Arrays;
import java.util.function.IntConsumer;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;

/// A table of records that come and go. Which are free is derived: a successor scans those that were ever used.
///
/// ```text
/// used:    0 tag u64 · 8 used u32     records that were ever taken
/// record:  0 tag u64 · 8 owner u32    0 in a free one · the rest is the taker's
/// ```
public final class Pool {
    /// Octets of the slot that counts; [Ledger#length] needs it before that of the records.
    public static final int USED_SLOT = 16;

    /// Where a record's owner lies in its slot.
    public static final int OWNER = 8;

    private final Records used;
    private final Records records;
    private int[] free = new int[16];
    private int freeCount;

    public Pool(Ledger ledger, int count, int slot) {
        this.used = ledger.table(1, USED_SLOT);
        this.records = ledger.table(count, slot);
        used.recover(0, 1);
        records.recover(0, used());
        for (int index = used() - 1; index >= 0; index--) {
            if (!taken(index)) {
                release(index);
            }
        }
    }

    public Region region() {
        return records.region();
    }

    public int count() {
        return records.count();
    }

    /// How many records were ever taken: all that are taken now have a lower index.
    public int used() {
        return region().i32(used.read(0) + OWNER);
    }

    /// How many are taken.
    public int size() {
        return used() - freeCount;
    }

    public boolean taken(int index) {
        return region().i32(records.read(index) + OWNER) != 0;
    }

    /// Takes a free record: all zeros but its owner. -1 if there is none.
    ///
    /// @param owner not 0
    public int take(int owner) {
        int index;
        if (freeCount > 0) {
            index = free[--freeCount];
        } else {
            index = used();
            if (index == records.count()) {
                return -1;
            }
            region().i32(used.write(0) + OWNER, index + 1);
        }
        region().i32(records.fresh(index) + OWNER, owner);
        return index;
    }

    public void free(int index) {
        region().i32(records.write(index) + OWNER, 0);
        release(index);
    }

    /// Offset of the slot to read a record from.
    public long read(int index) {
        return records.read(index);
    }

    /// Offset of the slot to write a record in.
    public long write(int index) {
        return records.write(index);
    }

    /// Calls `each` with the index of every record that is taken.
    public void scan(IntConsumer each) {
        for (int index = 0; index < used(); index++) {
            if (taken(index)) {
                each.accept(index);
            }
        }
    }

    private void release(int index) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = index;
    }
}
