package netkeep.drive;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import netkeep.linux.Bell;
import netkeep.linux.Poller;

/// How one thread sleeps until a link has something, a bell is rung or an instant has come.
final class Sleeper implements AutoCloseable {
    private static final long AWAKE = Long.MIN_VALUE;

    /// The bell's index in the poller.
    private static final int BELL = 0;

    private final Bell mine = new Bell();
    private final Bell theirs = new Bell(mine.descriptor());
    private final IntSupplier[] descriptors;
    private final int[] polled;
    private Poller poller;

    /// Until when it sleeps, [#AWAKE] while it does not.
    private volatile long untilNs = AWAKE;

    private final AtomicBoolean rung = new AtomicBoolean();

    /// @param descriptors of the links; negative ones are passed over, also if they become so
    Sleeper(IntSupplier[] descriptors) {
        this.descriptors = descriptors.clone();
        this.polled = new int[descriptors.length];
        for (int i = 0; i < polled.length; i++) {
            polled[i] = descriptors[i].getAsInt();
        }
        this.poller = poller();
    }

    private Poller poller() {
        Poller of = new Poller(polled.length + 1);
        of.add(mine.descriptor(), Poller.POLLIN);
        for (int descriptor : polled) {
            if (descriptor >= 0) {
                of.add(descriptor, Poller.POLLIN);
            }
        }
        return of;
    }

    /// A link that is gone would be ready for ever.
    private void refresh() {
        boolean changed = false;
        for (int i = 0; i < polled.length; i++) {
            int now = descriptors[i].getAsInt();
            changed |= now != polled[i];
            polled[i] = now;
        }
        if (changed) {
            poller = poller();
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
        refresh();
        if (until > nowNs) {
            poller.await(until == Long.MAX_VALUE ? Poller.NEVER : until - nowNs);
        }
        untilNs = AWAKE;
        if (poller.ready(BELL) != 0) {
            mine.silence();
        }
        // Last: whoever found it set before this line needed no bell, for this thread is awake and looks at everything.
        // The other way round a ring could be silenced and the next ones suppressed.
        rung.set(false);
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
        if (untilNs != AWAKE && rung.compareAndSet(false, true)) {
            theirs.ring();
        }
    }

    @Override
    public void close() {
        mine.close();
    }
}
