package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import netkeep.engine.ledger.Counter;
import netkeep.engine.tcp.TcpSettings;
import netkeep.session.Option;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.sim.Seeds;
import netkeep.sim.Simulated;
import netkeep.sim.Switch;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Datagrams between engines at a switch: to one, to a group, to all, in fragments, and back as errors.
class DatagramTest {
    private static final int UDP = 17;
    private static final int PORT = 5000;
    private static final int SECRET = 77;
    private static final int ECONNREFUSED = 111;
    private static final Address GROUP4 = Address.v4(0xEF_01_02_03);
    private static final Address GROUP6 = Address.of(0xFF0E_0000_0000_0000L, 0x1_0002_0003L);

    /// Hosts 1 to `count`, each with a socket bound to [#PORT].
    private static final class Net {
        final World world;
        final List<SimHost> hosts = new ArrayList<>();
        final List<Wire> wires = new ArrayList<>();
        final int socket;

        Net(World world, int count, Weather weather) {
            this.world = world;
            Switch middle = new Switch();
            for (int number = 1; number <= count; number++) {
                TcpSettings tcp = Scenario.tcp(false, false, 1 << 14, 1 << 14);
                SimHost host = new SimHost(
                        world,
                        new SimHost.Settings(
                                number, Scenario.engine(tcp), new SessionLayout(8, 64, 64, 1 << 17), 1500, false, 0));
                hosts.add(host);
                wires.add(Wire.between(world, weather, host.host(), middle));
            }
            world.run(TimeUnit.SECONDS.toNanos(4));
            int opened = 0;
            for (SimHost host : hosts) {
                opened = host.client().open(UDP);
                host.client().bind(opened, 0, 0, PORT);
            }
            socket = opened;
            kick();
        }

        SimClient client(int number) {
            return hosts.get(number - 1).client();
        }

        Net kick() {
            hosts.forEach(host -> host.host().kick());
            world.run(TimeUnit.MILLISECONDS.toNanos(100));
            return this;
        }

        void send(int from, Address to, byte[] payload) {
            assertTrue(client(from).sendTo(socket, to.hi(), to.lo(), PORT, payload), "no room");
            kick();
        }

        /// How many datagrams wait at each host; takes them.
        List<Integer> taken() {
            List<Integer> taken = new ArrayList<>();
            for (SimHost host : hosts) {
                int count = 0;
                while (host.client().hasDatagram(socket)) {
                    host.client().takeDatagram(socket);
                    count++;
                }
                taken.add(count);
            }
            return taken;
        }

        void option(int number, int option, long value) {
            int ticket = client(number).option(socket, option, value);
            kick();
            assertEquals(0, client(number).answer(socket, ticket));
        }

        void group(int op, int number, int what, Address group, Address source) {
            int ticket = client(number).group(op, socket, what, group.hi(), group.lo(), source.hi(), source.lo(), 1);
            kick();
            assertEquals(0, client(number).answer(socket, ticket));
            // Reports are repeated for robustness' sake (RFC 3376 §8.11).
            world.run(TimeUnit.SECONDS.toNanos(3));
        }
    }

    private static Net net(int count) {
        return new Net(Hosts.begin(new World(1)), count, Weather.CALM.withDelayNs(1_000_000));
    }

    private static Address address(boolean v6, int number) {
        return v6 ? SimHost.address6(number) : SimHost.address4(number);
    }

    private static byte[] pattern(long seed, int length) {
        byte[] octets = new byte[length];
        Seeds.luck(seed).nextBytes(octets);
        return octets;
    }

    private static byte[] payload(SimClient.Arrived arrived) {
        byte[] octets = new byte[arrived.payload().size()];
        for (int at = 0; at < octets.length; at++) {
            octets[at] = arrived.payload().get(at);
        }
        return octets;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void datagramArrivesAsItWasSentAtTheOneItIsFor(boolean v6) {
        Net net = net(3);
        byte[] sent = pattern(1, 1000);
        net.send(1, address(v6, 2), sent);
        assertTrue(net.client(2).hasDatagram(net.socket));
        SimClient.Arrived arrived = net.client(2).takeDatagram(net.socket);
        assertArrayEquals(sent, payload(arrived));
        assertEquals(PORT, arrived.port());
        assertEquals(address(v6, 1), Address.of(arrived.remoteHi(), arrived.remoteLo()));
        assertEquals(List.of(0, 0, 0), net.taken());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void groupReachesItsMembersUntilTheyLeave(boolean v6) {
        Net net = net(4);
        Address group = v6 ? GROUP6 : GROUP4;
        Address any = v6 ? Address.of(0, 0) : Address.v4(0);
        net.send(1, group, pattern(1, 100));
        assertEquals(List.of(0, 0, 0, 0), net.taken());
        net.group(Request.JOIN, 2, 0, group, any);
        net.group(Request.JOIN, 3, 0, group, any);
        net.send(1, group, pattern(1, 100));
        assertEquals(List.of(0, 1, 1, 0), net.taken());
        net.group(Request.LEAVE, 2, 0, group, any);
        net.send(1, group, pattern(1, 100));
        assertEquals(List.of(0, 0, 1, 0), net.taken());
        // A member hears itself, unless it does not want to.
        net.send(3, group, pattern(1, 100));
        assertEquals(List.of(0, 0, 1, 0), net.taken());
        net.option(3, Option.MULTICAST_LOOP, 0);
        net.send(3, group, pattern(1, 100));
        assertEquals(List.of(0, 0, 0, 0), net.taken());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void memberHearsTheSourcesItAskedFor(boolean v6) {
        Net net = net(3);
        Address group = v6 ? GROUP6 : GROUP4;
        net.group(Request.JOIN, 3, 1, group, address(v6, 1));
        net.send(1, group, pattern(1, 100));
        net.send(2, group, pattern(1, 100));
        assertEquals(List.of(0, 0, 1), net.taken());
        net.group(Request.LEAVE, 3, 1, group, address(v6, 1));
        net.send(1, group, pattern(1, 100));
        assertEquals(List.of(0, 0, 0), net.taken());
    }

    @Test
    void broadcastReachesAllButNeedsLeave() {
        for (Address all : List.of(Address.v4(0xFFFF_FFFF), Address.v4(0xC6_12_00_FF))) {
            Net net = net(3);
            net.send(1, all, pattern(1, 100));
            assertEquals(0, net.taken().get(1), "without leave");
            net.option(1, Option.BROADCAST, 1);
            net.send(1, all, pattern(1, 100));
            List<Integer> taken = net.taken();
            assertEquals(List.of(1, 1), taken.subList(1, 3));
        }
    }

    /// Fragments that arrive in another order and some of them twice are one datagram.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fragmentsInAnyOrderAreOneDatagram(boolean v6) {
        Weather weather = Weather.CALM
                .withDelayNs(1_000_000)
                .withReordering(0.5, 5_000_000)
                .withRepetition(0.3);
        Net net = new Net(Hosts.begin(new World(1)), 2, weather);
        for (int length = 1400; length < 60_000; length += 7_777) {
            byte[] sent = pattern(length, length);
            net.send(1, address(v6, 2), sent);
            assertTrue(net.client(2).hasDatagram(net.socket), "of " + length);
            assertArrayEquals(sent, payload(net.client(2).takeDatagram(net.socket)));
            net.taken();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lostFragmentLosesItsDatagramAlone(boolean v6) {
        Net net = net(2);
        net.send(1, address(v6, 2), pattern(1, 10));
        assertEquals(List.of(0, 1), net.taken());
        int[] frames = new int[1];
        net.wires.get(0).there().censor((memory, at, length) -> ++frames[0] != 3);
        net.send(1, address(v6, 2), pattern(1, 20_000));
        assertTrue(frames[0] > 10, "frames " + frames[0]);
        assertEquals(List.of(0, 0), net.taken());
        net.send(1, address(v6, 2), pattern(2, 20_000));
        assertEquals(List.of(0, 1), net.taken());
        // What waits for the third fragment is given up in time (RFC 8200 §4.5: 60 s; RFC 791: 15 s at least).
        net.world.run(TimeUnit.SECONDS.toNanos(61));
        assertTrue(net.hosts.get(1).engine().counters().get(v6 ? Counter.Ip6ReasmFails : Counter.IpReasmFails) >= 1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void portThatNobodyHasIsToldToAConnectedSocket(boolean v6) {
        Net net = net(2);
        SimClient client = net.client(1);
        int socket = client.open(UDP);
        Address to = address(v6, 2);
        client.connect(socket, to.hi(), to.lo(), PORT + 1);
        net.kick();
        assertTrue(client.sendTo(socket, 0, 0, 0, pattern(1, 10)));
        net.kick();
        boolean told = client.error(socket) == ECONNREFUSED;
        while (client.hasDatagram(socket)) {
            told |= client.takeDatagram(socket).error() == ECONNREFUSED;
        }
        assertTrue(told);
    }

    /// In all weathers what arrives is what was sent, and no datagram is made up.
    @Simulated(seeds = 30)
    void whatArrivesIsWhatWasSentInAllWeathers(World world, RandomGenerator luck) {
        Weather weather = Weather.CALM
                .withDelayNs(luck.nextLong(10_000_000), luck.nextLong(5_000_000))
                .withLoss(luck.nextDouble(0.2))
                .withReordering(luck.nextDouble(0.3), 10_000_000)
                .withRepetition(luck.nextDouble(0.1))
                .withCorruption(luck.nextDouble(0.1));
        Net net = new Net(Hosts.begin(world), 2, weather);
        int arrived = 0;
        for (int number = 0; number < 60; number++) {
            int length = luck.nextInt(2, luck.nextBoolean() ? 100 : 8_000);
            byte[] sent = pattern(number * SECRET, length);
            sent[0] = (byte) number;
            net.send(1, address(luck.nextBoolean(), 2), sent);
            while (net.client(2).hasDatagram(net.socket)) {
                byte[] got = payload(net.client(2).takeDatagram(net.socket));
                byte[] wanted = pattern((got[0] & 0xFF) * SECRET, got.length);
                wanted[0] = got[0];
                assertArrayEquals(wanted, got);
                arrived++;
            }
        }
        assertTrue(arrived > 5, "arrived " + arrived);
        assertFalse(arrived > 4 * 60, "arrived " + arrived);
    }

    /// Above what its session may receive in a second a datagram is dropped, and others have theirs.
    @Simulated(seeds = 3)
    void sessionTakesDatagramsAtItsRate(World world) {
        Net net = new Net(world, 3, Weather.CALM);
        int length = 1000;
        // One in 400 ms, and in 200 ms one comes.
        net.hosts.get(1).limitReceived(5 * (8 + length) / 2);
        int[] taken = new int[2];
        for (int i = 0; i < 40; i++) {
            net.send(1, SimHost.address4(2), new byte[length]);
            net.send(1, SimHost.address4(3), new byte[length]);
            List<Integer> here = net.taken();
            taken[0] += here.get(1);
            taken[1] += here.get(2);
        }
        assertEquals(40, taken[1]);
        assertEquals(20, taken[0], 1);
    }
}
