package netkeep.bench.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// Allocates one small object an operation, for [AllocationTest] to find.
@State(Scope.Thread)
public class Allocating {
    private long value;

    @Benchmark
    public Object box() {
        return new long[] {value++};
    }
}
