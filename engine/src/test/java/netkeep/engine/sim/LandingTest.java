package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import netkeep.sim.Seeds;
import netkeep.sim.Weather;
import netkeep.sim.World;
import org.junit.jupiter.api.Test;

/// Octets of the segment that is expected next are read straight to where the application reads them: they stay there
/// if it is that segment, and go where they belong if it is another. Streams are exact in any case.
class LandingTest {
    private static final int LEAST = 1 << 15;
    private static final int MOST = 1 << 20;
    private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(10);
    private static final int STORIES = 5;
    private static final int DEATHS_EACH = 10;

    private static Way way(long seed, Weather weather) {
        return new Way(Hosts.begin(new World(seed)), Way.tcp(false, false, LEAST, MOST), 2 * MOST, true, weather);
    }

    private static Weather rough() {
        return Weather.CALM.withDelayNs(2_000_000, 500_000).withLoss(0.03).withReordering(0.1, 1_000_000);
    }

    private static void transfer(Way way, long octets) {
        way.from.offer(octets);
        boolean done = way.world.run(LIMIT_NS, () -> way.to.received() == octets);
        assertTrue(done, "received " + way.to.received());
    }

    @Test
    void octetsOfTheExpectedSegmentStayWhereTheyWereRead() {
        Way way = way(1, Weather.CALM.withDelayNs(500_000));
        transfer(way, 20_000_000);
        long[] landings = way.receiver.landings();
        assertTrue(landings[0] > 200, landings[0] + " frames");
        assertTrue(landings[1] > landings[0] * 9 / 10, landings[1] + " of " + landings[0]);
    }

    @Test
    void octetsOfAnotherSegmentGoWhereTheyBelong() {
        long[] missed = new long[1];
        Seeds.each(6, luck -> {
            Way way = way(luck.nextLong(), rough());
            transfer(way, 3_000_000);
            missed[0] += way.receiver.landings()[0] - way.receiver.landings()[1];
        });
        assertTrue(missed[0] > 5, missed[0] + " missed");
    }

    /// A reader that stands still leaves octets in the ring, round whose end the next ones go.
    @Test
    void octetsThatWaitToBeReadAreNotWrittenOver() {
        Seeds.each(6, luck -> {
            Way way = way(luck.nextLong(), Weather.CALM.withDelayNs(500_000));
            long octets = 8_000_000;
            way.from.offer(octets);
            boolean reads = true;
            for (int step = 0; step < 2_000 && way.to.received() < octets; step++) {
                reads = !reads;
                way.to.reads(reads);
                way.world.run(luck.nextLong(10_000_000));
            }
            way.to.reads(true);
            assertTrue(way.world.run(LIMIT_NS, () -> way.to.received() == octets), "received " + way.to.received());
            assertTrue(way.receiver.landings()[1] > 0);
        });
    }

    @Test
    void whatWasReadForATurnThatNeverEndedIsNothing() {
        long[] deaths = new long[1];
        long[] landed = new long[1];
        Seeds.each(STORIES, luck -> {
            long seed = luck.nextLong();
            Way alive = way(seed, rough());
            long before = alive.receiver.mortality().stores();
            transfer(alive, 1_000_000);
            landed[0] += alive.receiver.landings()[1];
            long stores = alive.receiver.mortality().stores();
            for (int death = 0; death < DEATHS_EACH; death++) {
                Way dying = way(seed, rough());
                dying.receiver.dieAt(luck.nextLong(before, stores), 0);
                transfer(dying, 1_000_000);
                deaths[0] += dying.receiver.deaths();
            }
        });
        assertEquals(STORIES * DEATHS_EACH, deaths[0]);
        assertTrue(landed[0] > 100, landed[0] + " landed");
    }
}
