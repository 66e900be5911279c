package netkeep.engine.socket;

import java.util.concurrent.TimeUnit;
import netkeep.ring.Records;

/// What a session may still carry in one direction by its rate. A field of its record says when it will have been
/// allowed all that it had.
public final class Credit {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    /// How far it may be ahead of its rate; and how much of that is there again when it goes on: who carries much does
    /// not wake for each segment.
    private static final long AHEAD_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final long GRAIN_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /// How far it may be behind and catch up: whoever waits for a core on a busy machine loses nothing of its rate.
    private static final long BEHIND_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Records records;
    private final int number;
    private final long field;
    private final int rate;

    /// @param number the session's record
    /// @param field  where in it the instant is, in nanoseconds
    /// @param rate   octets in a second; 0 for any number
    Credit(Records records, int number, long field, int rate) {
        this.records = records;
        this.number = number;
        this.field = field;
        this.rate = rate;
    }

    /// Whether there is a rate at all.
    public boolean limited() {
        return rate != 0;
    }

    /// Whether it may carry something.
    public boolean may(long nowNs) {
        return left(nowNs) != 0;
    }

    /// When it may, with something to spare.
    public long nextNs() {
        return rate == 0 ? 0 : untilNs() - AHEAD_NS + GRAIN_NS;
    }

    /// Octets that it may carry at a time, about: at a low rate nothing is so long that others wait for it.
    public int most() {
        return rate == 0 ? Integer.MAX_VALUE : (int) (rate * AHEAD_NS / SECOND_NS);
    }

    /// Octets that it may carry now: once it has, it may not.
    public int left(long nowNs) {
        if (rate == 0) {
            return Integer.MAX_VALUE;
        }
        long ns = Math.max(0, nowNs + AHEAD_NS - Math.max(untilNs(), nowNs - BEHIND_NS));
        return (int) ((ns * rate + SECOND_NS - 1) / SECOND_NS);
    }

    /// It carries octets, for the first time or again.
    ///
    /// @param count fewer than none are given back
    public void spend(int count, long nowNs) {
        if (rate != 0) {
            long ns = count * SECOND_NS / rate;
            records.region().i64(records.write(number) + field, Math.max(untilNs(), nowNs - BEHIND_NS) + ns);
        }
    }

    private long untilNs() {
        return records.region().i64(records.read(number) + field);
    }
}
