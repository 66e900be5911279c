package netkeep.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.bench.Namespaces.Place;

/// Holds 100,000 idle connections to either side, and looks what each of them takes and what they do to a request.
///
/// Ours: resident memory of the server's process. The kernel's: growth of all its objects; as both ends of its
/// connections are its own, and one end of ours is, an idle connection's share is taken as half of what both
/// ends take.
final class IdleJob {
    private static final int ECHO_PORT = 7;
    private static final int HOLDER_PORT = 8_001;
    /// Descriptors that a process needs besides its connections.
    private static final int SPARE = 512;

    private static final int MOST_PER_PROCESS = 50_000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Lab lab;
    private final Plan plan;
    private final Servers servers;
    private final Rounds rounds;
    private final List<Program> open = new ArrayList<>();

    IdleJob(Lab lab, Plan plan, Servers servers) {
        this.lab = lab;
        this.plan = plan;
        this.servers = servers;
        this.rounds = new Rounds(lab, plan);
    }

    List<Row> measure() throws IOException, InterruptedException {
        List<Contender> holders = new ArrayList<>();
        Contender ours = servers.small(Placed.EMBEDDED, "echo", ECHO_PORT, Servers.SPIN_MICROS);
        try (Contender kernel = servers.peer("echo", ECHO_PORT)) {
            int processes = (plan.idle() - 1) / perProcess() + 1;
            for (int i = 0; i < processes; i++) {
                holders.add(servers.bare(HOLDER_PORT + i));
            }
            return measure(ours, kernel, holders);
        } finally {
            open.forEach(Program::close);
            holders.forEach(Contender::close);
        }
    }

    private List<Row> measure(Contender ours, Contender kernel, List<Contender> holders)
            throws IOException, InterruptedException {
        Load load = Load.pingpong(lab.programs());
        Weather weather = new Weather(lab, plan.probeMs());
        Row without = rounds.measure(Job.RR, ours, kernel, load);

        long slab = ProcessFigures.slabOctets();
        hold(Namespaces.KERNEL_SERVER, "198.18.0.", "veth", holders);
        double perKernel = (ProcessFigures.slabOctets() - slab) / 2.0 / plan.idle();
        long resident = ProcessFigures.residentOctets(ours.server().handle());
        hold(
                Namespaces.OUR_SERVER,
                "198.18.1.",
                Placed.EMBEDDED.device(),
                holders.stream().map(each -> ours).toList());
        double perOurs = (double) (ProcessFigures.residentOctets(ours.server().handle()) - resident) / plan.idle();

        Row with = rounds.measure(Job.RR, ours, kernel, load);
        letGo();
        weather.look();
        Stolen stolen = weather.end();
        return List.of(
                row(Job.IDLE, new Samples(perOurs), new Samples(perKernel), stolen),
                row(
                        Job.IDLE_REQUEST,
                        times(with.ours(), without.ours()),
                        times(with.kernel(), without.kernel()),
                        stolen));
    }

    private static Samples times(Samples with, Samples without) {
        return new Samples(with.median() / without.median());
    }

    private Row row(Job job, Samples ours, Samples kernel, Stolen stolen) {
        List<String> notes = List.of(plan.idle() + " connections, all of them held to the end");
        return new Row(job, "embedded", "tap", ours, kernel, ours.over(kernel), null, null, 0, stolen, notes, null);
    }

    /// Opens all connections, those of each process from an address of its own: an address has 64,000 ports.
    private void hold(String host, String network, String device, List<Contender> holders)
            throws IOException, InterruptedException {
        int left = plan.idle();
        List<Program> opening = new ArrayList<>();
        for (int i = 0; i < holders.size(); i++) {
            int count = Math.min(left, perProcess());
            left -= count;
            String source = network + (10 + i);
            lab.namespaces().addAddress(device, source);
            List<String> command = lab.programs()
                    .command("idle", host, String.valueOf(holders.get(i).port()), String.valueOf(count), source);
            Program program = lab.start(Place.LOAD, Job.IDLE.loadCore(), command);
            open.add(program);
            opening.add(program);
        }
        for (Program program : opening) {
            awaitOpen(program);
        }
    }

    private static void awaitOpen(Program program) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        while (!program.output().contains("\n")) {
            if (!program.isAlive() || System.nanoTime() > deadlineNs) {
                throw new IOException("not all idle connections opened" + program.tail());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void letGo() throws IOException, InterruptedException {
        for (Program program : open) {
            program.endInput();
            String said = program.output();
            long lost = Figures.of(said.substring(said.indexOf('\n') + 1)).get("lost");
            if (lost != 0) {
                throw new IOException(lost + " idle connections were ended by the server");
            }
        }
    }

    /// Connections that a process may hold here.
    private static int perProcess() throws IOException {
        return Math.min(MOST_PER_PROCESS, openFiles(Files.readAllLines(Path.of("/proc/self/limits"))) - SPARE);
    }

    /// @param limits the lines of `/proc/self/limits`
    static int openFiles(List<String> limits) throws IOException {
        for (String line : limits) {
            if (line.startsWith("Max open files")) {
                String soft = line.substring("Max open files".length()).strip().split(" +", -1)[0];
                return (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft));
            }
        }
        throw new IOException("no limit of open files in /proc/self/limits");
    }
}
