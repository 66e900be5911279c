package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// Slow start, and HyStart++ of RFC 9406 step by step.
class SlowStartTest {
    private static final int MSS = Rig.MSS;
    private static final int NEVER = Integer.MAX_VALUE / 2;

    private final Rig rig = Rig.at(1);
    private final Tcb tcb = rig.tcb;
    private final Flow flow = rig.flow;

    SlowStartTest() {
        tcb.cwnd(10 * MSS);
        tcb.ssthresh(NEVER);
        tcb.sndNxt(1 + 10 * MSS);
    }

    private void acknowledge(int segments, int rttUs) {
        tcb.sndUna(tcb.sndUna() + segments * MSS);
        SlowStart.acknowledged(tcb, flow, segments * MSS, rttUs, MSS);
    }

    /// Acknowledges all that is in flight segment by segment, then sends a window.
    private void round(int rttUs) {
        int segments = (tcb.sndNxt() - tcb.sndUna()) / MSS;
        for (int segment = 0; segment < segments; segment++) {
            acknowledge(1, rttUs);
        }
        tcb.sndNxt(tcb.sndUna() + tcb.cwnd() / MSS * MSS);
    }

    @Rfc("5681 3.1 slow start")
    @Test
    void windowGrowsByWhatIsAcknowledged() {
        acknowledge(1, -1);
        assertEquals(11 * MSS, tcb.cwnd());
        acknowledge(2, -1);
        assertEquals(13 * MSS, tcb.cwnd());
        round(-1);
        assertEquals(20 * MSS, tcb.cwnd());
    }

    @Rfc("9406 4.2 L")
    @Test
    void oneAcknowledgmentGrowsTheWindowByEightSegmentsAtMost() {
        acknowledge(10, -1);

        assertEquals(18 * MSS, tcb.cwnd());
    }

    /// No later slow start is left for a delay.
    @Rfc("9406 4.3 first")
    @Test
    void afterALossSlowStartIsPlain() {
        round(20_000);
        round(40_000);
        assertEquals(SlowStart.CONSERVATIVE, flow.slowStart());
        flow.slowStart(SlowStart.PLAIN);
        for (int rttUs : new int[] {20_000, 40_000, 80_000}) {
            int before = tcb.cwnd();
            int flight = tcb.sndNxt() - tcb.sndUna();
            round(rttUs);
            assertEquals(before + flight, tcb.cwnd());
            assertEquals(SlowStart.PLAIN, flow.slowStart());
        }
        assertEquals(NEVER, tcb.ssthresh());
    }

    @Rfc("9406 4.2 leave")
    @Test
    void roundWhoseLeastIsLongerByTheThresholdLeavesSlowStart() {
        round(50_000);
        round(50_000);
        assertEquals(SlowStart.HYSTART, flow.slowStart());
        // 50 ms / 8 = 6.25 ms.
        for (int ack = 1; ack <= 7; ack++) {
            acknowledge(1, 56_250);
            assertEquals(SlowStart.HYSTART, flow.slowStart(), "after " + ack + " samples");
        }
        acknowledge(1, 56_250);
        assertEquals(SlowStart.CONSERVATIVE, flow.slowStart());
        assertEquals(56_250, flow.cssBaselineUs());
        assertEquals(NEVER, tcb.ssthresh());
    }

    @Rfc("9406 4.2 leave")
    @Test
    void oneFastSampleKeepsSlowStart() {
        round(50_000);
        round(50_000);
        acknowledge(1, 56_249);
        for (int ack = 0; ack < 15; ack++) {
            acknowledge(1, 80_000);
        }

        assertEquals(SlowStart.HYSTART, flow.slowStart());
    }

    @Rfc("9406 4.3 threshold")
    @Test
    void thresholdIsBetweenFourAndSixteenMilliseconds() {
        Seeds.each(300, luck -> {
            int last = 1_000 + luck.nextInt(400_000);
            int threshold = Math.clamp(last / 8, 4_000, 16_000);
            for (int less = 0; less <= 1; less++) {
                SlowStartTest fresh = new SlowStartTest();
                fresh.round(last);
                fresh.round(last);
                for (int ack = 0; ack < 8; ack++) {
                    fresh.acknowledge(1, last + threshold - less);
                }
                assertEquals(1 - less, fresh.flow.slowStart(), "last " + last);
            }
        });
    }

    /// The first round is the initial window whole: its own first sample is no round before it.
    @Rfc("9406 4.2 rounds")
    @Test
    void firstRoundIsComparedWithNothing() {
        acknowledge(1, 50_000);
        for (int ack = 0; ack < 9; ack++) {
            acknowledge(1, 90_000);
        }

        assertEquals(SlowStart.HYSTART, flow.slowStart());
        tcb.sndNxt(tcb.sndUna() + 20 * MSS);
        for (int ack = 0; ack < 8; ack++) {
            acknowledge(1, 57_000);
        }
        assertEquals(SlowStart.CONSERVATIVE, flow.slowStart(), "the first round's least was 50 ms");
    }

    private void conservative() {
        round(50_000);
        round(50_000);
        for (int ack = 0; ack < 8; ack++) {
            acknowledge(1, 60_000);
        }
        assertEquals(SlowStart.CONSERVATIVE, flow.slowStart());
    }

    @Rfc("9406 4.2 css growth")
    @Test
    void conservativeGrowthIsAQuarter() {
        conservative();
        int before = tcb.cwnd();
        acknowledge(1, 60_000);
        assertEquals(before + MSS / 4, tcb.cwnd());
        acknowledge(8, 60_000);
        assertEquals(before + MSS / 4 + 2 * MSS, tcb.cwnd());
    }

    @Rfc("9406 4.2 resume")
    @Test
    void delayThatGoesAwayResumesSlowStart() {
        conservative();
        round(60_000);
        for (int ack = 1; ack <= 7; ack++) {
            acknowledge(1, 59_999);
            assertEquals(SlowStart.CONSERVATIVE, flow.slowStart());
        }
        acknowledge(1, 59_999);
        assertEquals(SlowStart.HYSTART, flow.slowStart());
        int before = tcb.cwnd();
        acknowledge(1, 59_999);
        assertEquals(before + MSS, tcb.cwnd());
    }

    /// The round in which it began counts.
    @Rfc("9406 4.2 css rounds")
    @Test
    void fiveConservativeRoundsEndSlowStart() {
        conservative();
        for (int round = 1; round <= 5; round++) {
            assertEquals(NEVER, tcb.ssthresh(), "before round " + round + " has ended");
            round(60_000);
        }
        // The window at the end of the round; it went on growing with the last acknowledgment only.
        assertTrue(tcb.ssthresh() <= tcb.cwnd() && tcb.ssthresh() > tcb.cwnd() - MSS);
    }
}
