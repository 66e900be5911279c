package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import netkeep.engine.EngineSettings;
import netkeep.engine.Frames;
import netkeep.engine.ip.AddressState;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.sim.Pipe;
import netkeep.sim.Receiver;
import netkeep.sim.Simulated;
import netkeep.sim.Station;
import netkeep.sim.Switch;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IgmpMessage;
import netkeep.wire.NdpMessage;
import netkeep.wire.NdpOption;
import netkeep.wire.Prefix;
import netkeep.wire.VirtioNetHeader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Two engines on one wire, and a router that a test moves: whose an address is (RFC 5227, RFC 4862), which addresses a
/// router's prefix makes, and who tells a router of groups (RFC 3376, RFC 3810).
class NeighborhoodTest {
    private static final int PORT = 80;
    private static final int UDP = 17;
    private static final long ROUTER_MAC = 0x02_00_00_00_00_99L;
    private static final Address ROUTER4 = Address.parse("198.18.0.254");
    private static final Address ROUTER6 = Address.parse("fe80::99");
    private static final Address WANTED4 = Address.parse("198.18.0.100");
    private static final Address WANTED6 = Address.parse("fd00:198:18::100");
    private static final Prefix NET = Prefix.parse("2001:db8:1::/64");
    private static final Address ALL_NODES = Address.parse("ff02::1");
    private static final int MADE = 0xC0;
    private static final int VALID_S = 7200;

    /// A station that hears everything and says what a test makes.
    private static final class Router implements Station {
        final List<byte[]> heard = new ArrayList<>();
        Consumer<byte[]> answers = frame -> {};
        private @Nullable Pipe out;

        @Override
        public Receiver plug(Pipe pipe) {
            out = pipe;
            return (memory, at, length, nowNs) -> {
                byte[] frame = memory.asSlice(at + VirtioNetHeader.LENGTH, length - VirtioNetHeader.LENGTH)
                        .toArray(ValueLayout.JAVA_BYTE);
                heard.add(frame);
                answers.accept(frame);
            };
        }

        /// Says a frame, as itself.
        void say(byte[] ethernet) {
            byte[] frame = Frames.cat(new byte[VirtioNetHeader.LENGTH], ethernet);
            MemorySegment memory = MemorySegment.ofArray(frame);
            EthernetHeader.write(
                    memory,
                    VirtioNetHeader.LENGTH,
                    EthernetHeader.destination(memory, VirtioNetHeader.LENGTH),
                    ROUTER_MAC,
                    EthernetHeader.etherType(memory, VirtioNetHeader.LENGTH));
            if (out == null) {
                throw new IllegalStateException("not plugged in");
            }
            out.send(frame);
        }
    }

    /// Both hosts and the router round a switch.
    private static final class Street {
        final World world;
        final SimHost first;
        final SimHost second;
        final Router router = new Router();
        final List<Wire> wires = new ArrayList<>();

        /// @param optimistic whether addresses are used while they are tested
        Street(World world, boolean optimistic) {
            this.world = world;
            EngineSettings usual = Scenario.engine(Scenario.tcp(false, false, 1 << 14, 1 << 14));
            EngineSettings settings = new EngineSettings(
                    usual.sockets(),
                    usual.sessions(),
                    usual.frames(),
                    usual.ip().withOptimistic(optimistic),
                    usual.tcp());
            SessionLayout layout = new SessionLayout(8, 64, 64, 1 << 17);
            first = new SimHost(world, new SimHost.Settings(1, settings, layout, 1500, false, 0));
            second = new SimHost(world, new SimHost.Settings(2, settings, layout, 1500, false, 0));
            Switch middle = new Switch();
            Weather weather = Weather.CALM.withDelayNs(1_000_000);
            for (Station station : List.of(first.host(), second.host(), router)) {
                wires.add(Wire.between(world, weather, station, middle));
            }
            passS(15);
        }

        void passS(long seconds) {
            world.run(TimeUnit.SECONDS.toNanos(seconds));
        }

        void add(SimHost host, Address address) {
            host.engine().ip().addAddress(1, address.hi(), address.lo(), address.isV4() ? 24 : 64, world.nowNs());
            host.host().kick();
        }

        AddressState state(SimHost host, Address address) {
            return host.engine().ip().discovery().addressState(1, address.hi(), address.lo());
        }
    }

    private static Street street(boolean optimistic) {
        return new Street(Hosts.begin(new World(1)), optimistic);
    }

    private static Address wanted(boolean v6) {
        return v6 ? WANTED6 : WANTED4;
    }

    /// Whose frames hold these octets.
    private static Set<Long> sayers(List<byte[]> frames, byte[] octets) {
        Set<Long> sayers = new TreeSet<>();
        for (byte[] frame : frames) {
            for (int at = EthernetHeader.LENGTH; at + octets.length <= frame.length; at++) {
                if (Arrays.equals(frame, at, at + octets.length, octets, 0, octets.length)) {
                    sayers.add(EthernetHeader.source(MemorySegment.ofArray(frame), 0));
                }
            }
        }
        return sayers;
    }

    // Whose an address is.

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void secondWhoWantsAnAddressDoesWithout(boolean v6) {
        Street street = street(false);
        street.add(street.first, wanted(v6));
        assertEquals(AddressState.TENTATIVE, street.state(street.first, wanted(v6)));
        street.passS(15);
        assertEquals(AddressState.ASSIGNED, street.state(street.first, wanted(v6)));
        street.add(street.second, wanted(v6));
        street.passS(15);
        assertEquals(AddressState.DUPLICATE, street.state(street.second, wanted(v6)));
        assertEquals(AddressState.ASSIGNED, street.state(street.first, wanted(v6)));
    }

    /// Used at once, and given up when its owner is heard (RFC 4429).
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void secondWhoUsesAnAddressGivesItBack(boolean v6) {
        Street street = street(true);
        street.add(street.first, wanted(v6));
        street.passS(15);
        street.add(street.second, wanted(v6));
        assertEquals(AddressState.OPTIMISTIC, street.state(street.second, wanted(v6)));
        street.passS(15);
        assertEquals(AddressState.DUPLICATE, street.state(street.second, wanted(v6)));
        assertEquals(AddressState.ASSIGNED, street.state(street.first, wanted(v6)));
    }

    /// Whoever was alone when they tested the address keep it when they meet; both defend theirs, but not for ever at
    /// once (RFC 5227 §2.4).
    @Test
    void twoWhoBothKeepAnAddressMakeNoStorm() {
        Street street = street(true);
        street.add(street.first, WANTED4);
        street.passS(15);
        Wire seconds = street.wires.get(1);
        seconds.cut();
        street.add(street.second, WANTED4);
        while (street.state(street.second, WANTED4) != AddressState.ASSIGNED) {
            street.passS(1);
        }
        seconds.mend();
        street.router.heard.clear();
        street.passS(60);
        assertEquals(AddressState.ASSIGNED, street.state(street.first, WANTED4));
        assertEquals(AddressState.ASSIGNED, street.state(street.second, WANTED4));
        assertEquals(Set.of(SimHost.mac(1), SimHost.mac(2)), sayers(street.router.heard, WANTED4.octets()));
        // An announcement of an address that is new, and each defends it every 10 s at most.
        assertTrue(street.router.heard.size() <= 1 + 2 * 7, "heard " + street.router.heard.size());
    }

    /// The test goes on where it was.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void successorGoesOnWithTheTestOfAnAddress(boolean v6) {
        Street street = street(false);
        street.add(street.first, wanted(v6));
        street.world.run(TimeUnit.MILLISECONDS.toNanos(300));
        street.first.takeOver();
        assertEquals(AddressState.TENTATIVE, street.state(street.first, wanted(v6)));
        street.passS(15);
        assertEquals(AddressState.ASSIGNED, street.state(street.first, wanted(v6)));
        street.add(street.second, wanted(v6));
        street.first.takeOver();
        street.second.takeOver();
        street.passS(15);
        assertEquals(AddressState.ASSIGNED, street.state(street.first, wanted(v6)));
        assertTrue(Set.of(AddressState.DUPLICATE, AddressState.FREE).contains(street.state(street.second, wanted(v6))));
    }

    @Simulated(seeds = 20)
    void noAddressHasTwoOwnersThoughBothWantItAtOnce(World world, RandomGenerator luck) {
        boolean v6 = luck.nextBoolean();
        Street street = new Street(Hosts.begin(world), v6 && luck.nextBoolean());
        street.add(street.first, wanted(v6));
        world.run(luck.nextBoolean() ? 0 : luck.nextLong(TimeUnit.SECONDS.toNanos(1)));
        street.add(street.second, wanted(v6));
        street.passS(20);
        List<AddressState> states =
                List.of(street.state(street.first, wanted(v6)), street.state(street.second, wanted(v6)));
        assertTrue(Collections.frequency(states, AddressState.ASSIGNED) <= 1, states.toString());
        assertTrue(states.contains(AddressState.DUPLICATE), states.toString());
    }

    /// Only its owner answers for an address.
    @Test
    void ownerAloneAnswers() {
        Street street = street(false);
        street.add(street.first, WANTED4);
        street.passS(15);
        street.add(street.second, WANTED4);
        street.passS(15);
        street.router.heard.clear();
        street.router.say(Frames.arp(ArpPacket.REQUEST, ROUTER_MAC, ROUTER4, 0, WANTED4));
        street.passS(1);
        assertEquals(Set.of(SimHost.mac(1)), sayers(street.router.heard, WANTED4.octets()));
    }

    // What a router's prefix makes.

    private static Address made(int number) {
        return Address.of(NET.hi(), 0x0000_00FF_FE00_0000L | number);
    }

    private static byte[] advertisement(long lifetimeS) {
        byte[] fixed = new byte[NdpMessage.ROUTER_ADVERTISEMENT_LENGTH];
        NdpMessage.writeRouter(MemorySegment.ofArray(fixed), 0, 0, 0);
        byte[] option = new byte[NdpOption.PREFIX_LENGTH];
        NdpOption.writePrefix(MemorySegment.ofArray(option), 0, NET, MADE, lifetimeS, lifetimeS);
        byte[] data = Frames.cat(Arrays.copyOfRange(fixed, 8, 16), option);
        return Frames.icmp6In(ROUTER6, ALL_NODES, 255, 134, 0, NdpMessage.routerRest(64, 0, 1800), data);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void routersPrefixMakesAddressesThatCarryStreams(boolean optimistic) {
        Street street = street(optimistic);
        int[] asked = new int[1];
        street.router.answers = frame -> {
            if (frame.length > 54 && frame[20] == 58 && (frame[54] & 0xFF) == NdpMessage.ROUTER_SOLICITATION) {
                asked[0]++;
                street.router.say(advertisement(VALID_S));
            }
        };
        for (SimHost host : List.of(street.first, street.second)) {
            host.engine().ip().acceptAdvertisements(1, true, street.world.nowNs());
            host.host().kick();
        }
        street.passS(15);
        assertTrue(asked[0] >= 1, "asked " + asked[0]);
        assertEquals(AddressState.ASSIGNED, street.state(street.first, made(1)));
        assertEquals(AddressState.ASSIGNED, street.state(street.second, made(2)));
        assertEquals(AddressState.FREE, street.state(street.first, made(2)));

        Traffic server = new Traffic(street.second).serve(PORT, 20_000, 30_000);
        Traffic client = new Traffic(street.first);
        client.connect(made(2), PORT, 20_000, 30_000);
        street.first.takeOver();
        assertTrue(street.world.run(TimeUnit.MINUTES.toNanos(5), () -> client.done(1) && server.done(1)));

        // Nobody advertises any more: the addresses end with the prefix' lifetime, not before.
        street.passS(VALID_S / 2);
        assertEquals(AddressState.ASSIGNED, street.state(street.first, made(1)));
        street.passS(VALID_S);
        assertEquals(AddressState.FREE, street.state(street.first, made(1)));
        assertEquals(AddressState.FREE, street.state(street.second, made(2)));
    }

    // Who tells a router of groups.

    private static byte[] query(boolean v6, Address group) {
        byte[] tail = {2, 125, 0, 0};
        if (v6) {
            Address to = group.isUnspecified() ? ALL_NODES : group;
            byte[] message = Frames.icmp6(ROUTER6, to, 130, 0, 1000L << 16, Frames.cat(group.octets(), tail));
            return Frames.v6(ROUTER6, to, 0, 1, Frames.cat(Frames.hex("3A 00 05 02 00 00 01 00"), message));
        }
        byte[] message = Frames.cat(new byte[] {0x11, 10, 0, 0}, group.octets(), tail);
        IgmpMessage.seal(MemorySegment.ofArray(message), 0, message.length);
        Address to = group.isUnspecified() ? Address.parse("224.0.0.1") : group;
        return Frames.v4(ROUTER4, to, 2, 1, 0, 1, Frames.hex("94 04 00 00"), message);
    }

    private static void group(Street street, SimHost host, int op, int socket, Address group) {
        Address any = group.isV4() ? Address.UNSPECIFIED_V4 : Address.UNSPECIFIED;
        int ticket = host.client().group(op, socket, 0, group.hi(), group.lo(), any.hi(), any.lo(), 1);
        host.host().kick();
        street.passS(5);
        assertEquals(0, host.client().answer(socket, ticket));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyMemberTellsTheRouterUntilItLeaves(boolean v6) {
        Street street = street(true);
        Address group = Address.parse(v6 ? "ff05::123" : "239.1.2.3");
        Address none = v6 ? Address.UNSPECIFIED : Address.UNSPECIFIED_V4;
        int first = street.first.client().open(UDP);
        int second = street.second.client().open(UDP);
        group(street, street.first, Request.JOIN, first, group);
        assertEquals(Set.of(SimHost.mac(1)), sayers(street.router.heard, group.octets()));
        group(street, street.second, Request.JOIN, second, group);

        // Both tell: since version 3, and 2 of MLD, nobody keeps silent because another has told.
        street.router.heard.clear();
        street.router.say(query(v6, none));
        street.passS(5);
        assertEquals(Set.of(SimHost.mac(1), SimHost.mac(2)), sayers(street.router.heard, group.octets()));

        street.router.heard.clear();
        group(street, street.second, Request.LEAVE, second, group);
        assertEquals(Set.of(SimHost.mac(2)), sayers(street.router.heard, group.octets()));

        // The router asks whether anybody is left.
        street.router.heard.clear();
        street.first.takeOver();
        street.router.say(query(v6, group));
        street.passS(5);
        assertEquals(Set.of(SimHost.mac(1)), sayers(street.router.heard, group.octets()));
    }
}
