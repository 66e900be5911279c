package netkeep.sim;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Buffers of frames on their way, used again and again: a stack of free ones for each power of two.
final class Frames {
    private static final int LEAST_BITS = 8;

    private final @Nullable Frame[] free = new Frame[Integer.SIZE];

    /// A buffer with room for `length` octets.
    Frame take(int length) {
        int bits = Math.max(LEAST_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(length - 1));
        Frame frame = free[bits];
        if (frame == null) {
            return new Frame(bits);
        }
        free[bits] = frame.next;
        frame.next = null;
        return frame;
    }

    void give(Frame frame) {
        frame.next = free[frame.bits];
        free[frame.bits] = frame;
    }

    /// A frame on its way; in the agenda it is its own arrival.
    static final class Frame implements Runnable {
        final MemorySegment memory;
        private final int bits;
        int length;

        @Nullable
        Pipe pipe;

        private @Nullable Frame next;

        private Frame(int bits) {
            this.bits = bits;
            // Longs, so that whoever reads aligned words of it can.
            this.memory = java.lang.foreign.Arena.global().allocate(1 << bits, 64);
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
