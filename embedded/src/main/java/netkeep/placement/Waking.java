package netkeep.placement;

import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// Rings a client's bell. Whatever waits for the client's ear is woken by the one who rings: as many threads, and
/// epoll instances one in another, as the client likes. So the CPU time of a ring is taken now and then, nobody knows
/// when; and a client whose rings take long is woken so seldom that they take a sixteenth of the time at most.
final class Waking {
    /// What waking a thread does not take.
    static final long LONG_NS = 15_000;

    /// So many in a row must have taken long: once may be chance.
    static final int IN_A_ROW = 4;

    static final int PAUSE = 16;

    /// Of so many rings one is weighed, on average.
    static final int SELDOM = 64;

    private final Runnable bell;
    private final LongSupplier cpuNs;
    private final RandomGenerator luck;
    private int unweighed;
    private int inARow;
    private boolean owed;
    private long nextNs = Long.MIN_VALUE;

    /// @param bell  rings it
    /// @param cpuNs CPU time of the calling thread
    /// @param luck  by which rings are chosen
    Waking(Runnable bell, LongSupplier cpuNs, RandomGenerator luck) {
        this.bell = bell;
        this.cpuNs = cpuNs;
        this.luck = luck;
    }

    /// Rings, or notes that it must be done later.
    ///
    /// @param free whether it may take as long as it likes, as of who has many processes
    void ring(boolean free, long nowNs) {
        owed = !free && nowNs < nextNs;
        if (owed) {
            return;
        }
        if (free || unweighed > 0) {
            unweighed = Math.max(0, unweighed - 1);
            bell.run();
            return;
        }
        long beforeNs = cpuNs.getAsLong();
        bell.run();
        long tookNs = cpuNs.getAsLong() - beforeNs;
        inARow = tookNs > LONG_NS ? Math.min(inARow + 1, IN_A_ROW) : 0;
        unweighed = inARow == 0 ? luck.nextInt(2 * SELDOM) : 0;
        if (inARow == IN_A_ROW) {
            nextNs = nowNs + PAUSE * tookNs;
        }
    }

    /// Rings if it was put off until now.
    void late(long nowNs) {
        if (owed && nowNs >= nextNs) {
            ring(false, nowNs);
        }
    }

    /// When to call [#late]; none is owed: never.
    long deadlineNs() {
        return owed ? nextNs : Long.MAX_VALUE;
    }
}
