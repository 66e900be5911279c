package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import netkeep.sim.Simulated;
import netkeep.sim.Switch;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import netkeep.wire.Address;

/// Many hosts at one switch.
class SwarmTest {
    private static final int PORT = 80;
    private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(60);

    private static List<SimHost> hosts(World world, int count, Weather weather, long latencyNs) {
        Switch middle = new Switch();
        List<SimHost> hosts = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            SimHost host = Hosts.host(world, number, number % 2 == 0, number % 3 == 0, latencyNs);
            Wire.between(world, weather, host.host(), middle);
            hosts.add(host);
        }
        return hosts;
    }

    /// Whoever talks with whomever, in both families, all at once.
    @Simulated(seeds = 20)
    void everybodyTalksWithEverybody(World world, RandomGenerator luck) {
        Hosts.begin(world);
        Weather weather = Weather.CALM
                .withLoss(luck.nextDouble(0.03))
                .withDelayNs(luck.nextLong(10_000_000), luck.nextLong(2_000_000))
                .withReordering(luck.nextDouble(0.05), 5_000_000)
                .withRate(20_000_000, 100_000);
        List<SimHost> hosts = hosts(world, 6, weather, 0);
        List<Traffic> traffics = new ArrayList<>();
        for (SimHost host : hosts) {
            traffics.add(new Traffic(host).serve(PORT, 20_000, 10_000));
        }
        world.run(TimeUnit.SECONDS.toNanos(3));
        int connections = 0;
        for (int from = 0; from < hosts.size(); from++) {
            for (int to = 0; to < hosts.size(); to++) {
                if (from != to && luck.nextInt(3) != 0) {
                    Address address = luck.nextBoolean() ? SimHost.address4(to + 1) : SimHost.address6(to + 1);
                    traffics.get(from).connect(address, PORT, 20_000, 10_000);
                    connections++;
                }
            }
        }
        int ends = 2 * connections;
        boolean done = world.run(
                LIMIT_NS, () -> traffics.stream().mapToInt(Traffic::ended).sum() == ends);
        assertTrue(done, "ended " + traffics.stream().mapToInt(Traffic::ended).sum() + " of " + ends);
    }
}
