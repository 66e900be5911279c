package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// CUBIC against the formulas of RFC 9438, in floating point and segments.
class CubicTest {
    private static final int MSS = Rig.MSS;
    private static final double BETA = 0.7;
    private static final double C = 0.4;

    private final Rig rig = new Rig();
    private final Cubic cubic = new Cubic();

    private static double wCubic(double seconds, double k, double max) {
        return C * Math.pow(seconds - k, 3) + max;
    }

    private void acknowledged(int octets, long nowNs) {
        cubic.acknowledged(rig.tcb, rig.flow, octets, MSS, nowNs);
    }

    private void lose(int segments) {
        rig.tcb.cwnd(segments * MSS);
        rig.flow.priorCwnd(segments * MSS);
        rig.tcb.ssthresh(cubic.reduced(rig.tcb, rig.flow, segments * MSS, MSS));
        rig.tcb.cwnd(rig.tcb.ssthresh());
    }

    @Rfc("9438 4.6 beta")
    @Test
    void lossLeavesSevenTenths() {
        rig.tcb.cwnd(100 * MSS);

        assertEquals(70 * MSS, cubic.reduced(rig.tcb, rig.flow, 100 * MSS, MSS));
        assertEquals(35 * MSS, cubic.reduced(rig.tcb, rig.flow, 50 * MSS, MSS));
    }

    @Rfc("9438 4.6 two segments")
    @Test
    void lossLeavesTwoSegmentsAtLeast() {
        rig.tcb.cwnd(2 * MSS);

        assertEquals(2 * MSS, cubic.reduced(rig.tcb, rig.flow, 2 * MSS, MSS));
    }

    /// One acknowledgment of everything a round trip after the begin of the epoch, in the concave region.
    @Rfc({"9438 4.2 window", "9438 4.4 concave", "9438 5 constants", "9438 4.2 target"})
    @Test
    void windowFollowsTheCubicFunctionUpToTheOldOne() {
        lose(1000);
        rig.tcb.srttUs(100_000);
        double k = Math.cbrt(300 / C);
        double cwnd = 700;
        long epochNs = 1_000_000_000L;
        for (int tenth = 0; tenth < 80; tenth++) {
            long nowNs = epochNs + tenth * 100_000_000L;
            double target = Math.clamp(wCubic(tenth / 10.0 + 0.1, k, 1000), cwnd, 1.5 * cwnd);
            cwnd += (target - cwnd) / cwnd * 50;
            acknowledged(50 * MSS, nowNs);
            assertEquals(cwnd, (double) rig.tcb.cwnd() / MSS, 0.5);
        }
        assertTrue(cwnd > 800 && cwnd < 1000);
    }

    @Rfc("9438 4.5 convex")
    @Test
    void beyondTheOldWindowGrowthGathersSpeed() {
        lose(100);
        rig.tcb.srttUs(200_000);
        double k = Math.cbrt(30 / C);
        long stepNs = TimeUnit.MILLISECONDS.toNanos(200);
        double seconds = 0;
        for (int round = 0; seconds < k + 8; round++) {
            seconds = 0.2 * round;
            acknowledged(rig.tcb.cwnd(), 1_000 + round * stepNs);
            if (seconds >= 1) {
                assertEquals(wCubic(seconds + 0.2, k, 100), (double) rig.tcb.cwnd() / MSS, 0.5);
            }
        }
        assertTrue(rig.tcb.cwnd() > 300 * MSS);
    }

    /// §4.2: target is 1.5 cwnd at most.
    @Rfc("9438 4.2 target")
    @Test
    void targetIsAtMostHalfAsMuchAgain() {
        lose(10);
        rig.tcb.srttUs(10_000);
        acknowledged(MSS, 1);
        int before = rig.tcb.cwnd();
        // A long time later the function is far above.
        acknowledged(MSS, TimeUnit.SECONDS.toNanos(100));

        double cwnd = (double) before / MSS;
        assertEquals(cwnd + 0.5, (double) rig.tcb.cwnd() / MSS, 0.01);
    }

    /// Short round trips: a Reno flow would have more, and so has this one.
    @Rfc({"9438 4.3 estimate", "9438 4.3 alpha"})
    @Test
    void inTheRenoFriendlyRegionTheEstimateIsTheWindow() {
        lose(20);
        rig.tcb.srttUs(1_000);
        double alpha = 3 * (1 - BETA) / (1 + BETA);
        double est = 14;
        double cwnd = 14;
        long nowNs = 0;
        for (int round = 0; round < 40; round++) {
            nowNs += 1_000_000;
            int octets = 2 * MSS;
            est += (est >= 20 ? 1 : alpha) * 2 / cwnd;
            acknowledged(octets, nowNs);
            cwnd = (double) rig.tcb.cwnd() / MSS;
            assertEquals(est, cwnd, 0.1);
        }
    }

    /// §4.3: above the window before the reduction as fast as Reno, a segment a round trip.
    @Rfc("9438 4.3 alpha one")
    @Test
    void aboveTheOldWindowTheEstimateGrowsAsReno() {
        lose(20);
        rig.tcb.srttUs(100);
        long nowNs = 0;
        while (rig.flow.cubicEst() < 20 * MSS) {
            nowNs += 100_000;
            acknowledged(rig.tcb.cwnd(), nowNs);
        }
        int before = rig.flow.cubicEst();
        acknowledged(rig.tcb.cwnd(), nowNs + 100_000);

        assertEquals(MSS, rig.flow.cubicEst() - before, 2);
    }

    @Rfc("9438 4.7 fast convergence")
    @Test
    void flowThatLostGroundGivesUpMore() {
        lose(100);
        assertEquals(100 * MSS, rig.flow.cubicMax());
        lose(80);
        assertEquals(80 * MSS * (1 + BETA) / 2, rig.flow.cubicMax(), 1);
        lose(90);
        assertEquals(90 * MSS, rig.flow.cubicMax());
    }

    @Rfc("9438 4.2 K")
    @Test
    void withoutALossBeforeTheFunctionBeginsAtItsPlateau() {
        rig.tcb.cwnd(50 * MSS);
        rig.tcb.srttUs(10_000);
        acknowledged(MSS, 5);

        assertEquals(0, rig.flow.cubicK());
        assertEquals(50 * MSS, rig.flow.cubicMax());
    }

    @Rfc("9438 4.2 K")
    @Test
    void plateauIsReachedAfterTheCubeRootOfWhatWasLost() {
        Seeds.each(200, luck -> {
            Rig fresh = new Rig();
            int segments = 10 + luck.nextInt(10_000);
            fresh.tcb.cwnd(segments * MSS);
            fresh.tcb.srttUs(10_000);
            fresh.tcb.cwnd(cubic.reduced(fresh.tcb, fresh.flow, segments * MSS, MSS));
            cubic.acknowledged(fresh.tcb, fresh.flow, MSS, MSS, 1_000);
            double wanted = Math.cbrt((segments - Math.floor(segments * BETA * MSS) / MSS) / C);
            assertEquals(wanted, fresh.flow.cubicK() / 1000.0, 0.002);
        });
    }

    /// §4.8: after a time-out the plateau is where congestion avoidance begins.
    @Rfc("9438 4.8 time-out")
    @Test
    void afterATimeOutTheFunctionBeginsAtItsPlateau() {
        lose(100);
        cubic.timedOut(rig.flow);
        rig.tcb.cwnd(70 * MSS);
        rig.tcb.srttUs(10_000);
        acknowledged(MSS, 5);

        assertEquals(0, rig.flow.cubicK());
        assertEquals(70 * MSS, rig.flow.cubicMax());
        assertEquals(70 * MSS, rig.flow.cubicStart());
    }

    @Rfc("9438 4.9 undone")
    @Test
    void windowBeforeANeedlessReductionIsTheNewPlateau() {
        lose(200);
        // Below the plateau before: the next one is lower still (RFC 9438 §4.7).
        lose(100);
        assertTrue(rig.flow.cubicMax() < 100 * MSS);
        rig.tcb.cwnd(100 * MSS);
        cubic.undone(rig.tcb, rig.flow);
        assertEquals(100 * MSS, rig.flow.cubicMax());
        rig.tcb.srttUs(10_000);
        acknowledged(MSS, 5);

        assertEquals(0, rig.flow.cubicK());
        assertTrue(rig.tcb.cwnd() >= 100 * MSS);
    }

    /// §5.8: a period in which the application was the limit is no part of t.
    @Rfc("9438 5.8 application")
    @Test
    void timeInWhichTheWindowDidNotLimitDoesNotCount() {
        lose(1000);
        rig.tcb.srttUs(100_000);
        long nowNs = 1_000_000_000L;
        acknowledged(50 * MSS, nowNs);
        int before = rig.tcb.cwnd();
        cubic.unused(rig.flow);
        // An hour later the window goes on from where it was.
        acknowledged(50 * MSS, nowNs + TimeUnit.HOURS.toNanos(1));

        double grown = (double) (rig.tcb.cwnd() - before) / MSS;
        double k = Math.cbrt((1000 - (double) before / MSS) / C);
        double target = wCubic(0.1, k, 1000);
        assertEquals((target - (double) before / MSS) / ((double) before / MSS) * 50, grown, 0.1);
    }
}
