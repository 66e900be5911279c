package netkeep.embedded;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import netkeep.linux.Bell;
import netkeep.linux.Poller;

/// How one thread sleeps until a link has something, a bell is rung or an instant has come.
final class Sleeper implements AutoCloseable {
    private static final long AWAKE = Long.MIN_VALUE;
    private static final VarHandle RUNG = rung();

    private final Bell mine = new Bell();
    private final Bell theirs = new Bell(mine.descriptor());
    private final Poller poller;
    private final int bell;

    /// Until when it sleeps, [#AWAKE] while it does not.
    private volatile long untilNs = AWAKE;

    private volatile boolean rung;

    /// @param descriptors of the links; negative ones are passed over
    Sleeper(int[] descriptors) {
        this.poller = new Poller(descriptors.length + 1);
        this.bell = poller.add(mine.descriptor(), Poller.POLLIN);
        for (int descriptor : descriptors) {
            if (descriptor >= 0) {
                poller.add(descriptor, Poller.POLLIN);
            }
        }
    }

    private static VarHandle rung() {
        try {
            return MethodHandles.lookup().findVarHandle(Sleeper.class, "rung", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Says that this thread is about to sleep. It must look once more for what could be its reason not to: whoever
    /// brings one from now on finds it asleep. [#awake] or [#sleep] ends it.
    void willSleep(long until) {
        untilNs = until;
        VarHandle.fullFence();
    }

    void awake() {
        untilNs = AWAKE;
    }

    /// Sleeps as [#willSleep] said.
    void sleep(long nowNs) {
        long until = untilNs;
        if (until > nowNs) {
            poller.await(until == Long.MAX_VALUE ? Poller.NEVER : until - nowNs);
        }
        untilNs = AWAKE;
        rung = false;
        // What was rung before this line needs no second wake: the thread is awake, and looks at everything.
        if (poller.ready(bell) != 0) {
            mine.silence();
        }
    }

    /// Whether it sleeps longer than until `deadlineNs`. Asked behind a full fence.
    boolean sleepsBeyond(long deadlineNs) {
        return untilNs != AWAKE && untilNs > deadlineNs;
    }

    boolean sleeps() {
        return untilNs != AWAKE;
    }

    /// Wakes it if it sleeps. What it is to see was stored before.
    void rouse() {
        VarHandle.fullFence();
        if (untilNs != AWAKE && RUNG.compareAndSet(this, false, true)) {
            theirs.ring();
        }
    }

    @Override
    public void close() {
        mine.close();
    }
}
