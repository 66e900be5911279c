package netkeep.sim;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Runs a property under seeds 1 to *n*: the same luck on every machine and in every run.
///
/// A failure names its seed; with the system property `seed` set to it (`-Dseed=N`), that one alone runs.
public final class Seeds {
    private Seeds() {}

    /// Runs `body` once for each seed, each time with luck of its own.
    ///
    /// @param count how many seeds, 1 or more; ignored if `-Dseed=N` asks for one
    /// @throws AssertionError if the body throws anything: the message names the seed, the cause is what was thrown
    public static void each(int count, Consumer<? super RandomGenerator> body) {
        if (count < 1) {
            throw new IllegalArgumentException("count " + count);
        }
        Long only = Long.getLong("seed");
        if (only != null) {
            run(only, body);
            return;
        }
        for (long seed = 1; seed <= count; seed++) {
            run(seed, body);
        }
    }

    /// The luck of one seed: for a test that wants just one story, and wants it to be always the same.
    public static RandomGenerator luck(long seed) {
        // A fixed algorithm; SeedsTest pins its first draw.
        return new SplittableRandom(seed);
    }

    private static void run(long seed, Consumer<? super RandomGenerator> body) {
        try {
            body.accept(luck(seed));
        } catch (RuntimeException | Error failure) {
            throw failed(seed, failure);
        }
    }

    /// What says with which seed it failed.
    static AssertionError failed(long seed, Throwable failure) {
        return new AssertionError("seed " + seed + " (alone: -Dseed=" + seed + "): " + failure, failure);
    }
}
