package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// More connections are reset at once than a turn has frames. A RST goes once, and a peer that only reads hears of the
/// end by nothing else: none is left out.
class CrowdedResetTest {
    private static final int TCP = 6;
    private static final int PORT = 80;
    private static final int CONNECTIONS = 30;
    private static final int FEW = 6;
    private static final int ECONNRESET = 104;

    private SimHost host;
    private SimHost peer;

    /// The peer's ends.
    private final List<Integer> theirs = new ArrayList<>();

    @BeforeEach
    void begin() {
        World world = Hosts.world(1);
        TcpSettings tcp = Scenario.tcp(false, false, 1 << 14, 1 << 14);
        SessionLayout layout = new SessionLayout(64, 256, 256, 1 << 15);
        host = new SimHost(world, new SimHost.Settings(1, Scenario.small(tcp), layout, 1500, false, 0));
        peer = new SimHost(world, new SimHost.Settings(2, Scenario.engine(tcp), layout, 1500, false, 0));
        Hosts.join(world, Weather.CALM, host, peer);
        assertTrue(host.engine().outgoing().most() < CONNECTIONS);
    }

    /// Connections that the host has asked for.
    private List<Integer> connected() {
        int listener = listen(peer);
        List<Integer> ours = connect(host, 2);
        for (int i = 0; i < CONNECTIONS; i++) {
            theirs.add(peer.client().accept(listener));
        }
        pass();
        return ours;
    }

    private static int listen(SimHost at) {
        return listen(at, CONNECTIONS);
    }

    private static int listen(SimHost at, int backlog) {
        int listener = at.client().open(TCP);
        at.client().bind(listener, 0, 0, PORT);
        at.client().listen(listener, backlog);
        at.host().kick();
        at.world().run(TimeUnit.SECONDS.toNanos(1));
        return listener;
    }

    private List<Integer> connect(SimHost from, int to) {
        Address address = SimHost.address4(to);
        List<Integer> sockets = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            int socket = from.client().open(TCP);
            from.client().connect(socket, address.hi(), address.lo(), PORT);
            sockets.add(socket);
        }
        pass();
        for (int socket : sockets) {
            assertTrue(from.client().has(socket, Status.CONNECTED));
        }
        return sockets;
    }

    private void pass() {
        host.host().kick();
        peer.host().kick();
        host.world().run(TimeUnit.SECONDS.toNanos(10));
    }

    private void allHear() {
        pass();
        for (int socket : theirs) {
            assertTrue(peer.client().has(socket, Status.FAILED), "socket " + socket);
            assertEquals(ECONNRESET, peer.client().error(socket));
        }
        assertEquals(CONNECTIONS, host.engine().counters().get(Counter.TcpOutRsts));
    }

    @Rfc("9293 3.10.5 abort")
    @Test
    void ofWhomTheirUserAborts() {
        connected().forEach(host.client()::abort);
        allHear();
    }

    /// Their last text goes first; then all are due at once.
    @Test
    void ofWhoseTextIsUnread() {
        List<Integer> ours = connected();
        for (int socket : theirs) {
            assertEquals(10, peer.client().send(socket, new byte[10], 0, 10));
        }
        pass();
        for (int socket : ours) {
            assertEquals(10, host.client().send(socket, new byte[10], 0, 10));
            host.client().close(socket);
        }
        allHear();
    }

    @Test
    void ofADeadClient() {
        connected();
        for (int socket : theirs) {
            assertEquals(10, peer.client().send(socket, new byte[10], 0, 10));
        }
        pass();
        host.clientDies();
        allHear();
        assertTrue(host.vacant());
    }

    @Test
    void ofAListenerThatHasNotAcceptedThem() {
        int listener = listen(host);
        theirs.addAll(connect(peer, 1));
        host.client().close(listener);
        allHear();
        host.clientDies();
        pass();
        assertTrue(host.vacant());
    }

    /// Their handshakes were complete, but for that listener.
    @Rfc("9293 3.10.5 abort")
    @Test
    void ofAListenerThatHadNoRoomForThem() {
        int listener = listen(host, 1);
        Address address = SimHost.address4(1);
        for (int i = 0; i < FEW; i++) {
            int socket = peer.client().open(TCP);
            peer.client().connect(socket, address.hi(), address.lo(), PORT);
            theirs.add(socket);
        }
        peer.host().kick();
        host.world().run(TimeUnit.MILLISECONDS.toNanos(500));
        for (int socket : theirs) {
            assertTrue(peer.client().has(socket, Status.CONNECTED));
        }
        assertTrue(host.engine().counters().get(Counter.TcpExtListenOverflows) > 0);
        host.client().close(listener);
        pass();
        for (int socket : theirs) {
            assertEquals(ECONNRESET, peer.client().error(socket));
        }
    }
}
