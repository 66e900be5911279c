package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import netkeep.sim.Seeds;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import org.junit.jupiter.api.Test;

/// An engine that ends at any of its stores, and a successor built from the regions alone: the peer sees at most
/// something twice, the streams are exact, and no promise is taken back.
class DeathTest {
    private static final int PORT = 80;
    private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(60);
    private static final int STORIES = 50;
    private static final int DEATHS_EACH = 40;

    /// A story of two hosts, the second of which dies.
    private static final class Story {
        final World world;
        final SimHost first;
        final SimHost second;
        final Witness there = new Witness(false);
        final Witness back = new Witness(false);
        final Traffic client;
        final Traffic server;
        final int connections;

        Story(long seed) {
            RandomGenerator luck = Seeds.luck(seed);
            world = Hosts.world(seed);
            first = Hosts.host(world, 1, luck.nextBoolean(), false);
            second = Hosts.host(world, 2, luck.nextBoolean(), false);
            Weather weather = Weather.CALM.withDelayNs(luck.nextLong(20_000_000), luck.nextLong(5_000_000));
            if (luck.nextBoolean()) {
                weather = weather.withLoss(luck.nextDouble(0.05)).withReordering(luck.nextDouble(0.1), 10_000_000);
            }
            Wire wire = Hosts.join(world, weather, first, second);
            wire.there().censor(there);
            wire.back().censor(back);
            long up = luck.nextLong(40_000);
            long down = luck.nextLong(40_000);
            connections = luck.nextInt(1, 4);
            boolean v4 = luck.nextBoolean();
            // The one who dies is the server, or the client.
            boolean serves = luck.nextBoolean();
            server = new Traffic(serves ? second : first).serve(PORT, up, down);
            client = new Traffic(serves ? first : second);
            world.run(TimeUnit.SECONDS.toNanos(3));
            int to = serves ? 2 : 1;
            for (int connection = 0; connection < connections; connection++) {
                client.connect(v4 ? SimHost.address4(to) : SimHost.address6(to), PORT, up, down);
            }
        }

        void play() {
            boolean done = world.run(LIMIT_NS, () -> client.done(connections) && server.done(connections));
            assertTrue(
                    done,
                    "not done: received " + client.received() + " and " + server.received() + ", accepted "
                            + server.accepted());
            assertEquals(0, there.resets() + back.resets(), "resets");
        }
    }

    @Test
    void streamsAreExactWhereverTheEngineDies() {
        int[] deaths = new int[1];
        Seeds.each(STORIES, luck -> {
            long seed = luck.nextLong();
            Story alive = new Story(seed);
            long before = alive.second.mortality().stores();
            alive.play();
            long stores = alive.second.mortality().stores();
            for (int death = 0; death < DEATHS_EACH; death++) {
                long at = luck.nextLong(before, stores);
                Story dying = new Story(seed);
                dying.second.dieAt(at, 0);
                try {
                    dying.play();
                } catch (AssertionError wrong) {
                    throw new AssertionError(
                            "died at store " + at + " of " + stores + ": " + wrong.getMessage(), wrong);
                }
                deaths[0] += (int) dying.second.deaths();
            }
        });
        assertEquals(STORIES * DEATHS_EACH, deaths[0]);
    }

    /// A successor can die, too, while it takes over and after.
    @Test
    void streamsAreExactThoughSuccessorsDieAsWell() {
        long[] deaths = new long[1];
        Seeds.each(100, luck -> {
            Story dying = new Story(luck.nextLong());
            long life = luck.nextLong(3_000, 10_000);
            dying.second.dieAt(dying.second.mortality().stores() + luck.nextLong(300), life);
            dying.play();
            deaths[0] += dying.second.deaths();
        });
        assertTrue(deaths[0] > 50, "deaths: " + deaths[0]);
    }
}
