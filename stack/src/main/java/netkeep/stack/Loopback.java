package netkeep.stack;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Pieces;

/// The loopback inside the stack: what is sent waits in memory until the next turn receives it. A full queue drops.
final class Loopback implements FramePort {
    private static final int MOST_FRAMES = 256;

    private final MemorySegment memory;
    private final int[] lengths = new int[MOST_FRAMES];
    private final long[] places = new long[MOST_FRAMES];
    private int head;
    private int count;
    private long tail;

    /// @param memory at least two of the longest frames
    Loopback(MemorySegment memory) {
        this.memory = memory;
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        if (count == 0) {
            return 0;
        }
        int length = lengths[head];
        MemorySegment.copy(memory, places[head], frames, at, length);
        head = (head + 1) % MOST_FRAMES;
        count--;
        return length;
    }

    @Override
    public boolean transmit(Pieces frame) {
        int length = frame.total();
        long at = tail + length > memory.byteSize() ? 0 : tail;
        if (count == MOST_FRAMES || count > 0 && !fits(at, length)) {
            return false;
        }
        frame.gather(memory, at);
        int last = (head + count) % MOST_FRAMES;
        places[last] = at;
        lengths[last] = length;
        count++;
        tail = at + length;
        return true;
    }

    /// Whether `length` octets from `at` on touch no frame that waits.
    private boolean fits(long at, int length) {
        long first = places[head];
        int last = (head + count - 1) % MOST_FRAMES;
        boolean wrapped = places[last] < first;
        if (at >= tail && !wrapped) {
            return true;
        }
        return at + length <= first;
    }

    @Override
    public int maxFrame() {
        return 65535 + 24;
    }

    @Override
    public long deadlineNs() {
        return count > 0 ? 0 : Long.MAX_VALUE;
    }

    @Override
    public void dropped(String reason) {}
}
