package netkeep.sim;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is still to happen, ordered by instant and, within an instant, by the order in which it was put down.
///
/// A heap of four children a node, in two arrays of longs; actions stand beside it in slots, so that sifting moves no
/// reference. Nothing is allocated but by growth.
///
/// ```text
/// ranks:  63                       24 23            0
///         +--------------------------+---------------+
///         |     sequence  40         |   slot  24    |
///         +--------------------------+---------------+
/// ```
final class Agenda {
    private static final int SLOT_BITS = 24;
    private static final int SLOT_MASK = (1 << SLOT_BITS) - 1;
    private static final long SEQUENCES = 1L << 63 - SLOT_BITS;
    private static final int FIRST_CAPACITY = 64;

    private long[] instants = new long[FIRST_CAPACITY];
    private long[] ranks = new long[FIRST_CAPACITY];
    private int count;
    private long sequence;

    private @Nullable Runnable[] actions = new Runnable[FIRST_CAPACITY];
    private int[] free = new int[FIRST_CAPACITY];
    private int freeCount;

    Agenda() {
        fillFree(0, FIRST_CAPACITY);
    }

    int count() {
        return count;
    }

    /// The instant of the next action, or [World#NEVER].
    long nextNs() {
        return count == 0 ? World.NEVER : instants[0];
    }

    void add(long instantNs, Runnable action) {
        if (freeCount == 0) {
            grow();
        }
        if (sequence == SEQUENCES) {
            throw new IllegalStateException("more than " + SEQUENCES + " events in one world");
        }
        int slot = free[--freeCount];
        actions[slot] = action;
        siftUp(count++, instantNs, sequence++ << SLOT_BITS | slot);
    }

    /// Takes the next action out; the agenda is not empty.
    Runnable take() {
        int slot = (int) ranks[0] & SLOT_MASK;
        Runnable action = actions[slot];
        actions[slot] = null;
        free[freeCount++] = slot;
        count--;
        if (count != 0) {
            siftDown(instants[count], ranks[count]);
        }
        if (action == null) {
            throw new AssertionError("slot " + slot + " is empty");
        }
        return action;
    }

    private void siftUp(int start, long instantNs, long rank) {
        int node = start;
        while (node > 0) {
            int parent = node - 1 >> 2;
            if (!before(instantNs, rank, parent)) {
                break;
            }
            instants[node] = instants[parent];
            ranks[node] = ranks[parent];
            node = parent;
        }
        instants[node] = instantNs;
        ranks[node] = rank;
    }

    private void siftDown(long instantNs, long rank) {
        int node = 0;
        while (true) {
            int child = (node << 2) + 1;
            if (child >= count) {
                break;
            }
            int least = child;
            int end = Math.min(child + 4, count);
            for (int other = child + 1; other < end; other++) {
                if (before(instants[other], ranks[other], least)) {
                    least = other;
                }
            }
            if (before(instantNs, rank, least)) {
                break;
            }
            instants[node] = instants[least];
            ranks[node] = ranks[least];
            node = least;
        }
        instants[node] = instantNs;
        ranks[node] = rank;
    }

    private boolean before(long instantNs, long rank, int node) {
        return instantNs < instants[node] || instantNs == instants[node] && rank < ranks[node];
    }

    private void grow() {
        int capacity = instants.length;
        if (capacity > SLOT_MASK) {
            throw new IllegalStateException("more than " + capacity + " events wait");
        }
        instants = Arrays.copyOf(instants, 2 * capacity);
        ranks = Arrays.copyOf(ranks, 2 * capacity);
        actions = Arrays.copyOf(actions, 2 * capacity);
        free = Arrays.copyOf(free, 2 * capacity);
        fillFree(capacity, 2 * capacity);
    }

    private void fillFree(int from, int to) {
        for (int slot = to - 1; slot >= from; slot--) {
            free[freeCount++] = slot;
        }
    }
}
