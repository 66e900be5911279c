package netkeep.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Puts for each job the servers up, and the load against them.
final class JobRunner {
    private static final int ECHO_PORT = 7;
    private static final int DISCARD_PORT = 9;
    private static final int SOURCE_PORT = 19;
    private static final int BARE_PORT = 8_000;
    private static final int CONNECTIONS = 64;
    private static final int FEW_CONNECTIONS = 8;
    private static final int BARE_CONNECTIONS = 32;
    private static final int REDIS_CONNECTIONS = 50;

    /// Added to each request where the server's core is to be the limit.
    private static final int WORK_NS = 3_000;

    private final Lab lab;
    private final Plan plan;
    private final Servers servers;
    private final Rounds rounds;
    private final boolean ceiling;

    JobRunner(Lab lab, Plan plan, Servers servers) {
        this(lab, plan, servers, false);
    }

    /// @param ceiling whether [Job#underCeiling] are measured with the bare responder as a third side
    JobRunner(Lab lab, Plan plan, Servers servers, boolean ceiling) {
        this.lab = lab;
        this.plan = plan;
        this.servers = servers;
        this.ceiling = ceiling;
        this.rounds = new Rounds(lab, plan);
    }

    @FunctionalInterface
    private interface Ours {
        Contender open(Placed placed) throws IOException, InterruptedException;
    }

    /// A program on a stack of ours, or with null on the kernel's.
    @FunctionalInterface
    private interface Started {
        Contender open(@Nullable Placed placed) throws IOException, InterruptedException;
    }

    @FunctionalInterface
    private interface Kernels {
        Contender open() throws IOException, InterruptedException;
    }

    /// Who competes in a job.
    ///
    /// @param file octets of the file that is asked for, 0 where it is none
    private record Bout(Ours ours, Kernels kernel, Load load, int file) {}

    /// Runs one job with our stack embedded. [Job#IDLE] gives two rows, the second of which is [Job#IDLE_REQUEST]'s.
    List<Row> run(Job job) throws IOException, InterruptedException {
        return switch (job) {
            case IDLE, IDLE_REQUEST -> new IdleJob(lab, plan, servers).measure();
            case START -> {
                servers.close();
                yield List.of(new StartJob(lab, plan, servers).measure());
            }
            case RR -> List.of(roundTrips());
            default -> List.of(beside(job));
        };
    }

    /// Runs one of [Job#placed] in several placements.
    PlacedRow run(Job job, Collection<Placed> placements) throws IOException, InterruptedException {
        Bout bout = bout(job);
        try (Contender kernel = bout.kernel().open()) {
            List<Contender> sides = new ArrayList<>(List.of(kernel));
            for (Placed placed : placements) {
                sides.add(bout.ours().open(placed));
            }
            for (Contender side : sides) {
                check(bout, side);
            }
            return PlacedRow.of(job, placements, rounds.measure(job, sides, bout.load()));
        }
    }

    /// Counts what all processes of a placement do during one of [Job#placed].
    ///
    /// @param apart whether the domains have the load's core
    Loaded loaded(Job job, Placed placed, boolean apart) throws IOException, InterruptedException {
        Bout bout = bout(job);
        Contender side = bout.ours().open(placed);
        Map<String, Long> domains =
                placed == Placed.EMBEDDED ? Map.of() : servers.keepers().domains(placed);
        return Loaded.of(lab, side, domains, bout.load(), plan, apart);
    }

    private Bout bout(Job job) {
        return switch (job) {
            case HTTP_NOSPIN -> http(0, 0, CONNECTIONS, servers::nginx);
            case HTTP_SAME -> http(Servers.SPIN_MICROS, 0, CONNECTIONS, () -> servers.httpOnKernel(0));
            case HTTP_WORK -> http(Servers.SPIN_MICROS, WORK_NS, CONNECTIONS, () -> servers.httpOnKernel(WORK_NS));
            case HTTP_8 -> http(Servers.SPIN_MICROS, 0, FEW_CONNECTIONS, servers::nginx);
            case HTTP_BARE ->
                new Bout(
                        placed -> servers.http(placed, Servers.SPIN_MICROS, 0),
                        () -> servers.bare(BARE_PORT),
                        Load.wrk(BARE_CONNECTIONS, Servers.path(Servers.SMALL_FILE)),
                        Servers.SMALL_FILE);
            case RR -> small("echo", ECHO_PORT, Servers.SPIN_MICROS, Load.pingpong(lab.programs()));
            case RR_ONECORE -> small("echo", ECHO_PORT, 0, Load.pingpong(lab.programs()));
            case SEND -> small("source", SOURCE_PORT, Servers.SPIN_MICROS, Load.bulk(lab.programs(), "read"));
            case RECEIVE -> small("discard", DISCARD_PORT, Servers.SPIN_MICROS, Load.bulk(lab.programs(), "write"));
            case CONNECT -> small("echo", ECHO_PORT, Servers.SPIN_MICROS, Load.connects(lab.programs()));
            case NGINX -> program(placed -> servers.programs().nginx(placed), nginxLoad(), Servers.FILE);
            case REDIS -> program(placed -> servers.programs().redis(placed), Load.redis(REDIS_CONNECTIONS), 0);
            case IPERF3_SENDS -> program(placed -> servers.programs().iperf3(placed), Load.iperf3(true), 0);
            case IPERF3_RECEIVES -> program(placed -> servers.programs().iperf3(placed), Load.iperf3(false), 0);
            case NETTY -> program(placed -> servers.programs().netty(placed), nginxLoad(), Servers.FILE);
            case HTTP, IDLE, IDLE_REQUEST, START -> http(Servers.SPIN_MICROS, 0, CONNECTIONS, servers::nginx);
        };
    }

    private Bout http(int spinMicros, int workNs, int connections, Kernels kernel) {
        return new Bout(
                placed -> servers.http(placed, spinMicros, workNs),
                kernel,
                Load.wrk(connections, Servers.path(Servers.FILE)),
                Servers.FILE);
    }

    private static Load nginxLoad() {
        return Load.wrk(CONNECTIONS, Servers.path(Servers.FILE));
    }

    /// The same program on both sides.
    private Bout program(Started program, Load load, int file) {
        return new Bout(program::open, () -> program.open(null), load, file);
    }

    private Bout small(String server, int port, int spinMicros, Load load) {
        return new Bout(
                placed -> servers.small(placed, server, port, spinMicros), () -> servers.peer(server, port), load, 0);
    }

    private Row beside(Job job) throws IOException, InterruptedException {
        Bout bout = bout(job);
        Contender ours = bout.ours().open(Placed.EMBEDDED);
        try (Contender kernel = bout.kernel().open()) {
            check(bout, ours);
            check(bout, kernel);
            return ceiling ? underCeiling(job, bout, ours, kernel) : rounds.measure(job, ours, kernel, bout.load());
        }
    }

    private Row underCeiling(Job job, Bout bout, Contender ours, Contender kernel)
            throws IOException, InterruptedException {
        try (Contender bare = ceiling(job, bout, ours)) {
            check(bout, bare);
            return rounds.measure(job, ours, kernel, bare, bout.load());
        }
    }

    private Contender ceiling(Job job, Bout bout, Contender ours) throws IOException, InterruptedException {
        return switch (job) {
            case HTTP, HTTP_BARE -> servers.ceiling(ours, bout.file(), Servers.SPIN_MICROS);
            case RR, CONNECT -> servers.ceiling("echo", ECHO_PORT, Servers.SPIN_MICROS);
            case RR_ONECORE -> servers.ceiling("echo", ECHO_PORT, 0);
            case SEND -> servers.ceiling("source", SOURCE_PORT, Servers.SPIN_MICROS);
            case RECEIVE -> servers.ceiling("discard", DISCARD_PORT, Servers.SPIN_MICROS);
            default -> throw new IllegalArgumentException("the bare responder has no answer for " + job.id());
        };
    }

    /// The bare server in C has no files: what it answers is as long as one.
    private void check(Bout bout, Contender side) throws IOException, InterruptedException {
        if (bout.file() != 0 && side.port() != BARE_PORT) {
            servers.check(side, bout.file());
        }
    }

    /// The kernel's server sleeps between requests, as servers do. What it would take, did it spin as ours does, is
    /// noted beside.
    private Row roundTrips() throws IOException, InterruptedException {
        Load load = Load.pingpong(lab.programs());
        Row row = beside(Job.RR);
        try (Contender spinning = servers.peer("spin", ECHO_PORT)) {
            lab.pin(spinning, "0");
            rounds.run(Job.RR, spinning, load, plan.runMs());
            double value = rounds.run(Job.RR, spinning, load, plan.runMs()).value();
            return row.noting(String.format(Locale.ROOT, "against a kernel server that spins, too: %.1f us", value));
        }
    }
}
