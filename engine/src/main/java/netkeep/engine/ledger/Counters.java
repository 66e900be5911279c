package netkeep.engine.ledger;

import netkeep.ring.Ledger;
import netkeep.ring.Records;

/// The engine's counters: what a turn counts counts with its commit.
///
/// Counter `n` is in record `n / 8`, in the order of [Counter]:
/// ```text
/// slot:  0  tag u64
///        8  counter u64 x 8
/// ```
/// A frame counts in ten places: within a turn the sums are the engine's own, and [#commit] writes them.
// The order of counters is part of the layout.
@SuppressWarnings("EnumOrdinal")
public final class Counters {
    /// Room for counters to come; part of the layout.
    private static final int RECORDS = 32;

    private static final int SLOT = 8 + 8 * 8;

    private final Records records;

    // Within a turn: what is to be added, and a bit for each counter that it is to be added to.
    private final long[] sums = new long[8 * RECORDS];
    private final long[] counted = new long[8 * RECORDS / Long.SIZE];

    public Counters(Ledger ledger) {
        this.records = ledger.table(RECORDS, SLOT);
        records.recover(0, RECORDS);
    }

    /// How many records the table has.
    public static int count() {
        return RECORDS;
    }

    /// Octets of a record's slot.
    public static int slot() {
        return SLOT;
    }

    public void add(Counter counter) {
        add(counter, 1);
    }

    /// @param amount may be negative for gauges
    public void add(Counter counter, long amount) {
        int number = counter.ordinal();
        sums[number] += amount;
        counted[number >> 6] |= 1L << number;
    }

    /// Writes what the turn counted; just before the ledger's commit.
    public void commit() {
        for (int word = 0; word < counted.length; word++) {
            for (long bits = counted[word]; bits != 0; bits &= bits - 1) {
                int number = word * Long.SIZE + Long.numberOfTrailingZeros(bits);
                long at = records.write(number >> 3) + 8 + 8L * (number & 7);
                records.region().i64(at, records.region().i64(at) + sums[number]);
                sums[number] = 0;
            }
            counted[word] = 0;
        }
    }

    public long get(Counter counter) {
        int number = counter.ordinal();
        return records.region().i64(records.read(number >> 3) + 8 + 8L * (number & 7)) + sums[number];
    }
}
