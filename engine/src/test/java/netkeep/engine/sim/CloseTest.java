// Long: how connections end, case by case: one section of the RFC.
package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import netkeep.session.Event;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// How connections end: RFC 9293 §3.6.
@OnStacks
class CloseTest {
    private static final String PLAIN = "mss=1460";

    @Rfc("9293 MUST-13")
    @Test
    void activeCloseWaitsTwoLifetimes() {
        Scenario.v4().begin().established(PLAIN).play("""
                . close
                > FIN,ACK seq=1 ack=1
                FIN_WAIT_1
                < ACK seq=1 ack=2
                FIN_WAIT_2
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                TIME_WAIT
                + 59999ms
                TIME_WAIT
                + 1ms
                CLOSED
                """);
    }

    @Test
    void passiveClose() {
        Scenario.v4().begin().established(PLAIN).play("""
                < FIN,ACK seq=1 ack=1
                + 1ms
                > ACK seq=1 ack=2
                CLOSE_WAIT
                . end
                . close
                > FIN,ACK seq=1 ack=2
                LAST_ACK
                < ACK seq=2 ack=2
                CLOSED
                . free
                """);
    }

    @Test
    void simultaneousCloseEndsInTimeWait() {
        Scenario.v4().begin().established(PLAIN).play("""
                . close
                > FIN,ACK seq=1 ack=1
                FIN_WAIT_1
                < FIN,ACK seq=1 ack=1
                > ACK seq=2 ack=2
                CLOSING
                < ACK seq=2 ack=2
                TIME_WAIT
                + 60s
                CLOSED
                """);
    }

    /// FIN and the acknowledgment of ours in one segment.
    @Test
    void threeWayClose() {
        Scenario.v4().begin().established(PLAIN).play("""
                . shutdown
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                TIME_WAIT
                """);
    }

    /// Another thread may wait for room.
    @Test
    void thatNothingMoreIsSentIsTold() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN);
        while (conversation.client().event() != -1) {
            // What happened before is of no interest.
        }
        conversation.play(". shutdown\n> FIN,ACK seq=1 ack=1");
        long event = conversation.client().event();
        assertNotEquals(-1, event);
        assertEquals(Event.STATE, Event.what(event) & Event.STATE);
    }

    @Test
    void halfClosedConnectionGoesOnReceiving() {
        Scenario.v4().begin().established(PLAIN).play("""
                . shutdown
                > FIN,ACK seq=1 ack=1
                < ACK seq=1 ack=2
                FIN_WAIT_2
                < PSH,ACK seq=1 ack=2 len=1000
                + 40ms
                > ACK seq=2 ack=1001
                + 300s
                FIN_WAIT_2
                < FIN,ACK seq=1001 ack=2
                > ACK seq=2 ack=1002
                TIME_WAIT
                """);
    }

    @Test
    void peerThatHalfClosedGoesOnReceiving() {
        Scenario.v4().begin().established(PLAIN).play("""
                < FIN,ACK seq=1 ack=1
                + 1ms
                > ACK seq=1 ack=2
                . send 100
                > PSH,ACK seq=1 ack=2 len=100
                < ACK seq=2 ack=101
                . close
                > FIN,ACK seq=101 ack=2
                < ACK seq=2 ack=102
                CLOSED
                """);
    }

    @Rfc("9293 3.10.4 close")
    @Test
    void closeSendsWhatWasGivenFirst() {
        Scenario.v4().begin().established(PLAIN).play("""
                . send 2000
                > ACK seq=1 ack=1 len=1460
                > PSH,ACK seq=1461 ack=1 len=540
                . close
                > FIN,ACK seq=2001 ack=1
                FIN_WAIT_1
                < ACK seq=1 ack=2002
                FIN_WAIT_2
                """);
    }

    /// Also what the peer's window does not take yet.
    @Rfc("9293 3.10.4 close")
    @Test
    void closeWaitsForTheWindowToTakeWhatWasGiven() {
        Scenario.v4().begin().established("mss=1000").play("""
                < ACK seq=1 ack=1 win=1000
                . send 2500
                > ACK seq=1 len=1000
                . close
                < ACK seq=1 ack=1001 win=1000
                > ACK seq=1001 len=1000
                < ACK seq=1 ack=2001 win=1000
                > FIN,PSH,ACK seq=2001 len=500
                """);
    }

    @Test
    void finIsRetransmitted() {
        Scenario.v4().begin().established(PLAIN).play("""
                . close
                > FIN,ACK seq=1 ack=1
                + 199ms
                + 1ms
                > FIN,ACK seq=1 ack=1
                + 399ms
                + 1ms
                > FIN,ACK seq=1 ack=1
                < ACK seq=1 ack=2
                FIN_WAIT_2
                """);
    }

    @Test
    void finAheadOfItsTextWaitsForIt() {
        Scenario.v4().begin().established(PLAIN + " sackOK").play("""
                < FIN,ACK seq=101 ack=1 len=100
                > ACK seq=1 ack=1 sack=101:202
                ESTABLISHED
                < ACK seq=1 ack=1 len=100
                > ACK seq=1 ack=202
                CLOSE_WAIT
                . read 200
                . end
                """);
    }

    @Rfc({"9293 MUST-12", "9293 3.10.5 abort"})
    @Test
    void abortSendsReset() {
        Scenario.v4().begin().established(PLAIN).play("""
                . abort
                > RST,ACK seq=1 ack=1
                CLOSED
                . free
                """);
    }

    /// RFC 9293 §3.6.1: text that nobody will read must not seem to have been read.
    @Rfc("9293 SHLD-3")
    @Test
    void closeWithUnreadTextResets() {
        Scenario.v4().begin().established(PLAIN).play("""
                < PSH,ACK seq=1 ack=1 len=100
                + 40ms
                > ACK seq=1 ack=101
                . close
                > RST,ACK seq=1 ack=101
                CLOSED
                """);
    }

    @Rfc("9293 SHLD-3")
    @Test
    void textAfterCloseResets() {
        Scenario.v4().begin().established(PLAIN).play("""
                . close
                > FIN,ACK seq=1 ack=1
                < ACK seq=1 ack=2
                FIN_WAIT_2
                < PSH,ACK seq=1 ack=2 len=100
                > RST,ACK seq=2
                CLOSED
                """);
    }

    /// The FIN takes a number of the window, too.
    @Rfc("9293 3.10.4 close")
    @Test
    void endDoesNotGoWithTextThatFillsTheWindow() {
        Scenario.v4().begin().established("mss=1000 win=1500").play("""
                . option CORK 1
                . send 1500
                > ACK seq=1 len=1000
                . close
                > PSH,ACK seq=1001 len=500
                + 20ms
                < ACK seq=1 ack=1501 win=1500
                > FIN,ACK seq=1501
                """);
    }

    /// The peer's end may come with text that it repeats: that was read.
    @Rfc("9293 SHLD-3")
    @Test
    void repeatedTextAfterCloseResetsNothing() {
        Scenario.v4().begin().established(PLAIN).play("""
                < PSH,ACK seq=1 ack=1 len=100
                + 40ms
                > ACK seq=1 ack=101
                . read 100
                . close
                > FIN,ACK seq=1 ack=101
                < FIN,PSH,ACK seq=1 ack=2 len=100
                > ACK seq=2 ack=102
                TIME_WAIT
                """);
    }

    /// Else the peer would be acknowledged for ever what nobody takes.
    @Rfc("9293 SHLD-3")
    @Test
    void textAfterBothWaysAreShutResets() {
        Scenario.v4().begin().established(PLAIN).play("""
                . shutdown 3
                > FIN,ACK seq=1 ack=1
                < ACK seq=1 ack=2
                FIN_WAIT_2
                < PSH,ACK seq=1 ack=2 len=100
                > RST,ACK seq=2
                CLOSED
                . error ECONNRESET
                """);
    }

    @Rfc("9293 3.10.5 abort")
    @Test
    void lingerZeroAborts() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option LINGER 0
                . send 100
                > PSH,ACK seq=1 ack=1 len=100
                . close
                > RST,ACK seq=101 ack=1
                CLOSED
                """);
    }

    @Test
    void lingerEndsTheWaitForAcknowledgment() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option LINGER 2
                . send 100
                > PSH,ACK seq=1 ack=1 len=100
                . close
                > FIN,ACK seq=101 ack=1
                + 200ms
                > ACK seq=1 ack=1 len=100
                + 400ms
                > ACK seq=1 ack=1 len=100
                + 800ms
                > ACK seq=1 ack=1 len=100
                + 599ms
                FIN_WAIT_1
                + 1ms
                > RST,ACK seq=102 ack=1
                CLOSED
                """);
    }

    @Test
    void orphanDoesNotWaitForEverInFinWait2() {
        Scenario.v4().begin().established(PLAIN).play("""
                . close
                > FIN,ACK seq=1 ack=1
                < ACK seq=1 ack=2
                FIN_WAIT_2
                + 59s
                FIN_WAIT_2
                + 2s
                CLOSED
                """);
    }

    /// RFC 9293 §3.10.7.4, eighth: the wait begins anew.
    @Rfc("9293 3.10.7.4 eighth TIME-WAIT")
    @Test
    void repeatedFinInTimeWaitIsAcknowledgedAndBeginsTheWaitAnew() {
        Scenario.v4().begin().established(PLAIN).play("""
                . close
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                + 50s
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                + 59s
                TIME_WAIT
                + 2s
                CLOSED
                """);
    }

    /// RFC 1337: a RST must not cut the wait short.
    @Rfc("1337 3 ignored")
    @Test
    void resetDoesNotEndTimeWait() {
        Scenario.v4().begin().established(PLAIN).play("""
                . close
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                < RST seq=2
                TIME_WAIT
                """);
    }

    @Rfc({"9293 SHLD-4", "6191 2 newer"})
    @Test
    void newerTimestampOpensAgainFromTimeWait() {
        Scenario.v4().begin().established(PLAIN + " ts=1000").play("""
                . close
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                TIME_WAIT
                + 2s
                < SYN seq=-5000 mss=1460 ts=2000000000
                > SYN,ACK ack=-4999 ecr=2000000000
                """);
    }

    @Rfc({"9293 SHLD-4", "6191 2 older"})
    @Test
    void olderTimestampDoesNotOpenAgainFromTimeWait() {
        Scenario.v4().begin().established(PLAIN + " ts=1000").play("""
                . close
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                + 2s
                < SYN seq=100000 mss=1460 ts=5
                > ACK seq=2 ack=2
                TIME_WAIT
                """);
    }

    @Rfc({"9293 MAY-2", "6191 2 without timestamps"})
    @Test
    void higherSequenceNumberOpensAgainFromTimeWaitWithoutTimestamps() {
        Scenario.v4().begin().established(PLAIN).play("""
                . close
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                + 1s
                < SYN seq=100000 mss=1460
                > SYN,ACK ack=100001
                """);
    }

    @Rfc("6191 2 without timestamps")
    @Test
    void lowerSequenceNumberDoesNotOpenAgainFromTimeWaitWithoutTimestamps() {
        Scenario.v4().begin().established(PLAIN).play("""
                . close
                > FIN,ACK seq=1 ack=1
                < FIN,ACK seq=1 ack=2
                > ACK seq=2 ack=2
                + 1s
                < SYN seq=-100000 mss=1460
                > ACK seq=2 ack=2
                TIME_WAIT
                """);
    }

    @Test
    void lastAckIsRepeatedUntilAnswered() {
        Scenario.v4().begin().established(PLAIN).play("""
                < FIN,ACK seq=1 ack=1
                + 1ms
                > ACK seq=1 ack=2
                . close
                > FIN,ACK seq=1 ack=2
                LAST_ACK
                + 199ms
                + 1ms
                > FIN,ACK seq=1 ack=2
                < RST,ACK seq=2 ack=2
                CLOSED
                """);
    }

    @Test
    void closedListenerAnswersWithReset() {
        Scenario.v4().begin().play("""
                . listen
                . close-listener
                < SYN seq=0 mss=1460
                > RST,ACK rawseq=0 ack=1
                """);
    }
}
