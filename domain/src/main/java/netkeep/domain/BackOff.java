package netkeep.domain;

import java.util.concurrent.TimeUnit;

/// How long to wait with the next one after one that has ended. Whoever dies at once will do so again: later and later.
public final class BackOff {
    /// How long one lives at least, else its life was short.
    private static final long SHORT_NS = TimeUnit.SECONDS.toNanos(1);

    /// Two short lives are as many as the same input may cost.
    private static final int FREE = 2;

    private static final long FIRST_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(2);

    private int shortLives;
    private long pauseNs;
    private long begunNs;

    /// Nobody was there yet.
    public BackOff() {}

    /// One begins.
    public void begins(long nowNs) {
        begunNs = nowNs;
    }

    /// It has ended.
    ///
    /// @return how long the next one is to wait: 0 unless three lives in turn were short, then 100 ms, and twice as
    ///         long each time, up to 2 s
    public long ends(long nowNs) {
        shortLives = nowNs - begunNs < SHORT_NS ? shortLives + 1 : 0;
        pauseNs = shortLives > FREE ? Math.clamp(2 * pauseNs, FIRST_NS, LONGEST_NS) : 0;
        return pauseNs;
    }
}
