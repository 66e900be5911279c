package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.session.Status;
import netkeep.sim.Seeds;
import netkeep.sim.Switch;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;
import netkeep.wire.Address;
import org.junit.jupiter.api.Test;

/// Many hosts at one switch.
class SwarmTest {
    private static final int PORT = 80;
    /// A host that takes what arrived every millisecond, as one does that is polled.
    private static final long LATENCY_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(60);

    private static List<SimHost> hosts(World world, int count, Weather weather, long latencyNs) {
        Switch middle = new Switch();
        List<SimHost> hosts = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            SimHost host = Hosts.host(world, number, number % 2 == 0, number % 3 == 0, false, latencyNs);
            Wire.between(world, weather, host.host(), middle);
            hosts.add(host);
        }
        return hosts;
    }

    /// Whoever talks with whomever, in both families, all at once.
    @Test
    void everybodyTalksWithEverybody() {
        Seeds.each(10, luck -> {
            World world = Hosts.world(luck.nextLong());
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
            assertTrue(
                    done, "ended " + traffics.stream().mapToInt(Traffic::ended).sum() + " of " + ends);
        });
    }

    /// Sends so many octets a second to a neighbor, for ever, and reads what comes.
    static final class Stream implements Runnable {
        private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(100);
        private static final byte[] OCTETS = new byte[1 << 16];

        private final SimHost host;
        private final SimClient client;
        private final int step;
        private final int listener;
        private final byte[] buffer = new byte[1 << 16];
        private int accepted = -1;
        private int socket = -1;
        private int due;
        private long received;

        Stream(SimHost host, int octetsPerSecond) {
            this.host = host;
            this.client = host.client();
            this.step = (int) (octetsPerSecond * STEP_NS / TimeUnit.SECONDS.toNanos(1));
            this.listener = client.open(6);
            client.bind(listener, 0, 0, PORT);
            client.listen(listener, 4);
            host.application(this);
        }

        void connect(Address to) {
            socket = client.open(6);
            client.connect(socket, to.hi(), to.lo(), PORT);
            host.host().kick();
            tick();
        }

        long received() {
            return received;
        }

        private void tick() {
            due = Math.min(due + step, OCTETS.length);
            host.host().kick();
            host.world().in(STEP_NS, this::tick);
        }

        @Override
        public void run() {
            while (client.event() >= 0) {
                // All it says is in the words.
            }
            if (accepted < 0) {
                accepted = client.accept(listener);
            } else {
                received += Math.max(0, client.receive(accepted, buffer, 0, buffer.length));
            }
            if (due > 0 && socket >= 0 && client.has(socket, Status.CONNECTED)) {
                due -= client.send(socket, OCTETS, 0, due);
            }
        }
    }

    /// Lets 20 hosts send 1 Mbit/s each over lossy wires.
    static long[] crowd(long seed, long durationNs) {
        World world = Hosts.world(seed);
        Weather weather =
                Weather.CALM.withLoss(0.005).withDelayNs(5_000_000, 1_000_000).withRate(100_000_000, 1 << 20);
        List<SimHost> hosts = hosts(world, 20, weather, LATENCY_NS);
        List<Stream> streams = new ArrayList<>();
        for (SimHost host : hosts) {
            streams.add(new Stream(host, 125_000));
        }
        world.run(TimeUnit.SECONDS.toNanos(3));
        for (int from = 0; from < hosts.size(); from++) {
            streams.get(from).connect(SimHost.address4((from + 1) % hosts.size() + 1));
        }
        world.run(durationNs);
        return streams.stream().mapToLong(Stream::received).toArray();
    }

    @Test
    void everyHostOfACrowdGetsItsRate() {
        long seconds = 30;
        long[] received = crowd(1, TimeUnit.SECONDS.toNanos(seconds));
        assertEquals(20, received.length);
        for (long octets : received) {
            assertTrue(octets > 125_000 * (seconds - 3), "received " + octets);
        }
    }
}
