package netkeep.link;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import netkeep.ring.Pieces;

/// One direction of a wire in memory: frames one behind the other in a circle, each with its length before it and
/// padded to 4. One thread gives, one takes.
final class SimWire {
    private static final VarHandle GIVEN;
    private static final VarHandle TAKEN;
    // Stands for a frame that did not fit before the end: the next one is at the beginning.
    private static final int WRAP = -1;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            GIVEN = lookup.findVarHandle(SimWire.class, "given", long.class);
            TAKEN = lookup.findVarHandle(SimWire.class, "taken", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("the fields stand in this file", impossible);
        }
    }

    private final MemorySegment memory;
    private final long capacity;

    // Octets that ever went in, and out; each is written by one side.
    @SuppressWarnings("UnusedVariable") // through GIVEN
    private long given;

    @SuppressWarnings("UnusedVariable") // through TAKEN
    private long taken;

    /// @param capacity octets; rounded down to a multiple of 4
    SimWire(int capacity) {
        this.capacity = capacity & -4;
        this.memory = Arena.ofAuto().allocate(this.capacity, Long.BYTES);
    }

    /// Puts a frame of `length` octets in.
    ///
    /// @return false if there is no room
    boolean give(Pieces frame, int length) {
        long position = (long) GIVEN.getOpaque(this);
        // Acquire: the taker has read what lay there before we write over it.
        long room = capacity - (position - (long) TAKEN.getAcquire(this));
        long need = padded(length);
        long offset = position % capacity;
        long before = capacity - offset;
        long skipped = before < need ? before : 0;
        if (need + skipped > room) {
            return false;
        }
        if (skipped != 0) {
            memory.set(JAVA_INT, offset, WRAP);
            offset = 0;
        }
        memory.set(JAVA_INT, offset, length);
        frame.gather(memory, offset + Integer.BYTES);
        // Release: the frame lies there before the taker sees it.
        GIVEN.setRelease(this, position + skipped + need);
        return true;
    }

    /// Takes the next frame out.
    ///
    /// @return its length, 0 for none
    int take(MemorySegment frames, long at) {
        long position = (long) TAKEN.getOpaque(this);
        if (position == (long) GIVEN.getAcquire(this)) {
            return 0;
        }
        long offset = position % capacity;
        int length = memory.get(JAVA_INT, offset);
        if (length == WRAP) {
            position += capacity - offset;
            offset = 0;
            length = memory.get(JAVA_INT, 0);
        }
        MemorySegment.copy(memory, offset + Integer.BYTES, frames, at, length);
        TAKEN.setRelease(this, position + padded(length));
        return length;
    }

    private static long padded(int length) {
        return Integer.BYTES + (length + 3L & -4);
    }
}
