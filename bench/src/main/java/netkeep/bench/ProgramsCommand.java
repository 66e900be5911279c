package netkeep.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `netkeep bench programs`: programs that know nothing of us, on both placements in daemons, one of the JVM with a
/// stack
/// of its own by the agent, and on the kernel, with the same load on the same cores, in turn.
@Command(
        name = "programs",
        description =
                "Measures unmodified programs on our stack beside the same on the kernel's, interleaved (as root).",
        mixinStandardHelpOptions = true)
final class ProgramsCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--job",
            paramLabel = "NAME",
            description = "Only this: nginx, redis, iperf3-sends, iperf3-receives, netty.")
    private List<String> jobs = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Runs of each side whose median counts (default: ${DEFAULT-VALUE}).")
    private int rounds = 5;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "2",
            description = "Length of a run, about (default: ${DEFAULT-VALUE}).")
    private double seconds = 2;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            defaultValue = "8",
            description = "Length of the run before the first round, on each side (default: ${DEFAULT-VALUE};"
                    + " a JVM's compiler, netty's, is at it for some 40).")
    private double warmup = 8;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result as JSON, too.")
    private @Nullable Path json;

    ProgramsCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        CommandSpec command = commandSpec();
        PrintWriter errors = command.commandLine().getErr();
        Set<Job> wanted = wanted();
        if (rounds < 1 || !(seconds >= 0.1 && seconds <= 600) || !(warmup >= 0.1 && warmup <= 600)) {
            throw usage("--rounds is at least 1, --seconds and --warmup are 0.1 to 600");
        }
        Plan plan = Plan.FULL
                .withRounds(rounds)
                .withRunMs((int) Math.round(seconds * 1_000))
                .withWarmupMs((int) Math.round(warmup * 1_000));
        try {
            Environment.check();
            if (System.getProperty("netkeep.command") == null) {
                throw new NotPossibleException("programs are started by the script: ./netkeep bench programs");
            }
            measure(command.commandLine().getOut(), wanted, plan, SelfCommand.read());
            return 0;
        } catch (NotPossibleException e) {
            errors.println("bench: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            errors.println("bench: " + e.getMessage());
            return 1;
        }
    }

    private Set<Job> wanted() {
        Set<Job> wanted = EnumSet.noneOf(Job.class);
        for (String id : jobs) {
            wanted.add(Job.named(id).filter(Job.programs()::contains).orElseThrow(() -> usage("no job " + id)));
        }
        return wanted.isEmpty() ? Job.programs() : wanted;
    }

    private void measure(PrintWriter out, Set<Job> wanted, Plan plan, SelfCommand self)
            throws IOException, InterruptedException {
        List<PlacedRow> rows = new ArrayList<>();
        try (Lab lab = Lab.open();
                Servers servers = new Servers(lab, self)) {
            Map<String, String> environment = Environment.read(lab, plan);
            out.println(Environment.line(environment));
            out.println(PlacedTable.head());
            Set<Placed> kept = EnumSet.noneOf(Placed.class);
            wanted.forEach(job -> kept.addAll(job.placements()));
            kept.remove(Placed.EMBEDDED);
            servers.keepers().start(kept);
            JobRunner runner = new JobRunner(lab, plan, servers);
            for (Job job : wanted) {
                PlacedRow row = runner.run(job, job.placements());
                // What ran would have the next program's cores.
                servers.programs().close();
                rows.add(row);
                PlacedTable.lines(row).forEach(out::println);
                out.flush();
            }
            PlacedTable.legend().forEach(out::println);
            PlacedTable.prices(rows).forEach(out::println);
            out.flush();
            if (json != null) {
                Files.writeString(json, Json.ofPlacements(environment, rows));
            }
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(commandSpec().commandLine(), message);
    }

    private CommandSpec commandSpec() {
        if (spec == null) {
            throw new IllegalStateException("bench programs was not started by picocli");
        }
        return spec;
    }
}
