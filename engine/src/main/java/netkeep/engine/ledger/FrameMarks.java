package netkeep.engine.ledger;

import netkeep.ring.Ledger;
import netkeep.ring.Records;

/// How far the frames of each link were taken: where a link is in a domain of its own the positions of
/// [netkeep.ring.FrameConsumer], else how many there were. The shell's; here because a commit covers them.
///
/// ```text
/// slot:  0  tag   u64
///        8  taken u64
/// ```
public final class FrameMarks {
    private static final int SLOT = 16;
    private static final long TAKEN = 8;

    private final Records records;

    public FrameMarks(Ledger ledger, int links) {
        this.records = ledger.table(links, SLOT);
        records.recover(0, links);
    }

    public static int slot() {
        return SLOT;
    }

    public long taken(int link) {
        return records.region().i64(records.read(link) + TAKEN);
    }

    /// Notes the position of a link.
    public void note(int link, long taken) {
        if (taken != taken(link)) {
            long at = records.write(link);
            records.region().i64(at + TAKEN, taken);
        }
    }
}
