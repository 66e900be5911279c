package netkeep.sim;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Buffers of frames on their way, used again and again: a stack of free ones for each power of two.
final class Frames {
    private static final int LEAST_BITS = 8;

    private final World world;
    private final @Nullable Frame[] free = new Frame[Integer.SIZE];
    private @Nullable Frame arriving;

    Frames(World world) {
        this.world = world;
    }

    /// A buffer with room for `length` octets.
    Frame take(int length) {
        int bits = Math.max(LEAST_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(length - 1));
        Frame frame = free[bits];
        if (frame == null) {
            return new Frame(bits, world.memory(1L << bits));
        }
        free[bits] = frame.next;
        frame.next = null;
        return frame;
    }

    void give(Frame frame) {
        frame.next = free[frame.bits];
        free[frame.bits] = frame;
    }

    /// A frame arrives; [#arrived] when that is over.
    void arriving(Frame frame) {
        arriving = frame;
    }

    /// What was arriving has arrived; its buffer is free unless somebody took it.
    void arrived() {
        Frame frame = arriving;
        if (frame != null) {
            arriving = null;
            give(frame);
        }
    }

    /// Takes the frame that is arriving, or null if that is another one.
    @Nullable
    Frame takeArriving(MemorySegment memory, long at, int length) {
        Frame frame = arriving;
        if (frame == null || !frame.memory.equals(memory) || at != 0 || frame.length != length) {
            return null;
        }
        arriving = null;
        return frame;
    }

    /// A frame on its way; in the agenda it is its own arrival.
    static final class Frame implements Runnable {
        final MemorySegment memory;
        private final int bits;
        int length;

        @Nullable
        Pipe pipe;

        private @Nullable Frame next;

        private Frame(int bits, MemorySegment memory) {
            this.bits = bits;
            this.memory = memory;
        }

        @Override
        public void run() {
            Pipe arrived = pipe;
            if (arrived == null) {
                throw new AssertionError("a frame of " + length + " octets on no pipe");
            }
            arrived.arrives(this);
        }
    }
}
