package netkeep.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Mappings. Each is a segment of exactly its length that ends with its arena: closing that unmaps it, and later
/// accesses are exceptions.
public final class Memory {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_NOHUGEPAGE = 15;

    private Memory() {}

    /// Memory of our own, all zeros, that costs a page only where it is touched: terabytes are fine.
    public static MemorySegment sparse(Arena arena, long length) {
        return map(
                arena,
                -1,
                length,
                PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                "vm.overcommit_memory = 2 forbids sparse mappings: set it to 0 or 1");
    }

    /// The first `length` octets of shared memory.
    ///
    /// @param writable false for a mapping that the MMU keeps read-only, too
    public static MemorySegment shared(Arena arena, int descriptor, long length, boolean writable) {
        MemorySegment memory =
                map(arena, descriptor, length, writable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, "");
        return writable ? memory : memory.asReadOnly();
    }

    /// Gives the pages of a range back. In memory of our own they read as zeros again; shared memory keeps what it
    /// holds.
    ///
    /// @param at     a multiple of the page size
    /// @param length a multiple of the page size
    public static void discard(MemorySegment memory, long at, long length) {
        advise(memory, at, length, MADV_DONTNEED, "madvise DONTNEED");
    }

    /// Says whether a mapping may use pages of 2 MiB.
    public static void hugePages(MemorySegment memory, boolean on) {
        advise(memory, 0, memory.byteSize(), on ? MADV_HUGEPAGE : MADV_NOHUGEPAGE, "madvise HUGEPAGE");
    }

    private static void advise(MemorySegment memory, long at, long length, int advice, String name) {
        long address = Call.address(memory, at, length);
        LinuxException.check(Call.own().raw(Architecture.MADVISE, address, length, advice, 0, 0, 0), name);
    }

    @SuppressWarnings("restricted")
    private static MemorySegment map(
            Arena arena, int descriptor, long length, int protection, int flags, String advice) {
        if (length <= 0) {
            throw new IllegalArgumentException("length " + length);
        }
        long address = Call.own().raw(Architecture.MMAP, 0, length, protection, flags, descriptor, 0);
        if (address < 0) {
            throw new LinuxException("mmap of " + length, (int) -address, advice);
        }
        return MemorySegment.ofAddress(address).reinterpret(length, arena, Memory::unmap);
    }

    private static void unmap(MemorySegment memory) {
        LinuxException.check(
                Call.own().raw(Architecture.MUNMAP, memory.address(), memory.byteSize(), 0, 0, 0, 0), "munmap");
    }
}
