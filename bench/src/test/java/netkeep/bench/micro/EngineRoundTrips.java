package netkeep.bench.micro;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// The engine's fast path, both ends of it on one thread: each operation is the whole way through two engines.
///
/// [EngineAllocationTest] holds that it allocates nothing; JMH, run by hand, says how long it takes.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngineRoundTrips {
    /// Two full segments: the second is acknowledged at once.
    static final int SEGMENTS = 2 * 1448;
    /// A frame of nearly 64 KiB, cut by the link.
    static final int SUPER_FRAME = 44 * 1448;

    private final EnginePair plain = new EnginePair(false);
    private final EnginePair large = new EnginePair(true);

    @Benchmark
    public long requestAndResponse() {
        return plain.requestAndResponse();
    }

    @Benchmark
    public long twoSegments() {
        return plain.stream(SEGMENTS);
    }

    @Benchmark
    public long superFrame() {
        return large.stream(SUPER_FRAME);
    }
}
