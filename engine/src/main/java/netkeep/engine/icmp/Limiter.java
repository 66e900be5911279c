package netkeep.engine.icmp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import netkeep.engine.ledger.Luck;
import netkeep.ring.Ledger;
import netkeep.ring.Records;

/// Bounds how many errors we send, to everybody and to each host (RFC 1812 §4.3.2.8, RFC 4443 §2.4 (f)): token buckets,
/// each kept as the instant at which it will be full.
///
/// ```text
/// slot:  0  tag u64
///        8  fullNs u64
/// ```
final class Limiter {
    static final int SLOT = 16;
    /// One for everybody, the others for hosts by a keyed hash.
    static final int COUNT = 65;

    static final long ALL_NS = MILLISECONDS.toNanos(1);
    static final int ALL_BURST = 100;
    static final long HOST_NS = MILLISECONDS.toNanos(100);
    static final int HOST_BURST = 10;

    private final Records records;
    private final Luck luck;

    Limiter(Ledger ledger, Luck luck) {
        this.records = ledger.table(COUNT, SLOT);
        this.luck = luck;
        records.recover(0, COUNT);
        for (int i = 0; i < COUNT; i++) {
            if (!records.written(i)) {
                records.region().i64(records.fresh(i) + 8, Long.MIN_VALUE);
            }
        }
    }

    /// Whether one more error may go to a host now; takes it from both buckets if so.
    boolean allows(long hi, long lo, long nowNs) {
        int host = 1 + (int) (luck.hash(hi, lo, 0, 0, 6) & 63);
        if (fullNs(0) > nowNs + ALL_NS * (ALL_BURST - 1) || fullNs(host) > nowNs + HOST_NS * (HOST_BURST - 1)) {
            return false;
        }
        take(0, ALL_NS, nowNs);
        take(host, HOST_NS, nowNs);
        return true;
    }

    private void take(int bucket, long tokenNs, long nowNs) {
        long fullNs = Math.max(fullNs(bucket), nowNs) + tokenNs;
        records.region().i64(records.write(bucket) + 8, fullNs);
    }

    private long fullNs(int bucket) {
        return records.region().i64(records.read(bucket) + 8);
    }
}
