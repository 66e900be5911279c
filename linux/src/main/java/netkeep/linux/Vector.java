package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Pieces of memory that one call reads or writes in turn: an array of `struct iovec`, made once and filled again
/// for each call.
///
/// Holds addresses, not the memory: whoever adds a piece keeps it alive until the call has been made.
public final class Vector {
    private static final long LENGTH = 16;

    private final MemorySegment pieces;
    private final int capacity;
    private int count;

    public Vector(int capacity) {
        this(Arena.ofAuto(), capacity);
    }

    /// @param arena as long as it is used
    Vector(Arena arena, int capacity) {
        this.capacity = capacity;
        this.pieces = arena.allocate(LENGTH * capacity, Long.BYTES);
    }

    /// Forgets all pieces.
    public void clear() {
        count = 0;
    }

    /// Adds a piece at the end.
    ///
    /// @throws IllegalStateException if all room is taken
    public void add(MemorySegment memory, long at, long length) {
        if (count == capacity) {
            throw new IllegalStateException("vector of " + capacity + " pieces is full");
        }
        pieces.set(JAVA_LONG, LENGTH * count, Call.address(memory, at, length));
        pieces.set(JAVA_LONG, LENGTH * count + 8, length);
        count++;
    }

    /// As [#add], a piece that the kernel may write to.
    public void addWritable(MemorySegment memory, long at, long length) {
        Call.writable(memory, at, length);
        add(memory, at, length);
    }

    public int count() {
        return count;
    }

    long address() {
        return pieces.address();
    }
}
