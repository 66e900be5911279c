package netkeep.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PlanTest {
    @Test
    void quickLeavesTimeForTheStarts() {
        Plan quick = Plan.QUICK;
        int compared = 0;
        for (Job job : Job.usual()) {
            compared += job.bar().isRatio() ? 1 : 0;
        }

        int ms = compared * 2 * (quick.warmupMs() + quick.rounds() * quick.runMs());

        assertTrue(ms <= Plan.QUICK_MS / 2, ms + " ms of runs");
    }

    @Test
    void lateJobsOfAQuickRunGetLess() {
        assertEquals(Plan.QUICK, Plan.QUICK.after(Plan.QUICK_MS / 2));
        assertEquals(1, Plan.QUICK.after(Plan.QUICK_MS).rounds());
    }

    @Test
    void aPlanOfNothingIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Plan.FULL.withRounds(0));
        assertThrows(IllegalArgumentException.class, () -> Plan.FULL.withRunMs(0));
        assertThrows(IllegalArgumentException.class, () -> Plan.FULL.withIdle(0));
    }

    @Test
    void changingOneLeavesTheOthers() {
        assertEquals(
                new Plan(7, 3_000, 15_000, 1_000, 100, 5),
                Plan.FULL.withRounds(7).withIdle(5));
        assertEquals(new Plan(5, 9, 15_000, 9, 100, 100_000), Plan.FULL.withRunMs(9));
    }
}
