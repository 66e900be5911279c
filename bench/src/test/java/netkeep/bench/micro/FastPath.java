package netkeep.bench.micro;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// One engine's fast path: frames arrive, a client moves its counters, a turn commits and sends. No link, no copy to or
/// from an application.
///
/// Not among the benchmarks of [AllocationTest]: in its short runs the compiler does not get to the end of a path this
/// long. [EngineAllocationTest] holds what they allocate.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FastPath {
    /// Short, for the peer answers no question of the neighbour cache: those are not to come while it measures.
    private static final long STEP_NS = 100;

    private static final int FULL = 1448;
    private static final int REQUEST = 128;
    private static final int RESPONSE = 256;
    /// Within the initial window.
    private static final int FLIGHT = 8;

    private final CannedPeer asking = new CannedPeer(REQUEST);
    private final CannedPeer sending = new CannedPeer(FULL);
    private final CannedPeer hearing = new CannedPeer(FULL);

    /// One data segment in, which acknowledges the last response, and one out: a turn each.
    @Benchmark
    public int segmentInSegmentOut() {
        EnginePair pair = asking.pair;
        pair.pass(STEP_NS);
        asking.sends();
        int frames = pair.server.turn();
        if (pair.server.receive() != REQUEST) {
            throw new AssertionError("lost");
        }
        pair.server.send(RESPONSE);
        frames += pair.server.turn();
        asking.acknowledges(RESPONSE, false);
        return expect(frames, 1);
    }

    /// Two full segments in, one acknowledgment out.
    @Benchmark
    public int twoSegmentsIn() {
        EnginePair pair = sending.pair;
        pair.pass(STEP_NS);
        sending.sends();
        sending.sends();
        int frames = pair.server.turn();
        if (pair.server.receive() != 2 * FULL) {
            throw new AssertionError("lost");
        }
        return expect(frames, 1);
    }

    /// One segment out, one acknowledgment in, each with a turn.
    @Benchmark
    public int segmentOutAcknowledgmentIn() {
        EnginePair pair = hearing.pair;
        pair.pass(STEP_NS);
        pair.server.send(FULL);
        int frames = pair.server.turn();
        hearing.acknowledges(FULL, true);
        pair.server.turn();
        return expect(frames, 1);
    }

    /// A segment out and an acknowledgment in, where several go in one frame and are acknowledged one by one in one
    /// turn.
    @Benchmark
    @OperationsPerInvocation(FLIGHT)
    public int flightOutAcknowledgmentsIn() {
        EnginePair pair = hearing.pair;
        pair.pass(STEP_NS);
        pair.server.send(FLIGHT * FULL);
        int frames = pair.server.turn();
        for (int i = 0; i < FLIGHT; i++) {
            hearing.acknowledges(FULL, true);
        }
        pair.server.turn();
        return expect(frames, 1);
    }

    private static int expect(int frames, int wanted) {
        if (frames != wanted) {
            throw new AssertionError(frames + " frames");
        }
        return frames;
    }
}
