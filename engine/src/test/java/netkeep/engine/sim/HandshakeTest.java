package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.session.Status;
import netkeep.sim.Rfc;
import netkeep.wire.TcpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How connections begin: RFC 9293 §3.5.
@OnStacks
class HandshakeTest {
    @Rfc({"9293 MUST-4", "9293 MUST-14", "9293 SHLD-5", "7323 2.2 both sides", "6691 2 fixed headers"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void passiveOpenAgreesOnWhatBothOffer(boolean v6) {
        Scenario.of(v6).begin().play("""
                . listen
                < SYN seq=0 mss=1000 wscale=7 sackOK ts=1000
                > SYN,ACK seq=0 ack=1 sackOK ts ecr=1000 wscale=%d mss=%d
                SYN_RECEIVED
                < ACK seq=1 ack=1
                ESTABLISHED
                . accept
                . connected
                """.formatted(Scenario.SCALE, v6 ? 1440 : 1460));
    }

    @Rfc({"9293 MUST-14", "9293 SHLD-5", "6691 2 fixed headers"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void activeOpenOffersAllAndTakesWhatThePeerAnswers(boolean v6) {
        Scenario.of(v6).begin().play("""
                . connect
                > SYN seq=0 sackOK ts wscale=%d mss=%d
                SYN_SENT
                < SYN,ACK seq=0 ack=1 mss=1000
                > ACK seq=1 ack=1 nots
                ESTABLISHED
                . connected
                . send 1000
                > ACK seq=1 ack=1 len=1000 nots
                """.formatted(Scenario.SCALE, v6 ? 1440 : 1460));
    }

    @Rfc("7323 2.2 only answered")
    @Test
    void peerThatOffersNothingGetsNothingBack() {
        Conversation conversation = Scenario.v4().begin();
        conversation.play("""
                . listen
                < SYN seq=0
                > SYN,ACK seq=0 ack=1 wscale=-1 nots
                """);
        assertEquals(false, conversation.last().sackPermitted);
    }

    @Rfc("9293 MUST-15")
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void withoutAnMssOptionSegmentsAreOfTheDefaultSize(boolean v6) {
        int mss = v6 ? 1220 : 536;
        Scenario.of(v6)
                .begin()
                .established("")
                .play(". send 3000\n> ACK seq=1 len=" + mss + "\n> ACK seq=" + (1 + mss) + " len=" + mss
                        + (v6 ? "" : "\n> ACK seq=1073 len=536\n> ACK seq=1609 len=536\n> ACK seq=2145 len=536")
                        + (v6 ? "\n> PSH,ACK seq=2441 len=560" : "\n> PSH,ACK seq=2681 len=320"));
    }

    @Rfc("9293 MUST-10")
    @Test
    void simultaneousOpenConnects() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                SYN_RECEIVED
                < ACK seq=1 ack=1
                ESTABLISHED
                . connected
                """);
    }

    /// The peer's SYN,ACK repeats its SYN, which is old news by then; its acknowledgment counts.
    @Rfc("9293 MUST-10")
    @Test
    void simultaneousOpenConnectsWhenThePeerRepeatsItsSyn() {
        Conversation conversation = Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                """);
        conversation.play("< SYN,ACK seq=0 ack=1 mss=1460\n> ACK seq=1 ack=1");
        conversation.play("ESTABLISHED");
    }

    @Rfc({"9293 MUST-22", "6298 5.5"})
    @Test
    void synIsRepeatedWithBackOffUntilThreeMinutesHavePassed() {
        Conversation conversation = Scenario.v4().begin().play(". connect\n> SYN seq=0");
        long beganNs = conversation.world.nowNs();
        List<Long> seconds = new ArrayList<>();
        boolean failed = conversation.world.run(TimeUnit.MINUTES.toNanos(30), () -> {
            for (Segment more = conversation.peer.take(); more != null; more = conversation.peer.take()) {
                assertEquals(TcpHeader.SYN, more.flags & 0xFF);
                seconds.add(TimeUnit.NANOSECONDS.toSeconds(more.atNs - beganNs));
            }
            return conversation.client().has(conversation.socket(), Status.FAILED);
        });
        assertTrue(failed);
        assertEquals(List.of(1L, 3L, 7L, 15L, 31L, 63L), seconds.subList(0, 6));
        long tookNs = conversation.world.nowNs() - beganNs;
        assertTrue(tookNs >= TimeUnit.MINUTES.toNanos(3), "gave up after " + tookNs / 1e9 + " s");
        conversation.play(". error ETIMEDOUT");
    }

    @Rfc("6298 5.5")
    @Test
    void synAckIsRepeatedWithBackOff() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                + 999ms
                + 1ms
                > SYN,ACK seq=0 ack=1
                + 1999ms
                + 1ms
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1
                . accept
                ESTABLISHED
                """);
    }

    @Test
    void repeatedSynIsAnsweredAgain() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1
                . accept
                ESTABLISHED
                """);
    }

    @Test
    void refusedConnectFails() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < RST,ACK seq=0 ack=1
                . error ECONNREFUSED
                . failed
                """);
    }

    @Test
    void resetThatAcknowledgesNothingIsIgnoredInSynSent() {
        Scenario.v4().begin().play("""
                . connect
                > SYN seq=0
                < RST seq=0
                < RST,ACK seq=0 ack=2
                < RST,ACK seq=0 ack=0
                SYN_SENT
                < SYN,ACK seq=0 ack=1 mss=1460
                > ACK seq=1 ack=1
                ESTABLISHED
                """);
    }

    /// RFC 9293 §3.10.7.3, first.
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 1000, -1000})
    void wrongAcknowledgmentOfASynIsReset(int ack) {
        Conversation conversation = Scenario.v4().begin().play(". connect\n> SYN seq=0");
        conversation.play("< SYN,ACK seq=0 mss=1460 ack=" + ack + "\n> RST seq=" + ack + "\nSYN_SENT");
    }

    @Test
    void segmentForNobodyIsReset() {
        Scenario.v4().begin().play("""
                < SYN seq=7
                > RST,ACK rawseq=0 ack=8
                < SYN seq=7 len=10
                > RST,ACK rawseq=0 ack=18
                < ACK seq=7 rawack=12345
                > RST rawseq=12345
                < FIN,ACK seq=7 rawack=12345
                > RST rawseq=12345
                < - seq=7 len=3
                > RST,ACK rawseq=0 ack=10
                < RST seq=7
                < RST,ACK seq=7 rawack=5
                """);
    }

    @Test
    void listenerResetsAcknowledgmentsAndIgnoresResets() {
        Scenario.v4().begin().play("""
                . listen
                < RST seq=0
                < RST,ACK seq=0 rawack=5
                < ACK seq=0 rawack=4321
                > RST rawseq=4321
                < SYN,ACK seq=0 rawack=4321
                > RST rawseq=4321
                < - seq=5 len=1
                < FIN seq=5
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                """);
    }

    /// RFC 9293 §3.10.7.4: whoever was half open goes back to LISTEN.
    @Rfc("9293 MUST-11")
    @Test
    void resetHalfOpenConnectionIsForgottenWithoutAWord() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                < RST seq=1
                < ACK seq=1 ack=1
                > RST seq=1
                . nothing-to-accept
                """);
    }

    @Test
    void wrongAcknowledgmentInSynReceivedIsReset() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=0
                > RST seq=0
                < ACK seq=1 ack=2
                > RST seq=2
                < ACK seq=1 ack=1
                . accept
                ESTABLISHED
                """);
    }

    @Test
    void textThatComesWithTheLastAckOfTheHandshakeIsKept() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                < PSH,ACK seq=1 ack=1 len=100
                . accept
                ESTABLISHED
                . read 100
                ...
                """);
    }

    @Test
    void finThatComesWithTheLastAckOfTheHandshakeIsKept() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                < FIN,ACK seq=1 ack=1 len=10
                + 1ms
                > ACK seq=1 ack=12
                . accept
                CLOSE_WAIT
                . read 10
                . end
                """);
    }

    @Rfc({"9293 MUST-2", "9293 MUST-3"})
    @Test
    void wrongChecksumIsNoSegment() {
        Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1460 bad
                < SYN seq=0 mss=1460
                > SYN,ACK seq=0 ack=1
                < ACK seq=1 ack=1 bad
                SYN_RECEIVED
                < ACK seq=1 ack=1
                . accept
                . send 100
                > PSH,ACK seq=1 len=100
                """);
    }

    @Rfc({"9293 MUST-8", "9293 SHLD-1", "6528 3 clock", "6528 3 secret"})
    @Test
    void initialSequenceNumbersAreUnrelatedBetweenFlowsAndMoveWithTheClock() {
        Set<Integer> high = new HashSet<>();
        Conversation conversation = Scenario.v4().begin().play(". listen 64");
        for (int port = 1; port <= 32; port++) {
            conversation.play("< SYN seq=0 mss=1460 from=" + port + "\n...");
            high.add(conversation.taken().seq >>> 16);
            conversation.play("< RST seq=1 from=" + port);
        }
        assertTrue(high.size() > 28, "of 32 numbers: " + high.size());

        conversation.play("< SYN seq=0 mss=1460 from=5000\n...");
        int first = conversation.taken().seq;
        conversation.play("< RST seq=1 from=5000\n+ 10s\n< SYN seq=0 mss=1460 from=5000\n...");
        // RFC 6528 §3: the same flow again, 10 s later, with a clock of 4 us.
        assertEquals(2_500_000, conversation.taken().seq - first);
    }

    @Rfc("6056 3.3 obfuscated")
    @Test
    void portsOfActiveOpensCannotBeForetold() {
        Set<Integer> ports = new HashSet<>();
        List<Integer> steps = new ArrayList<>();
        int last = 0;
        for (long seed = 1; seed <= 20; seed++) {
            Conversation conversation = Scenario.v4().seed(seed).begin().play(". connect\n> SYN seq=0");
            int port = conversation.last().sourcePort;
            assertTrue(port >= 1024, "port " + port);
            ports.add(port);
            steps.add(port - last);
            last = port;
        }
        assertTrue(ports.size() >= 18, ports.toString());
        assertNotEquals(Set.of(1), new HashSet<>(steps));
    }

    @Rfc("9293 MUST-46")
    @Test
    void nobodyConnectsToAGroup() {
        Conversation conversation = Scenario.v4().begin();
        int socket = conversation.client().open(6);
        int ticket = conversation.client().connect(socket, 0, 0xFFFF_E000_0005L, 80);
        conversation.host.host().kick();
        conversation.now();
        assertTrue(
                conversation.client().answer(socket, ticket) > 0,
                "answer " + conversation.client().answer(socket, ticket));
        conversation.told();
    }

    @Test
    void backlogBoundsWhatWaits() {
        Conversation conversation = Scenario.v4().begin().play(". listen 2");
        int answered = 0;
        for (int port = 1; port <= 8; port++) {
            conversation.play("< SYN seq=0 mss=1460 from=" + port + "\n...");
            Segment answer = conversation.peer.take();
            if (answer != null) {
                answered++;
                Segment ack = reply(answer);
                conversation.peer.send(ack);
                conversation.now();
            }
        }
        int accepted = 0;
        for (int waited : conversation.acceptAll()) {
            // Each stack has a backlog of its own.
            assertTrue(waited <= 3, "accepted " + waited + " at one stack");
            accepted += waited;
        }
        assertTrue(answered >= 2, "answered " + answered);
        assertTrue(accepted >= 2, "accepted " + accepted);
    }

    private static Segment reply(Segment answer) {
        Segment ack = new Segment();
        ack.source = answer.destination;
        ack.destination = answer.source;
        ack.sourcePort = answer.destinationPort;
        ack.destinationPort = answer.sourcePort;
        ack.flags = TcpHeader.ACK;
        ack.seq = answer.ack;
        ack.ack = answer.seq + 1;
        return ack;
    }
}
