package netkeep.engine.ledger;

import netkeep.ring.Ledger;
import netkeep.ring.Records;

/// The engine's only luck: a keyed generator whose state is a record, and a keyed hash. Same seed, same story, also in
/// a successor.
///
/// ```text
/// slot:  0  tag u64
///        8  key, two u64
///       24  drawn u64    how many numbers were drawn
/// ```
///
/// Numbers are SipHash-2-4 of a counter under the key: who sees some of them cannot tell the next.
public final class Luck {
    private static final int SLOT = 32;

    private final Records records;
    private final long key0;
    private final long key1;

    /// @param seed0 seed1 128 bits from the shell, used only where the ledger is new
    public Luck(Ledger ledger, long seed0, long seed1) {
        this.records = ledger.table(1, SLOT);
        records.recover(0, 1);
        if (!records.written(0)) {
            long at = records.fresh(0);
            records.region().i64(at + 8, seed0);
            records.region().i64(at + 16, seed1);
        }
        long at = records.read(0);
        this.key0 = records.region().i64(at + 8);
        this.key1 = records.region().i64(at + 16);
    }

    public static int slot() {
        return SLOT;
    }

    /// The next 64 bits.
    public long next() {
        long at = records.write(0) + 24;
        long drawn = records.region().i64(at) + 1;
        records.region().i64(at, drawn);
        return hash(drawn, 0, 0, 0, 0);
    }

    /// The next number in 0..bound-1.
    public int below(int bound) {
        return (int) ((next() >>> 33) * bound >>> 31);
    }

    /// SipHash-2-4 of five words under the engine's key: for initial sequence numbers, hash tables, port offsets.
    public long hash(long a, long b, long c, long d, long e) {
        return SipHash.of(key0, key1, a, b, c, d, e);
    }
}
