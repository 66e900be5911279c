package netkeep.drive;

import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import netkeep.linux.Bell;
import netkeep.linux.Epoll;
import netkeep.linux.Poller;

/// How one thread sleeps until a link has something, a bell is rung or an instant has come.
final class Sleeper implements AutoCloseable {
    private static final long AWAKE = Long.MIN_VALUE;

    /// The bell's token.
    private static final int BELL = -1;

    /// Nobody silences it: it is waited for edge-triggered.
    private final Bell bell = new Bell();

    private final List<Awaited> awaited;
    private final int[] polled;
    private Epoll epoll;

    /// Until when it sleeps, [#AWAKE] while it does not.
    private volatile long untilNs = AWAKE;

    private final AtomicBoolean rung = new AtomicBoolean();

    Sleeper(List<Awaited> awaited) {
        this.awaited = List.copyOf(awaited);
        this.polled = new int[awaited.size()];
        for (int i = 0; i < polled.length; i++) {
            polled[i] = awaited.get(i).descriptor().getAsInt();
        }
        this.epoll = epoll();
    }

    private Epoll epoll() {
        Epoll of = new Epoll(polled.length + 1);
        of.add(bell.descriptor(), Epoll.EPOLLIN | Epoll.EPOLLET, BELL);
        for (int i = 0; i < polled.length; i++) {
            if (polled[i] >= 0) {
                of.add(polled[i], awaited.get(i).ear() ? Epoll.EPOLLIN | Epoll.EPOLLET : Epoll.EPOLLIN, i);
            }
        }
        return of;
    }

    /// A link that is gone would be ready for ever.
    private void refresh() {
        boolean changed = false;
        for (int i = 0; i < polled.length; i++) {
            int now = awaited.get(i).descriptor().getAsInt();
            changed |= now != polled[i];
            polled[i] = now;
        }
        if (changed) {
            epoll.close();
            epoll = epoll();
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
        int count = 0;
        if (until > nowNs) {
            count = epoll.await(until == Long.MAX_VALUE ? Poller.NEVER : until - nowNs);
        }
        untilNs = AWAKE;
        // Last: whoever found it set before this line needed no bell, for this thread is awake and looks at everything.
        // The other way round a ring could be heard and the next ones suppressed.
        rung.set(false);
        for (int i = 0; i < count; i++) {
            if (epoll.token(i) != BELL) {
                awaited.get((int) epoll.token(i)).woken().run();
            }
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
        if (untilNs != AWAKE && rung.compareAndSet(false, true)) {
            bell.ring();
        }
    }

    @Override
    public void close() {
        bell.close();
        epoll.close();
    }
}
