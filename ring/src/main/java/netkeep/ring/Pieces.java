package netkeep.ring;

import java.lang.foreign.MemorySegment;

/// Where a frame to send lies: in up to [#MOST] pieces, in their order. The first holds the virtio net header and the
/// protocol headers, the others payload where it was written. A reused object: nothing in it outlives the call
/// that it is given to.
public final class Pieces {
    /// The most pieces of a frame.
    public static final int MOST = 8;

    public final MemorySegment[] memory = new MemorySegment[MOST];
    public final long[] at = new long[MOST];
    public final int[] length = new int[MOST];
    public int count;

    public Pieces() {
        java.util.Arrays.fill(memory, MemorySegment.NULL);
    }

    public void clear() {
        count = 0;
    }

    /// @throws ArrayIndexOutOfBoundsException if there are [#MOST] already
    public void add(MemorySegment where, long offset, int octets) {
        memory[count] = where;
        at[count] = offset;
        length[count] = octets;
        count++;
    }

    /// Octets of all pieces.
    public int total() {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += length[i];
        }
        return sum;
    }

    /// Copies all pieces, one behind the other.
    ///
    /// @return how many octets
    public int gather(MemorySegment to, long toAt) {
        long end = toAt;
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(memory[i], at[i], to, end, length[i]);
            end += length[i];
        }
        return (int) (end - toAt);
    }
}
