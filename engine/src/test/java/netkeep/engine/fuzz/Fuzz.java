package netkeep.engine.fuzz;

import java.util.SplittableRandom;

/// Fires frames at engines, story after story, until as many were fired as asked for:
/// `java netkeep.engine.fuzz.Fuzz SEED FRAMES`. A failure names the story's own seed: `Fuzz SEED FRAMES 1` repeats it
/// alone.
public final class Fuzz {
    private static final int FRAMES_EACH = 150_000;
    private static final long MEMORY = 96L << 20;

    private final Memory memory = new Memory(MEMORY);
    private final Pattern pattern = new Pattern();
    private final Tally tally = new Tally();

    /// One story.
    ///
    /// @throws AssertionError with its seed, if anything was not as it must be
    public void story(long seed, int frames) {
        try {
            new Story(seed, memory.reuse(), pattern, tally).play(frames);
        } catch (RuntimeException | Error wrong) {
            throw new AssertionError("story " + seed + " after " + tally.frames + " frames: " + wrong, wrong);
        }
    }

    Tally tally() {
        return tally;
    }

    public static void main(String[] args) {
        long seed = Long.parseLong(args[0]);
        long frames = Long.parseLong(args[1]);
        Fuzz fuzz = new Fuzz();
        if (args.length > 2) {
            fuzz.story(seed, (int) frames);
        } else {
            SplittableRandom luck = new SplittableRandom(seed);
            while (fuzz.tally.frames < frames) {
                fuzz.story(luck.nextLong(), FRAMES_EACH);
            }
        }
        System.out.println(fuzz.tally);
    }
}
