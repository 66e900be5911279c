package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.engine.EngineSettings;
import netkeep.session.Option;
import netkeep.session.SessionLayout;
import netkeep.sim.Rfc;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import netkeep.wire.Address;
import netkeep.wire.TcpHeader;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Ports of stacks that share an address: [Share]'s rules, as their users meet them.
class SharedPortsTest {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;
    private static final Address PEER = SimHost.address4(9);
    private static final int PEER_PORT = 7;

    private final World world = Hosts.begin(new World(1));
    private final List<SimHost> stacks = new ArrayList<>();
    private final Peer peer = new Peer(0x02_00_00_00_00_09L, PEER, SimHost.address6(9));

    private void stacks(int count) {
        stacks(count, 8);
    }

    private void stacks(int count, int sockets) {
        Steering steering = new Steering(count);
        Wire.between(world, Weather.CALM, steering, peer);
        for (int stack = 0; stack < count; stack++) {
            // Only the last has many.
            int here = stack == count - 1 ? sockets : 8;
            EngineSettings small = Scenario.small(Scenario.tcp(false, false, 1 << 14, 1 << 14));
            SimHost.Settings settings = new SimHost.Settings(
                    1,
                    new EngineSettings(
                            Math.max(64, here),
                            small.sessions(),
                            small.frames(),
                            small.ip(),
                            small.tcp(),
                            Steering.share(stack, count)),
                    new SessionLayout(here, 64, 64, 1 << 15),
                    1500,
                    false,
                    0);
            SimHost host = new SimHost(world, settings);
            Wire.between(world, Weather.CALM, host.host(), steering);
            stacks.add(host);
        }
        world.run(TimeUnit.SECONDS.toNanos(4));
    }

    private int answer(SimHost host, int socket, int ticket) {
        host.host().kick();
        world.runUntil(world.nowNs());
        return host.client().answer(socket, ticket);
    }

    private int bind(SimHost host, int socket, int port) {
        return answer(host, socket, host.client().bind(socket, 0, 0, port));
    }

    private int connect(SimHost host, int socket) {
        return connect(host, socket, PEER_PORT);
    }

    private int connect(SimHost host, int socket, int port) {
        return answer(host, socket, host.client().connect(socket, PEER.hi(), PEER.lo(), port));
    }

    private int bound(SimHost host, int protocol, int port) {
        int socket = host.client().open(protocol);
        assertEquals(0, bind(host, socket, port));
        return socket;
    }

    /// Of 1,024 connections to one peer from 256 stacks that knew nothing of each other, some would have the same
    /// port.
    @ParameterizedTest
    @ValueSource(ints = {2, 256})
    void noTwoStacksUseOneFlow(int count) {
        stacks(count);
        Set<Integer> ports = new HashSet<>();
        int connections = 0;
        for (int stack = 0; stack < count; stack++) {
            SimHost host = stacks.get(stack);
            SimClient client = host.client();
            for (int i = 0; i < 4; i++) {
                // One of them was bound before it was known to whom it goes.
                int socket = i == 0 ? bound(host, TCP, 0) : client.open(TCP);
                assertEquals(0, connect(host, socket));
                int port = client.localPort(socket);
                assertTrue(ports.add(port), "twice: " + port);
                // What comes back finds who sent.
                assertEquals(stack, Steering.owner(SimHost.address4(1), port, PEER, PEER_PORT, count));
                connections++;
            }
        }
        assertEquals(4 * count, connections);
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    void dynamicPortIsBoundByNameAtItsLesseeAlone(int protocol) {
        stacks(4);
        for (int port = 40_000; port < 40_004; port++) {
            for (int stack = 0; stack < 4; stack++) {
                SimHost host = stacks.get(stack);
                int socket = host.client().open(protocol);
                boolean its = Steering.share(stack, 4).mayBind(port);
                assertEquals(its ? 0 : EADDRNOTAVAIL, bind(host, socket, port), "port " + port + " at " + stack);
                host.client().close(socket);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {TCP, UDP})
    void fromAServicesPortTheOwnerOfTheFlowAloneConnects(int protocol) {
        stacks(4);
        int owner = Steering.owner(SimHost.address4(1), 600, PEER, PEER_PORT, 4);
        for (int stack = 0; stack < 4; stack++) {
            SimHost host = stacks.get(stack);
            int socket = bound(host, protocol, 600);
            assertEquals(stack == owner ? 0 : EADDRNOTAVAIL, connect(host, socket), "stack " + stack);
        }
    }

    /// A listener is one on each stack; the first says that another was there before.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void secondListenerOfAPortIsRefusedAtEachStack(int count) {
        stacks(count);
        for (SimHost host : stacks) {
            int listener = bound(host, TCP, 80);
            assertEquals(0, answer(host, listener, host.client().listen(listener, 4)));
        }
        for (SimHost host : stacks) {
            assertEquals(EADDRINUSE, bind(host, host.client().open(TCP), 80));
        }
    }

    /// Ports that connections were given are not those of the sockets that are bound first, so that these can go to the
    /// same peer.
    @Rfc("6056 3.2 bound")
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 256})
    void whoIsBoundToAFreePortConnectsToWhomItLikes(int count) {
        stacks(count, 210);
        SimHost host = stacks.getLast();
        SimClient client = host.client();
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            boolean first = i % 2 == 0;
            int socket = first ? client.open(TCP) : bound(host, TCP, 0);
            assertEquals(0, connect(host, socket), "connection " + i);
            assertTrue(ports.add(client.localPort(socket)), "twice: " + client.localPort(socket));
        }
    }

    /// More connections than a stack of 256 has ports: to another peer a port can be had again, RFC 6056 §3.
    @Rfc("6056 3.2 shared")
    @Test
    void connectionsToDifferentPeersShareAPort() {
        stacks(256, 460);
        SimHost host = stacks.getLast();
        SimClient client = host.client();
        int bound = bound(host, TCP, 0);
        Set<Integer> ports = new HashSet<>();
        int leased = Steering.share(255, 256).ports();
        for (int i = 0; i < 2 * (leased - 1); i++) {
            int socket = client.open(TCP);
            assertEquals(0, connect(host, socket, i < leased - 1 ? PEER_PORT : 8), "connection " + i);
            ports.add(client.localPort(socket));
        }
        assertEquals(leased - 1, ports.size());
        assertTrue(!ports.contains(client.localPort(bound)));
        assertEquals(EADDRNOTAVAIL, connect(host, client.open(TCP)));
        assertEquals(EADDRINUSE, bind(host, client.open(TCP), 0));
    }

    /// As on Linux: who asks for the port of a connection by name must say that it reuses addresses.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 256})
    void portOfAConnectionIsBoundByNameByWhoReusesIt(int count) {
        stacks(count);
        SimHost host = stacks.getLast();
        SimClient client = host.client();
        int connected = client.open(TCP);
        assertEquals(0, connect(host, connected));
        int port = client.localPort(connected);
        assertEquals(EADDRINUSE, bind(host, client.open(TCP), port));
        int reuses = client.open(TCP);
        client.option(reuses, Option.REUSE_ADDRESS, 1);
        assertEquals(0, bind(host, reuses, port));
        assertEquals(EADDRNOTAVAIL, connect(host, reuses), "the same flow");
        assertEquals(0, connect(host, reuses, 8));
        client.close(connected);
        client.close(reuses);
        host.host().kick();
        world.runUntil(world.nowNs());
        assertEquals(0, bind(host, client.open(TCP), port));
    }

    /// What is in TIME-WAIT has its port still: nobody who is bound there could go to the same peer.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 256})
    void portInTimeWaitIsFreeAfterIt(int count) {
        stacks(count);
        SimHost host = stacks.getLast();
        SimClient client = host.client();
        int socket = client.open(TCP);
        assertEquals(0, connect(host, socket));
        int port = client.localPort(socket);
        Segment syn = Objects.requireNonNull(peer.take());
        Segment answer = new Segment();
        answer.source = PEER;
        answer.destination = SimHost.address4(1);
        answer.sourcePort = PEER_PORT;
        answer.destinationPort = port;
        answer.flags = TcpHeader.SYN | TcpHeader.ACK;
        answer.seq = 5000;
        answer.ack = syn.seq + 1;
        answer.window = 1000;
        peer.send(answer);
        world.runUntil(world.nowNs());
        client.close(socket);
        host.host().kick();
        world.runUntil(world.nowNs());
        answer.flags = TcpHeader.FIN | TcpHeader.ACK;
        answer.seq = 5001;
        answer.ack = syn.seq + 2;
        peer.send(answer);
        world.runUntil(world.nowNs());
        assertEquals("TIME_WAIT", host.tcpState(SimHost.address4(1), port, PEER, PEER_PORT));
        assertEquals(EADDRINUSE, bind(host, client.open(TCP), port));
        host.takeOver();
        assertEquals(EADDRINUSE, bind(host, client.open(TCP), port));
        world.run(TimeUnit.SECONDS.toNanos(61));
        assertEquals(0, bind(host, client.open(TCP), port));
    }

    /// What is brought to the wrong stack is neither taken nor answered: a RST would end another's connection.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 256})
    void whatIsAnothersIsSaidToBeItsAndNotAnswered(int count) {
        SimHost host = new SimHost(
                world,
                new SimHost.Settings(
                        1,
                        Scenario.small(Scenario.tcp(false, false, 1 << 14, 1 << 14))
                                .withShare(Steering.share(0, count)),
                        new SessionLayout(8, 64, 64, 1 << 15),
                        1500,
                        false,
                        0));
        Wire.between(world, Weather.CALM, host.host(), peer);
        world.run(TimeUnit.SECONDS.toNanos(4));
        int listener = bound(host, TCP, 80);
        assertEquals(0, answer(host, listener, host.client().listen(listener, 400)));
        peer.segments().clear();
        int its = 0;
        for (int i = 0; i < 300; i++) {
            // A service, a port of the dynamic range, nobody's port; a SYN and what belongs to a connection.
            Segment segment = new Segment();
            segment.source = PEER;
            segment.destination = SimHost.address4(1);
            segment.sourcePort = 20_000 + i;
            segment.destinationPort = i % 3 == 0 ? 80 : i % 3 == 1 ? 40_000 + i : 90;
            segment.flags = i % 2 == 0 ? TcpHeader.SYN : TcpHeader.ACK;
            segment.seq = 5000;
            segment.window = 1000;
            peer.send(segment);
            world.runUntil(world.nowNs());
            int owner = Steering.owner(segment.destination, segment.destinationPort, PEER, segment.sourcePort, count);
            its += owner == 0 ? 1 : 0;
            assertEquals(owner == 0, peer.take() != null, "flow " + i + " of " + owner);
            assertEquals(owner == 0, host.engine().ip().verdictOfLastFrame() != Verdict.ELSEWHERE);
            assertTrue(owner == 0 || owner == host.engine().owner(), "flow " + i + " of " + owner);
        }
        assertTrue(count == 1 ? its == 300 : its > 0 && its < 250, "its own: " + its);
    }
}
