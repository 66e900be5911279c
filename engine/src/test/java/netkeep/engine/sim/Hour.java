package netkeep.engine.sim;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import netkeep.engine.tcp.TcpSettings;
import netkeep.session.SessionLayout;
import netkeep.sim.Switch;
import netkeep.sim.Weather;
import netkeep.sim.Wire;
import netkeep.sim.World;

/// Twenty hosts round a switch, each of which sends 1 Mbit/s to the next one over wires that lose 1 % of the frames,
/// delay and reorder them, and take 100 Mbit/s: how long that takes, in the world and outside of it.
///
/// As a program it plays the whole hour, or as many seconds as its argument says.
public final class Hour {
    static final int HOSTS = 20;
    /// Octets of each host's stream in a second: 1 Mbit.
    static final long RATE = 125_000;

    /// The begin, which is played twice by [HourTest].
    static final long BEGIN_NS = TimeUnit.MINUTES.toNanos(2);

    private static final int PORT = 80;
    private static final int BUFFER = 1 << 16;
    private static final long EPOCH_NS = TimeUnit.SECONDS.toNanos(1000);
    private static final long SETTLED_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final Weather LOSSY = Weather.CALM
            .withDelayNs(5_000_000, 200_000)
            .withLoss(0.01)
            .withReordering(0.01, 3_000_000)
            .withRate(1_000_000_000, 1 << 20);
    /// A host that takes what arrived every millisecond, as one does that is polled.
    private static final long LATENCY_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final World world;
    private final List<SimHost> hosts = new ArrayList<>();
    private final List<Stream> streams = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();

    /// @param compared whether each turn of each host is compared with a successor: [SimHost]
    public Hour(long seed, boolean compared) {
        world = new World(seed, length -> Arena.ofAuto().allocate(length, Long.BYTES));
        world.runUntil(EPOCH_NS);
        Switch middle = new Switch();
        for (int number = 1; number <= HOSTS; number++) {
            TcpSettings tcp = Scenario.tcp(false, false, BUFFER, BUFFER);
            SimHost host = new SimHost(
                    world,
                    new SimHost.Settings(
                            number,
                            Scenario.engine(tcp),
                            new SessionLayout(8, 64, 64, 2 * BUFFER),
                            1500,
                            false,
                            LATENCY_NS,
                            false));
            if (!compared) {
                host.compareNoMore();
            }
            hosts.add(host);
            wires.add(Wire.between(world, LOSSY, host.host(), middle));
        }
        for (SimHost host : hosts) {
            streams.add(new Stream(host, PORT));
        }
        world.run(SETTLED_NS);
        for (int index = 0; index < HOSTS; index++) {
            streams.get(index).connect(SimHost.address4((index + 1) % HOSTS + 1), PORT);
        }
    }

    /// Plays on.
    public void play(long durationNs) {
        long endNs = world.nowNs() + durationNs;
        long owed = 0;
        while (world.nowNs() < endNs) {
            owed += RATE * PAUSE_NS / TimeUnit.SECONDS.toNanos(1);
            for (Stream stream : streams) {
                stream.offer(owed);
            }
            owed = 0;
            world.run(PAUSE_NS);
        }
    }

    /// Octets that each host has received, checked one by one.
    public List<Long> received() {
        return streams.stream().map(Stream::received).toList();
    }

    /// Octets that were offered and did not arrive yet.
    public List<Long> behind() {
        List<Long> behind = new ArrayList<>();
        for (int index = 0; index < HOSTS; index++) {
            behind.add(streams.get(index).offered()
                    - streams.get((index + 1) % HOSTS).received());
        }
        return behind;
    }

    public long frames() {
        return wires.stream()
                .mapToLong(wire -> wire.there().sent() + wire.back().sent())
                .sum();
    }

    public long lost() {
        return wires.stream()
                .mapToLong(wire -> wire.there().lost()
                        + wire.back().lost()
                        + wire.there().dropped()
                        + wire.back().dropped())
                .sum();
    }

    public World world() {
        return world;
    }

    /// All that can be counted, of all hosts and wires.
    String story() {
        return received() + " " + behind() + " " + frames() + " " + lost() + " " + world.happened();
    }

    /// Plays, and prints how long that took; `atBegin` looks at it after [#BEGIN_NS].
    static Hour timed(long seconds, Consumer<Hour> atBegin) {
        long beganNs = System.nanoTime();
        Hour hour = new Hour(1, false);
        long durationNs = TimeUnit.SECONDS.toNanos(seconds);
        hour.play(Math.min(BEGIN_NS, durationNs));
        atBegin.accept(hour);
        hour.play(Math.max(0, durationNs - BEGIN_NS));
        double took = (System.nanoTime() - beganNs) / 1e9;
        long octets = hour.received().stream().mapToLong(Long::longValue).sum();
        System.out.printf(
                Locale.ROOT,
                "%d s of %d hosts at %.3f Mbit/s each: %.1f s; %d frames, %d lost, %d events, %.0f ns a frame%n",
                seconds,
                HOSTS,
                octets * 8e-6 / HOSTS / seconds,
                took,
                hour.frames(),
                hour.lost(),
                hour.world().happened(),
                took * 1e9 / hour.frames());
        return hour;
    }

    public static void main(String[] arguments) {
        timed(arguments.length == 0 ? 3600 : Long.parseLong(arguments[0]), hour -> {});
    }
}
