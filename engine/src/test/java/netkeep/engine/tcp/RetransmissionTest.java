package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// The retransmission timer, and what its time-outs do: RFC 6298 §5, RFC 5681 §3.1, without SACK.
class RetransmissionTest {
    /// The time-out is the least, 200 ms.
    private static Conversation twoSegments() {
        return Scenario.v4().begin().established("mss=1000").play("""
                . send 2000
                > ACK seq=1 len=1000
                > PSH,ACK seq=1001 len=1000
                """);
    }

    private static Sending full() {
        Sending sending = Sending.measured(Scenario.v4().newReno(), "");
        sending.give(60_000);
        assertEquals(18, sending.taken().size());
        return sending;
    }

    @Rfc("6298 5.1")
    @Test
    void moreTextDoesNotPutTheTimeOutOff() {
        Scenario.v4().begin().established("mss=1000").play("""
                . send 1000
                > PSH,ACK seq=1 len=1000
                + 150ms
                . send 1000
                > PSH,ACK seq=1001 len=1000
                + 49ms
                + 1ms
                > ACK seq=1 len=1000
                """);
    }

    /// Whatever the user does, be the peer's window full.
    @Rfc("6298 5.1")
    @Test
    void textThatKeepsComingDoesNotPutTheTimeOutOff() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                < ACK seq=1 ack=1 win=1000
                . send 1000
                > PSH,ACK seq=1 len=1000
                """);
        for (int call = 0; call < 19; call++) {
            conversation.play("+ 10ms\n. send 10\n. option CORK 1\n. option CORK 0");
        }
        conversation.play("+ 9ms\n+ 1ms\n> ACK seq=1 len=1000");
    }

    @Rfc("6298 5.2")
    @Test
    void whenAllIsAcknowledgedTheTimerStops() {
        Conversation conversation = twoSegments().play("+ 20ms\n< ACK seq=1 ack=2001");
        assertEquals(Timers.NONE, Look.at(conversation).tcb.timer());
        conversation.play("+ 10s");
        assertEquals(0, Look.at(conversation).tcb.backoff());
    }

    @Rfc("6298 5.3")
    @Test
    void whenSomeIsAcknowledgedTheTimerStartsAgain() {
        twoSegments().play("""
                + 150ms
                < ACK seq=1 ack=1001
                + 190ms
                + 20ms
                > PSH,ACK seq=1001 len=1000
                """);
    }

    @Rfc({"6298 5.4", "6298 5.5", "6298 5.6"})
    @Test
    void timeOutSendsTheEarliestAgainAndRunsOnTwiceAsLong() {
        twoSegments().play("""
                + 199ms
                + 1ms
                > ACK seq=1 len=1000
                + 399ms
                + 1ms
                > ACK seq=1 len=1000
                + 799ms
                + 1ms
                > ACK seq=1 len=1000
                """);
    }

    @Rfc({"6298 4 granularity", "8985 6.2 step 1", "8985 5.1 instants"})
    @Test
    void roundTripsAreMeasuredInMicroseconds() {
        Conversation conversation = twoSegments().play("+ 321us\n< ACK seq=1 ack=2001");
        assertEquals(321, Look.at(conversation).tcb.minRttUs());
        conversation.play(". send 10\n> PSH,ACK seq=2001 len=10\n+ 77ms\n< ACK seq=1 ack=2011");
        assertEquals(321, Look.at(conversation).tcb.minRttUs());
        conversation.play(". send 10\n> PSH,ACK seq=2011 len=10\n+ 320us\n< ACK seq=1 ack=2021");
        assertEquals(320, Look.at(conversation).tcb.minRttUs());
    }

    /// Nor does what waited at the peer for it, and was sent once.
    @Rfc({"9293 MUST-18", "6298 3 Karn"})
    @Test
    void whatLayBehindARetransmissionMeasuresNothing() {
        Conversation conversation = twoSegments();
        int before = Look.at(conversation).tcb.srttUs();
        conversation.play("+ 200ms\n> ACK seq=1 len=1000\n+ 20ms\n< ACK seq=1 ack=2001");
        assertEquals(before, Look.at(conversation).tcb.srttUs());
    }

    @Rfc("5681 3.1 high ssthresh")
    @Test
    void beforeALossNothingBoundsSlowStart() {
        assertTrue(Look.at(twoSegments()).tcb.ssthresh() > 1 << 29);
    }

    @Rfc({"5681 3.1 loss window", "5681 3.1 second time-out", "5681 3.1 ssthresh"})
    @Test
    void secondTimeOutOfTheSameTextDoesNotHalveAgain() {
        Sending sending = full();
        sending.waitMs();
        assertEquals(List.of(10001), sending.taken());
        assertEquals(9, Look.at(sending.conversation).threshold());
        assertEquals(1, Look.at(sending.conversation).window());
        sending.waitMs();
        assertEquals(List.of(10001), sending.taken());
        assertEquals(9, Look.at(sending.conversation).threshold());
        assertEquals(1, Look.at(sending.conversation).window());
    }

    /// CUBIC's plateau is forgotten with it: the next epoch begins at its own.
    @Rfc("9438 4.8 time-out")
    @Test
    void timeOutLeavesOneSegmentAndNoPlateau() {
        Sending sending = Sending.inFlight(Scenario.v4(), "", 18);
        sending.waitMs();
        assertEquals(List.of(10001), sending.taken());
        assertEquals(1, Look.at(sending.conversation).window());
        assertEquals(12, Look.at(sending.conversation).threshold());
        assertEquals(0, Look.at(sending.conversation).flow.cubicMax());
    }

    @Rfc("5681 3.1 FlightSize")
    @Test
    void lossLeavesHalfOfTheFlightNotOfTheWindow() {
        Sending sending = Sending.inFlight(Scenario.v4().newReno(), "", 8);
        assertEquals(18, Look.at(sending.conversation).window());
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sending.arrives("ACK seq=1 ack=10001");
        }
        assertEquals(4, Look.at(sending.conversation).threshold());
    }

    @Rfc("5681 4.3 later losses")
    @Test
    void lossInTheNextWindowReducesAgain() {
        Sending sending = full();
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sending.arrives("ACK seq=1 ack=10001");
        }
        int first = Look.at(sending.conversation).threshold();
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=30001");
        sending.passMs(20);
        sending.arrives("ACK seq=1 ack=31001");
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sending.arrives("ACK seq=1 ack=31001");
        }
        int second = Look.at(sending.conversation).threshold();
        assertTrue(first == 9 || first == 10, "first " + first);
        assertTrue(second == 4 || second == 5, "second " + second);
    }

    @Rfc("6582 3.2 timer")
    @Test
    void partialAcknowledgmentStartsTheTimerAgain() {
        Sending sending = full();
        for (int duplicate = 1; duplicate <= 3; duplicate++) {
            sending.arrives("ACK seq=1 ack=10001");
        }
        sending.passMs(150);
        assertEquals(14001, sending.arrives("ACK seq=1 ack=14001").getFirst());
        assertTrue(sending.waitMs() >= 200);
        assertEquals(14001, sending.taken().getFirst());
    }
}
