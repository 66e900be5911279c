package netkeep.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `netkeep bench boundaries`: what it costs to cross from one domain to another.
@Command(
        name = "boundaries",
        description = "Measures what each boundary between domains costs (as root, with perf).",
        mixinStandardHelpOptions = true)
final class BoundariesCommand implements Callable<Integer> {
    private static final int LEAST_MS = 100;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "1.5",
            description = "How long is counted under each load (default: ${DEFAULT-VALUE}).")
    private double seconds = 1.5;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            defaultValue = "6",
            description = "Length of the run before that (default: ${DEFAULT-VALUE}).")
    private double warmup = 6;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the result as JSON, too.")
    private @Nullable Path json;

    private final Map<String, Object> result = new LinkedHashMap<>();

    BoundariesCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        CommandSpec command = commandSpec();
        if (!(seconds * 1_000 >= LEAST_MS && warmup * 1_000 >= LEAST_MS && seconds <= 600 && warmup <= 600)) {
            throw new ParameterException(command.commandLine(), "--seconds and --warmup are 0.1 to 600");
        }
        try {
            Environment.check();
            Environment.require("perf");
            measure(command.commandLine().getOut(), SelfCommand.read());
            return 0;
        } catch (NotPossibleException e) {
            command.commandLine().getErr().println("bench: " + e.getMessage());
            return 2;
        } catch (IOException e) {
            command.commandLine().getErr().println("bench: " + e.getMessage());
            return 1;
        }
    }

    private void measure(PrintWriter out, SelfCommand self) throws IOException, InterruptedException {
        int batch;
        try (Lab lab = Lab.open();
                Servers servers = new Servers(lab, self)) {
            Plan plan = Plan.FULL.withRunMs((int) Math.round(seconds * 1_000)).withWarmupMs((int)
                    Math.round(warmup * 1_000));
            Map<String, String> environment = Environment.read(lab, plan);
            out.println(environment.get("processor") + ", Linux " + environment.get("kernel") + ", "
                    + environment.get("java"));
            result.put("environment", environment);
            servers.keepers().start(EnumSet.allOf(Placed.class));
            batch = loads(out, lab, servers, plan);
        }
        out.println(crossing("boundary", "descriptor, both sides busy", "ns (spread)", "bar"));
        crossings(out, "session", Crossing.ofSession(), batch);
        crossings(out, "link", Crossing.ofLink(), batch);
        out.println(crossing("doorbell", "of a side that sleeps", "us (spread)", ""));
        waking(out, "on the same core", 0);
        waking(out, "on the other core", 1);
        out.flush();
        if (json != null) {
            Files.writeString(json, Json.ofBoundaries(result));
        }
    }

    /// Counts under saturation and at low load, in all placements.
    ///
    /// @return the batch of the saturated factored placement
    private int loads(PrintWriter out, Lab lab, Servers servers, Plan plan) throws IOException, InterruptedException {
        JobRunner runner = new JobRunner(lab, plan, servers);
        Map<Job, Map<Placed, Double>> cpu = new EnumMap<>(Job.class);
        int batch = 1;
        out.println(calls("job", "placement", "part", "calls/1,000", "switches/1,000", "CPU us"));
        for (Job job : List.of(Job.HTTP_WORK, Job.RR)) {
            for (Placed placed : Placed.values()) {
                Loaded shared = runner.loaded(job, placed, false);
                show(out, job.id(), placed, shared);
                cpu.computeIfAbsent(job, first -> new EnumMap<>(Placed.class)).put(placed, shared.cpuMicros());
                if (job == Job.HTTP_WORK && placed == Placed.FACTORED) {
                    batch = shared.batch();
                    show(out, job.id() + ", domains on the other core", placed, runner.loaded(job, placed, true));
                }
                out.flush();
            }
        }
        out.println("CPU of all processes for a request, us, and what each boundary adds");
        cpu.forEach((job, each) -> added(out, job, each));
        result.put("batch", batch);
        return batch;
    }

    private void show(PrintWriter out, String job, Placed placed, Loaded loaded) {
        loaded.byPart().forEach((part, counts) -> {
            out.println(calls(
                    job,
                    placed.id(),
                    part,
                    number(counts.calls() * 1_000, 0),
                    number(counts.switches() * 1_000, 0),
                    number(counts.cpuSeconds() * 1e6, 2)));
            result.put(
                    job + "/" + placed.id() + "/" + part,
                    Map.of(
                            "calls_per_1000",
                            counts.calls() * 1_000,
                            "switches_per_1000",
                            counts.switches() * 1_000,
                            "cpu_us",
                            counts.cpuSeconds() * 1e6));
        });
    }

    private void added(PrintWriter out, Job job, Map<Placed, Double> cpu) {
        double embedded = cpu.getOrDefault(Placed.EMBEDDED, 0.0);
        double monolithic = cpu.getOrDefault(Placed.MONOLITHIC, 0.0);
        double factored = cpu.getOrDefault(Placed.FACTORED, 0.0);
        out.println("%-13s embedded %s; session %s; link and control %s"
                .formatted(
                        job.id(),
                        number(embedded, 2),
                        number(monolithic - embedded, 2),
                        number(factored - monolithic, 2)));
        result.put(
                job.id() + "/cpu_us",
                Map.of("embedded", embedded, "session", monolithic - embedded, "link", factored - monolithic));
    }

    private void crossings(PrintWriter out, String boundary, Crossing crossing, int batch)
            throws IOException, InterruptedException {
        List<Integer> batches = new ArrayList<>(List.of(1));
        if (batch > 1) {
            batches.add(batch);
        }
        for (int each : batches) {
            Samples ns = crossing.nanoseconds(each);
            Bar bar = Bar.limit(each == 1 ? 200 : 100);
            String what = each == 1 ? "one by one" : "in batches of " + each;
            boolean met = bar.met(ns.median(), 1);
            out.println(crossing(boundary, what, spread(ns, 0), bar + (met ? " met" : " missed")));
            result.put("ns/" + boundary + "/" + each, List.of(ns.median(), ns.min(), ns.max()));
            out.flush();
        }
    }

    private void waking(PrintWriter out, String where, int core) throws IOException, InterruptedException {
        Samples us = Waking.microseconds(core);
        out.println(crossing("", where, spread(us, 1), ""));
        result.put("us/waking " + where, List.of(us.median(), us.min(), us.max()));
    }

    private static String calls(Object... cells) {
        return "%-10s %-11s %-20s %12s %15s %8s".formatted(cells).stripTrailing();
    }

    private static String crossing(Object... cells) {
        return "%-10s %-30s %-24s %s".formatted(cells).stripTrailing();
    }

    private static String spread(Samples samples, int decimals) {
        return number(samples.median(), decimals) + " (" + number(samples.min(), decimals) + ".."
                + number(samples.max(), decimals) + ")";
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private CommandSpec commandSpec() {
        if (spec == null) {
            throw new IllegalStateException("boundaries was not started by picocli");
        }
        return spec;
    }
}
