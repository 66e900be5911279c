package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import netkeep.wire.TcpHeader;
import org.junit.jupiter.api.Test;

/// How the connections of a client end that died, or that closes and has not read all.
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

    /// A peer that keeps its window shut, and says so whenever it is asked, keeps the memory of the dead for ten
    /// minutes.
    @Test
    void whatTheDeadOweIsBoundedInTime() {
        Conversation conversation =
                Scenario.v4().begin().established(PLAIN).play("< ACK seq=1 ack=1 win=0\n. send 100\n. die");
        long diedNs = conversation.world.nowNs();
        boolean reset = false;
        while (!reset && conversation.world.nowNs() < diedNs + TimeUnit.MINUTES.toNanos(20)) {
            conversation.world.run(TimeUnit.SECONDS.toNanos(20));
            for (Segment probe = conversation.peer.take(); probe != null; probe = conversation.peer.take()) {
                reset |= probe.has(TcpHeader.RST);
                if (!reset) {
                    conversation.peer.send(conversation.segment("ACK seq=1 ack=1 win=0"));
                }
            }
        }
        conversation.world.run(TimeUnit.SECONDS.toNanos(1));
        conversation.peer.segments().clear();
        assertEquals(10, TimeUnit.NANOSECONDS.toMinutes(conversation.world.nowNs() - diedNs));
        conversation.play(". buried");
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

    /// What was given before is no part of what is aborted: an answer to a request of which only the beginning was
    /// read.
    @Test
    void textGivenBeforeACloseWithUnreadTextGoesFirst() {
        Scenario.v4().begin().established(PLAIN).play("""
                < PSH,ACK seq=1 ack=1 len=100
                + 40ms
                > ACK seq=1 ack=101
                . send-and-close 2000
                > ACK seq=1 ack=101 len=1460
                > PSH,ACK seq=1461 ack=101 len=540
                + 1ms
                > RST,ACK seq=2001 ack=101
                CLOSED
                . die
                . buried
                """);
    }
}
