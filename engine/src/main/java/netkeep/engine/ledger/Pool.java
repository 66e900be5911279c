package netkeep.engine.ledger;

import java.util.Arrays;
import java.util.function.IntConsumer;
import netkeep.ring.Drafts;
import netkeep.ring.Fields;
import netkeep.ring.Ledger;

/// A table of records that come and go. Which are free is derived: a successor scans those that were ever used.
///
/// ```text
/// used:    0 tag u64 · 8 used u32     records that were ever taken
/// record:  0 tag u64 · 8 owner u32    0 in a free one · the rest is the taker's
/// ```
public final class Pool {
    /// Octets of the slot that counts; [Ledger#length] needs it before that of the records.
    public static final int USED_SLOT = 16;

    private static final int OWNER = 8;

    private final Drafts used;
    private final Drafts records;
    private final Head head = new Head();
    private int[] free = new int[16];
    private int freeCount;

    public Pool(Ledger ledger, int count, int slot) {
        this.used = ledger.drafts(1, USED_SLOT);
        this.records = ledger.drafts(count, slot);
        used.recover(0, 1);
        records.recover(0, used());
        for (int index = used() - 1; index >= 0; index--) {
            if (!taken(index)) {
                release(index);
            }
        }
    }

    /// What all records begin with.
    private static final class Head extends Fields {
        private int owner() {
            return i32(OWNER);
        }

        private void owner(int value) {
            i32(OWNER, value);
        }
    }

    public int count() {
        return records.count();
    }

    /// How many records were ever taken: all that are taken now have a lower index.
    public int used() {
        used.read(0, head);
        return head.owner();
    }

    /// How many are taken.
    public int size() {
        return used() - freeCount;
    }

    public boolean taken(int index) {
        return owner(index) != 0;
    }

    /// Who took a record, 0 if it is free.
    public int owner(int index) {
        records.read(index, head);
        return head.owner();
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
            used.write(0, head);
            head.owner(index + 1);
        }
        records.fresh(index, head);
        head.owner(owner);
        return index;
    }

    public void free(int index) {
        records.write(index, head);
        head.owner(0);
        release(index);
    }

    /// As [Drafts#read].
    public void read(int index, Fields to) {
        records.read(index, to);
    }

    /// As [Drafts#write].
    public void write(int index, Fields to) {
        records.write(index, to);
    }

    /// Calls `each` with the index of every record that is taken.
    public void scan(IntConsumer each) {
        for (int index = 0; index < used(); index++) {
            if (taken(index)) {
                each.accept(index);
            }
        }
    }

    /// As [#scan], of `most` records from `from` on.
    ///
    /// @return where to go on; [#used] at the end
    public int scan(int from, int most, IntConsumer each) {
        int end = Math.min(from + most, used());
        for (int index = from; index < end; index++) {
            if (taken(index)) {
                each.accept(index);
            }
        }
        return end;
    }

    private void release(int index) {
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, 2 * freeCount);
        }
        free[freeCount++] = index;
    }
}
