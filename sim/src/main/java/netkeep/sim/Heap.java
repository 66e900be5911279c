package netkeep.sim;

import java.util.Arrays;

/// A heap of four children a node, ordered by instant and, within an instant, by rank; in two arrays of longs.
final class Heap {
    private static final int FIRST_CAPACITY = 64;

    private long[] instants = new long[FIRST_CAPACITY];
    private long[] ranks = new long[FIRST_CAPACITY];
    private int count;

    int count() {
        return count;
    }

    /// The first instant, or [World#NEVER].
    long firstNs() {
        return count == 0 ? World.NEVER : instants[0];
    }

    void add(long instantNs, long rank) {
        if (count == instants.length) {
            instants = Arrays.copyOf(instants, 2 * count);
            ranks = Arrays.copyOf(ranks, 2 * count);
        }
        int node = count++;
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

    /// Takes the first out and answers its rank; the heap is not empty.
    long take() {
        long first = ranks[0];
        count--;
        if (count != 0) {
            siftDown(instants[count], ranks[count]);
        }
        return first;
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
}
