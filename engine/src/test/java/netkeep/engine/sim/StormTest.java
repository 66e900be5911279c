package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import netkeep.sim.Capture;
import netkeep.sim.Seeds;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;

/// Two engines and a wire in all weathers: every octet arrives, once, in order, and both ends agree on the end.
class StormTest {
    private static final int PORT = 80;
    private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(60);

    private static Weather weather(RandomGenerator luck) {
        Weather weather = Weather.CALM.withDelayNs(luck.nextLong(30_000_000), luck.nextLong(10_000_000));
        if (luck.nextBoolean()) {
            weather = weather.withLoss(luck.nextDouble(0.15), luck.nextInt(1, 4));
        }
        if (luck.nextBoolean()) {
            weather = weather.withReordering(luck.nextDouble(0.3), luck.nextLong(20_000_000));
        }
        if (luck.nextBoolean()) {
            weather = weather.withRepetition(luck.nextDouble(0.1));
        }
        if (luck.nextBoolean()) {
            weather = weather.withCorruption(luck.nextDouble(0.05));
        }
        if (luck.nextBoolean()) {
            weather = weather.withRate(luck.nextLong(1_000_000, 100_000_000), luck.nextLong(10_000, 200_000));
        }
        return weather;
    }

    /// One story: what the seed says of hosts, weather and streams.
    private static Capture story(long seed, RandomGenerator luck, int most) {
        World world = Hosts.world(seed);
        SimHost first = Hosts.host(world, 1, luck.nextBoolean(), luck.nextBoolean());
        SimHost second = Hosts.host(world, 2, luck.nextBoolean(), luck.nextBoolean());
        Wire wire = Hosts.join(world, weather(luck), first, second);
        Witness there = new Witness();
        Witness back = new Witness();
        wire.there().censor(there);
        wire.back().censor(back);
        Capture capture = new Capture(96);
        first.host().capture(capture);
        long up = luck.nextLong(most);
        long down = luck.nextLong(most);
        int connections = luck.nextInt(1, 4);
        Address to = luck.nextBoolean() ? SimHost.address4(2) : SimHost.address6(2);
        Traffic server = new Traffic(second).serve(PORT, up, down);
        Traffic client = new Traffic(first);
        world.run(TimeUnit.SECONDS.toNanos(3));
        for (int connection = 0; connection < connections; connection++) {
            client.connect(to, PORT, up, down);
        }
        boolean done = world.run(LIMIT_NS, () -> client.done(connections) && server.done(connections));
        assertTrue(
                done,
                "not done: received " + client.received() + " and " + server.received() + " of " + connections
                        + " times " + down + " and " + up + ", accepted " + server.accepted());
        assertEquals(0, there.resets() + back.resets());
        return capture;
    }

    @Test
    void everyOctetArrivesOnceInOrderInAllWeathers() {
        Seeds.each(200, luck -> story(luck.nextLong(), luck, 100_000));
    }

    @Test
    void sameSeedSameOctetsOnTheWire() {
        Seeds.each(10, luck -> {
            long seed = luck.nextLong();
            Capture one = story(seed, Seeds.luck(seed), 50_000);
            assertEquals(one, story(seed, Seeds.luck(seed), 50_000));
            assertNotEquals(one, story(seed + 1, Seeds.luck(seed), 50_000));
        });
    }

    /// Neither end hears the other for a while, in the middle of everything.
    @Test
    void partitionsOfSecondsAreOutlived() {
        Seeds.each(20, luck -> {
            World world = Hosts.world(luck.nextLong());
            SimHost first = Hosts.host(world, 1, false, false);
            SimHost second = Hosts.host(world, 2, false, false);
            Wire wire = Hosts.join(world, Weather.CALM.withDelayNs(10_000_000), first, second);
            Traffic server = new Traffic(second).serve(PORT, 200_000, 200_000);
            Traffic client = new Traffic(first);
            world.run(TimeUnit.SECONDS.toNanos(3));
            client.connect(SimHost.address4(2), PORT, 200_000, 200_000);
            assertTrue(world.run(TimeUnit.SECONDS.toNanos(9), () -> server.accepted() == 1));
            for (int cut = 0; cut < 3; cut++) {
                world.run(luck.nextLong(TimeUnit.MILLISECONDS.toNanos(100)));
                wire.cut();
                world.run(luck.nextLong(TimeUnit.SECONDS.toNanos(20)));
                wire.mend();
            }
            assertTrue(world.run(LIMIT_NS, () -> client.done(1) && server.done(1)));
        });
    }
}
