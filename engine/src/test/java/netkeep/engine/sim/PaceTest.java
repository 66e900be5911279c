package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import netkeep.sim.Simulated;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;

/// Octets that a session may send in a second, and receive.
class PaceTest {
    private static final int PORT = 80;
    private static final int SECONDS = 10;

    /// Sends what so many seconds allow.
    ///
    /// @return how long it took
    private static double seconds(World world, Weather weather, int rate, boolean receives, boolean deaths) {
        SimHost one = Hosts.host(world, 1, false, true);
        SimHost other = Hosts.host(world, 2, false, true);
        SimHost limited = receives ? other : one;
        Wire.between(world, weather, one.host(), other.host());
        Stream from = new Stream(one, PORT);
        Stream to = new Stream(other, PORT);
        world.run(TimeUnit.SECONDS.toNanos(3));
        if (receives) {
            limited.limitReceived(rate);
        } else {
            limited.limitOctets(rate);
        }
        long octets = (long) SECONDS * rate;
        from.connect(SimHost.address4(2), PORT);
        world.run(TimeUnit.SECONDS.toNanos(1));
        long beginNs = world.nowNs();
        from.offer(octets);
        for (int i = 1; deaths && i < SECONDS; i++) {
            world.run(TimeUnit.MILLISECONDS.toNanos(700));
            limited.takeOver();
        }
        long limitNs = TimeUnit.SECONDS.toNanos(5L * SECONDS);
        assertTrue(world.run(limitNs, () -> to.received() == octets), to.received() + " of " + octets);
        return (world.nowNs() - beginNs) / 1e9;
    }

    /// It outlives the stack.
    @Simulated(seeds = 12)
    void sessionSendsAtItsRate(World world, RandomGenerator luck) {
        Hosts.begin(world);
        int rate = (int) Math.pow(10, luck.nextDouble(4.3, 6));
        Weather weather = Weather.CALM.withDelayNs(luck.nextLong(10_000_000), 0);
        double took = seconds(world, weather, rate, false, luck.nextBoolean());
        assertEquals(SECONDS, took, 0.03 * SECONDS, "at " + rate);
    }

    /// What is sent again counts, too.
    @Simulated(seeds = 6)
    void whatIsLostIsSentAgainWithinTheRate(World world, RandomGenerator luck) {
        Hosts.begin(world);
        int rate = luck.nextInt(50_000, 500_000);
        Weather weather = Weather.CALM.withDelayNs(1_000_000, 0).withLoss(0.01);
        double took = seconds(world, weather, rate, false, false);
        assertTrue(took > 0.98 * SECONDS && took < 1.3 * SECONDS, took + " s at " + rate);
    }

    /// Its peer sends as much as it may receive, and no more.
    @Simulated(seeds = 12)
    void sessionReceivesAtItsRate(World world, RandomGenerator luck) {
        Hosts.begin(world);
        int rate = (int) Math.pow(10, luck.nextDouble(4.3, 6.5));
        Weather weather = Weather.CALM.withDelayNs(luck.nextLong(30_000_000), 0);
        double took = seconds(world, weather, rate, true, luck.nextBoolean());
        assertEquals(SECONDS, took, 0.03 * SECONDS, "at " + rate);
    }

    /// A peer that sends all that a window of a segment or more allows, as kernels do, is not left with less until it
    /// probes, wherever the rounding of a header's window leaves the edge.
    @Simulated(seeds = 3)
    void windowGrowsUntilASegmentFits(World unused, RandomGenerator luck) {
        Conversation conversation = Scenario.v4().begin().established("mss=1000 wscale=7");
        conversation.host.limitReceived(5_000_000);
        int next = 1;
        int window = 1000;
        for (int turn = 0; turn < 2000; turn++) {
            conversation.world.run(luck.nextLong(400_000));
            for (int end = next + window; next != end; ) {
                int length = Math.min(1000, end - next);
                conversation.peer.send(conversation.segment("PSH,ACK seq=%d ack=1 len=%d".formatted(next, length)));
                next += length;
            }
            conversation.now();
            conversation.client().receive(conversation.socket(), new byte[window], 0, window);
            window = 0;
            for (int waited = 0; window < 1000; waited++) {
                assertTrue(waited < 50, "a window of " + window + " after " + turn);
                conversation.world.run(TimeUnit.MICROSECONDS.toNanos(100));
                if (!conversation.peer.segments().isEmpty()) {
                    Segment told = conversation.takeAll();
                    window = told.ack - conversation.peerIss() + (told.window << Scenario.SCALE) - next;
                }
            }
        }
    }

    /// What the wire loses or repeats is paid for once.
    @Simulated(seeds = 6)
    void whatIsLostOnTheWayIsPaidForOnce(World world, RandomGenerator luck) {
        Hosts.begin(world);
        int rate = luck.nextInt(50_000, 500_000);
        Weather weather = Weather.CALM.withDelayNs(1_000_000, 0).withLoss(0.01);
        double took = seconds(world, weather, rate, true, luck.nextBoolean());
        assertTrue(took > 0.96 * SECONDS && took < 1.2 * SECONDS, took + " s at " + rate);
    }
}
