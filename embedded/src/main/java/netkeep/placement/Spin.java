package netkeep.placement;

import java.util.concurrent.TimeUnit;

/// How long a domain that finds nothing to do goes on looking before it sleeps. Between two looks it offers its core
/// to others, and does not get it back from one that computes before the kernel's next tick: that is longer than
/// waking takes, for who is woken goes first. So whoever has lost the core so sleeps for a while instead of looking,
/// and for ever longer ones if that happens again.
final class Spin {
    /// Who is away for longer than this does not share its core with those only that it works for.
    static final long AWAY_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /// So many times as long as it was away it sleeps at first.
    static final int TIMES = 4;

    /// The longest that it sleeps instead of looking.
    static final long MOST_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private final long spinNs;
    private long untilNs;
    private long shyNs;
    private long shyUntilNs;

    /// @param spinNs how long it looks
    Spin(long spinNs, long nowNs) {
        this.spinNs = spinNs;
        this.untilNs = nowNs + spinNs;
        this.shyUntilNs = nowNs;
    }

    /// There was something to do.
    void found(long nowNs) {
        untilNs = nowNs + spinNs;
    }

    /// Whether to look once more.
    boolean goesOn(long nowNs) {
        return nowNs < untilNs && nowNs >= shyUntilNs;
    }

    /// It has offered its core to others.
    ///
    /// @param fromNs when
    /// @param nowNs  when it got it back
    void offered(long fromNs, long nowNs) {
        long awayNs = nowNs - fromNs;
        if (awayNs > AWAY_NS) {
            boolean again = nowNs - shyUntilNs < shyNs;
            shyNs = Math.min(again ? 2 * shyNs : TIMES * awayNs, MOST_NS);
            shyUntilNs = nowNs + shyNs;
        }
    }
}
