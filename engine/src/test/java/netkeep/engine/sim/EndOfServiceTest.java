package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.engine.ledger.Counter;
import netkeep.engine.tcp.TcpSettings;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import netkeep.sim.Rfc;
import netkeep.sim.Weather;
import netkeep.sim.World;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a stack says to peers that serves nobody any more: as a kernel of a process that was killed.
class EndOfServiceTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int PORT = 80;
    private static final int CONNECTIONS = 12;
    private static final int ECONNRESET = 104;

    private static Conversation established(boolean v6) {
        return Scenario.of(v6).begin().established("mss=1000").play("""
                . send 100
                > PSH,ACK seq=1 ack=1 len=100
                < ACK seq=1 ack=101 len=50
                """);
    }

    /// For a client the end of its session is all: whatever its words said could be taken for the end of a stream.
    @Rfc("9293 3.10.5 abort")
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void connectionIsResetAndItsClientIsToldNothing(boolean v6) {
        Conversation conversation = established(v6);
        conversation.host.end();
        conversation.play("""
                > RST,ACK seq=101 ack=51
                . connected
                . error 0
                . readable 50
                . read 50
                . not-end
                """);
    }

    /// Behind a window that is shut its peer would not take one.
    @Test
    void resetLiesWithinThePeersWindow() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play("""
                . send 100
                > PSH,ACK seq=1 ack=1 len=100
                < ACK seq=1 ack=41 win=0
                """);
        conversation.host.end();
        conversation.play("> RST,ACK seq=41 ack=1");
    }

    /// The reset was lost, or crossed what the peer sent, or does not hit: RFC 5961 §3.2.
    @Test
    void whatComesBehindIsAnsweredByAResetThatHits() {
        Conversation conversation = established(false);
        conversation.host.end();
        conversation.play("""
                > RST,ACK seq=101 ack=51
                < ACK seq=51 ack=90
                > RST seq=90
                < PSH,ACK seq=51 ack=101 len=10
                > RST seq=101
                < RST seq=51
                . readable 50
                """);
    }

    @Test
    void nothingIsSentByItself() {
        Conversation conversation =
                Scenario.v4().begin().established("mss=1000").play(". send 100\n> PSH,ACK seq=1 ack=1 len=100");
        conversation.host.end();
        conversation.play("""
                > RST,ACK seq=101 ack=1
                . send 100
                + 300s
                . acknowledged 0
                """);
    }

    @Test
    void whoWasAskedAndHasNotAnsweredIsResetWhenItDoes() {
        Conversation conversation = Scenario.v4().begin().play(". connect\n> SYN seq=0");
        conversation.host.end();
        conversation.play("""
                + 5s
                < SYN,ACK seq=0 ack=1
                > RST seq=1
                """);
    }

    @Test
    void listenerTakesNobody() {
        Conversation conversation = Scenario.v4().begin().play(". listen\n< SYN seq=0 mss=1000\n> SYN,ACK seq=0 ack=1");
        conversation.host.end();
        conversation.play("""
                + 5s
                < ACK seq=1 ack=1
                > RST seq=1
                < SYN seq=0 from=40001
                > RST,ACK rawseq=0 ack=1
                . nothing-to-accept
                """);
    }

    /// The frames of a turn are few here; datagrams are given nothing, and nobody is told of them.
    @Test
    void moreAreResetThanATurnHasRoomFor() {
        World world = Hosts.world(1);
        TcpSettings tcp = Scenario.tcp(false, false, 1 << 14, 1 << 14);
        SessionLayout layout = new SessionLayout(32, 256, 256, 1 << 15);
        SimHost host = new SimHost(world, new SimHost.Settings(1, Scenario.small(tcp), layout, 1500, false, 0));
        SimHost peer = new SimHost(world, new SimHost.Settings(2, Scenario.engine(tcp), layout, 1500, false, 0));
        Hosts.join(world, Weather.CALM, host, peer);
        Address ours = SimHost.address4(1);
        int listener = host.client().open(TCP);
        host.client().bind(listener, 0, 0, PORT);
        host.client().listen(listener, CONNECTIONS);
        int bound = host.client().open(UDP);
        host.client().bind(bound, 0, 0, PORT);
        pass(host);
        List<Integer> sockets = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            int socket = peer.client().open(TCP);
            peer.client().connect(socket, ours.hi(), ours.lo(), PORT);
            sockets.add(socket);
        }
        int sends = peer.client().open(UDP);
        peer.client().connect(sends, ours.hi(), ours.lo(), PORT);
        pass(peer);
        for (int socket : sockets) {
            assertTrue(peer.client().has(socket, Status.CONNECTED));
        }

        host.end();
        pass(host);
        peer.client().sendTo(sends, 0, 0, 0, new byte[] {1});
        pass(peer);

        for (int socket : sockets) {
            assertTrue(peer.client().has(socket, Status.FAILED));
            assertEquals(ECONNRESET, peer.client().error(socket));
        }
        assertEquals(CONNECTIONS, host.engine().counters().get(Counter.TcpOutRsts));
        assertFalse(host.client().hasDatagram(bound));
        assertEquals(0, peer.client().error(sends));
    }

    private static void pass(SimHost host) {
        host.host().kick();
        host.world().run(TimeUnit.SECONDS.toNanos(10));
    }
}
