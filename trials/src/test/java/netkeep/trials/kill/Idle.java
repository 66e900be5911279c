package netkeep.trials.kill;

import netkeep.client.Pump;
import netkeep.client.Waiter;
import netkeep.linux.Clock;

/// A pump of one thread that does everything: whoever waits lets the whole world turn meanwhile.
final class Idle implements Pump {
    private final Clock clock;
    private final Runnable turn;

    Idle(Clock clock, Runnable turn) {
        this.clock = clock;
        this.turn = turn;
    }

    @Override
    public void soon() {
        submitted();
    }

    @Override
    public void submitted() {}

    @Override
    public void hold(boolean several) {}

    @Override
    public void release() {}

    @Override
    public void glance() {}

    @Override
    public boolean await(Waiter waiter, long deadlineNs) {
        waiter.thread = Thread.currentThread();
        while (!waiter.ready() && clock.nowNs() < deadlineNs) {
            turn.run();
            Thread.onSpinWait();
        }
        waiter.thread = null;
        return waiter.ready();
    }

    @Override
    public void wake(Waiter waiter) {}

    @Override
    public long nowNs() {
        return clock.nowNs();
    }
}
