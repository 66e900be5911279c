package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// F-RTO, RFC 5682 §2.1, step by step: which time-outs were needless.
class ForwardRtoTest {
    private static final String PLAIN = "";
    private static final String SACK = "sackOK";

    /// Six segments from 10001 on, of which the first was sent again after a time-out; more text waits.
    private static Sending timedOut(String options) {
        Sending sending = Sending.inFlight(options, 6);
        sending.waitMs();
        if (!options.isEmpty()) {
            // The loss probe first.
            assertEquals(List.of(15001), sending.taken());
            sending.waitMs();
        }
        assertEquals(List.of(10001), sending.taken());
        sending.give(10_000);
        assertEquals(List.of(), sending.taken());
        return sending;
    }

    @Rfc({"5682 2.1 step 1", "5682 2.1 step 2b"})
    @Test
    void firstNewAcknowledgmentSendsTwoNewSegments() {
        Sending sending = timedOut(PLAIN);

        assertEquals(List.of(16001, 17001), sending.arrives("ACK seq=1 ack=11001"));
    }

    @Rfc("5682 2.1 step 3b")
    @Test
    void secondNewAcknowledgmentOfWhatWasSentOnceShowsThatItWasNeedless() {
        Sending sending = timedOut(PLAIN);
        sending.arrives("ACK seq=1 ack=11001");
        List<Integer> sent = sending.arrives("ACK seq=1 ack=12001");

        // The window is as before: 20 segments, of which 4 + 2 are in flight.
        assertEquals(18001, sent.getFirst());
        assertEquals(8, sent.size());
        sending.passMs(100);
        assertEquals(List.of(), sending.taken());
    }

    @Rfc("5682 2.1 step 2a")
    @Test
    void duplicateInsteadOfTheFirstMeansTheLossIsReal() {
        Sending sending = timedOut(PLAIN);
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=10001"));

        assertEquals(List.of(11001, 12001), sending.arrives("ACK seq=1 ack=11001"));
    }

    /// RFC 5681 §2: what has text, or another window, is no duplicate.
    @Rfc({"5682 2.1 step 2a", "5682 2.1 step 2b"})
    @Test
    void peersTextIsNoDuplicate() {
        Sending sending = timedOut(PLAIN);
        assertEquals(List.of(), sending.arrives("PSH,ACK seq=1 ack=10001 len=10"));
        assertEquals(List.of(), sending.arrives("ACK seq=11 ack=10001 win=60000"));

        assertEquals(List.of(16001, 17001), sending.arrives("ACK seq=11 ack=11001 win=60000"));
    }

    /// §3.1 step 2: with SACK a duplicate is noted, and the first that moves SND.UNA is waited for.
    @Rfc("5682 3.1 step 2")
    @Test
    void duplicateBeforeTheFirstIsWaitedOutWithSack() {
        Sending sending = timedOut(SACK);
        // What is told is the loss probe.
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=10001 sack=15001:16001"));

        assertEquals(List.of(16001, 17001), sending.arrives("ACK seq=1 ack=11001 sack=15001:16001"));
    }

    @Rfc("5682 2.1 step 3a")
    @Test
    void duplicateInsteadOfTheSecondMeansTheLossIsReal() {
        Sending sending = timedOut(PLAIN);
        sending.arrives("ACK seq=1 ack=11001");
        sending.arrives("ACK seq=1 ack=11001");
        List<Integer> sent = sending.arrives("ACK seq=1 ack=12001");

        assertTrue(sent.contains(12001), sent.toString());
    }

    /// What the retransmission lets through may have waited at the peer since before the time-out.
    @Rfc("5682 2.1 step 2b")
    @Test
    void acknowledgmentOfMoreThanTheRetransmissionProvesNothingWithoutSack() {
        Sending sending = timedOut(PLAIN);

        // Only the first and the fourth were lost. Not the old window of 20, but two segments.
        assertEquals(List.of(16001, 17001), sending.arrives("ACK seq=1 ack=13001"));
    }

    @Rfc("5682 2.1 step 2a")
    @Test
    void acknowledgmentOfAllProvesNothingWithoutSack() {
        Sending sending = timedOut(PLAIN);
        List<Integer> sent = sending.arrives("ACK seq=1 ack=16001");

        // Slow start from one segment; an undone time-out would send ten.
        assertTrue(sent.size() <= 7, sent.toString());
        assertEquals(16001, sent.getFirst());
    }

    /// RFC 5682 §2.1 step 1: while one recovery lasts no second begins.
    @Rfc("5682 2.1 step 1")
    @Test
    void secondTimeOutOfOneRecoveryIsReal() {
        Sending sending = timedOut(PLAIN);
        sending.waitMs();
        assertEquals(List.of(10001), sending.taken());

        assertEquals(List.of(11001, 12001), sending.arrives("ACK seq=1 ack=11001"));
    }

    /// Step 2b: who cannot send new octets goes on with the old ones.
    @Rfc("5682 2.1 step 2b")
    @Test
    void fullWindowSendsOldSegmentsInstead() {
        // Without room, and with room for less than a segment.
        for (int window : new int[] {5000, 5500}) {
            Sending sending = timedOut(PLAIN);

            assertEquals(List.of(11001, 12001), sending.arrives("ACK seq=1 ack=11001 win=" + window));
        }
    }

    @Rfc("5682 2.1 step 2b")
    @Test
    void withoutNewTextOldSegmentsAreSent() {
        Sending sending = Sending.inFlight(PLAIN, 6);
        sending.waitMs();
        sending.taken();

        assertEquals(List.of(11001, 12001), sending.arrives("ACK seq=1 ack=11001"));
    }

    @Rfc("5682 3.1 SACK")
    @Test
    void sackOfWhatWasSentOnceShowsThatItWasNeedless() {
        Sending sending = timedOut(SACK);
        sending.arrives("ACK seq=1 ack=11001");
        List<Integer> sent = sending.arrives("ACK seq=1 ack=11001 sack=12001:13001");

        assertEquals(18001, sent.getFirst());
        assertTrue(sent.size() >= 5, sent.toString());
    }

    /// What was sent after the time-out tells nothing of it.
    @Rfc("5682 3.1 SACK")
    @Test
    void sackOfNewOctetsDoesNot() {
        Sending sending = timedOut(SACK);
        assertEquals(List.of(16001, 17001), sending.arrives("ACK seq=1 ack=11001"));
        List<Integer> sent = sending.arrives("ACK seq=1 ack=11001 sack=16001:17001");

        assertEquals(Recovery.TIMED_OUT, Look.at(sending.conversation).flow.recovery());
        assertTrue(sent.contains(11001), sent.toString());
        assertTrue(sent.size() <= 2, sent.toString());
    }
}
