package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import netkeep.engine.sim.Scenario;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// Fast retransmit and fast recovery without SACK: RFC 5681 §3.2, RFC 6582, and RFC 9937's rates.
class RenoRecoveryTest {
    private static final String DUPLICATE = "ACK seq=1 ack=10001";

    /// Segments from 10001 on that fill the window of 18, and more text that waits.
    private static Sending full() {
        Sending sending = Sending.measured(Scenario.v4().newReno(), "");
        sending.give(60_000);
        assertEquals(18, sending.taken().size());
        return sending;
    }

    @Rfc({"5681 3.2 step 1", "8985 5.1 SACK"})
    @Test
    void firstTwoDuplicatesLetOneNewSegmentOutEach() {
        Sending sending = full();

        assertEquals(List.of(28001), sending.arrives(DUPLICATE));
        assertEquals(List.of(29001), sending.arrives(DUPLICATE));
    }

    @Rfc({"5681 3.2 step 2", "6582 3.2 step 2"})
    @Test
    void thirdDuplicateSendsTheFirstSegmentAgain() {
        Sending sending = full();
        sending.arrives(DUPLICATE);
        sending.arrives(DUPLICATE);

        assertEquals(List.of(10001), sending.arrives(DUPLICATE));
    }

    /// RFC 5681 §2: text, another window or nothing outstanding make it no duplicate.
    @Rfc("5681 2 duplicate")
    @Test
    void whatSaysSomethingElseIsNoDuplicate() {
        Sending sending = full();
        List<Integer> sent = new ArrayList<>();
        for (int window = 60_000; window <= 63_000; window += 1000) {
            sent.addAll(sending.arrives("ACK seq=1 ack=10001 win=" + window));
        }
        for (int seq = 1; seq <= 31; seq += 10) {
            sent.addAll(sending.arrives("PSH,ACK seq=" + seq + " ack=10001 len=10 win=63000"));
        }

        assertTrue(!sent.contains(10001), sent.toString());
    }

    /// ssthresh is half of what was in flight: 20 segments with the two of limited transmit.
    @Rfc({"5681 3.1 FlightSize", "5681 3.2 step 6", "6582 3.2 step 3 full"})
    @Test
    void afterRecoveryTheWindowIsHalfOfWhatWasInFlight() {
        Sending sending = full();
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sending.arrives(DUPLICATE);
        }
        sending.passMs(20);
        List<Integer> sent = sending.arrives("ACK seq=1 ack=30001");

        // 9 or 10: what limited transmit added may count or not (RFC 5681 §3.2 step 2).
        assertTrue(sent.size() == 9 || sent.size() == 10, sent.toString());
        assertEquals(30001, sent.getFirst());
    }

    /// Also where the last acknowledgment covers little: nothing grows the window back.
    @Rfc("6582 3.2 step 3 full")
    @Test
    void afterRecoveryTheWindowIsTheThreshold() {
        Sending sending = full();
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sending.arrives(DUPLICATE);
        }
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=28001");
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=30001");
        Look look = Look.at(sending.conversation);
        assertEquals(Recovery.OPEN, look.flow.recovery());
        int beyond = look.tcb.cwnd() - look.tcb.ssthresh();
        assertTrue(beyond >= 0 && beyond <= 1000, "beyond " + beyond);
    }

    @Rfc("6582 3.2 step 3 partial")
    @Test
    void partialAcknowledgmentSendsTheNextHoleAtOnce() {
        Sending sending = full();
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sending.arrives(DUPLICATE);
        }
        sending.passMs(20);

        assertEquals(14001, sending.arrives("ACK seq=1 ack=14001").getFirst());
        sending.passMs(20);
        assertEquals(19001, sending.arrives("ACK seq=1 ack=19001").getFirst());
        sending.passMs(20);
        // The last hole is filled: recovery has ended, nothing is sent again.
        assertTrue(sending.arrives("ACK seq=1 ack=30001").stream().allMatch(at -> at >= 30001));
    }

    /// RFC 6582 §3.2 step 2: duplicates of the recovery before must not begin another.
    @Rfc("6582 3.2 step 2 recover")
    @Test
    void duplicatesUpToTheRecoveryPointBeginNoOther() {
        Sending sending = full();
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sending.arrives(DUPLICATE);
        }
        sending.passMs(20);
        assertTrue(!sending.arrives("ACK seq=1 ack=30001").isEmpty());
        for (int duplicate = 1; duplicate <= 5; duplicate++) {
            List<Integer> sent = sending.arrives("ACK seq=1 ack=30001");
            assertTrue(!sent.contains(30001), sent.toString());
        }
        // Beyond it they do.
        sending.arrives("ACK seq=1 ack=31001");
        List<Integer> sent = new ArrayList<>();
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sent.addAll(sending.arrives("ACK seq=1 ack=31001"));
        }
        assertTrue(sent.contains(31001), sent.toString());
    }

    @Rfc("6582 3.2 step 4")
    @Test
    void timeOutEndsTheRecoveryAndDuplicatesOfItBeginNoOther() {
        Sending sending = full();
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sending.arrives(DUPLICATE);
        }
        // What recovery itself lets out: the time-out's point lies behind that.
        int end = 30001;
        for (int duplicate = 1; duplicate <= 12; duplicate++) {
            end += 1000 * sending.arrives(DUPLICATE).size();
        }
        assertTrue(end > 32001, "end " + end);
        sending.waitMs();
        assertEquals(List.of(10001), sending.taken());
        for (int duplicate = 1; duplicate <= 5; duplicate++) {
            List<Integer> sent = sending.arrives(DUPLICATE);
            assertTrue(!sent.contains(10001), sent.toString());
        }
        // Slow start, and not the window that recovery would have left.
        List<Integer> sent = sending.arrives("ACK seq=1 ack=" + end);
        assertTrue(sent.size() >= 1 && sent.size() <= 5, sent.toString());
        for (int duplicate = 1; duplicate <= 5; duplicate++) {
            assertTrue(!sending.arrives("ACK seq=1 ack=" + end).contains(end));
        }
    }

    /// 17 segments arrive in recovery: half as many are let out, whether duplicates tell of them or one acknowledgment.
    @Rfc({"9937 6.2 proportional", "9937 6.2 estimate"})
    @Test
    void aboutHalfOfWhatArrivesIsLetOut() {
        Sending sending = full();
        List<Integer> sent = new ArrayList<>();
        for (int duplicate = 1; duplicate <= 17; duplicate++) {
            int before = sent.size();
            sent.addAll(sending.arrives(DUPLICATE));
            assertTrue(sent.size() <= before + 1, "a burst after duplicate " + duplicate + ": " + sent);
        }
        long again = sent.stream().filter(at -> at == 10001).count();
        assertEquals(1, again);
        // Two by limited transmit; then 15 arrived, and ssthresh is 9 of 20: 6 and three quarters.
        assertEquals(8, sent.size(), sent.toString());
        // The partial acknowledgment of what the duplicates have told of lets no second burst out.
        List<Integer> more = sending.arrives("ACK seq=1 ack=25001");
        assertTrue(more.size() <= 3, more.toString());
    }

    @Rfc("5681 3.2 step 2")
    @Test
    void lossOfTheRetransmissionWaitsForTheTimeOut() {
        Sending sending = full();
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sending.arrives(DUPLICATE);
        }
        long waitedMs = sending.waitMs();
        assertEquals(List.of(10001), sending.taken());
        assertTrue(waitedMs >= 180, "waited " + waitedMs);
    }
}
