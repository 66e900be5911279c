// Long: who leads, who sleeps and who wakes whom is one protocol, and reads only as a whole.
package netkeep.drive;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import netkeep.client.Pump;
import netkeep.client.Waiter;
import org.jspecify.annotations.Nullable;

/// Runs a stack on the threads of the program that uses it.
///
/// Whoever waits, drives: one thread at a time is the *leader*, runs turns until what it waits for has come, spins a
/// while and then sleeps on the links; when it leaves, it hands the role to another that waits. The others are parked,
/// and unparked when an event concerns them. Whoever submits a request runs the turn that takes it on the spot, unless
/// another thread is in a turn, which then looks again. Sleeping is outside the lock: a sleeping leader is in nobody's
/// way.
///
/// A *caretaker* leads while nobody waits, and for virtual threads, which never lead.
@SuppressWarnings("ReferenceEquality") // waiters and threads are equal to themselves alone
public final class Driver implements Pump, AutoCloseable {
    /// The caretaker's pause, in which the program's threads are trusted to drive.
    private static final long PAUSE_NS = 1_000_000;

    /// The longest pause, when the leader sleeps anyway.
    private static final long LONG_PAUSE_NS = 16_000_000;

    /// The most requests that are held back for the next.
    private static final int HELD = 64;

    /// Who took longer than this to his last request is not expected to put the next one soon.
    private static final long BRISK_NS = 20_000;

    /// The most turns that a thread runs which does not wait for anything.
    private static final int FAVOURS = 16;

    private static final VarHandle SUBMITTED = submittedHandle();

    private final Work work;
    private final Instants instants;
    private final long spinNs;
    private final boolean yields;
    private final ReentrantLock turning = new ReentrantLock();
    private final AtomicReference<@Nullable Waiter> leader = new AtomicReference<>();
    private final Parked parked = new Parked();
    private final Parked virtual = new Parked();
    private final Sleeper leadersSleep;
    private final Sleeper caretakersSleep;
    private final Care care = new Care();
    private final Thread caretaker;

    /// Requests came while another thread was in a turn.
    private volatile boolean submitted;

    /// Who handles several channels one after the other, and how many requests it holds back. A hint: what is held is
    /// published, and whoever runs a turn takes it.
    private volatile @Nullable Thread holder;

    private int held;

    /// How many it may hold back.
    private int most;

    /// When it began, or put a request last.
    private long heldNs;

    /// Turns that were run, by whomever; guarded by `turning`.
    private volatile long turns;

    /// What the last turn took for the time; guarded by `turning`.
    private long latestNs = Long.MIN_VALUE;

    private volatile boolean closed;

    /// @param awaited     what wakes those who sleep
    /// @param spinNs      how long a leader spins before it sleeps, `Long.MAX_VALUE` for ever
    /// @param yields      whether it gives the processor up in each round of the spin
    public Driver(Work work, Instants instants, List<Awaited> awaited, long spinNs, boolean yields) {
        this.work = work;
        this.instants = instants;
        this.spinNs = spinNs;
        this.yields = yields;
        this.leadersSleep = new Sleeper(awaited);
        this.caretakersSleep = new Sleeper(awaited);
        this.caretaker = Thread.ofPlatform().name("netkeep-caretaker").daemon().unstarted(this::takeCare);
    }

    private static VarHandle submittedHandle() {
        try {
            return MethodHandles.lookup().findVarHandle(Driver.class, "submitted", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Begins to look after threads that do not drive. Before anything else.
    public void start() {
        caretaker.start();
    }

    @Override
    public long nowNs() {
        return instants.nowNs();
    }

    // Turns.

    @Override
    public void submitted() {
        submitted = true;
        if (holder != Thread.currentThread() || !holds()) {
            favour(false);
        }
    }

    /// Whether what its holder just put may wait for the next one: that is near if this one came soon. Nobody must
    /// lead, who may sleep; whoever takes the lead from now on begins with a turn, and so does the caretaker.
    private boolean holds() {
        long nowNs = instants.nowNs();
        boolean brisk = nowNs - heldNs < BRISK_NS;
        heldNs = nowNs;
        if (brisk && leader.get() == null && ++held < most) {
            return true;
        }
        held = 0;
        return false;
    }

    @Override
    public void soon() {
        submitted = true;
        // Who handles channels comes back for more. Should it not, the caretaker sees to it, unless somebody leads, who
        // may sleep: whoever takes the lead from now on begins with a turn.
        if (holder != Thread.currentThread() || leader.get() != null) {
            favour(false);
        }
    }

    @Override
    public void hold(boolean several) {
        long nowNs = instants.nowNs();
        // A holder that has not put anything for long is somewhere else.
        if (holder == null || nowNs - heldNs > PAUSE_NS) {
            held = 0;
            heldNs = nowNs;
            most = several ? HELD : 1;
            holder = Thread.currentThread();
        }
    }

    @Override
    public void release() {
        if (holder == Thread.currentThread()) {
            holder = null;
            if (held != 0 && submitted) {
                favour(false);
            }
        }
    }

    @Override
    public void glance() {
        favour(true);
    }

    /// Runs turns until nothing is pressing, unless another thread is in one: that one sees what was submitted.
    private void favour(boolean links) {
        boolean all = links;
        for (int turn = 0; turn < FAVOURS; turn++) {
            // A handler on the stack's thread comes by here within a turn; the next one takes what it submits.
            if (closed || turning.isHeldByCurrentThread() || !turning.tryLock()) {
                return;
            }
            long nowNs = instants.nowNs();
            long deadlineNs;
            try {
                if (closed) {
                    return;
                }
                turn(all, nowNs);
                deadlineNs = work.deadlineNs();
            } finally {
                turning.unlock();
            }
            all = deadlineNs <= nowNs;
            if (!all && !submitted) {
                rouse(deadlineNs);
                return;
            }
        }
        rouse(0);
    }

    /// The sleep of whoever leads may last too long now.
    private void rouse(long deadlineNs) {
        VarHandle.fullFence();
        if (leadersSleep.sleepsBeyond(deadlineNs)) {
            leadersSleep.rouse();
        }
        if (caretakersSleep.sleepsBeyond(deadlineNs)) {
            caretakersSleep.rouse();
        }
    }

    private int turn(boolean links, long readNs) {
        // A thread may have waited for the lock since it read the clock, while others ran turns. Time that goes back
        // would show on the wire: in timestamps, for which the peer drops the segment (RFC 7323 §5.3).
        long nowNs = Math.max(readNs, latestNs);
        latestNs = nowNs;
        SUBMITTED.setOpaque(this, false);
        // Either this turn takes what a submitter has published, or it finds the flag that he sets behind it.
        VarHandle.fullFence();
        try {
            int done = links ? work.turn(nowNs) : work.requestsTurn(nowNs);
            turnDone();
            return done;
        } catch (RuntimeException | Error e) {
            closed = true;
            work.broken(e);
            throw e;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
    private void turnDone() {
        turns++;
    }

    /// Runs something between two turns.
    public void between(Runnable body) {
        turning.lock();
        try {
            latestNs = Math.max(latestNs, instants.nowNs());
            body.run();
        } finally {
            turning.unlock();
        }
        submitted();
    }

    /// Runs something between two turns that gives the stack nothing to do.
    public void aside(Runnable body) {
        turning.lock();
        try {
            if (!closed) {
                body.run();
            }
        } finally {
            turning.unlock();
        }
        if (submitted) {
            favour(false);
        }
    }

    /// Turns that were run so far.
    public long turns() {
        return turns;
    }

    // Waiting.

    @Override
    public boolean await(Waiter waiter, long deadlineNs) {
        waiter.thread = Thread.currentThread();
        VarHandle.fullFence();
        boolean interrupted = false;
        boolean passOn = false;
        try {
            while (!waiter.ready()) {
                if (closed || deadlineNs != Long.MAX_VALUE && instants.nowNs() >= deadlineNs) {
                    return waiter.ready();
                }
                if (Thread.currentThread().isVirtual()) {
                    interrupted |= parkVirtual(waiter, deadlineNs);
                } else if (takeLead(waiter)) {
                    leadAndLeave(waiter, deadlineNs);
                } else {
                    interrupted |= park(waiter, deadlineNs);
                    passOn = true;
                }
            }
            return true;
        } finally {
            waiter.thread = null;
            // The role may have been handed to this thread, which has what it waited for.
            if (passOn && leader.get() == null) {
                handOver();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void wake(Waiter waiter) {
        VarHandle.fullFence();
        Thread thread = waiter.thread;
        if (thread == null || thread == Thread.currentThread()) {
            return;
        }
        if (leader.get() == waiter) {
            leadersSleep.rouse();
        } else {
            LockSupport.unpark(thread);
        }
    }

    private boolean takeLead(Waiter waiter) {
        if (leader.compareAndSet(null, waiter)) {
            return true;
        }
        if (!leader.compareAndSet(care, waiter)) {
            return false;
        }
        caretakersSleep.rouse();
        return true;
    }

    private void leadAndLeave(Waiter waiter, long deadlineNs) {
        try {
            lead(waiter, leadersSleep, deadlineNs);
        } finally {
            leader.set(null);
            // What another thread put within the last turn that turn has not taken.
            if (submitted) {
                favour(false);
            }
            handOver();
        }
    }

    /// Another that waits is to lead.
    private void handOver() {
        Thread next = parked.first();
        if (next != null) {
            LockSupport.unpark(next);
        } else if (virtual.any()) {
            LockSupport.unpark(caretaker);
        }
    }

    /// Runs turns until the waiter is ready or the deadline has come.
    private void lead(Waiter waiter, Sleeper sleeper, long deadlineNs) {
        long nowNs = instants.nowNs();
        long spinUntilNs = spinUntilNs(waiter, nowNs);
        while (!closed) {
            int done;
            turning.lock();
            try {
                done = closed ? 0 : turn(true, nowNs);
            } finally {
                turning.unlock();
            }
            if (waiter.ready() || nowNs >= deadlineNs) {
                return;
            }
            nowNs = instants.nowNs();
            if (done != 0) {
                spinUntilNs = spinUntilNs(waiter, nowNs);
            } else if (!submitted && nowNs < spinUntilNs) {
                pause();
            } else if (!submitted) {
                sleep(waiter, sleeper, deadlineNs, nowNs);
                nowNs = instants.nowNs();
                spinUntilNs = spinUntilNs(waiter, nowNs);
            }
        }
    }

    private long spinUntilNs(Waiter waiter, long nowNs) {
        // The caretaker spins for virtual threads as any leader would; for nobody it need not.
        if (waiter == care && !virtual.any()) {
            return nowNs;
        }
        return spinNs == Long.MAX_VALUE ? Long.MAX_VALUE : nowNs + spinNs;
    }

    @SuppressWarnings("ThreadPriorityCheck") // the peer may need this very processor to answer
    private void pause() {
        if (yields) {
            Thread.yield();
        } else {
            Thread.onSpinWait();
        }
    }

    private void sleep(Waiter waiter, Sleeper sleeper, long deadlineNs, long nowNs) {
        boolean may;
        turning.lock();
        try {
            // Under the lock: whoever runs a turn after this finds the sleeper, and wakes it if it sleeps too long.
            sleeper.willSleep(Math.min(work.deadlineNs(), deadlineNs));
            may = work.maySleep();
        } finally {
            turning.unlock();
        }
        VarHandle.fullFence();
        if (!may || submitted || closed || waiter.ready()) {
            sleeper.awake();
        } else {
            sleeper.sleep(nowNs);
        }
        turning.lock();
        try {
            // The caretaker may wake while the leader that took its place goes to sleep.
            if (!leadersSleep.sleeps() && !caretakersSleep.sleeps()) {
                work.awake();
            }
        } finally {
            turning.unlock();
        }
    }

    /// Parks until it is this thread's turn to lead or its waiter may be ready.
    ///
    /// @return whether the thread was interrupted
    private boolean park(Waiter waiter, long deadlineNs) {
        parked.add(waiter);
        try {
            Waiter leads = leader.get();
            if (leads != null && leads != care && !waiter.ready()) {
                parkUntil(deadlineNs);
            }
        } finally {
            parked.remove(waiter);
        }
        return Thread.interrupted();
    }

    private boolean parkVirtual(Waiter waiter, long deadlineNs) {
        virtual.add(waiter);
        try {
            if (leader.get() == null) {
                LockSupport.unpark(caretaker);
            }
            if (!closed && !waiter.ready()) {
                parkUntil(deadlineNs);
            }
        } finally {
            virtual.remove(waiter);
        }
        return Thread.interrupted();
    }

    private void parkUntil(long deadlineNs) {
        if (deadlineNs == Long.MAX_VALUE) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, Math.max(1, deadlineNs - instants.nowNs()));
        }
    }

    // The caretaker.

    private void takeCare() {
        care.thread = Thread.currentThread();
        long pauseNs = PAUSE_NS;
        long seen = -1;
        while (!closed) {
            boolean needed = virtual.any() || turns == seen;
            if (needed && leader.compareAndSet(null, care)) {
                lead(care, caretakersSleep, Long.MAX_VALUE);
                leader.compareAndSet(care, null);
                handOver();
            }
            seen = turns;
            pauseNs = leadersSleep.sleeps() ? Math.min(2 * pauseNs, LONG_PAUSE_NS) : PAUSE_NS;
            LockSupport.parkNanos(this, pauseNs);
        }
    }

    /// What the caretaker waits for: that another leads.
    private final class Care extends Waiter {
        @Override
        public boolean ready() {
            return leader.get() != this || closed;
        }
    }

    /// Ends all waiting; no turn runs from then on. Not from within a turn.
    @Override
    public void close() {
        turning.lock();
        try {
            closed = true;
        } finally {
            turning.unlock();
        }
        leadersSleep.rouse();
        caretakersSleep.rouse();
        LockSupport.unpark(caretaker);
        parked.unparkAll();
        virtual.unparkAll();
        try {
            caretaker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
