package netkeep.engine.ledger;

import netkeep.ring.Ledger;
import netkeep.ring.Records;

/// The engine's counters, in one record: what a turn counts counts with its commit.
///
/// ```text
/// slot:  0  tag u64
///        8  counter 0 u64, counter 1 ... in the order of [Counter]
/// ```
// The order of counters is part of the layout.
@SuppressWarnings("EnumOrdinal")
public final class Counters {
    /// Room for counters to come; part of the layout.
    private static final int SLOT = 8 + 8 * 256;

    private final Records records;

    public Counters(Ledger ledger) {
        this.records = ledger.table(1, SLOT);
        records.recover(0, 1);
    }

    /// Octets of ledger that counters take.
    public static int slot() {
        return SLOT;
    }

    public void add(Counter counter) {
        add(counter, 1);
    }

    /// @param amount may be negative for gauges
    public void add(Counter counter, long amount) {
        long at = records.write(0) + 8 + 8L * counter.ordinal();
        records.region().i64(at, records.region().i64(at) + amount);
    }

    public long get(Counter counter) {
        return records.region().i64(records.read(0) + 8 + 8L * counter.ordinal());
    }
}
