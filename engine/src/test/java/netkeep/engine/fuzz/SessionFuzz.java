package netkeep.engine.fuzz;

import java.util.SplittableRandom;

/// Lets hostile clients loose on engines, story after story, until they have done as much as asked for:
/// `java netkeep.engine.fuzz.SessionFuzz SEED OPERATIONS`. A failure names the story's own seed: `SessionFuzz SEED
/// OPERATIONS 1` repeats it alone.
public final class SessionFuzz {
    private static final int OPERATIONS_EACH = 100_000;
    private static final long MEMORY = 96L << 20;

    private final Memory memory = new Memory(MEMORY);
    private final Pattern pattern = new Pattern();
    private final Invasions tally = new Invasions();

    /// One story.
    ///
    /// @throws AssertionError with its seed, if anything was not as it must be
    void story(long seed, int operations) {
        long before = tally.operations;
        try {
            new Invasion(seed, memory.reuse(), pattern, tally).play(operations);
        } catch (RuntimeException | Error wrong) {
            throw new AssertionError(
                    "story " + seed + " after " + (tally.operations - before) + " operations: " + wrong, wrong);
        }
    }

    Invasions tally() {
        return tally;
    }

    public static void main(String[] args) {
        long seed = Long.parseLong(args[0]);
        long operations = Long.parseLong(args[1]);
        SessionFuzz fuzz = new SessionFuzz();
        if (args.length > 2) {
            fuzz.story(seed, (int) operations);
        } else {
            SplittableRandom luck = new SplittableRandom(seed);
            while (fuzz.tally.operations < operations) {
                fuzz.story(luck.nextLong(), OPERATIONS_EACH);
            }
        }
        System.out.println(fuzz.tally);
    }
}
