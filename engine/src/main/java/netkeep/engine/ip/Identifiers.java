package netkeep.engine.ip;

import netkeep.engine.ledger.Luck;
import netkeep.ring.Ledger;
import netkeep.ring.Records;

/// The identification of packets that are fragmented: unpredictable from outside, and not repeated soon for the same
/// pair of addresses (RFC 7739 §5.3, RFC 6864 §4.2). A keyed hash of the pair begins each sequence; a counter that few
/// other pairs share goes on with it.
///
/// ```text
/// slot:  0  tag u64
///        8  used u64   how many were taken
/// ```
final class Identifiers {
    static final int SLOT = 16;
    static final int COUNT = 256;

    private final Records records;
    private final Luck luck;

    Identifiers(Ledger ledger, Luck luck) {
        this.records = ledger.table(COUNT, SLOT);
        this.luck = luck;
        records.recover(0, COUNT);
    }

    /// The next identification for a pair of addresses and a protocol; IPv4 takes the low 16 bits.
    int next(long sourceHi, long sourceLo, long destinationHi, long destinationLo, int protocol) {
        long hash = luck.hash(sourceHi, sourceLo, destinationHi, destinationLo, 0x100 + protocol);
        int counter = (int) (hash >>> 56);
        long at = records.write(counter) + 8;
        long used = records.region().i64(at) + 1;
        records.region().i64(at, used);
        return (int) (hash + used);
    }
}
