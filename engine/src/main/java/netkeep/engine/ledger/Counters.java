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

    private final Ledger ledger;
    private final Records records;
    // Derived: where this turn's slot is, and which turn that is; each frame adds many times.
    private long slot;
    private long slotTurn = -1;

    public Counters(Ledger ledger) {
        this.ledger = ledger;
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
        if (slotTurn != ledger.committed()) {
            slot = records.write(0);
            slotTurn = ledger.committed();
        }
        long at = slot + 8 + 8L * counter.ordinal();
        records.region().i64(at, records.region().i64(at) + amount);
    }

    public long get(Counter counter) {
        return records.region().i64(records.read(0) + 8 + 8L * counter.ordinal());
    }
}
