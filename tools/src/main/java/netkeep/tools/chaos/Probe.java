package netkeep.tools.chaos;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Looks at the clock all the time: what it misses, nobody on this machine could have done.
final class Probe implements AutoCloseable {
    private static final long PAUSE_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private final Gaps gaps = new Gaps();
    private final Thread thread = Thread.ofPlatform().name("netkeep-probe").unstarted(this::look);
    private volatile boolean ended;

    void start() {
        thread.start();
    }

    private void look() {
        while (!ended) {
            gaps.on(System.nanoTime());
            LockSupport.parkNanos(this, PAUSE_NS);
        }
    }

    Gaps gaps() {
        return gaps;
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }
}
