package netkeep.domain;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Call;
import netkeep.linux.OtherThread;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;

/// How the thread of another process gets on that serves there, seen from outside: it does not notice, and cannot help
/// it. It gives signs of life, words in its regions that change as long as it gets on.
///
/// Whoever uses CPU time and gives no sign is in an endless loop. Whoever waits for a core uses none, and is slow.
public final class Vigil implements AutoCloseable {
    /// The most CPU time of which one look is told: where the machine itself stood still, the kernel may charge that to
    /// whoever was on the core.
    private static final long MOST_NS = TimeUnit.MILLISECONDS.toNanos(8);

    /// The CPU time without a sign of life that is an endless loop: longer than anything took that was none,
    /// some 10 ms.
    private static final long LOOP_NS = TimeUnit.MILLISECONDS.toNanos(15);

    /// Whoever runs, and has used so much of it, goes before others until that is clear: at its fair share of a full
    /// core what is missing takes three times as long, and everybody waits for it. Not more often than once in a
    /// while: it may do that for the sake of going first.
    private static final long SUSPECT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long TRUST_NS = TimeUnit.SECONDS.toNanos(1);

    /// The same for one that has not rehearsed, as long as it has used less than the other: its code may never
    /// have run before.
    private static final long COLD_LOOP_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long COLD_NS = TimeUnit.MILLISECONDS.toNanos(500);

    /// The same before the first sign, when code is loaded and all is read that a predecessor left.
    private static final long FIRST_LOOP_NS = TimeUnit.SECONDS.toNanos(2);

    /// After so long without a sign one is asked for; and how long that may take who does not wait for a core.
    private static final long ASK_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long FIRST_PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

    /// How often to look at one that does something; that does nothing, or gives no signs, for it does not serve;
    /// and that may be in a loop.
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final long CALM_NS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long SOON_NS = TimeUnit.MICROSECONDS.toNanos(1250);

    /// Parts go before others for so long as one of them takes over: until then everybody waits for them, and
    /// those who do not know that have the cores. Where their keeper is root.
    private static final long FIRST_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /// The JVM's thread in which it collects garbage, while all others stand still; and how it goes before others
    /// from the first sign on, as nice(1): while it waits for a core, the whole domain does. With three times the
    /// share of others, and no more, for nobody sees what it does.
    private static final String COLLECTOR = "VM Thread";

    /// Those that compile what has just been found to run often: until then it runs interpreted. They go before others
    /// as soon as their domain has a place, for what it finds there no rehearsal had may be such, and they hold
    /// locks that it waits for; the second, which takes its time, only until the domain does no more.
    private static final String COMPILER = "C1 CompilerThre";

    private static final String OPTIMIZER = "C2 CompilerThre";

    private static final int BEFORE = -5;

    /// A word that changes as long as a domain gets on.
    ///
    /// @param descriptor of the region
    /// @param at         offset there
    public record Sign(int descriptor, long at) {}

    private final int process;
    private final int number;
    private final OtherThread thread;
    private List<Sign> signs = List.of();
    private final Call call = new Call();
    private final MemorySegment word = Arena.ofAuto().allocate(JAVA_LONG);
    private long given;
    private boolean moved;
    private boolean begun;
    private boolean placed;
    private boolean optimizes;
    private boolean suspected;
    private boolean warm;
    private long loopNs = FIRST_LOOP_NS;
    private long signNs;
    private long askedNs;
    private long firstUntilNs;
    private long trustUntilNs;
    private int usual;
    private long firstCpuNs;
    private long cpuNs;
    private long burntNs;

    private long lookedNs = -CALM_NS;
    private boolean stopped;
    private boolean stoppedBefore;

    /// @throws netkeep.linux.LinuxException if there is no such thread
    public Vigil(int process, int thread) {
        this.process = process;
        this.number = thread;
        this.thread = new OtherThread(process, thread);
    }

    /// From now on it serves, and these are its signs.
    ///
    /// @param rehearsed whether its code has run before
    public void signs(List<Sign> all, boolean rehearsed, long nowNs) {
        signs = all;
        warm = rehearsed;
        given = given();
        firstCpuNs = thread.cpuNs();
        cpuNs = firstCpuNs;
        signNs = nowNs;
    }

    /// It goes before others for a while, if it serves.
    public void first(long nowNs) {
        if (firstUntilNs == 0) {
            usual = Threads.nice(number);
        }
        if (!signs.isEmpty() && Threads.prefer(number, Threads.FIRST)) {
            firstUntilNs = nowNs + FIRST_NS;
        }
    }

    /// Looks.
    public void look(long nowNs) {
        if (firstUntilNs != 0 && nowNs >= firstUntilNs) {
            firstUntilNs = 0;
            Threads.prefer(number, usual);
            if (optimizes) {
                optimizes = false;
                Threads.prefer(process, OPTIMIZER, 0);
            }
        }
        if (signs.isEmpty() && nowNs - lookedNs < CALM_NS) {
            return;
        }
        lookedNs = nowNs;
        if (!placed && !signs.isEmpty()) {
            placed = true;
            optimizes = true;
            Threads.prefer(process, COMPILER, BEFORE);
            Threads.prefer(process, OPTIMIZER, BEFORE);
        }
        stoppedBefore = stopped;
        long now = given();
        moved = now != given;
        given = now;
        long cpuBefore = cpuNs;
        if (!moved && !signs.isEmpty()) {
            // The kernel brings its account up to date, which else it does at ticks.
            Threads.prefer(number, Threads.nice(number));
        }
        cpuNs = signs.isEmpty() ? 0 : thread.cpuNs();
        if (moved) {
            if (!begun) {
                Threads.prefer(process, COLLECTOR, BEFORE);
            }
            begun = true;
            loopNs = warm || cpuNs - firstCpuNs >= COLD_NS ? LOOP_NS : COLD_LOOP_NS;
            signNs = nowNs;
            askedNs = 0;
            burntNs = 0;
            suspected = false;
            stopped = false;
        } else if (thread.look() && !thread.ends()) {
            burntNs += Math.min(cpuNs - cpuBefore, MOST_NS);
            suspected = burntNs >= SUSPECT_NS && thread.state() == OtherThread.RUNS;
            if (suspected && nowNs >= trustUntilNs) {
                trustUntilNs = nowNs + TRUST_NS;
                first(nowNs);
            }
            stopped = thread.state() == OtherThread.STOPPED;
        }
    }

    /// The sum of all signs: it stays only as long as none changes, but for one chance in many.
    private long given() {
        long sum = 0;
        for (Sign sign : signs) {
            call.pread(sign.descriptor(), word, 0, Long.BYTES, sign.at());
            sum = 31 * sum + word.get(JAVA_LONG, 0);
        }
        return sum;
    }

    /// How soon to look again, ns.
    public long soonNs() {
        return suspected ? SOON_NS : busy() ? LOOK_NS : CALM_NS;
    }

    /// Whether the last look found it at work.
    public boolean busy() {
        return !signs.isEmpty() && (moved || burntNs != 0 || !sleeps());
    }

    private boolean sleeps() {
        return thread.state() == OtherThread.SLEEPS;
    }

    /// Whether it is to be told to give a sign: once, after a while without one. It may hang without using CPU time.
    public boolean silent(long nowNs) {
        boolean silent = askedNs == 0 && !signs.isEmpty() && nowNs - signNs > ASK_NS;
        if (silent) {
            askedNs = nowNs;
        }
        return silent;
    }

    /// What the last look found wrong with it, or null.
    public @Nullable String fault(long nowNs) {
        // One look may fall between a stop and a go for a whole group.
        if (stopped && stoppedBefore) {
            return "hung, stopped by a signal";
        }
        if (!signs.isEmpty() && burntNs >= loopNs) {
            return "hung, in an endless loop";
        }
        boolean late = askedNs != 0 && nowNs - askedNs > (begun ? PATIENCE_NS : FIRST_PATIENCE_NS);
        return late && sleeps() ? "hung, without a sign of life" : null;
    }

    /// Whether the last look found that it dies: it writes nothing any more.
    public boolean dies() {
        return thread.ends();
    }

    /// Whether somebody has stopped it: what the last look found wrong is not its own doing.
    public boolean isStopped() {
        return stopped;
    }

    @Override
    public void close() {
        thread.close();
    }
}
