package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// A length of time as the kernel takes it, `struct timespec`; made once, set for each call.
final class Timespan {
    private static final long SECOND = 1_000_000_000L;

    private final MemorySegment timespec = Arena.ofAuto().allocate(16, Long.BYTES);

    /// @param ns a negative length is none
    Timespan ns(long ns) {
        long length = Math.max(ns, 0);
        timespec.set(JAVA_LONG, 0, length / SECOND);
        timespec.set(JAVA_LONG, 8, length % SECOND);
        return this;
    }

    long address() {
        return timespec.address();
    }
}
