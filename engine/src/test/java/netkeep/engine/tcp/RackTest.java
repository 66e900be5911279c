package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// RACK, RFC 8985 §6.2, step by step.
class RackTest {
    private static final int MSS = Rig.MSS;
    private static final int RTT = 40_000;

    private final Rig rig = Rig.at(1);

    RackTest() {
        rig.tcb.srttUs(RTT);
        rig.tcb.minRttUs(RTT);
    }

    /// Sends segments a millisecond apart, the first at `fromUs`.
    private void send(int segments, int fromUs) {
        for (int segment = 0; segment < segments; segment++) {
            rig.send(MSS, fromUs + 1_000 * segment);
        }
    }

    /// The peer says that it holds the run.
    private void sack(int run, int nowUs) {
        rig.rack.delivered(
                rig.flight.start(run),
                rig.flight.end(run),
                rig.flight.sentUs(run),
                rig.flight.has(run, Flight.RETRANSMITTED),
                nowUs);
        rig.flight.unmark(run, Flight.LOST);
        rig.flight.mark(run, Flight.SACKED);
    }

    private List<Integer> lost() {
        List<Integer> lost = new ArrayList<>();
        for (int run = 0; run < rig.flow.runs(); run++) {
            if (rig.flight.has(run, Flight.LOST)) {
                lost.add(run);
            }
        }
        return lost;
    }

    @Rfc("8985 6.2 step 5")
    @Test
    void beforeAnythingIsDeliveredNothingIsLost() {
        send(3, 1_000);

        assertEquals(0, rig.rack.detect(MSS, 10_000_000));
        assertEquals(List.of(), lost());
    }

    /// The reordering window is a quarter of the least round trip.
    @Rfc({"8985 6.2 step 4", "8985 6.2 step 5"})
    @Test
    void segmentSentEarlierIsLostAfterAQuarterOfTheRoundTrip() {
        send(2, 1_000);
        int nowUs = 2_000 + RTT;
        sack(1, nowUs);

        // Sent at 1000: lost at 1000 + RTT + RTT / 4.
        int wait = rig.rack.detect(MSS, nowUs);
        assertEquals(RTT / 4 - 1_000, wait);
        assertEquals(1, rig.rack.detect(MSS, nowUs + wait - 1));
        assertEquals(List.of(), lost());
        assertEquals(0, rig.rack.detect(MSS, nowUs + wait));
        assertEquals(List.of(0), lost());
    }

    @Rfc("8985 6.2 step 5")
    @Test
    void waitIsForTheLastOfThem() {
        send(3, 1_000);
        int nowUs = 3_000 + RTT;
        sack(2, nowUs);

        assertEquals(RTT / 4 - 1_000, rig.rack.detect(MSS, nowUs));
    }

    @Rfc("8985 6.2 step 5")
    @Test
    void segmentSentLaterThanWhatWasDeliveredIsNotJudged() {
        send(3, 1_000);
        sack(1, 2_000 + RTT);
        rig.rack.detect(MSS, 100_000_000);

        assertEquals(List.of(0), lost());
    }

    /// RACK_sent_after: at the same instant the order of sequence numbers decides.
    @Rfc("8985 6.2 step 2")
    @Test
    void amongSegmentsOfOneInstantTheSequenceNumberDecides() {
        rig.send(MSS, 1_000);
        rig.send(MSS, 1_000);
        rig.send(MSS, 1_000);
        sack(1, 1_000 + RTT);
        rig.rack.detect(MSS, 100_000_000);

        assertEquals(List.of(0), lost());
    }

    /// DupThresh segments: until reordering was seen, three above prove the loss.
    @Rfc("8985 6.2 step 4")
    @Test
    void threeSegmentsSackedEndThePatience() {
        send(5, 1_000);
        sack(2, 3_000 + RTT);
        sack(3, 4_000 + RTT);
        assertTrue(rig.rack.detect(MSS, 4_000 + RTT) > 0);
        assertEquals(List.of(), lost());
        sack(4, 5_000 + RTT);
        rig.rack.detect(MSS, 5_000 + RTT);

        assertEquals(List.of(0, 1), lost());
    }

    /// However small they are.
    @Rfc("8985 6.2 step 4")
    @Test
    void threeSmallSegmentsSackedEndThePatienceToo() {
        for (int segment = 0; segment < 5; segment++) {
            rig.send(100, 1_000 + 1_000 * segment);
        }
        sack(2, 3_000 + RTT);
        sack(3, 4_000 + RTT);
        assertTrue(rig.rack.detect(MSS, 4_000 + RTT) > 0);
        assertEquals(List.of(), lost());
        sack(4, 5_000 + RTT);
        rig.rack.detect(MSS, 5_000 + RTT);

        assertEquals(List.of(0, 1), lost());
    }

    @Rfc("8985 6.2 step 4")
    @Test
    void inRecoveryThereIsNoPatienceWhileNoReorderingWasSeen() {
        send(2, 1_000);
        sack(1, 2_000 + RTT);
        for (int recovery : new int[] {Recovery.FAST, Recovery.TIMED_OUT}) {
            rig.flow.recovery(recovery);
            rig.rack.detect(MSS, 2_000 + RTT);
            assertEquals(List.of(0), lost());
            rig.flight.unmark(0, Flight.LOST);
        }
    }

    @Rfc({"8985 6.2 step 3", "8985 6.2 step 4"})
    @Test
    void reorderingSeenBringsThePatienceBack() {
        send(6, 1_000);
        sack(1, 2_000 + RTT);
        assertEquals(0, rig.flow.reordering());
        sack(0, 2_500 + RTT);
        assertEquals(1, rig.flow.reordering());
        sack(3, 4_000 + RTT);
        sack(4, 5_000 + RTT);
        sack(5, 6_000 + RTT);
        // Five are sacked; the third, of instant 3000, still has its quarter.
        int wait = rig.rack.detect(MSS, 6_000 + RTT);

        assertEquals(RTT / 4 - 3_000, wait);
        assertEquals(List.of(), lost());
    }

    /// A retransmission that arrives behind later segments is no reordering.
    @Rfc({"8985 6.2 step 3", "8985 6.2 step 2"})
    @Test
    void retransmissionIsNoReordering() {
        send(2, 1_000);
        sack(1, 2_000 + RTT);
        rig.flight.sentAgain(0, 50_000);
        sack(0, 50_000 + RTT);

        assertEquals(0, rig.flow.reordering());
        assertEquals(50_000, rig.flow.rackUs());
    }

    /// The acknowledgment came too soon to be of the retransmission.
    @Rfc("8985 6.2 step 2")
    @Test
    void retransmissionAcknowledgedWithinTheLeastRoundTripIsNotBelieved() {
        send(2, 1_000);
        sack(1, 2_000 + RTT);
        rig.flight.sentAgain(0, 50_000);
        sack(0, 50_000 + RTT - 1);

        assertEquals(2_000, rig.flow.rackUs());
        assertEquals(RTT, rig.flow.rackRttUs());
    }

    @Rfc("8985 6.2 step 2")
    @Test
    void newestInstantCountsNotTheNewestAcknowledgment() {
        send(3, 1_000);
        sack(2, 3_000 + RTT);
        sack(0, 3_500 + RTT);

        assertEquals(3_000, rig.flow.rackUs());
        assertEquals(RTT, rig.flow.rackRttUs());
    }

    @Rfc({"8985 6.2 step 4", "8985 6.2 step 4 sixteen"})
    @Test
    void windowGrowsByAQuarterForEachRoundWithADuplicateAndShrinksAfterSixteenRecoveries() {
        send(2, 1_000);
        sack(1, 2_000 + RTT);
        int quarter = RTT / 4;
        rig.rack.duplicated();
        assertEquals(2 * quarter - 1_000, rig.rack.detect(MSS, 2_000 + RTT));
        // The same round: SND.UNA has not passed SND.NXT of then.
        rig.rack.duplicated();
        assertEquals(2 * quarter - 1_000, rig.rack.detect(MSS, 2_000 + RTT));
        for (int recovery = 1; recovery <= 15; recovery++) {
            rig.rack.recovered();
            assertEquals(2 * quarter - 1_000, rig.rack.detect(MSS, 2_000 + RTT));
        }
        rig.rack.recovered();
        assertEquals(quarter - 1_000, rig.rack.detect(MSS, 2_000 + RTT));
    }

    @Rfc("8985 6.2 step 4")
    @Test
    void windowIsTheSmoothedRoundTripAtMost() {
        rig.tcb.srttUs(RTT + 100);
        for (int round = 0; round < 20; round++) {
            rig.flow.dsackRound(0);
            rig.rack.duplicated();
        }
        send(2, 1_000);
        sack(1, 2_000 + RTT);

        assertEquals(RTT + 100 - 1_000, rig.rack.detect(MSS, 2_000 + RTT));
    }

    @Test
    void clockOfMicrosecondsMayWrap() {
        int start = Integer.MAX_VALUE - 1_500;
        send(2, start);
        sack(1, start + 1_000 + RTT);
        assertFalse(rig.flight.has(0, Flight.LOST));
        rig.rack.detect(MSS, start + 2 * RTT);

        assertEquals(List.of(0), lost());
    }
}
