// Long: each rule of congestion marks is a conversation of some lines.
package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.engine.sim.Segment;
import netkeep.sim.Rfc;
import netkeep.wire.TcpHeader;
import org.junit.jupiter.api.Test;

/// Explicit congestion notification rule by rule: RFC 3168 §6.1.
class EchoedTest {
    private static Conversation agreed() {
        return Scenario.v4().ecn().begin().play("""
                . listen
                < SYN,ECE,CWR seq=0 mss=1000
                > SYN,ACK,ECE seq=0 ack=1 ect=0
                + 20ms
                < ACK seq=1 ack=1
                . accept
                """);
    }

    /// Ten segments of a window were sent and acknowledged; 18 more are in flight from 10001 on.
    private static Conversation full() {
        Conversation conversation = agreed().play(". send 60000\n...");
        take(conversation, 10);
        conversation.play("+ 20ms\n< ACK seq=1 ack=10001\n...");
        take(conversation, 18);
        return conversation.play("+ 20ms");
    }

    private static List<Segment> take(Conversation conversation, int count) {
        List<Segment> segments = taken(conversation);
        assertEquals(count, segments.size());
        return segments;
    }

    private static List<Segment> taken(Conversation conversation) {
        List<Segment> segments = new java.util.ArrayList<>();
        while (!conversation.peer.segments().isEmpty()) {
            segments.add(conversation.taken());
        }
        return segments;
    }

    @Rfc({"3168 6.1.1 setup", "9293 SHLD-8", "3168 5 ECT(0)", "3168 6.1.1 SYN"})
    @Test
    void bothSidesAgreeInTheHandshake() {
        Scenario.v4().ecn().begin().play("""
                . connect
                > SYN,ECE,CWR seq=0 ect=0
                < SYN,ACK,ECE seq=0 ack=1 mss=1000
                > ACK seq=1 ack=1 ect=0
                . send 100
                > PSH,ACK seq=1 len=100 ect=2
                """);
        agreed().play(". send 100\n> PSH,ACK seq=1 len=100 ect=2");
    }

    /// RFC 3168 §6.1.1.1: one that mirrors the reserved bits does not know ECN.
    @Rfc({"3168 6.1.1 not agreed", "3168 6.1.1 mirrored"})
    @Test
    void withoutAgreementNoPacketIsCapable() {
        for (String answer : List.of("SYN,ACK", "SYN,ACK,ECE,CWR", "SYN,ACK,CWR")) {
            Scenario.v4().ecn().begin().play("""
                    . connect
                    > SYN,ECE,CWR seq=0
                    < %s seq=0 ack=1 mss=1000
                    > ACK seq=1 ack=1
                    . send 100
                    > PSH,ACK seq=1 len=100 ect=0
                    """.formatted(answer));
        }
    }

    @Rfc("3168 6.1.1 answer")
    @Test
    void onlyBothBitsAskForEcn() {
        for (String syn : List.of("SYN", "SYN,ECE", "SYN,CWR")) {
            Scenario.v4().ecn().begin().play("""
                    . listen
                    < %s seq=0 mss=1000
                    > SYN,ACK seq=0 ack=1 ect=0
                    < ACK seq=1 ack=1
                    . accept
                    . send 100
                    > PSH,ACK seq=1 len=100 ect=0
                    """.formatted(syn));
        }
        Scenario.v4().ecn().begin().play("""
                . listen
                < SYN,ECE,CWR seq=0 mss=1000
                > SYN,ACK,ECE seq=0 ack=1 ect=0
                """);
    }

    @Rfc("3168 6.1.1 answer")
    @Test
    void whoOpensAtTheSameTimeIsAnsweredAlike() {
        for (String syn : List.of("SYN", "SYN,ECE", "SYN,CWR")) {
            Scenario.v4().ecn().begin().play("""
                    . connect
                    > SYN,ECE,CWR seq=0
                    < %s seq=0 mss=1000
                    > SYN,ACK seq=0 ack=1 ect=0
                    < ACK seq=1 ack=1
                    . send 100
                    > PSH,ACK seq=1 len=100 ect=0
                    """.formatted(syn));
        }
        Scenario.v4().ecn().begin().play("""
                . connect
                > SYN,ECE,CWR seq=0
                < SYN,ECE,CWR seq=0 mss=1000
                > SYN,ACK,ECE seq=0 ack=1 ect=0
                < ACK seq=1 ack=1
                . send 100
                > PSH,ACK seq=1 len=100 ect=2
                """);
    }

    @Rfc("3168 6.1.1.1 repeated")
    @Test
    void repeatedSynDoesNotAsk() {
        Scenario.v4().ecn().begin().play(". connect\n> SYN,ECE,CWR seq=0\n+ 1s\n> SYN seq=0 ect=0");
    }

    /// The SYN-ACK answers the first SYN; that the second did not ask the peer may never have heard, and marks count.
    @Rfc("3168 6.1.1 given up")
    @Test
    void whoseSynDidNotAskSendsNothingCapable() {
        Scenario.v4().ecn().begin().play("""
                . connect
                > SYN,ECE,CWR seq=0
                + 1s
                > SYN seq=0
                < SYN,ACK,ECE seq=0 ack=1 mss=1000
                > ACK seq=1 ack=1
                . send 100
                > PSH,ACK seq=1 len=100 ect=0
                < ACK seq=1 ack=101 len=1000 ect=3
                > ACK,ECE seq=101 ack=1001
                """);
    }

    @Rfc("3168 6.1.1 given up")
    @Test
    void whoGetsASynThatDoesNotAskSendsNothingCapable() {
        Scenario.v4().ecn().begin().play("""
                . listen
                < SYN,ECE,CWR seq=0 mss=1000
                > SYN,ACK,ECE seq=0 ack=1
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1
                . accept
                . send 100
                > PSH,ACK seq=1 len=100 ect=0
                """);
        Scenario.v4().ecn().begin().play("""
                . connect
                > SYN,ECE,CWR seq=0
                < SYN,ECE,CWR seq=0 mss=1000
                > SYN,ACK,ECE seq=0 ack=1
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1
                . send 100
                > PSH,ACK seq=1 len=100 ect=0
                """);
    }

    @Rfc("3168 6.1.1 unwilling")
    @Test
    void whoDoesNotWantItClearsBothBits() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN,ACK,ECE seq=0 ack=1 mss=1000
                > ACK seq=1 ack=1
                . send 100
                > PSH,ACK seq=1 len=100 ect=0
                < ACK seq=1 ack=101 len=1000 ect=3
                + 40ms
                > ACK seq=101 ack=1001
                """);
        Scenario.v4().begin().play("""
                . listen
                < SYN,ECE,CWR seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1
                . accept
                . send 100
                > PSH,ACK seq=1 len=100 ect=0
                """);
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN,ECE,CWR seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                """);
    }

    @Rfc({"3168 6.1.2 reduction", "9406 4.2 loss"})
    @Test
    void echoReducesTheWindowAsALossWouldAndSendsNothingAgain() {
        Conversation conversation = full();
        assertEquals(SlowStart.HYSTART, Look.at(conversation).flow.slowStart());
        int sent = 0;
        for (int segment = 1; segment <= 18; segment++) {
            conversation.play("< ACK,ECE seq=1 ack=%d\n...".formatted(10001 + 1000 * segment));
            assertEquals(SlowStart.PLAIN, Look.at(conversation).flow.slowStart());
            for (Segment each : taken(conversation)) {
                sent++;
                assertTrue(each.seq - conversation.iss() >= 28001, each.toString());
            }
        }
        // CUBIC leaves 0.7 of 18 segments.
        assertEquals(12, sent);
    }

    /// Once a window, however many acknowledgments have it.
    @Rfc("3168 6.1.2 once")
    @Test
    void secondEchoOfOneWindowReducesNothing() {
        Conversation conversation = full();
        conversation.play("< ACK,ECE seq=1 ack=11001\n...");
        int first = taken(conversation).size();
        conversation.play("< ACK,ECE seq=1 ack=28001\n...");
        int second = taken(conversation).size();

        assertEquals(12, first + second);
    }

    @Rfc("3168 6.1.2 next window")
    @Test
    void echoInTheNextWindowReducesAgain() {
        Conversation conversation = full();
        conversation.play("< ACK,ECE seq=1 ack=28001\n...");
        take(conversation, 12);
        conversation.play("+ 20ms\n< ACK,ECE,CWR seq=1 ack=40001\n...");
        List<Segment> sent = taken(conversation);

        assertTrue(sent.size() == 8, "sent " + sent.size());
    }

    @Rfc("3168 6.1.2 CWR")
    @Test
    void reductionIsToldInTheFirstNewSegmentOnly() {
        Conversation conversation = full();
        conversation.play("< ACK,ECE seq=1 ack=28001\n...");
        List<Segment> sent = taken(conversation);
        for (int segment = 0; segment < sent.size(); segment++) {
            assertEquals(segment == 0, sent.get(segment).has(TcpHeader.CWR), "segment " + segment);
        }
    }

    /// The peer lost the first of 18 segments: what is sent while it tells of the next `count`.
    private static List<Segment> duplicates(Conversation conversation, String flags, int count) {
        List<Segment> sent = new java.util.ArrayList<>();
        for (int duplicate = 0; duplicate < count; duplicate++) {
            conversation.play("< %s seq=1 ack=10001\n...".formatted(flags));
            sent.addAll(taken(conversation));
        }
        return sent;
    }

    private static int again(Conversation conversation, List<Segment> sent) {
        int again = 0;
        while (sent.get(again).seq != conversation.iss() + 10001) {
            again++;
        }
        return again;
    }

    @Rfc({"3168 6.1.2 any reason", "3168 6.1.2 not again"})
    @Test
    void reductionAfterALossIsToldInTheFirstNewSegment() {
        Conversation conversation = full();
        List<Segment> sent = duplicates(conversation, "ACK", 17);
        int again = again(conversation, sent);
        for (int segment = 0; segment < sent.size(); segment++) {
            assertEquals(segment == again + 1, sent.get(segment).has(TcpHeader.CWR), "segment " + segment);
        }
        assertTrue(sent.size() > again + 2, "sent " + sent.size());
    }

    @Rfc("3168 6.1.2 any reason")
    @Test
    void reductionAfterATimeOutIsToldInTheFirstNewSegment() {
        agreed().play("""
                . send 1000
                > PSH,ACK seq=1 len=1000 ect=2
                + 200ms
                > PSH,ACK seq=1 len=1000 ect=0
                < ACK seq=1 ack=1001
                . send 1000
                > PSH,ACK,CWR seq=1001 len=1000 ect=2
                """);
    }

    /// Once a window also where it has both: the echo in the acknowledgment that ends the recovery is of that window.
    @Rfc({"3168 6.1.2 once", "3168 6.1.2 no growth"})
    @Test
    void lossAndMarkOfOneWindowReduceItOnce() {
        Conversation conversation = full();
        // Two by the first two duplicates, and the one that was lost.
        assertEquals(3, duplicates(conversation, "ACK", 3).size());
        conversation.play("< ACK,ECE seq=1 ack=30001\n...");

        // CUBIC leaves 0.7 of 18 segments.
        assertEquals(12, taken(conversation).size());
    }

    @Rfc({"3168 6.1.2 beside", "3168 6.1.2 once"})
    @Test
    void lossBesideAMarkIsMendedByTheThirdDuplicate() {
        Conversation conversation = full();
        assertEquals(
                0,
                duplicates(conversation, "ACK,ECE", 2).stream()
                        .filter(segment -> segment.seq == conversation.iss() + 10001)
                        .count());
        again(conversation, duplicates(conversation, "ACK,ECE", 1));
        assertEquals(12_600, Look.at(conversation).tcb.ssthresh());
    }

    @Rfc("3168 6.1.3 echo")
    @Test
    void markIsEchoedInAllAcknowledgmentsUntilCwr() {
        agreed().play("""
                < ACK seq=1 ack=1 len=1000 ect=3
                > ACK,ECE seq=1 ack=1001
                < PSH,ACK seq=1001 ack=1 len=100 ect=2
                + 40ms
                > ACK,ECE seq=1 ack=1101
                . send 10
                > PSH,ACK,ECE seq=1 ack=1101 len=10
                < PSH,ACK,CWR seq=1101 ack=11 len=100 ect=2
                > ACK seq=11 ack=1201
                """);
    }

    /// CWR answers the marks before it; one in the same packet is a new one.
    @Rfc("3168 6.1.3 CWR with a mark")
    @Test
    void markInThePacketThatHasCwrIsEchoedAgain() {
        agreed().play("""
                < ACK seq=1 ack=1 len=1000 ect=3
                > ACK,ECE seq=1 ack=1001
                < ACK,CWR seq=1001 ack=1 len=1000 ect=3
                > ACK,ECE seq=1 ack=2001
                """);
    }

    @Rfc("3168 6.1.4 acknowledgments")
    @Test
    void pureAcknowledgmentIsNotCapable() {
        agreed().play("""
                < ACK seq=1 ack=1 len=1000 ect=2
                < ACK seq=1001 ack=1 len=1000 ect=2
                > ACK seq=1 ack=2001 ect=0
                """);
    }

    @Rfc("3168 6.1.5 retransmissions")
    @Test
    void retransmissionIsNotCapable() {
        agreed().play("""
                . send 1000
                > PSH,ACK seq=1 len=1000 ect=2
                + 200ms
                > PSH,ACK seq=1 len=1000 ect=0
                """);
    }

    /// A mark on what lies outside the window may be a forger's.
    @Rfc("3168 6.1.5 outside")
    @Test
    void markOutsideTheWindowIsIgnored() {
        agreed().play("""
                < ACK seq=-5000 ack=1 len=1000 ect=3
                > ACK seq=1 ack=1
                < ACK seq=100001 ack=1 len=1000 ect=3
                > ACK seq=1 ack=1
                """);
    }

    @Rfc("3168 6.1.6 probes")
    @Test
    void probeOfAZeroWindowIsNotCapable() {
        agreed().play("""
                . send 1000
                > PSH,ACK seq=1 len=1000 ect=2
                < ACK seq=1 ack=1001 win=0
                . send 500
                + 200ms
                > ACK seq=1001 len=1 ect=0
                """);
    }

    @Rfc("3168 6.1.6 CWR")
    @Test
    void probeOfAZeroWindowDoesNotTellOfAReduction() {
        full().play("""
                < ACK,ECE seq=1 ack=28001 win=0
                + 300ms
                > ACK seq=28001 len=1 ect=0
                """);
    }

    /// The peer's probe cannot easily be forged: it has the exact number.
    @Rfc("3168 6.1.6 marked")
    @Test
    void markOnAProbeIsEchoed() {
        Conversation conversation =
                Scenario.v4().ecn().receiveBuffer(1 << 14).begin().play("""
                . listen
                < SYN,ECE,CWR seq=0 mss=1024
                > SYN,ACK,ECE seq=0 ack=1
                + 20ms
                < ACK seq=1 ack=1
                . accept
                """);
        int next = 1;
        do {
            conversation.play("< ACK seq=%d ack=1 len=1024\n...".formatted(next));
            next += 1024;
            conversation.world.run(50_000_000);
        } while (conversation.takeAll().window != 0);
        conversation.play("< ACK seq=%d ack=1 len=1 ect=3\n> ACK,ECE seq=1 ack=%d".formatted(next, next));
    }
}
