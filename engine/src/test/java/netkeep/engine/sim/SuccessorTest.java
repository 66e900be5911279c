package netkeep.engine.sim;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections that are opened across a death: what the successor needs is in the records, the rest it finds again.
@OnStacks
class SuccessorTest {
    /// A successor knows of a SYN that its predecessor sent only what is in the record: no way, for one. Its
    /// segments are as long as the peer takes all the same.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void successorOfOneThatAskedSendsFullSegments(boolean v6) {
        int mss = v6 ? 1440 : 1460;
        Conversation conversation = Scenario.of(v6).begin().play(". connect\n> SYN seq=0");
        conversation.host.takeOver();
        conversation.play("""
                < SYN,ACK seq=0 ack=1 mss=%d
                > ACK seq=1 ack=1
                ESTABLISHED
                . send %d
                > ACK seq=1 ack=1 len=%d
                > PSH,ACK seq=%d ack=1 len=%d
                """.formatted(mss, 2 * mss, mss, 1 + mss, mss));
    }

    /// As above, of one that was asked: before the handshake's end, and after it.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void successorOfOneThatAnsweredSendsFullSegments(boolean v6) {
        int mss = v6 ? 1440 : 1460;
        Conversation conversation =
                Scenario.of(v6).begin().play(". listen\n< SYN seq=0 mss=" + mss + "\n> SYN,ACK seq=0 ack=1");
        conversation.host.takeOver();
        conversation.play("< ACK seq=1 ack=1\n...\n. accept\nESTABLISHED");
        conversation.host.takeOver();
        conversation.host.host().kick();
        conversation.now();
        conversation.peer.segments().clear();
        conversation.play("""
                . send %d
                > ACK seq=1 ack=1 len=%d
                > PSH,ACK seq=%d ack=1 len=%d
                """.formatted(2 * mss, mss, 1 + mss, mss));
    }
}
