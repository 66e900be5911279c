package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// For how long a client that rings is not heard.
class HearingTest {
    private static final long SECOND_NS = 1_000_000_000;
    private static final long TURN_NS = 10_000;

    private final Hearing hearing = new Hearing(on -> listens = on);
    private boolean listens = true;
    private long nowNs = 5 * SECOND_NS;
    private long woken;

    /// One ring, and the turn that it brings, if it is heard.
    private void ring(boolean asks) {
        if (listens) {
            hearing.rung();
            woken++;
        }
        hearing.turned(asks, nowNs);
        nowNs += TURN_NS;
    }

    /// Rings in every turn of a second for nothing.
    private void aSecond() {
        for (long endNs = nowNs + SECOND_NS; nowNs < endNs; ) {
            ring(false);
        }
    }

    @Test
    void whoAsksIsHeardEachTime() {
        for (int i = 0; i < 1000; i++) {
            ring(i % Hearing.IN_A_ROW == 0);
        }

        assertTrue(listens);
        assertEquals(1000, woken);
        assertEquals(Long.MAX_VALUE, hearing.deadlineNs());
    }

    @Test
    void whoRingsForNothingIsHeardSeldom() {
        aSecond();

        long most = Hearing.IN_A_ROW + 5 + SECOND_NS / Hearing.MOST_NS;
        assertTrue(woken <= most, "woken " + woken + " times");
    }

    @Test
    void whoIsNotHeardIsHeardAgainInTime() {
        for (int i = 0; i < Hearing.IN_A_ROW; i++) {
            ring(false);
        }
        assertFalse(listens);
        assertEquals(nowNs - TURN_NS + Hearing.FIRST_NS, hearing.deadlineNs());

        hearing.turned(false, hearing.deadlineNs());

        assertTrue(listens);
        assertEquals(Long.MAX_VALUE, hearing.deadlineNs());
    }

    @Test
    void whoAsksAgainWaitsNoLongerThanAtFirst() {
        aSecond();
        ring(true);
        while (!listens) {
            ring(false);
        }
        ring(true);
        while (listens) {
            ring(false);
        }

        assertEquals(nowNs - TURN_NS + Hearing.FIRST_NS, hearing.deadlineNs());
    }
}
