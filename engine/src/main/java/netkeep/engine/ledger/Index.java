package netkeep.engine.ledger;

import java.util.Arrays;

/// Finds the records of a table by their keys' hash, and a free one. Derived from the records, and the same whatever
/// the order in which they came: chains ascend, and the free record is always the lowest.
///
/// The caller compares keys: `for (int i = index.first(hash); i >= 0; i = index.next(i))`.
public final class Index {
    private static final int NONE = -1;

    // Derived: rebuilt from the records at construction of the table that owns this.
    private final int[] heads;
    private final int[] nexts;
    private final long[] taken;
    private int count;

    /// @param records how many records the table has
    public Index(int records) {
        int buckets = Integer.highestOneBit(Math.max(2, 2 * records - 1));
        this.heads = new int[buckets];
        this.nexts = new int[records];
        this.taken = new long[records + 63 >>> 6];
        Arrays.fill(heads, NONE);
    }

    /// The first record of a chain, -1 for none.
    public int first(long hash) {
        return heads[bucket(hash)];
    }

    /// The record behind another of the same chain, -1 for none.
    public int next(int record) {
        return nexts[record];
    }

    public void add(int record, long hash) {
        int bucket = bucket(hash);
        int before = NONE;
        int behind = heads[bucket];
        while (behind >= 0 && behind < record) {
            before = behind;
            behind = nexts[behind];
        }
        nexts[record] = behind;
        if (before < 0) {
            heads[bucket] = record;
        } else {
            nexts[before] = record;
        }
        taken[record >>> 6] |= 1L << record;
        count++;
    }

    /// @param hash the one it was added with
    public void remove(int record, long hash) {
        int bucket = bucket(hash);
        int before = NONE;
        int here = heads[bucket];
        while (here != record) {
            before = here;
            here = nexts[here];
        }
        if (before < 0) {
            heads[bucket] = nexts[record];
        } else {
            nexts[before] = nexts[record];
        }
        taken[record >>> 6] &= ~(1L << record);
        count--;
    }

    /// How many records are in it.
    public int count() {
        return count;
    }

    public boolean has(int record) {
        return (taken[record >>> 6] >>> record & 1) != 0;
    }

    /// The lowest record that is not in it, -1 if all are.
    public int free() {
        for (int word = 0; word < taken.length; word++) {
            if (taken[word] != -1L) {
                int record = (word << 6) + Long.numberOfTrailingZeros(~taken[word]);
                return record < nexts.length ? record : NONE;
            }
        }
        return NONE;
    }

    /// The lowest record in it that is not below `from`, -1 for none: `for (int i = after(0); i >= 0; i = after(i +
    /// 1))`.
    public int after(int from) {
        if (from >= nexts.length) {
            return NONE;
        }
        int word = from >>> 6;
        long rest = taken[word] & -1L << from;
        while (rest == 0) {
            if (++word == taken.length) {
                return NONE;
            }
            rest = taken[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(rest);
    }

    private int bucket(long hash) {
        return (int) (hash ^ hash >>> 32) & heads.length - 1;
    }
}
