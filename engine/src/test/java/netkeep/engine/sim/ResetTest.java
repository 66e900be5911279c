package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// RST, and those who guess: RFC 9293 §3.5.3, RFC 5961.
@OnStacks
class ResetTest {
    private static final String PLAIN = "mss=1460";

    @Rfc({"9293 MUST-12", "5961 3.2 exact"})
    @Test
    void exactResetEndsTheConnection() {
        Scenario.v4().begin().established(PLAIN).play("""
                < RST seq=1
                CLOSED
                . error ECONNRESET
                . failed
                """);
    }

    @Rfc("9293 SHLD-2")
    @Test
    void resetMayCarryText() {
        Scenario.v4().begin().established(PLAIN).play("""
                < RST seq=1 len=20
                CLOSED
                . error ECONNRESET
                """);
    }

    @Rfc("5961 3.2 in the window")
    @ParameterizedTest
    @ValueSource(ints = {2, 1000, 30000})
    void resetElsewhereInTheWindowIsChallenged(int seq) {
        Scenario.v4().begin().established(PLAIN).play("< RST seq=" + seq + """

                > ACK seq=1 ack=1
                ESTABLISHED
                """);
    }

    @Rfc("5961 3.2 outside")
    @ParameterizedTest
    @ValueSource(ints = {0, -1000, 10_000_000, 0x4000_0000})
    void resetOutsideTheWindowIsIgnored(int seq) {
        Scenario.v4().begin().established(PLAIN).play("< RST seq=" + seq + "\nESTABLISHED");
    }

    @Rfc("5961 4.2 any")
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1000, -1000})
    void synInASynchronisedStateIsChallenged(int seq) {
        Scenario.v4().begin().established(PLAIN).play("< SYN seq=" + seq + """

                > ACK seq=1 ack=1
                ESTABLISHED
                """);
    }

    /// RFC 9293 §3.5.1: a peer that crashed and comes again; its RST in answer to the challenge is exact.
    @Rfc("5961 4.2 restarted")
    @ParameterizedTest
    @ValueSource(ints = {5000, -5000})
    void challengeLetsAPeerThatStartedAgainThrough(int seq) {
        Scenario.v4().begin().established(PLAIN).play("""
                < SYN seq=%d mss=1460
                > ACK seq=1 ack=1
                < RST seq=1
                CLOSED
                """.formatted(seq));
    }

    @Rfc("5961 5.2 range")
    @Test
    void acknowledgmentOfWhatWasNotSentIsChallengedAndItsTextDropped() {
        Scenario.v4().begin().established(PLAIN).play("""
                < PSH,ACK seq=1 ack=2 len=100
                > ACK seq=1 ack=1
                . readable 0
                """);
    }

    @Rfc("5961 5.2 range")
    @Test
    void acknowledgmentFromLongAgoIsChallengedAndItsTextDropped() {
        Scenario.v4().begin().established(PLAIN).play("""
                < PSH,ACK seq=1 ack=-70000 len=100
                > ACK seq=1 ack=1
                . readable 0
                < PSH,ACK seq=1 ack=1 len=100
                . readable 100
                """);
    }

    @Rfc("5961 7 throttle")
    @Test
    void challengesAreFew() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN);
        for (int times = 0; times < 50_000; times++) {
            Segment syn = new Segment();
            syn.source = conversation.remote;
            syn.destination = conversation.local;
            syn.sourcePort = Conversation.PEER_PORT;
            syn.destinationPort = Conversation.PORT;
            syn.flags = Segment.flags("SYN");
            syn.seq = times * 1_000;
            conversation.peer.send(syn);
            conversation.world.run(10_000);
        }
        int challenges = conversation.peer.segments().size();
        // Half a second of them: RFC 5961 §7 tells of 10 in 5 seconds; Linux of 1000 a second for all.
        assertTrue(challenges >= 1 && challenges <= 2_000, "challenges: " + challenges);
    }

    /// Two hosts whose windows are both closed and whose FINs are both lost would answer each other without end: what
    /// each acknowledges lies behind the other's window.
    @Test
    void acknowledgmentFromBeyondTheWindowIsSeldomAnswered() {
        Conversation conversation = Scenario.v4().challenges(20).begin().established(PLAIN);
        conversation.peer.segments().clear();
        for (int times = 0; times < 500; times++) {
            conversation.peer.send(conversation.segment("ACK seq=100000000 ack=1"));
            conversation.now();
        }
        int answers = conversation.peer.segments().size();
        assertTrue(answers >= 1 && answers < 60, "answers: " + answers);
    }

    /// The same of what lies behind, as the numbers of two ends do between whom somebody else has put in octets. A
    /// probe
    /// whether we are there stands one before what is next, and is answered however many come.
    @Test
    void oldAcknowledgmentsAreSeldomAnsweredAndProbesAlways() {
        Conversation conversation = Scenario.v4().challenges(20).begin().established(PLAIN);
        for (int seq : new int[] {-1, -9, -100_000_000}) {
            conversation.peer.segments().clear();
            for (int times = 0; times < 500; times++) {
                conversation.peer.send(conversation.segment("ACK seq=" + seq + " ack=1"));
                conversation.now();
            }
            assertTrue(conversation.peer.segments().size() < 60, "answers to " + seq);
        }
        conversation.peer.segments().clear();
        for (int times = 0; times < 500; times++) {
            conversation.peer.send(conversation.segment("ACK seq=0 ack=1"));
            conversation.now();
        }
        assertEquals(500, conversation.peer.segments().size());
    }

    /// So many a second as was set, give or take a half: how many cannot be foretold, so that nobody learns anything
    /// from those that are missing.
    @Rfc("5961 7 tunable")
    @Test
    void challengesAreAsManyAsWasSetButForLuck() {
        Conversation conversation = Scenario.v4().challenges(20).begin().established(PLAIN);
        long secondNs = TimeUnit.SECONDS.toNanos(1);
        conversation.world.run(secondNs - conversation.world.nowNs() % secondNs);
        Set<Integer> seen = new HashSet<>();
        for (int second = 0; second < 12; second++) {
            conversation.peer.segments().clear();
            for (int times = 0; times < 50; times++) {
                conversation.peer.send(conversation.segment("SYN seq=" + 1_000 * times));
                conversation.now();
            }
            int challenges = conversation.peer.segments().size();
            assertTrue(challenges >= 10 && challenges < 30, "challenges: " + challenges);
            seen.add(challenges);
            conversation.world.run(secondNs);
        }
        assertTrue(seen.size() >= 4, seen.toString());
    }

    @Test
    void resetDuringCloseEndsIt() {
        Scenario.v4().begin().established(PLAIN).play("""
                . close
                > FIN,ACK seq=1 ack=1
                < RST seq=1
                CLOSED
                """);
    }

    @Test
    void unreadTextCanStillBeReadAfterAReset() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN).play("""
                < PSH,ACK seq=1 ack=1 len=100
                < RST seq=101
                . error ECONNRESET
                """);
        assertEquals(100, conversation.client().readable(conversation.socket()));
    }

    @Rfc("9293 MUST-66")
    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void resetCountsThoughTheWindowIsZero(int length) {
        Conversation conversation = Scenario.v4().receiveBuffer(1 << 14).begin().established(PLAIN);
        int next = 1;
        do {
            conversation.play("< ACK seq=%d ack=1 len=1024\n...".formatted(next));
            next += 1024;
            conversation.world.run(50_000_000);
        } while (conversation.takeAll().window != 0);
        conversation.play("< RST seq=" + next + " len=" + length + "\nCLOSED\n. error ECONNRESET");
    }

    @Test
    void icmpErrorsDoNotEndAnEstablishedConnection() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN).play(". send 100\n> ACK seq=1 len=100");
        for (int code : new int[] {0, 1, 2, 3, 5}) {
            conversation.peer.sendError(conversation.last(), SimHost.address4(254), 3, code, 0);
        }
        conversation.play("ESTABLISHED\n< ACK seq=1 ack=101\n. acknowledged 100");
    }

    @Rfc("9293 SHLD-26")
    @Test
    void portUnreachableEndsAnAttempt() {
        Conversation conversation = Scenario.v4().begin().play(". connect\n> SYN seq=0");
        conversation.peer.sendError(conversation.last(), conversation.remote, 3, 3, 0);
        conversation.play(". error ECONNREFUSED");
    }

    @Rfc("9293 MUST-54")
    @Test
    void errorAboutAStrangersSequenceNumberIsNotBelieved() {
        Conversation conversation = Scenario.v4().begin().play(". connect\n> SYN seq=0");
        Segment forged = conversation.last();
        forged.seq += 100_000;
        conversation.peer.sendError(forged, conversation.remote, 3, 3, 0);
        conversation.play("SYN_SENT");
    }

    @Rfc({"9293 MUST-55", "5927 6 quench"})
    @Test
    void sourceQuenchIsIgnored() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN).play(". send 14600\n...");
        for (int segment = 0; segment < 10; segment++) {
            conversation.taken();
        }
        conversation.peer.sendError(conversation.last(), SimHost.address4(254), 4, 0, 0);
        conversation.play("""
                ESTABLISHED
                . error 0
                < ACK seq=1 ack=14601
                . send 29200
                ...
                """);
        int sent = 0;
        while (conversation.peer.take() != null) {
            sent++;
        }
        // RFC 9406 §4.2: the window grows by 8 segments for one acknowledgment at most.
        assertTrue(sent >= 18, "sent " + sent);
        Conversation attempt = Scenario.v4().begin().play(". connect\n> SYN seq=0");
        attempt.peer.sendError(attempt.last(), SimHost.address4(254), 4, 0, 0);
        attempt.play("SYN_SENT\n. error 0");
    }

    /// Whoever has shut both ways and not closed has still to hear that not all of it arrived.
    @ParameterizedTest
    @ValueSource(strings = {"FIN_WAIT_1", "CLOSE_WAIT"})
    void resetBehindBothFinsIsToldToWhoHasNotClosed(String first) {
        Conversation conversation = Scenario.v4().begin().established("mss=1460");
        conversation.play(
                first.equals("FIN_WAIT_1")
                        ? ". shutdown\n> FIN,ACK seq=1\n< FIN,ACK seq=1 ack=1\n> ACK ack=2\nCLOSING"
                        : "< FIN,ACK seq=1 ack=1\n+ 1ms\n> ACK ack=2\n. shutdown\n> FIN,ACK seq=1\nLAST_ACK");
        conversation.play("< RST seq=2\nCLOSED\n. failed\n. error ECONNRESET");
    }
}
