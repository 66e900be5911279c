package netkeep.bench;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.io.Console;
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

/// `netkeep bench`: measures this stack beside the kernel's, in the same minute.
///
/// Answers 0 when it measured, whatever came out; 1 when something failed; 2 for wrong usage, or where it cannot
/// measure.
@Command(
        name = "bench",
        description = "Measures this stack beside the kernel's, interleaved in the same minute (as root).",
        mixinStandardHelpOptions = true,
        subcommands = {HttpOnKernel.class, BoundariesCommand.class, ProgramsCommand.class})
public final class BenchCommand implements Callable<Integer> {
    private static final int MEASURED = 0;
    private static final int FAILED = 1;
    private static final int NOT_HERE = 2;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--job",
            paramLabel = "NAME",
            description =
                    "Only this job; repeatable. One of http, http-nospin, http-same, http-bare, http-work, http-8, rr, "
                            + "rr-onecore, send, receive, connect, idle100k, start.")
    private List<String> jobs = new ArrayList<>();

    @Option(names = "--quick", description = "Few and short runs: all jobs together end within 60 s.")
    private boolean quick;

    @Option(names = "--rounds", paramLabel = "N", description = "Runs of either side whose median counts (default: 5).")
    private int rounds;

    @Option(names = "--seconds", paramLabel = "S", description = "Length of a run (default: 3).")
    private double seconds;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            description = "Length of the run before the first round, on each side (default: 15).")
    private double warmup;

    @Option(names = "--idle", paramLabel = "N", description = "Idle connections that idle100k holds (default: 100000).")
    private int idle;

    @Option(
            names = "--placement",
            paramLabel = "WHICH",
            split = ",",
            description = "The placements to measure side by side: embedded, monolithic, factored, or all; "
                    + "repeatable (default: embedded, and all jobs).")
    private List<String> placements = new ArrayList<>();

    @Option(
            names = "--ceiling",
            description = "Measures a bare responder in C on a TAP like ours in the same rounds, too: the most that a "
                    + "stack could reach there. Jobs http, http-bare, rr, rr-onecore, send, receive, connect.")
    private boolean ceiling;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result as JSON, too.")
    private @Nullable Path json;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draws the result, too.")
    private @Nullable Path svg;

    /// For picocli.
    public BenchCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        Set<Placed> placed = placed();
        Set<Job> wanted = wanted(placed);
        Plan plan = plan();
        checkWritable(json);
        checkWritable(svg);
        PrintWriter errors = commandSpec().commandLine().getErr();
        try {
            Environment.check();
            if (placed.equals(EnumSet.of(Placed.EMBEDDED))) {
                measure(wanted, plan, SelfCommand.read());
            } else {
                compare(wanted, placed, plan, SelfCommand.read());
            }
            return MEASURED;
        } catch (NotPossibleException e) {
            errors.println("bench: " + e.getMessage());
            return NOT_HERE;
        } catch (IOException e) {
            errors.println("bench: " + e.getMessage());
            for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
                errors.println("  because " + cause.getMessage());
            }
            return FAILED;
        }
    }

    private void measure(Set<Job> wanted, Plan plan, SelfCommand self) throws IOException, InterruptedException {
        PrintWriter out = commandSpec().commandLine().getOut();
        Table table = new Table(isTerminal() && System.getenv("NO_COLOR") == null);
        List<Row> rows = new ArrayList<>();
        try (Lab lab = Lab.open();
                Servers servers = new Servers(lab, self)) {
            Map<String, String> environment = Environment.read(lab, plan);
            out.println(Environment.line(environment));
            out.println(Table.head());
            long beganNs = System.nanoTime();
            for (Job job : wanted) {
                long spentMs = NANOSECONDS.toMillis(System.nanoTime() - beganNs);
                JobRunner runner = new JobRunner(lab, quick ? plan.after(spentMs) : plan, servers, ceiling);
                for (Row row : runner.run(job)) {
                    rows.add(row);
                    table.lines(row).forEach(out::println);
                    out.flush();
                }
            }
            Table.legend().forEach(out::println);
            if (ceiling) {
                out.println(Table.ceilingLegend());
            }
            out.flush();
            if (json != null) {
                Files.writeString(json, Json.of(environment, rows));
            }
            if (svg != null) {
                Files.writeString(svg, SvgPlot.of(rows));
            }
        }
    }

    private void compare(Set<Job> wanted, Set<Placed> placed, Plan plan, SelfCommand self)
            throws IOException, InterruptedException {
        PrintWriter out = commandSpec().commandLine().getOut();
        List<PlacedRow> rows = new ArrayList<>();
        try (Lab lab = Lab.open();
                Servers servers = new Servers(lab, self)) {
            Map<String, String> environment = Environment.read(lab, plan);
            out.println(Environment.line(environment));
            out.println(PlacedTable.head());
            servers.keepers().start(placed);
            JobRunner runner = new JobRunner(lab, plan, servers);
            for (Job job : wanted) {
                PlacedRow row = runner.run(job, placed);
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

    // JDK 25 answers null again where there is no terminal, as JDK 21 did.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }

    private Set<Placed> placed() {
        Set<Placed> placed = EnumSet.noneOf(Placed.class);
        for (String name : placements) {
            if (name.equals("all")) {
                placed.addAll(EnumSet.allOf(Placed.class));
            } else {
                placed.add(Placed.named(name).orElseThrow(() -> usage("no placement " + name)));
            }
        }
        if (placed.isEmpty()) {
            placed.add(Placed.EMBEDDED);
        }
        if (svg != null && !placed.equals(EnumSet.of(Placed.EMBEDDED))) {
            throw usage("--svg draws the embedded stack alone");
        }
        if (ceiling && !placed.equals(EnumSet.of(Placed.EMBEDDED))) {
            throw usage("--ceiling stands beside the embedded stack alone");
        }
        return placed;
    }

    private Set<Job> wanted(Set<Placed> placed) {
        boolean alone = placed.equals(EnumSet.of(Placed.EMBEDDED));
        Set<Job> wanted = EnumSet.noneOf(Job.class);
        for (String id : jobs) {
            wanted.add(Job.named(id).orElseThrow(() -> usage("no job " + id)));
        }
        if (wanted.isEmpty()) {
            wanted = ceiling ? Job.underCeiling() : alone ? Job.usual() : Job.placed();
        }
        for (Job job : wanted) {
            if (Job.programs().contains(job)) {
                throw usage("job " + job.id() + " is measured by bench programs");
            }
            if (ceiling && !Job.underCeiling().contains(job)) {
                throw usage("job " + job.id() + " has no ceiling");
            }
            if (!alone && !Job.placed().contains(job)) {
                throw usage("job " + job.id() + " is measured with the embedded stack alone");
            }
        }
        // The idle connections give both their rows at once.
        if (wanted.remove(Job.IDLE_REQUEST)) {
            wanted.add(Job.IDLE);
        }
        return wanted;
    }

    private Plan plan() {
        Plan plan = quick ? Plan.QUICK : Plan.FULL;
        if (given("--rounds")) {
            if (rounds < 1) {
                throw usage("--rounds is at least 1");
            }
            plan = plan.withRounds(rounds);
        }
        if (given("--seconds")) {
            if (!(seconds >= 0.1 && seconds <= 3_600)) {
                throw usage("--seconds is 0.1 to 3600");
            }
            plan = plan.withRunMs((int) Math.round(seconds * 1_000));
        }
        if (given("--warmup")) {
            if (!(warmup >= 0.1 && warmup <= 3_600)) {
                throw usage("--warmup is 0.1 to 3600");
            }
            plan = plan.withWarmupMs((int) Math.round(warmup * 1_000));
        }
        if (given("--idle")) {
            if (idle < 1 || idle > 1_000_000) {
                throw usage("--idle is 1 to 1000000");
            }
            plan = plan.withIdle(idle);
        }
        return plan;
    }

    /// Minutes of measuring are not to end at a file that cannot be written.
    private void checkWritable(@Nullable Path file) {
        if (file == null) {
            return;
        }
        Path directory = file.toAbsolutePath().getParent();
        boolean possible = Files.exists(file)
                ? Files.isRegularFile(file) && Files.isWritable(file)
                : directory != null && Files.isDirectory(directory) && Files.isWritable(directory);
        if (!possible) {
            throw usage("cannot write " + file);
        }
    }

    private boolean given(String option) {
        return commandSpec().commandLine().getParseResult().hasMatchedOption(option);
    }

    private ParameterException usage(String message) {
        return new ParameterException(commandSpec().commandLine(), message);
    }

    private CommandSpec commandSpec() {
        if (spec == null) {
            throw new IllegalStateException("bench was not started by picocli");
        }
        return spec;
    }
}
