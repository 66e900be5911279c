package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.session.SessionLayout;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import netkeep.wire.Address;
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

    private void stacks(int count) {
        Steering steering = new Steering(count);
        Wire.between(world, Weather.CALM, steering, new Peer(0x02_00_00_00_00_09L, PEER, SimHost.address6(9)));
        for (int stack = 0; stack < count; stack++) {
            SimHost.Settings settings = new SimHost.Settings(
                    1,
                    Scenario.small(Scenario.tcp(false, false, 1 << 14, 1 << 14))
                            .withShare(Steering.share(stack, count)),
                    new SessionLayout(8, 64, 64, 1 << 15),
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
        return answer(host, socket, host.client().connect(socket, PEER.hi(), PEER.lo(), PEER_PORT));
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
}
