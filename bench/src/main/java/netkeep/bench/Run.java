package netkeep.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/// One run of one side.
///
/// @param value          the figure, in the job's unit
/// @param amount         requests answered or octets moved
/// @param serverSeconds  CPU time of the server's processes
/// @param coreSeconds    time that the server's core was busy, with interrupts, softirqs and what ran beside
/// @param loadShare      share of the time that the load's core was busy, 0 to 1
record Run(double value, double amount, double serverSeconds, double coreSeconds, double loadShare) {
    static Samples samples(List<Run> runs, ToDoubleFunction<Run> field) {
        return new Samples(runs.stream().mapToDouble(field).toArray());
    }
}
