package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import netkeep.engine.ledger.Pool;
import netkeep.engine.sim.Conversation;
import netkeep.engine.sim.Scenario;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What ends TIME-WAIT, and what begins it again: RFC 9293 §3.6.1 and §3.10.7.4.
class TimeWaitTest {
    private static final String CLOSED = """
            . close
            > FIN,ACK seq=1 ack=1
            < FIN,ACK seq=1 ack=2
            > ACK seq=2 ack=2
            TIME_WAIT
            + 1s
            """;

    /// Newer than all of the old connection.
    private static final String SYN = "< SYN seq=100000 mss=1000\n";

    /// @param backlog how many connections may wait at the listener, or one more
    private static Conversation waiting(int backlog) {
        return Scenario.v4()
                .begin()
                .play(". listen " + backlog + "\n< SYN seq=0 mss=1000\n> SYN,ACK seq=0 ack=1\n+ 20ms")
                .play("< ACK seq=1 ack=1\n. accept\n" + CLOSED);
    }

    /// The answer to a SYN that does not end it, when the numbers of other connections were learnt since.
    private static void playRefused(Conversation conversation, int iss) {
        conversation.play(SYN + "> ACK rawseq=%d ack=2\nTIME_WAIT".formatted(iss + 2));
    }

    @Rfc({"9293 MUST-13", "9293 MAY-2"})
    @Test
    void synForNobodyDoesNotEndIt() {
        Scenario.v4()
                .begin()
                .play(". connect\n> SYN seq=0\n< SYN,ACK seq=0 ack=1 mss=1000\n> ACK seq=1 ack=1")
                .play(CLOSED + SYN + "> ACK seq=2 ack=2\nTIME_WAIT\n+ 58999ms\nTIME_WAIT\n+ 1ms\nCLOSED");
    }

    /// While nobody accepts, a new connection would have to wait; its peer asks again.
    @Rfc({"9293 MUST-13", "9293 MAY-2"})
    @Test
    void synForAFullQueueDoesNotEndIt() {
        Conversation conversation = waiting(2);
        int iss = conversation.iss();
        for (int port = 1; port <= 4; port++) {
            conversation.play("< SYN seq=0 mss=1000 from=%d\n...".formatted(port));
            if (!conversation.peer.segments().isEmpty()) {
                conversation.taken();
                conversation.play("< ACK seq=1 ack=1 from=%d".formatted(port));
            }
        }
        playRefused(conversation, iss);
        conversation.play(". accept\n" + SYN + "> SYN,ACK ack=100001\nSYN_RECEIVED");
    }

    /// A cookie's number may be one of those that the old connection had.
    @Rfc({"9293 MUST-13", "6191 2 successor", "9293 MAY-2"})
    @Test
    void synThatOnlyACookieCouldAnswerDoesNotEndIt() {
        Conversation conversation = waiting(2);
        int iss = conversation.iss();
        Pool pool = conversation.host.engine().tcp().halfOpens.pool;
        int halfOpens = pool.count();
        for (int port = 1; port <= halfOpens; port++) {
            conversation.play("< SYN seq=0 mss=1000 from=%d\n> SYN,ACK seq=0 ack=1".formatted(port));
        }
        assertEquals(halfOpens, pool.size());
        playRefused(conversation, iss);
        conversation.play("< RST seq=1 from=1\n" + SYN + "> SYN,ACK ack=100001\nSYN_RECEIVED");
    }

    /// Only the peer's FIN once more does: what stands elsewhere is acknowledged.
    @Rfc("9293 3.10.7.4 eighth TIME-WAIT")
    @ParameterizedTest
    @ValueSource(strings = {"FIN,ACK seq=700000 ack=2", "FIN,ACK seq=2 ack=2", "FIN,ACK seq=1 ack=2 len=1"})
    void anotherFinDoesNotBeginItAgain(String fin) {
        waiting(2).play("< " + fin + "\n> ACK seq=2 ack=2\n+ 58999ms\nTIME_WAIT\n+ 1ms\nCLOSED");
    }

    /// Of two whose numbers have come apart each would answer the other's answer.
    @Rfc("9293 3.10.7.4 first TIME-WAIT")
    @Test
    void acknowledgmentsFromElsewhereAreAnsweredSoManyASecond() {
        Scenario.v4().challenges(1).begin().established("mss=1000").play(CLOSED).play("""
                < ACK seq=70000 ack=2
                > ACK seq=2 ack=2
                < ACK seq=70000 ack=2
                < ACK seq=-9 ack=2
                < ACK seq=1 ack=2
                > ACK seq=2 ack=2
                + 1s
                < ACK seq=70000 ack=2
                > ACK seq=2 ack=2
                """);
    }
}
