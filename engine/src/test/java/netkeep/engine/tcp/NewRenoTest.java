package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

class NewRenoTest {
    private static final int MSS = Rig.MSS;

    private final Rig rig = new Rig();
    private final NewReno reno = new NewReno();

    @Rfc("5681 3.1 congestion avoidance")
    @Test
    void windowGrowsByASegmentForEachWindowAcknowledged() {
        rig.tcb.cwnd(10 * MSS);
        for (int ack = 1; ack <= 9; ack++) {
            reno.acknowledged(rig.tcb, rig.flow, MSS, MSS, 0);
            assertEquals(10 * MSS, rig.tcb.cwnd());
        }
        reno.acknowledged(rig.tcb, rig.flow, MSS, MSS, 0);
        assertEquals(11 * MSS, rig.tcb.cwnd());
        for (int ack = 1; ack <= 11; ack++) {
            assertEquals(11 * MSS, rig.tcb.cwnd());
            reno.acknowledged(rig.tcb, rig.flow, MSS, MSS, 0);
        }
        assertEquals(12 * MSS, rig.tcb.cwnd());
    }

    /// (2) of §3.1: by a full segment at most, however much one acknowledgment covers.
    @Rfc("5681 3.1 congestion avoidance")
    @Test
    void oneAcknowledgmentGrowsTheWindowByOneSegmentAtMost() {
        rig.tcb.cwnd(10 * MSS);
        reno.acknowledged(rig.tcb, rig.flow, 100 * MSS, MSS, 0);

        assertEquals(11 * MSS, rig.tcb.cwnd());
    }

    @Rfc("5681 3.1 ssthresh")
    @Test
    void lossLeavesHalfOfTheFlightAndTwoSegmentsAtLeast() {
        rig.tcb.cwnd(40 * MSS);

        assertEquals(20 * MSS, reno.reduced(rig.tcb, rig.flow, 40 * MSS, MSS));
        assertEquals(5 * MSS, reno.reduced(rig.tcb, rig.flow, 10 * MSS, MSS));
        assertEquals(2 * MSS, reno.reduced(rig.tcb, rig.flow, 3 * MSS, MSS));
    }
}
