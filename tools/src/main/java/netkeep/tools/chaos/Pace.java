package netkeep.tools.chaos;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// How fast one stream goes: as it can, until it is told to go at a share of what it went at. One thread takes octets,
/// another tells.
final class Pace {
    /// Who is late catches up with so much.
    private static final long BEHIND_NS = TimeUnit.MILLISECONDS.toNanos(20);

    /// Who is ahead by less goes on.
    private static final long AHEAD_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final LongAdder octets = new LongAdder();
    private volatile double perNs = Double.POSITIVE_INFINITY;
    private long dueNs;

    /// Octets so far.
    long octets() {
        return octets.sum();
    }

    /// From now on so many octets a nanosecond, if it is more than nothing.
    void slow(double octetsPerNs) {
        perNs = octetsPerNs > 0 ? octetsPerNs : Double.POSITIVE_INFINITY;
    }

    /// Waits until the stream may go on behind so many octets.
    void took(int count) {
        octets.add(count);
        double rate = perNs;
        if (rate == Double.POSITIVE_INFINITY) {
            return;
        }
        long nowNs = System.nanoTime();
        dueNs = Math.max(dueNs, nowNs - BEHIND_NS) + (long) (count / rate);
        if (dueNs - nowNs > AHEAD_NS) {
            LockSupport.parkNanos(this, dueNs - nowNs);
        }
    }
}
