package netkeep.bench.micro;

import java.util.Collection;
import java.util.Locale;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/// Runs the benchmarks of this package, prints what an operation takes and allocates, and judges nothing:
/// `java netkeep.bench.micro.Figures [PATTERN [FORKS]]` with this module's test class path.
public final class Figures {
    private Figures() {}

    public static void main(String[] args) throws RunnerException {
        String pattern = args.length > 0 ? args[0] : "([A-Za-z]+Benchmark|[A-Za-z]+Path|EngineRoundTrips)\\.";
        int forks = args.length > 1 ? Integer.parseInt(args[1]) : 2;
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("netkeep\\.bench\\.micro\\." + pattern)
                .forks(forks)
                .warmupIterations(3)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(4)
                .measurementTime(TimeValue.milliseconds(500))
                // As ./netkeep starts a stack.
                .jvmArgs(
                        "-XX:+UseSerialGC",
                        "-XX:+UseCompactObjectHeaders",
                        "-Xmx512m",
                        "-XX:FreqInlineSize=100",
                        "-XX:InlineSmallCode=1000",
                        "--enable-native-access=ALL-UNNAMED")
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true);
        Collection<RunResult> results = new Runner(options.build()).run();
        System.out.println("| operation | ns, median (spread) | octets allocated |");
        System.out.println("| --- | --- | --- |");
        for (RunResult run : results) {
            String name = run.getParams().getBenchmark().replaceAll(".*\\.(\\w+?)(?:Benchmark)?\\.(\\w+)", "$1 $2");
            String length = run.getParams().getParam("length");
            Statistics times = run.getPrimaryResult().getStatistics();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f (%.0f..%.0f) | %.1f |%n",
                    length == null ? name : name + " " + length,
                    times.getPercentile(50),
                    times.getMin(),
                    times.getMax(),
                    run.getSecondaryResults().get("gc.alloc.rate.norm").getScore());
        }
    }
}
