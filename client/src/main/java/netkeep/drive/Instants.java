package netkeep.drive;

import netkeep.linux.Clock;

/// CLOCK_MONOTONIC for any thread, without a call into libc: `System.nanoTime` reads the same clock, less an origin
/// that this JVM chose once.
public class Instants {
    private static final int TRIES = 16;

    private final long originNs = origin();

    public Instants() {}

    /// Nanoseconds.
    public long nowNs() {
        return System.nanoTime() + originNs;
    }

    /// The difference of the two clocks, as two readings one right behind the other show it best.
    private static long origin() {
        Clock clock = new Clock();
        long best = 0;
        long closestNs = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            long before = System.nanoTime();
            long monotonic = clock.nowNs();
            long after = System.nanoTime();
            if (after - before < closestNs) {
                closestNs = after - before;
                best = monotonic - before - (after - before) / 2;
            }
        }
        return best;
    }
}
