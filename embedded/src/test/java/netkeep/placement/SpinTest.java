package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// How long a domain looks for something to do.
class SpinTest {
    private static final long SPIN_NS = 50_000;
    private static final long TICK_NS = 4_000_000;
    private static final long SECOND_NS = 1_000_000_000;

    private long nowNs = 5 * SECOND_NS;
    private final Spin spin = new Spin(SPIN_NS, nowNs);

    @Test
    void whoHasFoundSomethingLooksForSoLong() {
        nowNs += SECOND_NS;
        assertFalse(spin.goesOn(nowNs));

        spin.found(nowNs);

        assertTrue(spin.goesOn(nowNs + SPIN_NS - 1));
        assertFalse(spin.goesOn(nowNs + SPIN_NS));
    }

    @Test
    void whoSharesItsCoreWithThoseItWorksForGoesOn() {
        spin.offered(nowNs, nowNs + Spin.AWAY_NS);

        spin.found(nowNs + Spin.AWAY_NS);

        assertTrue(spin.goesOn(nowNs + Spin.AWAY_NS));
    }

    @Test
    void whoLostItsCoreOnceSleepsForAShortWhile() {
        spin.offered(nowNs, nowNs + TICK_NS);
        long sleepsNs = Spin.TIMES * TICK_NS;
        nowNs += TICK_NS;

        spin.found(nowNs + sleepsNs - 1);
        assertFalse(spin.goesOn(nowNs + sleepsNs - 1));
        spin.found(nowNs + sleepsNs);
        assertTrue(spin.goesOn(nowNs + sleepsNs));
    }

    /// Beside who computes without end.
    @Test
    void whoLosesItsCoreEachTimeIsAwayForLittleOfTheTime() {
        long beganNs = nowNs;
        long awayNs = 0;
        while (nowNs < beganNs + 20 * SECOND_NS) {
            spin.found(nowNs);
            if (spin.goesOn(nowNs)) {
                spin.offered(nowNs, nowNs + TICK_NS);
                nowNs += TICK_NS;
                awayNs += TICK_NS;
            }
            nowNs += SPIN_NS;
        }
        assertTrue(awayNs < 20 * SECOND_NS / 50, "away " + awayNs);
        assertEquals(0, awayNs % TICK_NS);
    }
}
