package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import netkeep.engine.sim.Scenario;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// Tail loss probes, RFC 8985 §7.
class LossProbeTest {
    private static final String SACK = "sackOK";

    @Rfc("8985 7.2 PTO")
    @Test
    void probeGoesAfterTwoRoundTripsOfSilence() {
        Sending sending = Sending.inFlight(SACK, 4);

        // The smoothed round trip is 20 ms.
        assertEquals(40, sending.waitMs());
        assertEquals(List.of(13001), sending.taken());
    }

    @Rfc("8985 7.2 PTO")
    @Test
    void newTextPutsTheProbeOff() {
        Sending sending = Sending.inFlight(SACK, 4);
        sending.passMs(30);
        sending.give(1000);
        assertEquals(List.of(14001), sending.taken());

        assertEquals(40, sending.waitMs());
    }

    /// A time-out of 200 ms comes before twice the round trip and the peer's delay: the probe goes in its place.
    @Rfc({"8985 7.2 time-out", "8985 7.2 PTO"})
    @Test
    void probeGoesWhenTheTimeOutWouldBeDueAtTheLatest() {
        Sending sending = Sending.inFlight(SACK, 1);

        assertEquals(200, sending.waitMs());
        assertEquals(List.of(10001), sending.taken());
        // Its own time-out: not doubled, for nothing has timed out.
        assertEquals(200, sending.waitMs());
        assertEquals(List.of(10001), sending.taken());
        assertEquals(400, sending.waitMs());
    }

    /// Text that keeps coming puts the probe off until the time-out only.
    @Rfc("8985 7.2 time-out")
    @Test
    void textThatKeepsComingDoesNotPutTheProbeOffForEver() {
        Sending sending = Sending.inFlight(SACK, 2);
        sending.play(". option NO_DELAY 1");
        int end = 12001;
        for (int step = 1; step <= 13; step++) {
            sending.passMs(15);
            assertEquals(List.of(), sending.taken(), "after " + 15 * step + " ms");
            sending.give(10);
            assertEquals(List.of(end), sending.taken());
            end += 10;
        }
        assertEquals(5, sending.waitMs());
    }

    @Rfc({"8985 7.2 conditions", "8985 5.1 SACK"})
    @Test
    void withoutSackThereIsNoProbe() {
        Sending sending = Sending.inFlight("", 4);

        assertEquals(200, sending.waitMs());
        assertEquals(List.of(10001), sending.taken());
    }

    /// What is sacked already shows losses by itself.
    @Rfc("8985 7.2 conditions")
    @Test
    void whileSomethingIsSackedThereIsNoProbe() {
        Sending sending = Sending.inFlight(SACK, 4);
        sending.passMs(20);
        // Its hole is sent again when the reordering window has passed; nothing else is.
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=10001 sack=11001:12001"));
        sending.waitMs();
        assertEquals(List.of(10001), sending.taken());
        assertTrue(sending.waitMs() >= 150);
    }

    /// Nor while recovery lasts, though all that was told as held is acknowledged.
    @Rfc("8985 7.2 conditions")
    @Test
    void whileRecoveryLastsThereIsNoProbe() {
        Sending sending = Sending.inFlight(SACK, 8);
        sending.passMs(20);
        assertEquals(List.of(10001), sending.arrives("ACK seq=1 ack=10001 sack=11001:14001"));
        sending.passMs(20);
        // RACK finds the rest lost: as much as arrived and was not answered yet is sent again.
        assertEquals(List.of(14001, 15001, 16001), sending.arrives("ACK seq=1 ack=14001"));

        assertTrue(sending.waitMs() >= 150);
        assertEquals(List.of(14001), sending.taken());
    }

    /// Nor after a time-out, though a round trip was measured since.
    @Rfc("8985 7.2 conditions")
    @Test
    void afterATimeOutThereIsNoProbe() {
        Sending sending = Sending.inFlight(SACK, 4);
        sending.waitMs();
        assertEquals(List.of(13001), sending.taken());
        sending.waitMs();
        assertEquals(List.of(10001), sending.taken());
        sending.give(2000);
        assertEquals(List.of(14001, 15001), sending.arrives("ACK seq=1 ack=11001"));
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=11001 sack=14001:16001");

        assertTrue(sending.waitMs() >= 150);
    }

    /// After ECN-Echo nothing is known to be lost: the tail is probed.
    @Rfc("8985 7.2 conditions")
    @Test
    void reducedWindowsTailIsProbed() {
        Scenario.v4().ecn().begin().play("""
                . listen
                < SYN,ECE,CWR seq=0 mss=1000 sackOK
                > SYN,ACK,ECE seq=0 ack=1 sackOK
                + 20ms
                < ACK seq=1 ack=1
                . accept
                . send 4000
                > ACK seq=1 len=1000
                > ACK seq=1001 len=1000
                > ACK seq=2001 len=1000
                > PSH,ACK seq=3001 len=1000
                + 20ms
                < ECE,ACK seq=1 ack=1001
                + 39ms
                + 2ms
                > PSH,ACK seq=3001 len=1000
                """);
    }

    @Rfc("8985 7.3 new text")
    @Test
    void probeIsNewTextBeyondTheWindowIfThereIsSome() {
        Sending sending = Sending.measured(Scenario.v4(), SACK);
        sending.give(60_000);
        List<Integer> flight = sending.taken();
        sending.waitMs();

        assertEquals(List.of(10001 + 1000 * flight.size()), sending.taken());
    }

    @Rfc("8985 7.3 old text")
    @Test
    void fullPeersWindowLeavesTheLastSegment() {
        Sending sending = Sending.measured(Scenario.v4(), SACK);
        sending.arrives("ACK seq=1 ack=10001 win=4000");
        sending.give(60_000);
        assertEquals(List.of(10001, 11001, 12001, 13001), sending.taken());
        sending.waitMs();

        assertEquals(List.of(13001), sending.taken());
    }

    /// A slow reader's peer delays its acknowledgment as it does that of a lone segment.
    @Rfc("8985 7.2 PTO")
    @Test
    void fullPeersWindowPutsTheProbeOff() {
        Sending sending = Sending.measured(Scenario.v4(), SACK);
        sending.arrives("ACK seq=1 ack=10001 win=4000");
        sending.give(60_000);
        assertEquals(List.of(10001, 11001, 12001, 13001), sending.taken());

        sending.passMs(150);
        assertEquals(List.of(), sending.taken());
        assertEquals(50, sending.waitMs());
    }

    @Rfc("8985 7.3 one")
    @Test
    void secondProbeOfOneFlightIsATimeOut() {
        Sending sending = Sending.inFlight(SACK, 4);
        sending.waitMs();
        assertEquals(List.of(13001), sending.taken());

        assertEquals(200, sending.waitMs());
        assertEquals(List.of(10001), sending.taken());
    }

    /// Though a round trip was measured since it went.
    @Rfc("8985 7.3 one")
    @Test
    void whileAProbeIsInFlightThereIsNoOther() {
        Sending sending = probed();
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=11001"));

        assertTrue(sending.waitMs() >= 150);
    }

    /// The acknowledgment of a lone segment that went twice measures nothing (Karn): the next tail has no probe.
    @Rfc("8985 7.3 measured")
    @Test
    void afterAProbeARoundTripMustBeMeasuredFirst() {
        Sending sending = Sending.inFlight(SACK, 1);
        sending.waitMs();
        assertEquals(List.of(10001), sending.taken());
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=11001 sack=10001:11001"));
        sending.give(4000);
        assertEquals(4, sending.taken().size());

        // A time-out, and not a probe of the last one.
        assertEquals(200, sending.waitMs());
        assertEquals(List.of(11001), sending.taken());
    }

    private static Sending probed() {
        Sending sending = Sending.inFlight(SACK, 4);
        sending.waitMs();
        assertEquals(List.of(13001), sending.taken());
        return sending;
    }

    /// Sends as much as the window takes.
    private static int window(Sending sending) {
        sending.give(60_000);
        return sending.taken().size();
    }

    @Rfc("8985 7.4.2 duplicate")
    @Test
    void duplicateOfTheProbeShowsThatNothingWasLost() {
        Sending sending = probed();
        sending.arrives("ACK seq=1 ack=14001");
        sending.arrives("ACK seq=1 ack=14001 sack=13001:14001");
        int before = window(sending);
        sending.passMs(20);
        int end = 14001 + 1000 * before;
        // Nothing was reduced: as many go again, and more.
        assertTrue(sending.arrives("ACK seq=1 ack=" + end).size() >= before, "window of " + before);
        assertTrue(before >= 18, "window of " + before);
    }

    @Rfc("8985 7.4.2 duplicate")
    @Test
    void bareDuplicateDoesAsWell() {
        Sending sending = probed();
        sending.arrives("ACK seq=1 ack=14001");
        sending.arrives("ACK seq=1 ack=14001");
        int before = window(sending);
        sending.passMs(20);
        assertTrue(sending.arrives("ACK seq=1 ack=" + (14001 + 1000 * before)).size() >= before);
    }

    /// The probe filled a hole that nobody else saw: the window shrinks as after fast recovery.
    @Rfc("8985 7.4.2 repaired")
    @Test
    void lossThatTheProbeRepairedCounts() {
        Sending sending = probed();
        assertEquals(List.of(), sending.arrives("ACK seq=1 ack=14001"));
        int before = window(sending);
        assertTrue(before >= 18, "window of " + before);
        sending.passMs(20);
        int sent = 0;
        for (int segment = 1; segment <= before; segment++) {
            sent += sending.arrives("ACK seq=1 ack=" + (14001 + 1000 * segment)).size();
        }
        // CUBIC leaves 0.7.
        assertTrue(sent >= before / 2 && sent <= before * 3 / 4, sent + " after " + before);
    }

    @Rfc("8985 7.4.1 several")
    @Test
    void probeShowsSeveralLosses() {
        Sending sending = probed();
        sending.passMs(20);
        List<Integer> sent = new ArrayList<>(sending.arrives("ACK seq=1 ack=10001 sack=13001:14001"));
        sending.passMs(10);
        sent.addAll(sending.taken());
        // As many as were told of.
        assertEquals(List.of(10001), sent);
        sent.addAll(sending.arrives("ACK seq=1 ack=11001 sack=13001:14001"));
        sending.passMs(10);
        sent.addAll(sending.taken());
        assertEquals(List.of(10001, 11001, 12001), sent);
        sending.arrives("ACK seq=1 ack=14001");
        assertEquals(IntStream.of().boxed().toList(), sending.taken());
    }
}
