package netkeep.engine.tcp;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.engine.sim.Segment;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// How a connection begins whose SYN, or the answer to it, was repeated.
class SynLossTest {
    private static int sent(Conversation conversation) {
        int octets = 0;
        for (Segment each = conversation.peer.take(); each != null; each = conversation.peer.take()) {
            octets += each.length();
        }
        return octets;
    }

    private static Conversation passive(String repeated) {
        return Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                %s
                < ACK seq=1 ack=1
                . accept
                . send 20000
                ...
                """.formatted(repeated));
    }

    private static Conversation active(String repeated) {
        return Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                %s
                < SYN,ACK seq=0 ack=1 mss=1000
                > ACK seq=1 ack=1
                . send 20000
                ...
                """.formatted(repeated));
    }

    @Rfc("6928 2 initial window")
    @Test
    void withoutLossTenSegmentsGo() {
        assertEquals(10_000, sent(passive("")));
        assertEquals(10_000, sent(active("")));
    }

    @Rfc({"5681 3.1 lost SYN", "6928 2 lost SYN"})
    @Test
    void afterARepeatedSynOneSegmentGoes() {
        assertEquals(1_000, sent(passive("+ 1s\n> SYN,ACK seq=0 ack=1")));
        assertEquals(1_000, sent(active("+ 1s\n> SYN seq=0")));
    }

    @Rfc({"6298 5.7 three seconds", "6298 2.1 one second"})
    @Test
    void afterARepeatedSynTheTimeOutBeginsWithThreeSeconds() {
        for (Conversation conversation :
                List.of(passive("+ 999ms\n+ 1ms\n> SYN,ACK seq=0 ack=1"), active("+ 999ms\n+ 1ms\n> SYN seq=0"))) {
            long sentNs = conversation.world.nowNs();
            sent(conversation);
            conversation.world.run(
                    SECONDS.toNanos(10), () -> !conversation.peer.segments().isEmpty());
            assertEquals(SECONDS.toNanos(3), conversation.world.nowNs() - sentNs);
        }
    }

    /// RFC 6928 §2: min (10 * MSS, max (2 * MSS, 14600)).
    @Rfc("6928 2 initial window")
    @Test
    void largeSegmentsMakeFewerOfThem() {
        assertEquals(10 * 536, Initial.window(536));
        assertEquals(14_600, Initial.window(1_460));
        assertEquals(14_600, Initial.window(1_461));
        assertEquals(14_600, Initial.window(7_300));
        assertEquals(17_920, Initial.window(8_960));
    }
}
