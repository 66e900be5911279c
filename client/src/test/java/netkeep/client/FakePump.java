package netkeep.client;

import java.util.concurrent.TimeUnit;

/// Turns of a [FakeStack] on whichever thread submits or waits.
final class FakePump implements Pump {
    private final Object monitor = new Object();
    private FakeStack stack;
    private Session session;

    /// Set to false, nothing turns but in [#await].
    volatile boolean eager = true;

    /// Whether requests may be held back.
    boolean holds;

    void attach(FakeStack to, Session of) {
        stack = to;
        session = of;
    }

    private void turn() {
        while (stack.turn() != 0) {
            session.dispatch();
        }
        session.dispatch();
    }

    @Override
    public void soon() {
        submitted();
    }

    @Override
    public void submitted() {
        glance();
    }

    @Override
    public void hold(boolean several) {
        holds = several;
    }

    @Override
    public void release() {
        holds = false;
    }

    @Override
    public void glance() {
        if (eager) {
            synchronized (monitor) {
                turn();
            }
        }
    }

    @Override
    public boolean await(Waiter waiter, long deadlineNs) {
        boolean interrupted = false;
        waiter.thread = Thread.currentThread();
        synchronized (monitor) {
            turn();
            while (!waiter.ready()) {
                long leftNs = deadlineNs == Long.MAX_VALUE ? TimeUnit.DAYS.toNanos(1) : deadlineNs - nowNs();
                if (leftNs <= 0) {
                    break;
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(monitor, leftNs);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        waiter.thread = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return waiter.ready();
    }

    @Override
    public void wake(Waiter waiter) {
        synchronized (monitor) {
            monitor.notifyAll();
        }
    }

    @Override
    public long nowNs() {
        return System.nanoTime();
    }
}
