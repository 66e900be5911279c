package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.HashSet;
import java.util.Set;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;

/// The label that IPv6 gives a connection's packets: RFC 6437. A successor of the engine sends every one of them.
class FlowLabelTest {
    private static int label(Conversation conversation, String script) {
        return conversation.play(script).last().flowLabel;
    }

    @Rfc({"6437 3 one flow", "8200 6 flow labels"})
    @Test
    void allSegmentsOfAConnectionHaveOneLabel() {
        Conversation conversation = Scenario.of(true).begin();
        int first = label(conversation, """
                . listen
                < SYN seq=0 mss=1000
                > SYN,ACK seq=0 ack=1
                """);
        assertNotEquals(0, first);
        assertEquals(first, label(conversation, """
                < ACK seq=1 ack=1
                . accept
                . send 100
                > PSH,ACK seq=1 len=100
                """));
        assertEquals(first, label(conversation, "+ 200ms\n> PSH,ACK seq=1 len=100"));
        assertEquals(first, label(conversation, """
                < ACK seq=1 ack=101
                . close
                > FIN,ACK seq=101 ack=1
                """));
    }

    @Rfc("6437 3 distinct")
    @Test
    void anotherKeyMakesAnotherLabel() {
        Set<Integer> labels = new HashSet<>();
        for (int seed = 1; seed <= 20; seed++) {
            Conversation conversation = Scenario.of(true).seed(seed).begin();
            labels.add(label(conversation, ". connect\n> SYN seq=0"));
        }
        assertEquals(20, labels.size());
    }
}
