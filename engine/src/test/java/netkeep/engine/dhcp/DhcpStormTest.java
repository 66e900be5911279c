package netkeep.engine.dhcp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static netkeep.engine.dhcp.DhcpLab.LENT;
import static netkeep.engine.dhcp.DhcpLab.OTHER;
import static netkeep.engine.dhcp.DhcpLab.SERVER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import netkeep.engine.Lab;
import netkeep.engine.dhcp.DhcpLab.Answer;
import netkeep.engine.dhcp.DhcpLab.Said;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import netkeep.wire.DhcpMessage;
import org.junit.jupiter.api.Test;

/// A client among servers that lose, delay, repeat, refuse and contradict each other; and that dies.
class DhcpStormTest {
    private static final List<Address> SERVERS = List.of(SERVER, OTHER);
    private static final int STEPS = 150;

    /// A frame on its way.
    private record Late(long atNs, Lab.Frame frame) {}

    /// The client, and what servers know.
    private static final class World {
        private final DhcpLab dhcp = new DhcpLab();
        private final RandomGenerator luck;
        private final List<Late> wire = new ArrayList<>();

        /// Until when each address was ever lent.
        private final Map<Address, Long> lent = new HashMap<>();

        private int bound;

        private World(RandomGenerator luck) {
            this.luck = luck;
        }

        private Address address(Address server) {
            return Address.v4((int) LENT.lo() + SERVERS.indexOf(server));
        }

        private void hear(Said said) {
            if (luck.nextInt(4) == 0) {
                return;
            }
            for (Address server : SERVERS) {
                boolean its = said.option(DhcpMessage.SERVER) == (server.lo() & 0xFFFF_FFFFL);
                switch (said.type()) {
                    case DhcpMessage.DISCOVER -> send(offer(said, server));
                    case DhcpMessage.REQUEST -> {
                        boolean unicast = said.to().equals(server);
                        boolean renews = said.ciaddr() == (address(server).lo() & 0xFFFF_FFFFL);
                        if (its || renews && (unicast || said.to().equals(Address.BROADCAST))) {
                            send(luck.nextInt(6) == 0 ? nak(said, server) : ack(said, server));
                        }
                    }
                    default -> assertTrue(said.type() == DhcpMessage.DECLINE || said.type() == DhcpMessage.RELEASE);
                }
            }
        }

        private Answer offer(Said said, Address server) {
            return new Answer(DhcpMessage.OFFER, said.xid(), server)
                    .address(address(server))
                    .lease(600);
        }

        private static Answer nak(Said said, Address server) {
            return new Answer(DhcpMessage.NAK, said.xid(), server);
        }

        private Answer ack(Said said, Address server) {
            long seconds = luck.nextInt(100, 2_000);
            long endNs = dhcp.lab.nowNs + SECONDS.toNanos(seconds);
            lent.merge(address(server), endNs, Math::max);
            return new Answer(DhcpMessage.ACK, said.xid(), server)
                    .address(address(server))
                    .lease(seconds)
                    .mask();
        }

        private void send(Answer answer) {
            for (int copies = luck.nextInt(3); copies > 0; copies--) {
                long delayMs = luck.nextInt(8) == 0 ? luck.nextInt(60_000) : luck.nextInt(20);
                Lab.Frame frame = new Lab.Frame(1, answer.frame(Address.BROADCAST));
                wire.add(new Late(dhcp.lab.nowNs + MILLISECONDS.toNanos(delayMs), frame));
            }
        }

        private void step(boolean mayDie) {
            wire.sort(Comparator.comparingLong(Late::atNs));
            long nextNs = Math.min(
                    dhcp.lab.ip.deadlineNs(),
                    wire.isEmpty() ? Long.MAX_VALUE : wire.getFirst().atNs());
            dhcp.lab.pass(Math.max(0, nextNs - dhcp.lab.nowNs));
            while (!wire.isEmpty() && wire.getFirst().atNs() <= dhcp.lab.nowNs) {
                dhcp.lab.arrives(wire.removeFirst().frame().octets());
            }
            if (mayDie && luck.nextInt(3) == 0) {
                successor();
            }
            dhcp.said().forEach(this::hear);
            judge();
        }

        private void successor() {
            DhcpState state = dhcp.state();
            long endNs = dhcp.lab.dhcp.endNs(1);
            long dueNs = dhcp.lab.dhcp.deadlineNs();
            List<Boolean> had =
                    SERVERS.stream().map(server -> dhcp.has(address(server))).toList();
            long server = dhcp.lab.dhcp.server(1);
            dhcp.lab.open();
            assertEquals(state, dhcp.state());
            assertEquals(
                    had, SERVERS.stream().map(each -> dhcp.has(address(each))).toList());
            assertEquals(server, dhcp.lab.dhcp.server(1));
            assertEquals(endNs, dhcp.lab.dhcp.endNs(1));
            assertTrue(dhcp.lab.dhcp.deadlineNs() >= dueNs);
        }

        private void judge() {
            for (Address server : SERVERS) {
                if (dhcp.has(address(server))) {
                    bound++;
                    assertTrue(dhcp.state().bound(), "an address, and " + dhcp.state());
                    assertTrue(dhcp.lab.nowNs < dhcp.lab.dhcp.endNs(1), "used beyond its end");
                    long knownNs = lent.getOrDefault(address(server), 0L);
                    assertTrue(dhcp.lab.dhcp.endNs(1) <= knownNs, "beyond what its server lent");
                }
            }
        }
    }

    private static void storm(boolean deaths) {
        int[] bound = new int[1];
        Seeds.each(200, luck -> {
            World world = new World(luck);
            world.dhcp.lab.dhcp.begin(1, world.dhcp.lab.nowNs);
            for (int step = 0; step < STEPS; step++) {
                world.step(deaths);
            }
            bound[0] += world.bound;
        });
        assertTrue(bound[0] > 200, "bound " + bound[0]);
    }

    @Rfc("2131 4.4.5 expiry")
    @Test
    void noAddressIsUsedBeyondItsLease() {
        storm(false);
    }

    @Rfc("2131 3.7 address still known")
    @Test
    void leaseOutlivesTheStack() {
        storm(true);
    }

    @Test
    void sameSeedSameStory() {
        Seeds.each(10, luck -> {
            long seed = luck.nextLong();
            List<List<Object>> stories = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                World world = new World(new SplittableRandom(seed));
                List<Object> story = new ArrayList<>();
                world.dhcp.lab.dhcp.begin(1, world.dhcp.lab.nowNs);
                for (int step = 0; step < 40; step++) {
                    world.step(false);
                    story.add(world.dhcp.state() + " " + world.dhcp.lab.nowNs);
                }
                stories.add(story);
            }
            assertEquals(stories.getFirst(), stories.getLast());
            assertFalse(stories.getFirst().isEmpty());
        });
    }
}
