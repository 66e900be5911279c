// Long: the scenarios of windows, silly or not, by name.
package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.engine.ledger.Counter;
import netkeep.sim.Rfc;
import netkeep.wire.TcpHeader;
import org.junit.jupiter.api.Test;

/// Windows: RFC 9293 §3.8.6, RFC 7323 §2.
@OnStacks
class WindowTest {
    private static final String PLAIN = "mss=1000";
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(50);

    /// Sends text until the window is full, and says where it ended.
    private static int fill(Conversation conversation) {
        int next = 1;
        int edge;
        do {
            conversation.play("< ACK seq=%d ack=1 len=1000\n...".formatted(next));
            next += 1000;
            conversation.world.run(STEP_NS);
            Segment answer = conversation.takeAll();
            assertEquals(conversation.peerIss() + next, answer.ack);
            edge = next + answer.window;
        } while (edge - next >= 1000);
        if (edge > next) {
            conversation.play("< ACK seq=%d ack=1 len=%d\n...".formatted(next, edge - next));
            next = edge;
            conversation.world.run(STEP_NS);
            assertEquals(0, conversation.takeAll().window);
        }
        return next;
    }

    private static Conversation small() {
        return Scenario.v4().receiveBuffer(1 << 14).begin().established(PLAIN);
    }

    @Rfc("9293 SHLD-14")
    @Test
    void windowNeverShrinksFromTheRight() {
        Conversation conversation = small();
        int next = 1;
        int edge = 0;
        for (int segment = 0; segment < 30 && next + 1000 <= Math.max(edge, 1001); segment++) {
            conversation.play("< ACK seq=%d ack=1 len=1000\n...".formatted(next));
            next += 1000;
            conversation.world.run(STEP_NS);
            Segment answer = conversation.takeAll();
            int right = answer.ack - conversation.peerIss() + answer.window;
            assertTrue(right >= edge, "edge " + right + " after " + edge);
            edge = right;
        }
        assertTrue(next > 8000);
    }

    /// Nor where windows are told in units: a small segment takes less than one of them.
    @Rfc("9293 SHLD-14")
    @Test
    void windowInUnitsNeverShrinksFromTheRight() {
        Conversation conversation = Scenario.v4().begin().established("mss=1000 wscale=7");
        int edge = 0;
        for (int segment = 0; segment < 20; segment++) {
            conversation.play("< ACK seq=%d ack=1 len=29\n...".formatted(1 + 29 * segment));
            conversation.world.run(STEP_NS);
            Segment answer = conversation.takeAll();
            int right = answer.ack - conversation.peerIss() + (answer.window << Scenario.SCALE);
            assertTrue(right >= edge, "edge " + right + " after " + edge);
            edge = right;
        }
    }

    /// Windows are told in units, and each small segment ends within one.
    @Test
    void smallSegmentsNeverOverflowTheRing() {
        Conversation conversation = Scenario.v4().begin().established("mss=1460 wscale=7");
        int next = 1;
        int acknowledged = 1;
        for (int segment = 0; segment < 24_000; segment++) {
            conversation.peer.send(conversation.segment("ACK seq=%d ack=1 len=29".formatted(next)));
            conversation.world.run(segment % 8 == 7 ? STEP_NS : 0);
            // When the window is used up each is answered at once.
            for (Segment answer = conversation.peer.take(); answer != null; answer = conversation.peer.take()) {
                acknowledged = answer.ack - conversation.peerIss();
            }
            next = segment % 8 == 7 ? acknowledged : next + 29;
        }
        conversation.world.run(STEP_NS);
        int readable = (int) conversation.client().readable(conversation.socket());
        assertTrue(readable <= 1 << 19, "readable " + readable);
        conversation.play(". read " + readable + "\n...");
    }

    /// Where the ring ends a window is rounded down, and its edge seems to move back by less than a unit: what was
    /// promised before is taken all the same.
    @Rfc({"7323 2.4 rounded down", "9293 SHLD-14"})
    @Test
    void whatWasPromisedBeforeAWindowWasRoundedDownIsTaken() {
        Conversation conversation = Scenario.v4()
                .begin()
                .established("mss=1460 wscale=7")
                .play(". option RECEIVE_BUFFER 1000000\n. option QUICK_ACK 1");
        int next = 1;
        int edge = 0;
        boolean back = false;
        while (!back) {
            assertTrue(next < 100_000, "never rounded down, the edge is at " + edge);
            conversation.play("< ACK seq=%d ack=1 len=29\n...".formatted(next));
            next += 29;
            Segment answer = conversation.takeAll();
            int right = answer.ack - conversation.peerIss() + (answer.window << Scenario.SCALE);
            assertTrue(right > edge - (1 << Scenario.SCALE), "edge " + right + " after " + edge);
            back = right < edge;
            edge = Math.max(edge, right);
        }
        while (next < edge) {
            int length = Math.min(1000, edge - next);
            conversation.peer.send(conversation.segment("ACK seq=%d ack=1 len=%d".formatted(next, length)));
            conversation.now();
            next += length;
        }
        assertEquals(edge - 1, conversation.client().readable(conversation.socket()));
    }

    @Test
    void whatIsHalfTheSequenceSpaceAwayIsNotTaken() {
        Conversation conversation = small().play("""
                < ACK seq=2147483649 ack=1 len=24
                > ACK seq=1 ack=1
                < ACK seq=2147483650 ack=1 len=24
                > ACK seq=1 ack=1
                """);
        assertEquals(0, conversation.host.engine().counters().get(Counter.TcpExtTCPOFOQueue));
    }

    @Rfc("9293 MUST-39")
    @Test
    void windowOpensOnlyWhenItIsWorthASegment() {
        Conversation conversation = small();
        int end = fill(conversation);
        byte[] octets = new byte[end];
        // Octet by octet: nothing is said until a segment fits.
        int read = 0;
        while (conversation.peer.segments().isEmpty()) {
            assertEquals(1, conversation.client().receive(conversation.socket(), octets, read++, 1));
            conversation.host.host().kick();
            conversation.now();
            assertTrue(read <= end, "all is read and no window told");
        }
        Segment update = conversation.taken();
        assertTrue(read >= 1000 || read >= (end - 1) / 2, "told after " + read);
        assertTrue(update.window >= 1000 && update.window <= read, "window " + update.window + " after " + read);
    }

    /// Or half the buffer, where a segment is more.
    @Rfc("9293 MUST-39")
    @Test
    void windowOfASmallBufferOpensByHalf() {
        Conversation conversation = Scenario.v4().receiveBuffer(1 << 11).begin().established("mss=1460");
        int end = fill(conversation);
        byte[] octets = new byte[end];
        assertEquals(1023, conversation.client().receive(conversation.socket(), octets, 0, 1023));
        conversation.host.host().kick();
        conversation.now();
        assertTrue(conversation.peer.segments().isEmpty());
        assertEquals(2, conversation.client().receive(conversation.socket(), octets, 0, 2));
        conversation.host.host().kick();
        conversation.play("> ACK seq=1 ack=%d win=1025".formatted(end));
    }

    /// Nor does an acknowledgment that goes for another reason tell of a little.
    @Rfc("9293 MUST-39")
    @Test
    void acknowledgmentTellsOfNoSmallWindow() {
        Conversation conversation = small();
        int end = fill(conversation);
        assertEquals(100, conversation.client().receive(conversation.socket(), new byte[100], 0, 100));
        conversation.host.host().kick();
        conversation.play("< ACK seq=%d ack=1 len=1\n> ACK seq=1 ack=%d win=0".formatted(end, end));
    }

    /// A buffer that the user makes smaller takes nothing back.
    @Rfc("9293 SHLD-14")
    @Test
    void smallerBufferDoesNotMoveTheEdgeBack() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option RECEIVE_BUFFER 4096
                < ACK seq=1 ack=1 len=100
                + 40ms
                > ACK seq=1 ack=101 win=65435
                < ACK seq=65000 ack=1 len=536
                > ACK seq=1 ack=101 win=65435
                """);
    }

    @Test
    void zeroWindowProbeIsAnsweredAndItsOctetNotTaken() {
        Conversation conversation = small();
        int end = fill(conversation);
        conversation.play("< ACK seq=%d ack=1 len=1\n...".formatted(end));
        Segment answer = conversation.taken();
        assertEquals(conversation.peerIss() + end, answer.ack);
        assertEquals(0, answer.window);
    }

    @Rfc({"9293 MUST-36", "9293 MUST-35", "9293 SHLD-29", "9293 SHLD-30", "9293 MUST-37"})
    @Test
    void zeroWindowIsProbedWithBackOffForAsLongAsItIsAcknowledged() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN).play("""
                . send 1000
                > PSH,ACK seq=1 ack=1 len=1000
                + 20ms
                < ACK seq=1 ack=1001 win=0
                . send 500
                """);
        long beganNs = conversation.world.nowNs();
        List<Long> gaps = new ArrayList<>();
        long last = beganNs;
        while (conversation.world.nowNs() - beganNs < TimeUnit.HOURS.toNanos(2)) {
            assertTrue(conversation.world.run(
                    TimeUnit.MINUTES.toNanos(3),
                    () -> !conversation.peer.segments().isEmpty()));
            Segment probe = conversation.taken();
            assertTrue(probe.length() <= 1, "a probe of " + probe.length());
            gaps.add(probe.atNs - last);
            last = probe.atNs;
            conversation.play("< ACK seq=1 ack=1001 win=0");
        }
        // The first after the retransmission time-out, which is the least.
        assertEquals(200, TimeUnit.NANOSECONDS.toMillis(gaps.getFirst()));
        for (int probe = 1; probe < gaps.size(); probe++) {
            assertTrue(gaps.get(probe) >= gaps.get(probe - 1), gaps.toString());
            assertTrue(gaps.get(probe) <= TimeUnit.SECONDS.toNanos(121), gaps.toString());
        }
        assertTrue(gaps.get(3) >= 6 * gaps.get(0), gaps.toString());
        conversation.play("""
                < ACK seq=1 ack=1001 win=65535
                > ACK seq=1001 len=1
                > PSH,ACK seq=1002 len=499
                < ACK seq=1 ack=1501
                """);
    }

    @Rfc("9293 MUST-36")
    @Test
    void probeThatIsTakenCounts() {
        Scenario.v4().begin().established(PLAIN).play("""
                . send 1000
                > PSH,ACK seq=1 ack=1 len=1000
                + 20ms
                < ACK seq=1 ack=1001 win=0
                . send 10
                + 300ms
                > ACK seq=1001 ack=1 len=1
                < ACK seq=1 ack=1002 win=1000
                > PSH,ACK seq=1002 ack=1 len=9
                """);
    }

    /// Karn: its octet went three times, and all that while is no round trip.
    @Rfc({"9293 MUST-18", "6298 3 Karn"})
    @Test
    void probeThatWasRepeatedMeasuresNothing() {
        Scenario.v4().begin().established(PLAIN).play("""
                < ACK seq=1 ack=1 win=0
                . send 1000
                + 200ms
                > ACK seq=1 len=1
                < ACK seq=1 ack=1 win=0
                + 400ms
                > ACK seq=1 len=1
                < ACK seq=1 ack=1 win=0
                + 800ms
                > ACK seq=1 len=1
                < ACK seq=1 ack=2 win=60000
                > PSH,ACK seq=2 len=999
                + 199ms
                + 1ms
                > ACK seq=2 len=999
                """);
    }

    @Rfc({"9293 MUST-34", "9293 SHLD-15"})
    @Test
    void peerThatShrinksItsWindowLosesNothing() {
        Scenario.v4().begin().established(PLAIN).play("""
                . send 5000
                > ACK seq=1 len=1000
                > ACK seq=1001 len=1000
                > ACK seq=2001 len=1000
                > ACK seq=3001 len=1000
                > PSH,ACK seq=4001 len=1000
                + 20ms
                < ACK seq=1 ack=1001 win=1000
                . send 1000
                + 100ms
                < ACK seq=1 ack=2001 win=1000
                + 50ms
                < ACK seq=1 ack=5001 win=1000
                > PSH,ACK seq=5001 len=1000
                < ACK seq=1 ack=6001
                . acknowledged 6000
                """);
    }

    /// RFC 9293 §3.8.6.2.1: less than a segment waits for its company, or for half the greatest window.
    @Rfc("9293 MUST-38")
    @Test
    void smallWindowIsNotUsedUpInSmallPieces() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option NO_DELAY 1
                . send 4000
                > ACK seq=1 len=1000
                > ACK seq=1001 len=1000
                > ACK seq=2001 len=1000
                > PSH,ACK seq=3001 len=1000
                + 20ms
                < ACK seq=1 ack=4001 win=1500
                . send 3000
                > ACK seq=4001 len=1000
                < ACK seq=1 ack=5001 win=400
                + 100ms
                < ACK seq=1 ack=5001 win=1000
                > ACK seq=5001 len=1000
                """);
        Scenario.v4().begin().established("mss=1460 win=1000").play("""
                . option NO_DELAY 1
                . send 3000
                > ACK seq=1 len=1000
                < ACK seq=1 ack=1001 win=499
                + 100ms
                < ACK seq=1 ack=1001 win=500
                > ACK seq=1001 len=500
                """);
    }

    /// The update that would let more go may be lost: after a time-out what there is room for goes.
    @Rfc("9293 3.8.6.2.1 override")
    @Test
    void smallWindowIsUsedAfterATimeOut() {
        Scenario.v4().begin().established(PLAIN).play("""
                . send 1000
                > PSH,ACK seq=1 len=1000
                + 20ms
                < ACK seq=1 ack=1001 win=400
                . send 3000
                + 199ms
                + 1ms
                > ACK seq=1001 len=400
                """);
    }

    @Rfc("7323 2.3 scaled")
    @Test
    void peersWindowIsScaledButNotInItsSyn() {
        Conversation conversation = Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 wscale=3 win=2000
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1 win=500
                . accept
                . send 10000
                ...
                """);
        int sent = 0;
        while (!conversation.peer.segments().isEmpty()) {
            sent += conversation.taken().length();
        }
        assertEquals(4000, sent);
    }

    @Rfc("7323 2.2 SYN unscaled")
    @Test
    void ownWindowIsNotScaledInTheSynAndScaledAfterIt() {
        Conversation conversation = Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 wscale=3
                > SYN,ACK seq=0 ack=1
                """);
        assertEquals(65_535, conversation.last().window);
        conversation.play("< ACK seq=1 ack=1\n. accept\n< PSH,ACK seq=1 ack=1 len=10\n. read 10\n+ 40ms\n...");
        Segment ack = conversation.taken();
        long window = (long) ack.window << Scenario.SCALE;
        assertTrue(window > 65_535 && window <= 1 << 18, "window " + window);
    }

    @Rfc("7323 2.3 shift above 14")
    @Test
    void shiftOfMoreThanFourteenIsTakenForFourteen() {
        Conversation conversation = Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 wscale=15 win=1
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1 win=1
                . accept
                . send 30000
                ...
                """);
        int sent = 0;
        while (!conversation.peer.segments().isEmpty()) {
            sent += conversation.taken().length();
        }
        // The initial window of congestion control, 10 segments, is less than 2^14.
        assertEquals(10_000, sent);
        conversation.play("< ACK seq=1 ack=10001 win=1\n...");
        sent = 0;
        while (!conversation.peer.segments().isEmpty()) {
            sent += conversation.taken().length();
        }
        assertEquals(16_000, sent);
    }

    @Rfc({"9293 SHLD-7", "9293 MUST-17", "9293 SHLD-27"})
    @Test
    void nagleHoldsBackSmallSegmentsWhileTextIsOutstanding() {
        Scenario.v4().begin().established(PLAIN).play("""
                . send 10
                > PSH,ACK seq=1 len=10
                . send 10
                . send 10
                . send 1000
                > ACK seq=11 len=1000
                + 10ms
                < ACK seq=1 ack=1011
                > PSH,ACK seq=1011 len=20
                . option NO_DELAY 1
                . send 7
                > PSH,ACK seq=1031 len=7
                """);
    }

    /// RFC 9293 §3.8.6.2.1 (3): half of the greatest window goes only where Nagle lets it. A cork holds back what is
    /// all there is, but not what fills the window.
    @Rfc("9293 SHLD-7")
    @Test
    void halfOfASmallWindowWaitsToo() {
        Scenario.v4().begin().established("mss=1460 win=1000").play("""
                . send 100
                > PSH,ACK seq=1 len=100
                . send 600
                + 10ms
                < ACK seq=1 ack=101 win=1000
                > PSH,ACK seq=101 len=600
                < ACK seq=1 ack=701 win=1000
                . option CORK 1
                . send 600
                . send 600
                > ACK seq=701 len=1000
                """);
    }

    /// A lone full-sized segment outstanding would be acknowledged late, and what follows it wait for that.
    @Rfc("9293 A.3 full-sized")
    @Test
    void fullSizedSegmentsOutstandingHoldNothingBack() {
        Scenario.v4().begin().established(PLAIN).play("""
                . send 1500
                > ACK seq=1 len=1000
                > PSH,ACK seq=1001 len=500
                . send 10
                < ACK seq=1 ack=1001
                . send 1000
                > ACK seq=1501 len=1000
                < ACK seq=1 ack=1501
                > PSH,ACK seq=2501 len=10
                """);
    }

    @Test
    void corkHoldsBackUntilItIsDrawnOrGivesWay() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option CORK 1
                . send 10
                . send 10
                + 100ms
                . option CORK 0
                > PSH,ACK seq=1 len=20
                < ACK seq=1 ack=21
                . option CORK 1
                . send 1500
                > ACK seq=21 len=1000
                < ACK seq=1 ack=1021
                + 199ms
                + 1ms
                > PSH,ACK seq=1021 len=500
                < ACK seq=1 ack=1521
                . send 10
                + 100ms
                . send 10
                + 100ms
                > PSH,ACK seq=1521 len=20
                """);
    }

    /// As on Linux, which programs write for: an answer's last octets are let go by turning Nagle off.
    @Test
    void whoTurnsNagleOffLetsGoOfWhatTheCorkHolds() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option CORK 1
                . send 1500
                > ACK seq=1 len=1000
                . option NO_DELAY 1
                > PSH,ACK seq=1001 len=500
                < ACK seq=1 ack=1501
                . send 10
                + 199ms
                + 1ms
                > PSH,ACK seq=1501 len=10
                """);
    }

    /// A FIN takes a number of the window: where that is shut it goes as a probe, and not with an acknowledgment.
    @Rfc("9293 MUST-36")
    @Test
    void endWaitsForTheWindowAsTextDoes() {
        Scenario.v4().begin().established(PLAIN).play("""
                < ACK seq=1 ack=1 win=0
                . shutdown
                < PSH,ACK seq=1 ack=1 len=10 win=0
                + 40ms
                > ACK seq=1 ack=11
                + 159ms
                + 1ms
                > FIN,ACK seq=1 ack=11
                < ACK seq=11 ack=2 win=0
                FIN_WAIT_2
                """);
    }

    @Rfc("9293 SHLD-28")
    @Test
    void segmentsAreAsLongAsTheyMayBe() {
        Scenario.v4().begin().established("mss=1460").play("""
                . send 4000
                > ACK seq=1 len=1460
                > ACK seq=1461 len=1460
                > PSH,ACK seq=2921 len=1080
                """);
    }

    @Rfc({"9293 MUST-16", "6691 3 options"})
    @Test
    void optionsAreTakenOffTheSegmentSize() {
        Scenario.v4().begin().established("mss=1000 ts=1").play("""
                . send 2000
                > ACK seq=1 len=988
                > ACK seq=989 len=988
                > PSH,ACK seq=1977 len=24
                """);
        Scenario.v4().begin().established("mss=1000 sackOK").play("""
                < ACK seq=1001 ack=1 len=100
                > ACK seq=1 ack=1 sack=1001:1101
                . send 1000
                > ACK seq=1 len=988 sack=1001:1101
                > PSH,ACK seq=989 len=12 sack=1001:1101
                """);
        Scenario.v4().begin().established("mss=1000").play("""
                . option ADVERTISED_TIMEOUT 300
                . send 1996
                > ACK seq=1 len=996 uto=300
                > PSH,ACK seq=997 len=1000 uto=-1
                """);
    }

    @Rfc({"9293 MUST-61", "9293 MUST-60"})
    @Test
    void lastSegmentOfWhatWasGivenIsPushed() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN).play(". send 2500\n...");
        for (int segment = 1; segment <= 2; segment++) {
            assertFalse(conversation.taken().has(TcpHeader.PSH));
        }
        conversation.play("> PSH,ACK seq=2001 len=500\n< ACK seq=1 ack=2001");
        // When it goes again, too.
        conversation.play("+ 1s\n> PSH,ACK seq=2001 len=500\n...");
        conversation.peer.segments().clear();
        // A FIN alone brings nothing that could be pushed, not when it goes again either.
        conversation.play("< ACK seq=1 ack=2501\n. close\n> FIN,ACK seq=2501");
        assertFalse(conversation.last().has(TcpHeader.PSH));
        conversation.play("+ 1s\n...");
        assertEquals(conversation.iss() + 2501, conversation.taken().seq);
        assertTrue(conversation.last().has(TcpHeader.FIN));
        assertFalse(conversation.last().has(TcpHeader.PSH));
    }
}
