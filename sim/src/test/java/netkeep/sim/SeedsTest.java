package netkeep.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SeedsTest {
    private final String asked = System.getProperty("seed", "");

    @BeforeEach
    void nobodyAsksForOneSeed() {
        System.clearProperty("seed");
    }

    @AfterEach
    void asBefore() {
        if (!asked.isEmpty()) {
            System.setProperty("seed", asked);
        }
    }

    @Test
    void everyRunDrawsTheSame() {
        assertEquals(draws(20), draws(20));
        assertEquals(20, new HashSet<>(draws(20)).size());
    }

    @Test
    void luckIsTheSameOnEveryMachine() {
        assertEquals(-7995527694508729151L, Seeds.luck(1).nextLong());
    }

    @Test
    void failureNamesItsSeedAndKeepsItsCause() {
        IllegalStateException cause = new IllegalStateException("broken");
        List<Long> third = draws(3);

        AssertionError error = assertThrows(
                AssertionError.class,
                () -> Seeds.each(10, luck -> {
                    if (luck.nextLong() == third.get(2)) {
                        throw cause;
                    }
                }));

        assertSame(cause, error.getCause());
        assertTrue(error.getMessage().contains("-Dseed=3)"), error.getMessage());
    }

    @Test
    void oneSeedAloneRunsWithItsOwnLuck() {
        List<Long> all = draws(7);
        System.setProperty("seed", "7");
        try {
            assertEquals(List.of(all.get(6)), draws(100));
        } finally {
            System.clearProperty("seed");
        }
    }

    @Test
    void noSeedIsNoTest() {
        assertThrows(IllegalArgumentException.class, () -> draws(0));
    }

    private static List<Long> draws(int count) {
        List<Long> draws = new ArrayList<>();
        Seeds.each(count, luck -> draws.add(luck.nextLong()));
        return draws;
    }
}
