package netkeep.engine.fuzz;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory for one story after the other: handed out from its begin, all zeros.
final class Memory {
    private final MemorySegment memory;
    private long used;

    Memory(long length) {
        memory = Arena.global().allocate(length, 64);
    }

    /// Begins anew: whatever was handed out is void.
    Memory reuse() {
        memory.asSlice(0, used).fill((byte) 0);
        used = 0;
        return this;
    }

    MemorySegment take(long length) {
        MemorySegment taken = memory.asSlice(used, length, 64);
        used += length + 63 & ~63L;
        return taken;
    }
}
