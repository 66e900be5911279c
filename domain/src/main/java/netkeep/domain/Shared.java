package netkeep.domain;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import netkeep.linux.Descriptors;
import netkeep.linux.Memory;
import netkeep.ring.Region;

/// Regions that domains share: memory behind a descriptor, its size sealed.
public final class Shared {
    private Shared() {}

    /// A new region, all zeros; pages are there once they are touched.
    ///
    /// @param name shown in /proc, nothing else
    /// @return its descriptor, for whoever writes it
    public static int make(String name, long length) {
        int descriptor = Descriptors.sparse("netkeep-" + name, length);
        Descriptors.seal(descriptor, Descriptors.F_SEAL_GROW | Descriptors.F_SEAL_SHRINK | Descriptors.F_SEAL_SEAL);
        return descriptor;
    }

    /// A second descriptor of a region, for whoever only reads it.
    public static int readOnly(int descriptor) {
        return Descriptors.open("/proc/self/fd/" + descriptor, Descriptors.O_RDONLY);
    }

    /// Maps a region, and closes its descriptor, also if it cannot be mapped.
    ///
    /// @param length what its maker said: its size is sealed, so that no touch within it can fail
    public static Region map(Arena arena, int descriptor, long length, boolean writable) {
        try {
            return mapped(arena, descriptor, length, writable);
        } finally {
            Descriptors.close(descriptor);
        }
    }

    /// As [#map], but the descriptor stays open.
    static Region mapped(Arena arena, int descriptor, long length, boolean writable) {
        MemorySegment memory = Memory.shared(arena, descriptor, length, writable);
        Memory.hugePages(memory, false);
        return new Region(memory);
    }
}
