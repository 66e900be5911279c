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
/// A frame counts in ten places: within a turn that is done on the heap, and [#commit] writes the records that changed.
// The order of counters is part of the layout.
@SuppressWarnings("EnumOrdinal")
public final class Counters {
    /// Room for counters to come; part of the layout.
    private static final int RECORDS = 32;

    private static final int SLOT = 8 + 8 * 8;

    private final Records records;

    // What the records say, with what this turn has counted; a bit for each counter that it has.
    private final long[] totals = new long[8 * RECORDS];
    private final long[] counted = new long[8 * RECORDS / Long.SIZE];

    public Counters(Ledger ledger) {
        this.records = ledger.table(RECORDS, SLOT);
        records.recover(0, RECORDS);
        for (int record = 0; record < RECORDS; record++) {
            records.read(record, totals, 8 * record, 8);
        }
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
        totals[number] += amount;
        counted[number >> 6] |= 1L << number;
    }

    /// Writes what the turn counted; just before the ledger's commit.
    public void commit() {
        for (int word = 0; word < counted.length; word++) {
            for (long bits = counted[word]; bits != 0; ) {
                int inWord = Long.numberOfTrailingZeros(bits) >> 3;
                int record = word * (Long.SIZE / 8) + inWord;
                records.write(record, totals, 8 * record, 8);
                bits &= ~(0xFFL << 8 * inWord);
            }
            counted[word] = 0;
        }
    }

    public long get(Counter counter) {
        return totals[counter.ordinal()];
    }
}
