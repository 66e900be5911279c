package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// How often a client is woken, by what that costs.
class WakingTest {
    private static final long CHEAP_NS = 3_000;
    private static final long DEAR_NS = 200_000;
    private static final long SECOND_NS = 1_000_000_000;
    private static final long TURN_NS = 10_000;

    private final Waking waking = new Waking(this::rung, this::cpuNs, new SplittableRandom(1));
    private boolean alone;
    private long costNs = CHEAP_NS;
    private long spentNs;
    private long looks;
    private long rings;
    private long nowNs = 5 * SECOND_NS;

    private void rung() {
        rings++;
        spentNs += costNs;
    }

    private long cpuNs() {
        looks++;
        return spentNs;
    }

    /// Turns of a second, each of which has news for a client that sleeps.
    private void aSecond() {
        long endNs = nowNs + SECOND_NS;
        while (nowNs < endNs) {
            waking.ring(alone, nowNs);
            nowNs += TURN_NS;
        }
    }

    @Test
    void whoCostsLittleIsWokenEachTime() {
        aSecond();

        assertEquals(SECOND_NS / TURN_NS, rings);
        assertEquals(Long.MAX_VALUE, waking.deadlineNs());
        assertTrue(looks < rings / 16, "looks " + looks);
    }

    @Test
    void whoCostsMuchTakesASixteenthOfTheTime() {
        costNs = DEAR_NS;

        aSecond();

        // Until it is weighed for the first times.
        long before = (2L * Waking.SELDOM + Waking.IN_A_ROW) * DEAR_NS;
        assertTrue(spentNs < SECOND_NS / Waking.PAUSE + before, "spent " + spentNs);
        assertTrue(rings > 100, "rings " + rings);
    }

    /// Many workers that sleep are dear to wake, too.
    @Test
    void whoIsAloneIsWokenEachTime() {
        costNs = DEAR_NS;
        alone = true;

        aSecond();

        assertEquals(SECOND_NS / TURN_NS, rings);
        assertEquals(Long.MAX_VALUE, waking.deadlineNs());
    }

    @Test
    void whatWasPutOffIsDoneWhenItIsDue() {
        costNs = DEAR_NS;
        while (waking.deadlineNs() == Long.MAX_VALUE) {
            waking.ring(alone, nowNs);
        }
        long before = rings;
        assertTrue(waking.deadlineNs() <= nowNs + Waking.PAUSE * DEAR_NS);

        waking.late(waking.deadlineNs() - 1);
        assertEquals(before, rings);
        waking.late(waking.deadlineNs());
        assertEquals(before + 1, rings);
        assertEquals(Long.MAX_VALUE, waking.deadlineNs());
    }

    @Test
    void whoCostsLittleAgainIsWokenEachTimeAgain() {
        costNs = DEAR_NS;
        aSecond();
        costNs = CHEAP_NS;
        nowNs += SECOND_NS;
        waking.ring(alone, nowNs);
        rings = 0;

        aSecond();

        assertEquals(SECOND_NS / TURN_NS, rings);
    }

    /// One ring in which something else came is no habit.
    @Test
    void whatHappensOnceIsForgiven() {
        for (int turn = 0; turn < 100_000; turn++) {
            costNs = turn % Waking.IN_A_ROW == 0 ? CHEAP_NS : DEAR_NS;
            waking.ring(alone, nowNs);
        }

        assertEquals(100_000, rings);
    }
}
