package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import netkeep.session.Event;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// Urgent text: RFC 9293 §3.8.5, RFC 6093.
@OnStacks
class UrgentTest {
    private static final String PLAIN = "mss=1000";

    @Rfc({"9293 MUST-30", "9293 MUST-62", "6093 4 pointer"})
    @Test
    void pointerIsToTheOctetBehindTheUrgentOne() {
        Scenario.v4().begin().established(PLAIN).play("""
                . send 10
                > PSH,ACK seq=1 len=10
                . send 5
                . urgent
                < ACK seq=1 ack=11
                > URG,PSH,ACK seq=11 len=5 urg=5
                < ACK seq=1 ack=16
                . send 5
                > PSH,ACK seq=16 len=5
                """);
    }

    @Rfc({"9293 MUST-32", "9293 MUST-33", "9293 MUST-62", "6093 4 pointer"})
    @Test
    void userHearsWhereUrgentTextEnds() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN).play("""
                < URG,PSH,ACK seq=1 ack=1 len=10 urg=10
                """);
        assertEquals(10, conversation.client().urgentAt(conversation.socket()));
    }

    /// At once: the text is still to come.
    @Rfc("9293 MUST-32")
    @Test
    void userHearsOfUrgentTextBeforeItIsThere() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN);
        while (conversation.client().event() != -1) {
            // What happened before is of no interest.
        }
        conversation.play("< URG,ACK seq=1 ack=1 urg=10");
        assertEquals(10, conversation.client().urgentAt(conversation.socket()));
        int what = 0;
        for (long event = conversation.client().event();
                event != -1;
                event = conversation.client().event()) {
            what |= Event.what(event);
        }
        assertEquals(Event.STATE, what & Event.STATE);
    }

    @Rfc("9293 MUST-31")
    @Test
    void urgentTextOfSeveralSegmentsIsUrgentInEach() {
        Scenario.v4().begin().established(PLAIN).play("""
                < ACK seq=1 ack=1 win=0
                . send 2500
                . urgent
                < ACK seq=1 ack=1 win=65535
                > URG,ACK seq=1 len=1000 urg=2500
                > URG,ACK seq=1001 len=1000 urg=1500
                > URG,PSH,ACK seq=2001 len=500 urg=500
                """);
    }

    @Rfc("9293 MUST-31")
    @Test
    void urgentTextMayBeLongerThanASegment() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN).play("""
                < URG,ACK seq=1 ack=1 len=1000 urg=2500
                < URG,ACK seq=1001 ack=1 len=1000 urg=1500
                > ACK seq=1 ack=2001
                < URG,PSH,ACK seq=2001 ack=1 len=500 urg=500
                """);
        assertEquals(2500, conversation.client().urgentAt(conversation.socket()));
    }

    /// Behind the peer's FIN nothing is urgent, for there is nothing.
    @Rfc("9293 3.10.7.4 sixth")
    @Test
    void afterThePeersFinThereIsNoUrgentText() {
        Scenario.v4().begin().established(PLAIN).play("""
                < URG,ACK seq=1 ack=1 len=10 urg=10
                . urgent-at 10
                < FIN,ACK seq=11 ack=1
                ...
                CLOSE_WAIT
                < URG,ACK seq=12 ack=1 urg=100
                . urgent-at 10
                """);
    }

    @Rfc("9293 MUST-66")
    @Test
    void urgentPointerCountsThoughTheWindowIsZero() {
        Conversation conversation = Scenario.v4().receiveBuffer(1 << 14).begin().established(PLAIN);
        int next = 1;
        do {
            conversation.play("< ACK seq=%d ack=1 len=1024\n...".formatted(next));
            next += 1024;
            conversation.world.run(50_000_000);
        } while (conversation.takeAll().window != 0);
        // Its octet is not taken, its pointer is.
        conversation.play("< URG,ACK seq=%d ack=1 urg=5 len=1\n...".formatted(next));
        assertEquals(next + 4, conversation.client().urgentAt(conversation.socket()));
    }

    /// RCV.UP is the greater of both: a segment that was sent before may come after.
    @Rfc("6093 4 greater")
    @Test
    void olderPointerTakesNothingBack() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN).play("""
                < URG,ACK seq=101 ack=1 len=100 urg=100
                > ACK seq=1 ack=1
                < URG,ACK seq=1 ack=1 len=100 urg=50
                > ACK seq=1 ack=201
                """);
        assertEquals(200, conversation.client().urgentAt(conversation.socket()));
        conversation.play("< URG,ACK seq=201 ack=1 len=100 urg=100\n...");
        assertEquals(300, conversation.client().urgentAt(conversation.socket()));
    }

    /// No octet is taken out of the stream, neither the last nor another one: what is urgent is a place in it.
    @Rfc("6093 3.1 in band")
    @Test
    void urgentTextIsReadWhereItStands() {
        Scenario.v4().begin().established(PLAIN).play("""
                < URG,PSH,ACK seq=1 ack=1 len=10 urg=5
                < URG,PSH,ACK seq=11 ack=1 len=10 urg=10
                ...
                . urgent-at 20
                . readable 20
                . read 20
                """);
    }

    /// Two urgent texts one after the other: the later is told, and nothing of the earlier is lost.
    @Rfc("6093 3.2 several")
    @Test
    void laterUrgentTextIsToldThoughTheEarlierIsNotRead() {
        Scenario.v4().begin().established(PLAIN).play("""
                < URG,ACK seq=1 ack=1 len=1 urg=1
                . urgent-at 1
                < URG,ACK seq=2 ack=1 len=1 urg=1
                . urgent-at 2
                ...
                . read 2
                """);
    }
}
