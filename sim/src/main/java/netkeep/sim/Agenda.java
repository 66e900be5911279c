package netkeep.sim;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is still to happen, ordered by instant and, within an instant, by the order in which it was put down.
///
/// A wheel of buckets, each some microseconds long, whose actions lie in no order until their time comes: only those
/// of the bucket that is under way are in a heap, which is small. What is further away than the wheel reaches is in
/// another. Actions stand in slots, so that sifting moves no reference. Nothing is allocated but by growth.
///
/// ```text
///  far      a heap: behind the wheel when it was put down
///  heads    [ ][ ][*][ ][*] ... buckets after the one under way: lists of slots
///  near     a heap: the bucket under way, and whatever is before it
///
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

    /// A bucket is 16 us long: frames of a burst fall into many of them. The wheel reaches 67 ms.
    private static final int BUCKET_BITS = 14;

    private static final int BUCKETS = 1 << 12;
    private static final int NONE = -1;

    private final Heap near = new Heap();
    private final Heap far = new Heap();
    // The bucket under way, counted from the instant 0.
    private long bucket;
    private final int[] heads = new int[BUCKETS];
    private final long[] filled = new long[BUCKETS / Long.SIZE];
    private int wheelCount;
    private long sequence;

    // By slot.
    private @Nullable Runnable[] actions = new Runnable[FIRST_CAPACITY];
    private long[] instants = new long[FIRST_CAPACITY];
    private long[] ranks = new long[FIRST_CAPACITY];
    private int[] nexts = new int[FIRST_CAPACITY];

    private int[] free = new int[FIRST_CAPACITY];
    private int freeCount;

    Agenda() {
        Arrays.fill(heads, NONE);
        fillFree(0, FIRST_CAPACITY);
    }

    int count() {
        return near.count() + wheelCount + far.count();
    }

    /// The instant of the next action, or [World#NEVER].
    long nextNs() {
        return near.firstNs();
    }

    /// @param instantNs at least 0
    void add(long instantNs, Runnable action) {
        if (freeCount == 0) {
            grow();
        }
        if (sequence == SEQUENCES) {
            throw new IllegalStateException("more than " + SEQUENCES + " events in one world");
        }
        int slot = free[--freeCount];
        actions[slot] = action;
        long rank = sequence++ << SLOT_BITS | slot;
        long wanted = instantNs >> BUCKET_BITS;
        if (near.count() == 0) {
            // Nothing waits at all: see take.
            bucket = wanted;
        }
        if (wanted <= bucket) {
            near.add(instantNs, rank);
        } else if (wanted - bucket < BUCKETS) {
            int index = (int) wanted & BUCKETS - 1;
            instants[slot] = instantNs;
            ranks[slot] = rank;
            nexts[slot] = heads[index];
            heads[index] = slot;
            filled[index >> 6] |= 1L << index;
            wheelCount++;
        } else {
            far.add(instantNs, rank);
        }
    }

    /// Takes the next action out; the agenda is not empty.
    Runnable take() {
        int slot = (int) near.take() & SLOT_MASK;
        Runnable action = actions[slot];
        actions[slot] = null;
        free[freeCount++] = slot;
        if (near.count() == 0 && wheelCount + far.count() != 0) {
            turn();
        }
        if (action == null) {
            throw new AssertionError("slot " + slot + " is empty");
        }
        return action;
    }

    /// Goes on to the next bucket in which anything is.
    private void turn() {
        long farBucket = far.firstNs() >> BUCKET_BITS;
        long wheelBucket = wheelCount == 0 ? Long.MAX_VALUE : nextFilled();
        bucket = Math.min(farBucket, wheelBucket);
        if (wheelBucket == bucket) {
            int index = (int) bucket & BUCKETS - 1;
            for (int slot = heads[index]; slot != NONE; slot = nexts[slot]) {
                near.add(instants[slot], ranks[slot]);
                wheelCount--;
            }
            heads[index] = NONE;
            filled[index >> 6] &= ~(1L << index);
        }
        while (far.firstNs() >> BUCKET_BITS == bucket) {
            long instantNs = far.firstNs();
            near.add(instantNs, far.take());
        }
    }

    /// The first bucket of the wheel, which is not empty, in which anything is.
    private long nextFilled() {
        int from = (int) (bucket + 1) & BUCKETS - 1;
        int word = from >> 6;
        long bits = filled[word] & -1L << from;
        while (bits == 0) {
            word = word + 1 & filled.length - 1;
            bits = filled[word];
        }
        int index = word << 6 | Long.numberOfTrailingZeros(bits);
        return bucket + 1 + (index - from & BUCKETS - 1);
    }

    private void grow() {
        int capacity = actions.length;
        if (capacity > SLOT_MASK) {
            throw new IllegalStateException("more than " + capacity + " events wait");
        }
        actions = Arrays.copyOf(actions, 2 * capacity);
        instants = Arrays.copyOf(instants, 2 * capacity);
        ranks = Arrays.copyOf(ranks, 2 * capacity);
        nexts = Arrays.copyOf(nexts, 2 * capacity);
        free = Arrays.copyOf(free, 2 * capacity);
        fillFree(capacity, 2 * capacity);
    }

    private void fillFree(int from, int to) {
        for (int slot = to - 1; slot >= from; slot--) {
            free[freeCount++] = slot;
        }
    }
}
