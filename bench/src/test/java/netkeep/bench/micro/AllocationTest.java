package netkeep.bench.micro;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// The data path allocates nothing: what JMH counts for every benchmark of this package, run shortly.
///
/// Its times mean little here. To measure, run `org.openjdk.jmh.Main` with this module's test class path.
@Tag("slow")
class AllocationTest {
    /// Octets an operation, below which it is JMH's own: one object in a hundred operations would be 0.16.
    private static final double NOISE = 0.1;

    @Test
    void dataPathAllocatesNothing() throws RunnerException {
        Collection<RunResult> results = run("netkeep\\.bench\\.micro\\.[A-Za-z]+Benchmark\\.");
        assertFalse(results.isEmpty());
        List<String> allocating = new ArrayList<>();
        for (RunResult result : results) {
            double octets = allocated(result);
            // Not a number compares as false: that, too, must fail.
            if (!(octets < NOISE)) {
                allocating.add(result.getParams().id() + " " + octets + " octets an operation");
            }
        }
        assertEquals(List.of(), allocating);
    }

    /// What is found must be able to be found.
    @Test
    void allocationIsSeen() throws RunnerException {
        for (RunResult result : run("netkeep\\.bench\\.micro\\.Allocating\\.")) {
            assertEquals(24, allocated(result), 8);
        }
    }

    private static double allocated(RunResult result) {
        return result.getSecondaryResults().get("gc.alloc.rate.norm").getScore();
    }

    private static Collection<RunResult> run(String pattern) throws RunnerException {
        System.setProperty("jmh.ignoreLock", "true");
        Options options = new OptionsBuilder()
                .include(pattern)
                .forks(1)
                .warmupIterations(3)
                .warmupTime(TimeValue.milliseconds(300))
                .measurementIterations(2)
                .measurementTime(TimeValue.milliseconds(300))
                .addProfiler(GCProfiler.class)
                .jvmArgs("-XX:+UseSerialGC", "-Xmx256m", "--enable-native-access=ALL-UNNAMED")
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        return new Runner(options).run();
    }
}
