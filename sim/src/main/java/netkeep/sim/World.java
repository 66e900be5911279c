package netkeep.sim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/// One thread, one clock, one source of luck and one agenda: all that can happen is in it, in an order that the
/// seed alone decides.
///
/// The clock stands still while an action runs and leaps to the next one, so an hour of silence costs nothing.
/// Actions of one instant happen in the order in which they were put down.
public final class World {
    /// An instant that never comes.
    public static final long NEVER = Long.MAX_VALUE;

    private final long seed;
    private final SplittableRandom luck;
    private final Agenda agenda = new Agenda();
    // What was put down for the instant in which it was put down: behind all that the agenda has for it.
    private final ArrayDeque<Runnable> now = new ArrayDeque<>();
    private final Frames frames = new Frames(this);
    private final LongFunction<MemorySegment> memory;
    private long nowNs;
    private long happened;

    /// A world whose memory is native, as that of whatever lives here is in earnest; it is gone some time after it.
    public World(long seed) {
        this(seed, length -> Arena.ofAuto().allocate(length, Long.BYTES));
    }

    /// @param memory makes memory of a length, all zeros, its address a multiple of 8
    public World(long seed, LongFunction<MemorySegment> memory) {
        this.seed = seed;
        this.memory = memory;
        this.luck = new SplittableRandom(seed);
    }

    /// The seed that tells this story again.
    public long seed() {
        return seed;
    }

    /// The clock, from 0.
    public long nowNs() {
        return nowNs;
    }

    /// How many actions have happened.
    public long happened() {
        return happened;
    }

    /// The world's luck. Whoever draws often takes a source of his own from it once (`luck().split()`), so that
    /// what one draws does not change what others get.
    public SplittableRandom luck() {
        return luck;
    }

    /// Memory of a length, all zeros, for whoever lives here: all of one kind, for where a compiler sees two kinds
    /// each access costs more.
    public MemorySegment memory(long length) {
        return memory.apply(length);
    }

    /// Lets `action` happen at `instantNs`, or now if that has passed; at [#NEVER] it never does.
    public void at(long instantNs, Runnable action) {
        if (instantNs != NEVER) {
            if (instantNs > nowNs) {
                agenda.add(instantNs, action);
            } else {
                now.add(action);
            }
        }
    }

    /// Lets `action` happen `delayNs` from now.
    public void in(long delayNs, Runnable action) {
        at(nowNs + delayNs, action);
    }

    /// Runs until nothing is left to happen.
    ///
    /// @throws AssertionError if that takes more than `maxEvents`
    public void settle(long maxEvents) {
        for (long event = 0; waits(); event++) {
            if (event == maxEvents) {
                throw new AssertionError("not settled after " + maxEvents + " events, seed " + seed);
            }
            step();
        }
    }

    /// Runs all that happens up to `instantNs` and sets the clock there.
    public void runUntil(long instantNs) {
        while (waits() && nextNs() <= instantNs) {
            step();
        }
        nowNs = Math.max(nowNs, instantNs);
    }

    /// Runs for `durationNs`.
    public void run(long durationNs) {
        runUntil(nowNs + durationNs);
    }

    /// Runs until `done`, asked after each action, or for `durationNs` at most; the clock stays where it became so.
    ///
    /// @return whether it was done
    public boolean run(long durationNs, BooleanSupplier done) {
        long endNs = nowNs + durationNs;
        while (!done.getAsBoolean()) {
            if (!waits() || nextNs() > endNs) {
                nowNs = endNs;
                return false;
            }
            step();
        }
        return true;
    }

    /// The buffers of frames on their way.
    Frames frames() {
        return frames;
    }

    private boolean waits() {
        return agenda.count() != 0 || !now.isEmpty();
    }

    private long nextNs() {
        return now.isEmpty() ? agenda.nextNs() : nowNs;
    }

    private void step() {
        happened++;
        if (!now.isEmpty() && agenda.nextNs() > nowNs) {
            now.remove().run();
            return;
        }
        nowNs = agenda.nextNs();
        agenda.take().run();
    }
}
