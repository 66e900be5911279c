package netkeep.bench.micro;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/// The engine allocates nothing per packet: what the JVM counts for this thread over many round trips, compiled or not.
class EngineAllocationTest {
    /// Rounds in which the compiler may come to its end: until then it does not see through small objects.
    private static final int ROUNDS = 20;

    /// What this thread has allocated, ever. By reflection: the module itself has no business with management.
    private static long allocated() {
        try {
            Object threads = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            Method count = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
            return (long) count.invoke(threads);
        } catch (ReflectiveOperationException wrong) {
            throw new AssertionError(wrong);
        }
    }

    /// Octets that this thread allocates in `count` operations.
    private static long allocated(LongSupplier operation, int count, long octets) {
        long moved = 0;
        long before = allocated();
        for (int each = 0; each < count; each++) {
            moved += operation.getAsLong();
        }
        long allocated = allocated() - before;
        assertTrue(moved >= count * octets, "moved " + moved);
        return allocated;
    }

    private static void assertNothing(LongSupplier operation, int count, long octets) {
        long allocated = 0;
        for (int round = 0; round < ROUNDS; round++) {
            allocated = allocated(operation, count, octets);
            // Less than the smallest object in a hundred operations is not the engine's.
            if (allocated < count / 100 * 16) {
                return;
            }
        }
        throw new AssertionError(allocated + " octets in " + count + " operations");
    }

    @Test
    void requestAndResponseAllocateNothing() {
        EnginePair pair = new EnginePair(false);
        assertNothing(pair::requestAndResponse, 100_000, 2);
    }

    @Test
    void sendingAndReceivingSegmentsAllocatesNothing() {
        EnginePair pair = new EnginePair(false);
        assertNothing(() -> pair.stream(EngineRoundTrips.SEGMENTS), 100_000, EngineRoundTrips.SEGMENTS);
    }

    @Test
    void superFramesAllocateNothing() {
        EnginePair pair = new EnginePair(true);
        assertNothing(() -> pair.stream(EngineRoundTrips.SUPER_FRAME), 20_000, EngineRoundTrips.SUPER_FRAME);
    }

    /// What is found must be able to be found.
    @Test
    void oneSmallObjectIsSeen() {
        Object[] keep = new Object[1];
        int count = 100_000;
        long allocated = allocated(
                () -> {
                    keep[0] = new long[1];
                    return 1;
                },
                count,
                1);
        assertTrue(allocated >= 16L * count && allocated <= 32L * count, "allocated " + allocated);
    }
}
