package netkeep.engine.ip;

import static java.util.concurrent.TimeUnit.SECONDS;

import netkeep.engine.ledger.Luck;
import netkeep.ring.Ledger;
import netkeep.ring.Records;
import netkeep.ring.Region;

/// Between whom datagrams went of late, as far as the [Filter] let the first one pass: what goes the other way,
/// and what follows, belongs to that. Bounded: a set that is full forgets, of the account that has most there, what was
/// silent for longest. So who sends to many has its own forgotten.
///
/// ```text
/// slot:  0  tag u64
///        8  local address, hi and lo
///       24  remote address, hi and lo
///       40  ports u32          local << 16 | remote
///       44  account u32        whose it is: a session's number
///       48  untilNs u64
/// ```
final class Exchanges {
    static final int SLOT = 56;

    private static final long LOCAL_HI = 8;
    private static final long LOCAL_LO = 16;
    private static final long REMOTE_HI = 24;
    private static final long REMOTE_LO = 32;
    private static final long PORTS = 40;
    private static final long ACCOUNT = 44;
    private static final long UNTIL_NS = 48;

    /// Records in which an exchange may be: those of its hash.
    private static final int SET = 8;

    // RFC 4787 §4.3 (REQ-5): not less than two minutes.
    private static final long KEPT_NS = SECONDS.toNanos(120);

    /// How much later an exchange must end than its record says for that to be written.
    private static final long STEP_NS = SECONDS.toNanos(1);

    private final Records records;
    private final Region region;
    private final Luck luck;

    /// @param count a power of two
    Exchanges(Ledger ledger, int count, Luck luck) {
        this.records = ledger.table(count, SLOT);
        this.region = records.region();
        this.luck = luck;
        records.recover(0, count);
    }

    /// Whether an exchange goes on.
    boolean has(long localHi, long localLo, int local, long remoteHi, long remoteLo, int remote, long nowNs) {
        int ports = local << 16 | remote;
        int first = first(localHi, localLo, remoteHi, remoteLo, ports);
        for (int i = first; i < first + SET; i++) {
            if (is(i, localHi, localLo, remoteHi, remoteLo, ports)) {
                return nowNs < untilNs(i);
            }
        }
        return false;
    }

    /// A datagram goes, or comes.
    ///
    /// @param account whose it is
    void note(
            long localHi, long localLo, int local, long remoteHi, long remoteLo, int remote, int account, long nowNs) {
        int ports = local << 16 | remote;
        int first = first(localHi, localLo, remoteHi, remoteLo, ports);
        for (int i = first; i < first + SET; i++) {
            if (is(i, localHi, localLo, remoteHi, remoteLo, ports)) {
                if (untilNs(i) < nowNs + KEPT_NS - STEP_NS) {
                    region.i64(records.write(i) + UNTIL_NS, nowNs + KEPT_NS);
                }
                return;
            }
        }
        long at = records.write(toForget(first, account, nowNs));
        region.i64(at + LOCAL_HI, localHi);
        region.i64(at + LOCAL_LO, localLo);
        region.i64(at + REMOTE_HI, remoteHi);
        region.i64(at + REMOTE_LO, remoteLo);
        region.i32(at + PORTS, ports);
        region.i32(at + ACCOUNT, account);
        region.i64(at + UNTIL_NS, nowNs + KEPT_NS);
    }

    /// The record of a set that is another's to have: one that has ended, or as the class says.
    private int toForget(int first, int account, long nowNs) {
        int chosen = first;
        int most = 0;
        for (int i = first; i < first + SET; i++) {
            if (untilNs(i) <= nowNs) {
                return i;
            }
            int here = held(first, account(i)) + (account(i) == account ? 1 : 0);
            if (here > most || here == most && untilNs(i) < untilNs(chosen)) {
                chosen = i;
                most = here;
            }
        }
        return chosen;
    }

    /// How many of a set an account has.
    private int held(int first, int account) {
        int held = 0;
        for (int i = first; i < first + SET; i++) {
            held += account(i) == account ? 1 : 0;
        }
        return held;
    }

    private int account(int record) {
        return region.i32(records.read(record) + ACCOUNT);
    }

    private int first(long localHi, long localLo, long remoteHi, long remoteLo, int ports) {
        long hash = luck.hash(localHi, localLo, remoteHi, remoteLo, 9L << 32 | ports & 0xFFFF_FFFFL);
        return (int) (hash & records.count() - 1) & -SET;
    }

    private boolean is(int record, long localHi, long localLo, long remoteHi, long remoteLo, int ports) {
        long at = records.read(record);
        return region.i32(at + PORTS) == ports
                && region.i64(at + REMOTE_LO) == remoteLo
                && region.i64(at + REMOTE_HI) == remoteHi
                && region.i64(at + LOCAL_LO) == localLo
                && region.i64(at + LOCAL_HI) == localHi;
    }

    private long untilNs(int record) {
        return region.i64(records.read(record) + UNTIL_NS);
    }
}
