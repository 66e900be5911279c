package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The kernel's clocks in nanoseconds. One object serves one thread at a time.
///
/// `clock_gettime` goes to libc, which answers the first two without entering the kernel. `System.nanoTime` would not
/// do: the origin that it counts from is its JVM's own, and instants are compared between processes.
public final class Clock {
    private static final int REALTIME = 0;
    private static final int MONOTONIC = 1;
    private static final int PROCESS_CPUTIME = 2;
    private static final int THREAD_CPUTIME = 3;
    private static final long SECOND = 1_000_000_000L;
    private static final MethodHandle CLOCK_GETTIME = clockGettime();

    private final MemorySegment timespec = Arena.ofAuto().allocate(16, Long.BYTES);
    private final long address = timespec.address();

    public Clock() {}

    /// CLOCK_MONOTONIC: what every `...Ns` of Netkeep is measured on.
    public long nowNs() {
        return read(MONOTONIC);
    }

    /// CLOCK_REALTIME: nanoseconds since 1970, for captures and logs.
    public long realNs() {
        return read(REALTIME);
    }

    /// CPU time of the calling thread.
    public long threadNs() {
        return read(THREAD_CPUTIME);
    }

    /// CPU time of all threads of this process.
    public long processNs() {
        return read(PROCESS_CPUTIME);
    }

    private long read(int clock) {
        int answer;
        try {
            answer = (int) CLOCK_GETTIME.invokeExact(clock, address);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        if (answer != 0) {
            throw new AssertionError("clock_gettime " + clock);
        }
        return timespec.get(JAVA_LONG, 0) * SECOND + timespec.get(JAVA_LONG, 8);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle clockGettime() {
        Linker linker = Linker.nativeLinker();
        // Critical: it never blocks, and the transition would cost a tenth of it.
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow("clock_gettime"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG),
                Linker.Option.critical(false));
    }
}
