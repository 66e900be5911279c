package netkeep.engine.sim;

import org.junit.jupiter.api.Test;

/// How the connections of a client end that died.
@OnStacks
class DeadClientTest {
    private static final String PLAIN = "mss=1460";

    /// As a kernel does for a process that died: what was given to send is sent, then comes FIN.
    @Test
    void deadClientsConnectionsEndInOrder() {
        Scenario.v4().begin().established(PLAIN).play("""
                . send 100
                > PSH,ACK seq=1 ack=1 len=100
                . die
                > FIN,ACK seq=101 ack=1
                FIN_WAIT_1
                . owing
                < ACK seq=1 ack=102
                FIN_WAIT_2
                < FIN,ACK seq=1 ack=102
                > ACK seq=102 ack=2
                TIME_WAIT
                . buried
                """);
    }

    /// RFC 2525 §2.17: octets that nobody will read are told of by a RST.
    @Test
    void deadClientThatHasNotReadResets() {
        Scenario.v4().begin().established(PLAIN).play("""
                < ACK seq=1 ack=1 len=100
                + 40ms
                > ACK seq=1 ack=101
                . die
                > RST,ACK seq=1 ack=101
                CLOSED
                . buried
                """);
    }
}
