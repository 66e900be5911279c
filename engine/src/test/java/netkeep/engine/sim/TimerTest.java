package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import netkeep.session.Status;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// Keepalive, user timeout, and how long a connection lives without a word: RFC 9293 §3.8.3, §3.8.4, RFC 5482.
@OnStacks
class TimerTest {
    private static final String PLAIN = "mss=1000";

    @Rfc("9293 MUST-25")
    @Test
    void idleConnectionIsLeftAlone() {
        Scenario.v4().begin().established(PLAIN).play("+ 1000000s\nESTABLISHED");
    }

    @Rfc({"9293 MUST-24", "9293 MUST-26", "9293 MUST-28", "9293 SHLD-12"})
    @Test
    void keepAliveProbesAfterTwoHoursByDefault() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option KEEP_ALIVE 1
                + 7199s
                + 1s
                > ACK seq=0 ack=1
                < ACK seq=1 ack=1
                + 7199s
                + 1s
                > ACK seq=0 ack=1
                < ACK seq=1 ack=1
                ESTABLISHED
                """);
    }

    @Rfc({"9293 MUST-27", "9293 MUST-29"})
    @Test
    void silentPeerIsGivenUpAfterTheProbesThatWereAskedFor() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option KEEP_ALIVE 1
                . option KEEP_IDLE 10
                . option KEEP_INTERVAL 5
                . option KEEP_COUNT 3
                + 10s
                > ACK seq=0 ack=1
                + 5s
                > ACK seq=0 ack=1
                + 5s
                > ACK seq=0 ack=1
                ESTABLISHED
                + 5s
                > RST,ACK seq=1 ack=1
                . error ETIMEDOUT
                CLOSED
                """);
    }

    @Rfc("9293 MUST-26")
    @Test
    void textPutsTheKeepAliveOff() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option KEEP_ALIVE 1
                . option KEEP_IDLE 10
                + 9s
                < PSH,ACK seq=1 ack=1 len=10
                + 40ms
                > ACK seq=1 ack=11
                + 9s
                + 2s
                > ACK seq=0 ack=11
                """);
    }

    /// What is sent again asks the peer as well.
    @Rfc("9293 MUST-26")
    @Test
    void textOutstandingPutsTheKeepAliveOff() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option KEEP_ALIVE 1
                . option KEEP_IDLE 10
                + 9950ms
                . send 10
                > PSH,ACK seq=1 len=10
                + 199ms
                + 1ms
                > PSH,ACK seq=1 len=10
                """);
    }

    @Rfc("9293 MUST-29")
    @Test
    void oneLostProbeDoesNotEndTheConnection() {
        Scenario.v4().begin().established(PLAIN).play("""
                . option KEEP_ALIVE 1
                . option KEEP_IDLE 10
                . option KEEP_INTERVAL 5
                + 10s
                > ACK seq=0 ack=1
                + 5s
                > ACK seq=0 ack=1
                < ACK seq=1 ack=1
                + 9s
                + 1s
                > ACK seq=0 ack=1
                ESTABLISHED
                """);
    }

    @Rfc("9293 3.8.4 answered")
    @Test
    void peersKeepAliveIsAnswered() {
        Conversation conversation = Scenario.v4().challenges(1).begin().established(PLAIN);
        // Each, however many challenges may be sent.
        for (int probe = 0; probe < 5; probe++) {
            conversation.play("< ACK seq=0 ack=1\n> ACK seq=1 ack=1\n< ACK seq=0 ack=1 len=1\n> ACK seq=1 ack=1");
        }
        conversation.play(". readable 0");
    }

    @Rfc({"9293 MUST-21", "5482 3.1 local"})
    @Test
    void userTimeoutEndsAConnectionThatIsNotAcknowledged() {
        Conversation conversation = Scenario.v4().begin().established(PLAIN).play("""
                . option USER_TIMEOUT 5000
                . send 100
                > PSH,ACK seq=1 len=100
                """);
        long sentNs = conversation.world.nowNs();
        conversation.world.run(
                TimeUnit.MINUTES.toNanos(5), () -> conversation.client().has(conversation.socket(), Status.FAILED));
        long tookNs = conversation.world.nowNs() - sentNs;
        conversation.peer.segments().clear();
        assertTrue(tookNs >= TimeUnit.SECONDS.toNanos(5) && tookNs <= TimeUnit.SECONDS.toNanos(9), "took " + tookNs);
        conversation.play(". error ETIMEDOUT\nCLOSED");
    }

    @Rfc("5482 4.2 keepalive")
    @Test
    void userTimeoutEndsASilentPeerHoweverManyProbesAreLeft() {
        for (int probes : new int[] {2, 9}) {
            Scenario.v4().begin().established(PLAIN).play("""
                    . option USER_TIMEOUT 22000
                    . option KEEP_COUNT %d
                    . option KEEP_ALIVE 1
                    . option KEEP_INTERVAL 5
                    . option KEEP_IDLE 10
                    + 10s
                    > ACK seq=0 ack=1
                    + 5s
                    > ACK seq=0 ack=1
                    + 5s
                    > ACK seq=0 ack=1
                    ESTABLISHED
                    + 5s
                    > RST,ACK seq=1 ack=1
                    . error ETIMEDOUT
                    CLOSED
                    """.formatted(probes));
        }
    }

    /// The option is none of ours: neither taken nor answered, whatever it says.
    @Rfc({"5482 3.3 ignored", "5482 3.1 off"})
    @Test
    void peersUserTimeoutIsPassedOver() {
        Conversation conversation = Scenario.v4().begin().play("""
                . listen
                < SYN seq=0 mss=1000 uto=1
                > SYN,ACK seq=0 ack=1 uto=-1
                < ACK seq=1 ack=1 uto=1
                . accept
                < PSH,ACK seq=1 ack=1 len=10 uto=1
                . readable 10
                . send 10
                > PSH,ACK seq=1 ack=11 len=10 uto=-1
                """);
        Scenario.v4().begin().play(". connect\n> SYN seq=0 uto=-1");
        // Nor does its least hold, 100 s.
        conversation.world.run(TimeUnit.SECONDS.toNanos(150));
        assertTrue(!conversation.client().has(conversation.socket(), Status.FAILED));
    }

    @Rfc("9293 MUST-20")
    @Test
    void silentPeerIsGivenUpAtLast() {
        Conversation conversation =
                Scenario.v4().begin().established(PLAIN).play(". send 100\n> PSH,ACK seq=1 len=100");
        assertTrue(conversation.world.run(
                TimeUnit.HOURS.toNanos(1), () -> conversation.client().has(conversation.socket(), Status.FAILED)));
        assertEquals(110, conversation.client().error(conversation.socket()));
    }
}
