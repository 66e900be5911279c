package netkeep.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/// Puts for each job the two servers up, and the load against them.
final class JobRunner {
    private static final int ECHO_PORT = 7;
    private static final int DISCARD_PORT = 9;
    private static final int SOURCE_PORT = 19;
    private static final int BARE_PORT = 8_000;
    private static final int CONNECTIONS = 64;
    private static final int BARE_CONNECTIONS = 32;

    private final Lab lab;
    private final Plan plan;
    private final Servers servers;
    private final Rounds rounds;

    JobRunner(Lab lab, Plan plan, Servers servers) {
        this.lab = lab;
        this.plan = plan;
        this.servers = servers;
        this.rounds = new Rounds(lab, plan);
    }

    /// Runs one job. [Job#IDLE] gives two rows, the second of which is [Job#IDLE_REQUEST]'s.
    List<Row> run(Job job) throws IOException, InterruptedException {
        return switch (job) {
            case HTTP -> http(job, Servers.SPIN_MICROS, servers::nginx);
            case HTTP_NOSPIN -> http(job, 0, servers::nginx);
            case HTTP_SAME -> http(job, Servers.SPIN_MICROS, servers::httpOnKernel);
            case HTTP_BARE -> bare();
            case RR -> roundTrips();
            case RR_ONECORE -> small(job, "echo", ECHO_PORT, 0, Load.pingpong(lab.programs()));
            case SEND -> small(job, "source", SOURCE_PORT, Servers.SPIN_MICROS, Load.bulk(lab.programs(), "read"));
            case RECEIVE ->
                small(job, "discard", DISCARD_PORT, Servers.SPIN_MICROS, Load.bulk(lab.programs(), "write"));
            case CONNECT -> small(job, "echo", ECHO_PORT, Servers.SPIN_MICROS, Load.connects(lab.programs()));
            case IDLE, IDLE_REQUEST -> new IdleJob(lab, plan, servers).measure();
            case START -> {
                servers.close();
                yield List.of(new StartJob(lab, plan, servers).measure());
            }
        };
    }

    @FunctionalInterface
    private interface Opener {
        Contender open() throws IOException, InterruptedException;
    }

    private List<Row> http(Job job, int spinMicros, Opener kernels) throws IOException, InterruptedException {
        Contender ours = servers.http(spinMicros);
        try (Contender kernel = kernels.open()) {
            servers.check(ours, Servers.FILE);
            servers.check(kernel, Servers.FILE);
            return List.of(rounds.measure(job, ours, kernel, Load.wrk(CONNECTIONS, Servers.path(Servers.FILE))));
        }
    }

    private List<Row> bare() throws IOException, InterruptedException {
        Contender ours = servers.http(Servers.SPIN_MICROS);
        try (Contender kernel = servers.bare(BARE_PORT)) {
            servers.check(ours, Servers.SMALL_FILE);
            Load load = Load.wrk(BARE_CONNECTIONS, Servers.path(Servers.SMALL_FILE));
            return List.of(rounds.measure(Job.HTTP_BARE, ours, kernel, load));
        }
    }

    /// The kernel's server sleeps between requests, as servers do. What it would take, did it spin as ours does, is
    /// noted beside.
    private List<Row> roundTrips() throws IOException, InterruptedException {
        Load load = Load.pingpong(lab.programs());
        Row row = small(Job.RR, "echo", ECHO_PORT, Servers.SPIN_MICROS, load).getFirst();
        try (Contender spinning = servers.peer("spin", ECHO_PORT)) {
            lab.pin(spinning, "0");
            rounds.run(Job.RR, spinning, load, plan.runMs());
            double value = rounds.run(Job.RR, spinning, load, plan.runMs()).value();
            return List.of(
                    row.noting(String.format(Locale.ROOT, "against a kernel server that spins, too: %.1f us", value)));
        }
    }

    private List<Row> small(Job job, String server, int port, int spinMicros, Load load)
            throws IOException, InterruptedException {
        Contender ours = servers.small(server, port, spinMicros);
        try (Contender kernel = servers.peer(server, port)) {
            return List.of(rounds.measure(job, ours, kernel, load));
        }
    }
}
