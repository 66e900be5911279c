// Long: the scenarios of one subject.
package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.session.Status;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// How a sender finds out what was lost, and sends it again: RFC 6298, 5681, 6675, 8985, 5682, 9937.
@OnStacks
class RecoveryTest {
    private static final String SACK = "mss=1000 sackOK";
    private static final String PLAIN = "mss=1000";

    /// A connection whose round trip was measured as 20 ms, and whose window has grown; 1 is the next number again.
    private static final int SENT = 10_000;

    /// Ten segments were sent and acknowledged after 20 ms; what follows begins at 10001.
    private static Conversation measured(String options) {
        Conversation conversation = Scenario.v4().begin().established(options).play(". send " + SENT + "\n...");
        for (int segment = 0; segment < 10; segment++) {
            conversation.taken();
        }
        return conversation.play("+ 20ms\n< ACK seq=1 ack=10001");
    }

    private static Conversation inFlight(String options, int segments) {
        Conversation conversation = measured(options).play(". send " + 1000 * segments + "\n...");
        for (int segment = 0; segment < segments; segment++) {
            Segment sent = conversation.taken();
            assertEquals(1000, sent.length());
        }
        return conversation;
    }

    @Rfc({"6298 5.1", "6298 5.5", "9293 MUST-19"})
    @Test
    void timeOutDoublesUntilTheBound() {
        Conversation conversation =
                Scenario.v4().begin().established(PLAIN).play(". send 500\n> PSH,ACK seq=1 len=500");
        long beganNs = conversation.world.nowNs();
        List<Long> instants = new ArrayList<>();
        instants.add(conversation.last().atNs);
        boolean failed = conversation.world.run(TimeUnit.HOURS.toNanos(2), () -> {
            for (Segment again = conversation.peer.take(); again != null; again = conversation.peer.take()) {
                if (again.length() > 0) {
                    instants.add(again.atNs);
                }
            }
            return conversation.client().has(conversation.socket(), Status.FAILED);
        });
        assertTrue(failed);
        long first = instants.get(1) - instants.get(0);
        assertTrue(
                first >= TimeUnit.MILLISECONDS.toNanos(200) && first <= TimeUnit.SECONDS.toNanos(1), "first " + first);
        for (int again = 2; again < instants.size(); again++) {
            long gap = instants.get(again) - instants.get(again - 1);
            long before = instants.get(again - 1) - instants.get(again - 2);
            assertTrue(
                    Math.abs(gap - 2 * before) <= before / 100 || gap >= TimeUnit.SECONDS.toNanos(60),
                    "gap " + gap + " after " + before);
        }
        // RFC 9293 §3.8.3 (SHLD-11): R2 is at least 100 seconds.
        assertTrue(conversation.world.nowNs() - beganNs >= TimeUnit.SECONDS.toNanos(100));
        conversation.play(". error ETIMEDOUT\nCLOSED");
    }

    @Rfc({"6298 2.2", "6298 2.3", "6298 2.4 least", "6298 3 each round"})
    @Test
    void timeOutFollowsTheRoundTrip() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN);
        int sequence = 1;
        // The round trip grows slowly, so that no time-out is spurious.
        for (int milliseconds = 20; milliseconds <= 500; milliseconds += 10) {
            conversation.play(". send 100\n> PSH,ACK seq=%d len=100\n+ %dms\n< ACK seq=1 ack=%d"
                    .formatted(sequence, milliseconds, sequence + 100));
            sequence += 100;
        }
        for (int round = 0; round < 60; round++) {
            conversation.play(". send 100\n> PSH,ACK seq=%d len=100\n+ 500ms\n< ACK seq=1 ack=%d"
                    .formatted(sequence, sequence + 100));
            sequence += 100;
        }
        conversation.play(". send 100\n> PSH,ACK seq=%d len=100".formatted(sequence));
        long sentNs = conversation.world.nowNs();
        conversation.world.run(
                TimeUnit.SECONDS.toNanos(5), () -> !conversation.peer.segments().isEmpty());
        long rtoNs = conversation.world.nowNs() - sentNs;
        // The variance has died down: the round trip and the least time-out's worth of doubt at most.
        assertTrue(
                rtoNs >= TimeUnit.MILLISECONDS.toNanos(500) && rtoNs <= TimeUnit.MILLISECONDS.toNanos(900),
                "rto " + rtoNs);
    }

    /// Karn: what was sent twice measures nothing, and until something does the time-out stays backed off.
    @Rfc({"9293 MUST-18", "6298 3 Karn", "6298 5 kept"})
    @Test
    void acknowledgmentOfWhatWasSentTwiceMeasuresNothing() {
        Scenario.v4().begin().established(PLAIN).play("""
                . send 100
                > PSH,ACK seq=1 len=100
                + 200ms
                > ACK seq=1 len=100
                + 390ms
                < ACK seq=1 ack=101
                . send 100
                > PSH,ACK seq=101 len=100
                + 399ms
                + 1ms
                > ACK seq=101 len=100
                + 20ms
                < ACK seq=1 ack=201
                . send 100
                > PSH,ACK seq=201 len=100
                + 20ms
                < ACK seq=1 ack=301
                . send 100
                > PSH,ACK seq=301 len=100
                + 199ms
                + 1ms
                > ACK seq=301 len=100
                """);
    }

    @Rfc({"9293 MUST-19", "5681 3.1 loss window"})
    @Test
    void afterATimeOutTheWindowIsOneSegment() {
        Conversation conversation = inFlight(PLAIN, 8);
        conversation.world.run(
                TimeUnit.SECONDS.toNanos(1), () -> !conversation.peer.segments().isEmpty());
        conversation.play("> ACK seq=10001 len=1000");
        conversation.play("+ 20ms\n< ACK seq=1 ack=11001\n...");
        int sent = 0;
        while (!conversation.peer.segments().isEmpty()) {
            sent += conversation.taken().length();
        }
        assertTrue(sent >= 1000 && sent <= 2000, "sent " + sent);
    }

    @Rfc("5681 3.2 step 2")
    @Test
    void thirdDuplicateAcknowledgmentRetransmitsWithoutSack() {
        inFlight(PLAIN, 8).play("""
                + 20ms
                < ACK seq=1 ack=10001
                < ACK seq=1 ack=10001
                < ACK seq=1 ack=10001
                > ACK seq=10001 len=1000
                """);
    }

    @Rfc({"6675 5 retransmission", "8985 6.2 step 5"})
    @Test
    void sackedSegmentsShowWhatIsLost() {
        inFlight(SACK, 8).play("""
                + 20ms
                < ACK seq=1 ack=10001 sack=11001:12001
                < ACK seq=1 ack=10001 sack=11001:13001
                < ACK seq=1 ack=10001 sack=11001:14001
                > ACK seq=10001 len=1000
                < ACK seq=1 ack=18001
                . acknowledged 18000
                + 60s
                """);
    }

    @Rfc("6675 5 next holes")
    @Test
    void twoHolesAreFilledInOneRecovery() {
        Conversation conversation = inFlight(SACK, 10).play("""
                + 20ms
                < ACK seq=1 ack=10001 sack=11001:12001
                < ACK seq=1 ack=10001 sack=11001:13001
                ...
                """);
        conversation.peer.send(conversation.segment("ACK seq=1 ack=10001 sack=14001:15001,11001:13001"));
        conversation.peer.send(conversation.segment("ACK seq=1 ack=10001 sack=14001:20001,11001:13001"));
        List<Integer> again = new ArrayList<>();
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(15));
        while (!conversation.peer.segments().isEmpty()) {
            Segment segment = conversation.taken();
            for (int at = 0; at < segment.length(); at += 1000) {
                again.add(segment.seq - conversation.iss() + at);
            }
        }
        assertEquals(List.of(10001, 13001), again);
    }

    /// RFC 8985 §6.2: reordering within a quarter of the round trip is no loss.
    @Rfc("8985 6.2 step 3")
    @Test
    void littleReorderingIsNoLossOnceSeen() {
        Conversation conversation = inFlight(SACK, 4).play("""
                + 20ms
                < ACK seq=1 ack=10001 sack=11001:12001
                + 2ms
                < ACK seq=1 ack=14001
                """);
        conversation.world.run(TimeUnit.SECONDS.toNanos(2));
        assertEquals(0, conversation.peer.segments().size());
        // From now on reordering has been seen: three segments above the hole are no proof.
        conversation.play(". send 6000\n...");
        for (int segment = 0; segment < 6; segment++) {
            conversation.taken();
        }
        conversation.play("""
                + 20ms
                < ACK seq=1 ack=14001 sack=15001:18001
                + 1ms
                < ACK seq=1 ack=20001
                + 10s
                """);
    }

    @Rfc("8985 6.3 timer")
    @Test
    void segmentIsLostWhenTheReorderingWindowHasPassed() {
        Conversation conversation = inFlight(SACK, 4).play("""
                + 20ms
                < ACK seq=1 ack=10001 sack=11001:12001
                """);
        long sackedNs = conversation.world.nowNs();
        assertTrue(conversation.world.run(
                TimeUnit.SECONDS.toNanos(1), () -> !conversation.peer.segments().isEmpty()));
        conversation.play("> ACK seq=10001 len=1000");
        long waitedNs = conversation.world.nowNs() - sackedNs;
        // A quarter of the round trip of 20 ms, and not a time-out of 200 ms.
        assertTrue(
                waitedNs >= TimeUnit.MILLISECONDS.toNanos(4) && waitedNs <= TimeUnit.MILLISECONDS.toNanos(25),
                "waited " + waitedNs);
    }

    @Rfc("8985 6.2 lost retransmission")
    @Test
    void lostRetransmissionIsFoundByTime() {
        Conversation conversation = inFlight(SACK, 10).play("""
                + 20ms
                < ACK seq=1 ack=10001 sack=11001:14001
                > ACK seq=10001 len=1000
                + 20ms
                """);
        // Text sent after the retransmission is sacked: the retransmission is lost, too.
        conversation.play(". send 3000\n...");
        int end = 20001;
        while (!conversation.peer.segments().isEmpty()) {
            Segment segment = conversation.taken();
            end = Math.max(end, segment.seq - conversation.iss() + segment.length());
        }
        conversation.play("< ACK seq=1 ack=10001 sack=11001:20001\n...");
        while (!conversation.peer.segments().isEmpty()) {
            Segment segment = conversation.taken();
            end = Math.max(end, segment.seq - conversation.iss() + segment.length());
        }
        assertTrue(end > 20001, "no new text was sent");
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(30));
        conversation.peer.segments().clear();
        conversation.play("< ACK seq=1 ack=10001 sack=11001:" + end + "\n...");
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(30));
        conversation.play("> ACK seq=10001 len=1000");
    }

    @Rfc("8985 7.2 PTO")
    @Test
    void tailIsProbedAfterTwoRoundTrips() {
        Conversation conversation = inFlight(SACK, 4);
        long sentNs = conversation.world.nowNs();
        assertTrue(conversation.world.run(
                TimeUnit.SECONDS.toNanos(1), () -> !conversation.peer.segments().isEmpty()));
        conversation.play("> ACK seq=13001 len=1000");
        long waitedNs = conversation.world.nowNs() - sentNs;
        assertTrue(
                waitedNs >= TimeUnit.MILLISECONDS.toNanos(40) && waitedNs < TimeUnit.MILLISECONDS.toNanos(100),
                "waited " + waitedNs);
        // The probe shows that the three before it are lost.
        conversation.play("+ 20ms\n< ACK seq=1 ack=10001 sack=13001:14001\n...");
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(30));
        List<Integer> again = new ArrayList<>();
        while (!conversation.peer.segments().isEmpty()) {
            again.add(conversation.taken().seq - conversation.iss());
        }
        assertTrue(again.contains(10001), again.toString());
    }

    @Rfc("8985 7.3 new text")
    @Test
    void probeCarriesNewTextIfThereIsSome() {
        Conversation conversation = inFlight(SACK, 4).play(". send 300\n> PSH,ACK seq=14001 len=300\n. send 200");
        // Nagle holds the rest back; the probe takes it.
        assertTrue(conversation.world.run(
                TimeUnit.SECONDS.toNanos(1), () -> !conversation.peer.segments().isEmpty()));
        conversation.play("> PSH,ACK seq=14301 len=200");
    }

    @Rfc("8985 7.4.2 duplicate")
    @Test
    void probeOfWhatWasNotLostCostsNothing() {
        Conversation conversation = inFlight(SACK, 2);
        assertTrue(conversation.world.run(
                TimeUnit.SECONDS.toNanos(1), () -> !conversation.peer.segments().isEmpty()));
        conversation.play("""
                > ACK seq=11001 len=1000
                < ACK seq=1 ack=12001
                < ACK seq=1 ack=12001 sack=11001:12001
                . send 10000
                ...
                """);
        int sent = 0;
        while (!conversation.peer.segments().isEmpty()) {
            sent += conversation.taken().length();
        }
        assertEquals(10_000, sent);
    }

    /// RFC 5682: what follows a time-out shows that it was spurious; nothing more is sent again.
    @Rfc("5682 2.1 step 3b")
    @Test
    void spuriousTimeOutIsFoundOutAndSendsNothingTwice() {
        Conversation conversation = inFlight(PLAIN, 6);
        conversation.world.run(
                TimeUnit.SECONDS.toNanos(1), () -> !conversation.peer.segments().isEmpty());
        conversation.play("> ACK seq=10001 len=1000\n. send 4000\n...");
        // The originals were only late.
        conversation.play("+ 1ms\n< ACK seq=1 ack=11001\n...");
        while (!conversation.peer.segments().isEmpty()) {
            Segment more = conversation.taken();
            assertTrue(more.seq - conversation.iss() >= 16001, "again: " + more);
        }
        conversation.play("+ 1ms\n< ACK seq=1 ack=12001\n...");
        while (!conversation.peer.segments().isEmpty()) {
            Segment more = conversation.taken();
            assertTrue(more.seq - conversation.iss() >= 16001, "again: " + more);
        }
    }

    /// RFC 9937: in recovery about as much is sent as arrives.
    @Rfc("9937 6.2 proportional")
    @Test
    void recoverySendsInProportionToWhatArrives() {
        Conversation conversation = inFlight(SACK, 10);
        conversation.play(". send 10000\n...");
        conversation.world.run(TimeUnit.MILLISECONDS.toNanos(20));
        conversation.peer.segments().clear();
        int sent = 0;
        for (int sacked = 12001; sacked <= 20001; sacked += 1000) {
            conversation.play("< ACK seq=1 ack=10001 sack=11001:" + sacked + "\n...");
            int now = 0;
            while (!conversation.peer.segments().isEmpty()) {
                now += conversation.taken().length();
            }
            assertTrue(now <= 2000, "burst of " + now);
            sent += now;
        }
        // 9 segments arrived; CUBIC keeps 0.7 of the window.
        assertTrue(sent >= 3000 && sent <= 9000, "sent " + sent);
    }

    @Rfc("2018 5 left edge")
    @Test
    void renegingPeerGetsEverythingAgainAfterATimeOut() {
        Conversation conversation = inFlight(SACK, 4).play("""
                + 20ms
                < ACK seq=1 ack=10001 sack=11001:14001
                > ACK seq=10001 len=1000
                < ACK seq=1 ack=11001
                ...
                """);
        List<Integer> again = new ArrayList<>();
        conversation.world.run(TimeUnit.SECONDS.toNanos(3), () -> {
            while (!conversation.peer.segments().isEmpty()) {
                Segment segment = conversation.taken();
                again.add(segment.seq - conversation.iss());
                conversation.peer.send(
                        conversation.segment("ACK seq=1 ack=" + (segment.seq - conversation.iss() + segment.length())));
            }
            return conversation.client().acknowledged(conversation.socket()) == 14_000;
        });
        assertEquals(14_000, conversation.client().acknowledged(conversation.socket()));
        assertTrue(again.contains(11001), again.toString());
    }

    @Test
    void sackOfWhatWasNeverSentIsNotBelieved() {
        inFlight(SACK, 4).play("""
                + 20ms
                < ACK seq=1 ack=10001 sack=50001:51001
                < ACK seq=1 ack=10001 sack=5001:6001
                < ACK seq=1 ack=10001 sack=12001:11001
                < ACK seq=1 ack=14001
                . acknowledged 14000
                """);
    }

    @Rfc({"5681 3.1 slow start", "6928 2 initial window", "9438 4.10 slow start"})
    @Test
    void beginsWithTenSegmentsAndDoublesInEachRoundTrip() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000 wscale=7").play(". send 150000\n...");
        int sequence = 1;
        int[] wanted = {10, 20, 40};
        for (int round = 0; round < 3; round++) {
            int sent = 0;
            while (!conversation.peer.segments().isEmpty()) {
                sent += conversation.taken().length();
            }
            assertEquals(wanted[round] * 1000, sent);
            conversation.world.run(TimeUnit.MILLISECONDS.toNanos(20));
            for (int ack = 0; ack < wanted[round]; ack += 2) {
                sequence += 2000;
                conversation.peer.send(conversation.segment("ACK seq=1 ack=" + sequence));
            }
            conversation.now();
        }
    }

    @Rfc({"5681 4.1 restart", "6928 2 restart"})
    @Test
    void windowIsTheInitialOneAgainAfterIdleness() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000 wscale=7").play(". send 30000\n...");
        int sequence = 1;
        while (sequence < 30001) {
            conversation.world.run(TimeUnit.MILLISECONDS.toNanos(20));
            while (!conversation.peer.segments().isEmpty()) {
                Segment segment = conversation.taken();
                sequence = Math.max(sequence, segment.seq - conversation.iss() + segment.length());
                conversation.peer.send(conversation.segment("ACK seq=1 ack=" + sequence));
            }
            conversation.now();
        }
        conversation.play("+ 30s\n. send 40000\n...");
        int sent = 0;
        while (!conversation.peer.segments().isEmpty()) {
            sent += conversation.taken().length();
        }
        assertEquals(10_000, sent);
    }
}
