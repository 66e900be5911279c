package netkeep.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SimulatedTest {
    private static final List<Long> PLAYED = new ArrayList<>();

    @BeforeAll
    static void begin() {
        PLAYED.clear();
    }

    @Simulated(seeds = 3, first = 41)
    void runsOncePerSeedWithWorldAndLuckOfIt(World world, RandomGenerator luck, long seed) {
        assertEquals(seed, world.seed());
        assertEquals(Seeds.luck(seed).nextLong(), luck.nextLong());
        PLAYED.add(seed);
    }

    @AfterAll
    static void allSeedsWerePlayed() {
        Long only = Long.getLong("seed");
        assertEquals(only == null ? List.of(41L, 42L, 43L) : List.of(only), PLAYED);
    }

    @Test
    void onePropertyPlaysOneSeedAlone() {
        assertArrayEquals(new long[] {5, 6}, Simulations.seeds(5, 2, null).toArray());
        assertArrayEquals(new long[] {9}, Simulations.seeds(5, 2, 9L).toArray());
        assertThrows(IllegalArgumentException.class, () -> Simulations.seeds(1, 0, null));
    }

    @Test
    void failureNamesTheSeed() {
        IllegalStateException cause = new IllegalStateException("broken");
        Simulations.Story story = new Simulations.Story(7);
        AssertionError failure =
                assertThrows(AssertionError.class, () -> story.handleTestExecutionException(null, cause));
        assertEquals("seed 7 (alone: -Dseed=7): java.lang.IllegalStateException: broken", failure.getMessage());
        assertSame(cause, failure.getCause());
        assertEquals("seed 7", story.getDisplayName(1));
    }
}
