package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.Frames;
import netkeep.engine.Lab;
import netkeep.engine.ip.Filter;
import netkeep.engine.ip.Rule;
import netkeep.engine.ledger.Counter;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.Region;
import netkeep.sim.Simulated;
import netkeep.sim.Weather;
import netkeep.sim.World;
import netkeep.wire.Address;
import netkeep.wire.Ipv4Header;
import netkeep.wire.TcpHeader;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What rules let pass, and what belongs to it.
class FilterTest {
    private static final int UDP = 17;
    private static final int PORTS = 4;
    private static final int FIRST_PORT = 5000;
    private static final int EACCES = 13;

    private static void rules(SimHost host, String... rules) {
        Filter filter = host.engine().ip().filter();
        filter.clear();
        for (String rule : rules) {
            assertTrue(filter.stage(Rule.parse(rule)));
        }
        filter.apply();
        host.host().kick();
    }

    private static long count(SimHost host, Counter counter) {
        return host.engine().counters().get(counter);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void refusedSynIsDroppedOrReset(boolean v6) {
        Conversation conversation = Scenario.of(v6).begin().play(". listen");
        rules(conversation.host, "drop in tcp any any 80-80 any");
        conversation.play("< SYN seq=0 mss=1000\n+ 100ms");
        assertNull(conversation.peer.take());
        assertEquals(1, count(conversation.host, Counter.FilterInDrops));
        rules(conversation.host, "reject in tcp any any 80-80 any");
        conversation.play("< SYN seq=0 mss=1000\n> RST,ACK seq=0 ack=1");
        assertEquals(1, count(conversation.host, Counter.FilterInRejects));
        rules(conversation.host, "accept in tcp any any 0-65535 any", "reject in tcp any any 80-80 any");
        conversation.play("< SYN seq=0 mss=1000\n> SYN,ACK seq=0 ack=1");
    }

    @Test
    void ruleIsAboutOneSession() {
        Conversation conversation = Scenario.v4().begin().play(". listen");
        rules(conversation.host, "reject in tcp any any 0-65535 any 0");
        conversation.now();
        conversation.host.takeOver();
        conversation.play("< SYN seq=0 mss=1000\n> RST,ACK seq=0 ack=1");
        rules(conversation.host, "reject in tcp any any 0-65535 any 1");
        conversation.play("< SYN seq=0 mss=1000\n> SYN,ACK seq=0 ack=1");
    }

    /// What was there before a rule, and half of it, goes on; with a successor, too, which has the rules.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void connectionThatIsThereGoesOn(boolean dies) {
        Conversation conversation = Scenario.v4().begin().play(". listen\n< SYN seq=0 mss=1460\n> SYN,ACK seq=0 ack=1");
        rules(conversation.host, "drop in any any any 0-65535 any");
        conversation.now();
        if (dies) {
            conversation.host.takeOver();
        }
        conversation.play("< ACK seq=1 ack=1\n...\n. accept\nESTABLISHED");
        conversation.peer.segments().clear();
        conversation.play("< PSH,ACK seq=1 ack=1 len=100\n. readable 100\n. send 10\n> PSH,ACK len=10\n");
        assertEquals(0, count(conversation.host, Counter.FilterInDrops));
    }

    @Test
    void whatWasBegunHereIsAnswered() {
        Conversation conversation = Scenario.v4().begin();
        rules(conversation.host, "drop in any any any 0-65535 any");
        conversation.play("""
                . connect
                > SYN seq=0
                < SYN,ACK seq=0 ack=1 mss=1000
                > ACK seq=1 ack=1
                ESTABLISHED
                """);
    }

    @Test
    void refusedConnectFailsAtOnce() {
        Conversation conversation = Scenario.v4().begin();
        rules(conversation.host, "drop out tcp any " + conversation.remote + "/32 0-65535 any");
        SimClient client = conversation.client();
        int socket = client.open(6);
        int ticket = client.connect(socket, conversation.remote.hi(), conversation.remote.lo(), 80);
        conversation.host.host().kick();
        conversation.world.run(TimeUnit.SECONDS.toNanos(2));
        assertEquals(EACCES, client.answer(socket, ticket));
        assertNull(conversation.peer.take());
        assertEquals(1, count(conversation.host, Counter.FilterOutRefusals));
    }

    @Test
    void whatAnotherSessionMayNotBeginThisOneMay() {
        Conversation conversation = Scenario.v4().begin();
        rules(conversation.host, "reject out any any any 0-65535 any 1");
        conversation.play(". connect\n> SYN seq=0");
    }

    /// One rule of those that could hold, with ports of the two hosts below.
    private static String rule(RandomGenerator luck) {
        int first = FIRST_PORT + luck.nextInt(PORTS);
        int last = Math.min(FIRST_PORT + PORTS - 1, first + luck.nextInt(3));
        List<String> words = List.of("accept", "drop", "reject");
        Address from = luck.nextBoolean() ? SimHost.address4(1) : SimHost.address6(1);
        return words.get(luck.nextInt(3))
                + (luck.nextInt(4) == 0 ? " out " : " in ")
                + (luck.nextInt(4) == 0 ? "any" : "udp")
                + (luck.nextBoolean() ? " any" : " " + from + (from.isV4() ? "/32" : "/128"))
                + " any "
                + (luck.nextInt(4) == 0 ? "0-65535" : first + "-" + last)
                + " any";
    }

    /// Two hosts, of which the second has rules that change, and dies: what arrives is what a plain reading of
    /// the rules says.
    private static final class Pair {
        private final SimHost plain;
        private final SimHost guarded;
        private final World world;
        private List<String> rules = List.of();

        /// Exchanges whose first datagram passed: guarded port, plain port, family; one set for each who began.
        private final List<Set<List<Object>>> exchanges = List.of(new HashSet<>(), new HashSet<>());

        Pair(World world) {
            this.world = world;
            plain = Hosts.host(world, 1, false, false);
            guarded = Hosts.host(world, 2, false, false);
            Hosts.join(world, Weather.CALM.withDelayNs(1_000_000), plain, guarded);
            world.run(TimeUnit.SECONDS.toNanos(4));
            for (SimHost host : List.of(plain, guarded)) {
                for (int i = 0; i < PORTS; i++) {
                    int socket = host.client().open(UDP);
                    assertEquals(i, socket);
                    host.client().bind(socket, 0, 0, FIRST_PORT + i);
                }
                host.host().kick();
            }
            world.run(TimeUnit.SECONDS.toNanos(1));
        }

        private static Address address(boolean v6, int number) {
            return v6 ? SimHost.address6(number) : SimHost.address4(number);
        }

        /// Whether the rules say so of a datagram that belongs to nothing.
        private boolean accepts(boolean out, boolean v6, int port) {
            for (String rule : rules) {
                String[] words = rule.split(" ");
                String[] ports = words[5].split("-");
                String from = address(v6, out ? 2 : 1) + (v6 ? "/128" : "/32");
                if (words[1].equals(out ? "out" : "in")
                        && (words[3].equals("any") || words[3].equals(from))
                        && port >= Integer.parseInt(ports[0])
                        && port <= Integer.parseInt(ports[1])) {
                    return words[0].equals("accept");
                }
            }
            return true;
        }

        /// Sends a datagram one way or the other, and compares.
        void sends(boolean out, boolean v6, int guardedSocket, int plainSocket) {
            SimHost sender = out ? guarded : plain;
            SimHost receiver = out ? plain : guarded;
            int from = out ? guardedSocket : plainSocket;
            int to = out ? plainSocket : guardedSocket;
            List<Object> exchange = List.of(guardedSocket, plainSocket, v6);
            boolean accepted = accepts(out, v6, FIRST_PORT + to);
            boolean belongs = !rules.isEmpty() && exchanges.get(out ? 1 : 0).contains(exchange);
            boolean filtersOut = rules.stream().anyMatch(rule -> rule.contains(" out "));
            if (accepted && !rules.isEmpty() && (out || filtersOut)) {
                exchanges.get(out ? 0 : 1).add(exchange);
            }
            Address remote = address(v6, out ? 1 : 2);
            assertTrue(sender.client().sendTo(from, remote.hi(), remote.lo(), FIRST_PORT + to, new byte[] {1, 2}));
            sender.host().kick();
            world.run(TimeUnit.MILLISECONDS.toNanos(50));
            String what = rules + (out ? " out " : " in ") + exchange;
            assertEquals(accepted || belongs, receiver.client().hasDatagram(to), what);
            for (SimHost host : List.of(plain, guarded)) {
                for (int i = 0; i < PORTS; i++) {
                    while (host.client().hasDatagram(i)) {
                        int error = host.client().takeDatagram(i).error();
                        assertTrue(error == 0 || out && error == EACCES, what + " error " + error);
                    }
                }
            }
        }
    }

    @Simulated(seeds = 40)
    void whatArrivesIsWhatTheRulesSay(World world, RandomGenerator luck) {
        Pair pair = new Pair(Hosts.begin(world));
        for (int round = 0; round < 4; round++) {
            List<String> rules = new ArrayList<>();
            for (int i = luck.nextInt(6); i > 0; i--) {
                rules.add(rule(luck));
            }
            pair.rules = rules;
            rules(pair.guarded, rules.toArray(String[]::new));
            for (int i = 0; i < 24; i++) {
                pair.sends(luck.nextBoolean(), luck.nextBoolean(), luck.nextInt(PORTS), luck.nextInt(PORTS));
                if (luck.nextInt(12) == 0) {
                    pair.guarded.takeOver();
                }
            }
        }
    }

    /// A rule that refuses all does not take a host's neighbors from it, nor what comes in fragments of what it asked
    /// for.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fragmentsOfAnAnswerPass(boolean v6) {
        Pair pair = new Pair(Hosts.world(7));
        rules(pair.guarded, "drop in any any any 0-65535 any");
        pair.world.run(TimeUnit.MINUTES.toNanos(2));
        Address plain = Pair.address(v6, 1);
        Address guarded = Pair.address(v6, 2);
        byte[] large = new byte[5000];
        assertTrue(pair.plain.client().sendTo(0, guarded.hi(), guarded.lo(), FIRST_PORT, large));
        pair.plain.host().kick();
        pair.world.run(TimeUnit.SECONDS.toNanos(1));
        assertFalse(pair.guarded.client().hasDatagram(0), "nobody asked for it");
        assertTrue(pair.guarded.client().sendTo(0, plain.hi(), plain.lo(), FIRST_PORT, new byte[] {1}));
        pair.guarded.host().kick();
        pair.world.run(TimeUnit.SECONDS.toNanos(1));
        assertTrue(pair.plain.client().sendTo(0, guarded.hi(), guarded.lo(), FIRST_PORT, large));
        pair.plain.host().kick();
        pair.world.run(TimeUnit.SECONDS.toNanos(1));
        assertTrue(pair.guarded.client().hasDatagram(0), "it was asked for");
    }

    /// Whoever put a segment together takes it, and so he judges it: whose flow it is of does not count.
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void segmentInFragmentsIsJudgedWhoeverOwnsItsFlow(int owner) {
        EngineSettings settings =
                Scenario.engine(TcpSettings.DEFAULT.withTables(16, 16)).withShare(Steering.share(0, 2));
        LinkSettings[] links = {LinkSettings.LOOPBACK, LinkSettings.ethernet(1, Lab.MAC, 1500)};
        Arena arena = Arena.ofAuto();
        Engine engine = new Engine(
                new Region(arena.allocate(Engine.ledgerLength(settings, 2), Long.BYTES)),
                arena.allocate(Engine.headsLength(settings), Long.BYTES),
                settings,
                links,
                1,
                2);
        engine.ip().addAddress(1, Lab.OURS.hi(), Lab.OURS.lo(), 24, 0);
        long nowNs = 0;
        for (; nowNs < TimeUnit.SECONDS.toNanos(10); nowNs += TimeUnit.MILLISECONDS.toNanos(100)) {
            engine.expire(nowNs);
            engine.commit();
            engine.publish();
        }
        engine.ip().filter().stage(Rule.parse("drop in tcp any any 0-65535 any"));
        engine.ip().filter().apply();
        int port = 1024;
        while (Steering.owner(Lab.OURS, port, Lab.PEER, 99, 2) != owner) {
            port++;
        }
        byte[] segment = new byte[24];
        MemorySegment memory = MemorySegment.ofArray(segment);
        TcpHeader.write(memory, 0, 99, port, 0, 0, segment.length, TcpHeader.SYN, 1000, 0);
        Verdict verdict = Verdict.OK;
        for (int at = 0; at < segment.length; at += 16) {
            int more = at == 0 ? Ipv4Header.MORE_FRAGMENTS : 0;
            byte[] piece = Arrays.copyOfRange(segment, at, Math.min(at + 16, segment.length));
            byte[] frame = Frames.cat(
                    new byte[10], Frames.v4(Lab.PEER, Lab.OURS, 6, 7, at / 8 | more, 64, new byte[0], piece));
            verdict = engine.arrives(1, MemorySegment.ofArray(frame), 0, frame.length, nowNs);
        }
        assertEquals(Verdict.FILTERED, verdict);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "drop in tcp any any 80 any", "drop in tcp any any 1- any", "drop in x any any 1-2 any"})
    void whatIsNoRuleIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Rule.parse(text));
    }

    @Simulated(seeds = 200)
    void ruleIsReadAsItWasWritten(RandomGenerator luck) {
        String text = rule(luck);
        assertEquals(text, Rule.parse(text).toString());
    }
}
