package netkeep.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import netkeep.sim.World;
import netkeep.wire.Address;
import netkeep.wire.DnsMessage;
import netkeep.wire.DomainName;
import org.junit.jupiter.api.Test;

/// Servers that lose, delay, repeat, truncate and garble, and somebody who forges: each question has one answer,
/// and none is anybody's but the servers'.
class StormTest {
    private static final int NAMES = 12;
    private static final int QUESTIONS = 60;
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;
    private static final Address FORGED = Address.parse("198.18.66.66");
    private static final List<NameServer> SERVERS =
            List.of(NameServer.parse("198.18.0.1"), NameServer.parse("198.18.0.2"), NameServer.parse("fd00::3"));

    /// @param trouble of 100 messages, so many do not come as they were sent
    private record Weather(int trouble, boolean forger) {}

    private static final class Story implements Carrier {
        private final World world;
        private final RandomGenerator luck;
        private final Weather weather;
        private final Resolver resolver;
        private final Map<Integer, byte[]> open = new HashMap<>();
        private final List<String> told = new ArrayList<>();
        private int answers;
        private int found;
        private int failed;
        private long armedNs = World.NEVER;

        private Story(long seed, Weather weather) {
            this.world = new World(seed);
            this.luck = world.luck().split();
            this.weather = weather;
            NameSettings settings = NameSettings.DEFAULT.with(SERVERS, List.of(DomainName.parse("example")));
            this.resolver =
                    new Resolver(settings, Hosts.NONE, this, world.luck().split());
        }

        private void arm() {
            resolver.expire(world.nowNs());
            long nextNs = resolver.deadlineNs();
            if (nextNs < armedNs) {
                armedNs = nextNs;
                world.at(nextNs, () -> {
                    armedNs = World.NEVER;
                    arm();
                });
            }
        }

        @Override
        public boolean open(int exchange, NameServer server, boolean stream, byte[] query) {
            if (luck.nextInt(100) < weather.trouble / 4) {
                return false;
            }
            open.put(exchange, query);
            if (weather.forger) {
                forge(exchange, server, query);
            }
            int fate = luck.nextInt(100);
            if (fate < weather.trouble / 3) {
                return true;
            }
            if (fate < weather.trouble / 2) {
                world.in(MS, () -> fail(exchange));
                return true;
            }
            for (int copies = luck.nextInt(100) < weather.trouble ? 2 : 1; copies > 0; copies--) {
                long delayNs = luck.nextInt(100) < weather.trouble ? luck.nextLong(5 * SECOND) : luck.nextLong(40 * MS);
                byte[] answer = answer(stream, query);
                world.in(delayNs, () -> arrives(exchange, server.address(), server.port(), answer));
            }
            return true;
        }

        private void fail(int exchange) {
            if (open.containsKey(exchange)) {
                resolver.failed(exchange, world.nowNs());
                arm();
            }
        }

        private void arrives(int exchange, Address from, int port, byte[] octets) {
            if (open.containsKey(exchange)) {
                resolver.arrives(exchange, from, port, octets, world.nowNs());
                arm();
            }
        }

        /// From elsewhere with all else right; or from the right place with another identifier or question.
        private void forge(int exchange, NameServer server, byte[] query) {
            for (int i = luck.nextInt(4); i > 0; i--) {
                Message forged = Message.to(query, Message.RECURSES, 0);
                Address from = server.address();
                int port = server.port();
                byte[] octets = forged.address(Message.name(query), 600, FORGED).octets();
                switch (luck.nextInt(4)) {
                    case 0 -> from = FORGED;
                    case 1 -> port = luck.nextInt(1, 1 << 16) == port ? port + 1 : 5353;
                    case 2 -> octets[luck.nextInt(2)] ^= (byte) (1 << luck.nextInt(8));
                    default -> octets[13 + luck.nextInt(2)] ^= (byte) 1;
                }
                Address source = from;
                int sourcePort = port;
                world.in(luck.nextLong(30 * MS), () -> arrives(exchange, source, sourcePort, octets));
            }
        }

        /// What a server knows: names in a line of aliases, of which some are told one at a time.
        private byte[] answer(boolean stream, byte[] query) {
            DomainName asked = Message.name(query);
            boolean trouble = luck.nextInt(100) < weather.trouble;
            int kind = trouble ? luck.nextInt(6) : 6;
            if (kind < 3) {
                return Message.to(query, Message.RECURSES, kind == 0 ? 2 : kind == 1 ? 1 : 5)
                        .octets();
            }
            if (kind == 4) {
                // Cut off: what is left of the question is none.
                return Arrays.copyOf(query, luck.nextInt(query.length));
            }
            if (kind == 3 && !stream) {
                return Message.to(query, Message.RECURSES | Message.TRUNCATED, 0)
                        .octets();
            }
            Message message = Message.to(query, Message.RECURSES, number(asked) < 0 ? DnsMessage.NAME_ERROR : 0);
            if (number(asked) < 0) {
                return message.soa(DomainName.ROOT, 60, 20).octets();
            }
            DomainName at = asked;
            for (int n = number(asked); n % 3 != 0; n--) {
                DomainName next = name(n - 1);
                message.alias(at, luck.nextInt(100), next);
                at = next;
                if (n % 2 == 0) {
                    return message.octets();
                }
            }
            message.address(at, luck.nextInt(200), Address.v4(0x0A00_0000 + number(at)));
            return message.octets();
        }

        private static DomainName name(int number) {
            return DomainName.parse("n" + number + ".example");
        }

        /// -1 for what is not there.
        private static int number(DomainName name) {
            String text = name.toString();
            return text.matches("n[0-9]+\\.example") ? Integer.parseInt(text.substring(1, text.indexOf('.'))) : -1;
        }

        @Override
        public void close(int exchange) {
            assertTrue(open.remove(exchange) != null || weather.trouble > 0, "closed twice");
        }

        private void ask(int number) {
            String name = number >= NAMES
                    ? "none" + number + ".example"
                    : "n" + number + (luck.nextBoolean() ? "" : ".example");
            Question question = new Question.Forward(name, true, false);
            int[] times = {0};
            resolver.ask(luck.nextInt(4), question, answer -> answered(number, answer, ++times[0]), world.nowNs());
            arm();
        }

        private void answered(int number, Answer answer, int times) {
            assertEquals(1, times);
            answers++;
            told.add(world.nowNs() + " " + number + " " + answer);
            failed += answer.status() == Answer.Status.TRY_AGAIN ? 1 : 0;
            if (answer.status() == Answer.Status.FOUND) {
                found++;
                assertTrue(number < NAMES, "found what is not there");
                assertEquals(List.of(Address.v4(0x0A00_0000 + number - number % 3)), answer.addresses());
            }
        }

        private Story run() {
            for (int i = 0; i < QUESTIONS; i++) {
                world.in(luck.nextLong(120 * SECOND), () -> ask(luck.nextInt(NAMES + 4)));
            }
            world.settle(200_000);
            assertEquals(QUESTIONS, answers);
            assertEquals(Map.of(), open);
            assertEquals(Resolver.NEVER, resolver.deadlineNs());
            return this;
        }
    }

    @Rfc({"5452 9.1 source", "5452 9.1 id", "5452 9.1 question"})
    @Test
    void eachQuestionHasOneAnswerAndNoneIsForged() {
        int[] found = {0};
        Seeds.each(400, luck -> {
            Story story = new Story(luck.nextLong(), new Weather(luck.nextInt(60), true)).run();
            found[0] += story.found;
        });
        assertTrue(Long.getLong("seed") != null || found[0] > 400 * QUESTIONS / 3, found[0] + " found");
    }

    @Test
    void inFairWeatherAllThatIsThereIsFound() {
        Seeds.each(50, luck -> {
            Story story = new Story(luck.nextLong(), new Weather(0, luck.nextBoolean())).run();
            assertEquals(0, story.failed);
            assertNotEquals(0, story.found);
        });
    }

    @Test
    void sameSeedSameStory() {
        Seeds.each(20, luck -> {
            long seed = luck.nextLong();
            Weather weather = new Weather(40, true);
            assertEquals(new Story(seed, weather).run().told, new Story(seed, weather).run().told);
        });
    }
}
