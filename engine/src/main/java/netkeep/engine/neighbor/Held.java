package netkeep.engine.neighbor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import netkeep.engine.ledger.Outgoing;
import netkeep.ring.Pieces;
import netkeep.wire.Octets;
import netkeep.wire.VirtioNetHeader;

/// Frames that wait until their neighbor's address is known: a bounded number, bounded for each neighbor too. All of it
/// may be lost: what is above sends again.
final class Held {
    /// Frames that wait for one neighbor. RFC 4861 §7.2.2: at least one; the newest replaces the oldest.
    static final int PER_NEIGHBOR = 4;

    /// Octets of the longest frame that is held.
    static final int LONGEST = 2048;

    private static final int FREE = -1;
    private static final int FRAMES = 64;

    // Made when the first frame is held.
    private MemorySegment memory = MemorySegment.NULL;

    // May be lost: whom each frame waits for, how long it is, and in which order they came.
    private final int[] neighbors = new int[FRAMES];
    private final int[] lengths = new int[FRAMES];
    private final long[] numbers = new long[FRAMES];
    private long last;

    Held() {
        Arrays.fill(neighbors, FREE);
    }

    /// Keeps a copy of a frame.
    ///
    /// @return whether it is held; else it was too long
    boolean hold(int neighbor, Pieces frame) {
        int length = frame.total();
        if (length > LONGEST) {
            return false;
        }
        if (memory.byteSize() == 0) {
            memory = Arena.ofAuto().allocate((long) FRAMES * LONGEST, 8);
        }
        int place = place(neighbor);
        frame.gather(memory, (long) place * LONGEST);
        neighbors[place] = neighbor;
        lengths[place] = length;
        numbers[place] = ++last;
        return true;
    }

    /// Whether a frame waits for that neighbor.
    boolean waits(int neighbor) {
        for (int holder : neighbors) {
            if (holder == neighbor) {
                return true;
            }
        }
        return false;
    }

    /// Sends what waited, in its order, to the address now known.
    ///
    /// @return whether anything did
    boolean release(int neighbor, int link, long mac, Outgoing outgoing) {
        boolean any = false;
        for (int place = oldest(neighbor); place >= 0; place = oldest(neighbor)) {
            neighbors[place] = FREE;
            any = true;
            if (outgoing.room() == 0) {
                continue;
            }
            long head = outgoing.head();
            MemorySegment.copy(memory, (long) place * LONGEST, outgoing.heads(), head, lengths[place]);
            Octets.u48(outgoing.heads(), head + VirtioNetHeader.LENGTH, mac);
            outgoing.pieces().add(outgoing.heads(), head, lengths[place]);
            outgoing.give(link);
        }
        return any;
    }

    /// Gives up what waited, in its order.
    void giveUp(int neighbor, int link, Resolver resolver, long nowNs) {
        for (int place = oldest(neighbor); place >= 0; place = oldest(neighbor)) {
            neighbors[place] = FREE;
            resolver.undeliverable(link, memory, (long) place * LONGEST, lengths[place], nowNs);
        }
    }

    void forget(int neighbor) {
        for (int place = 0; place < FRAMES; place++) {
            if (neighbors[place] == neighbor) {
                neighbors[place] = FREE;
            }
        }
    }

    /// Where the next frame for a neighbor goes: a free place, the oldest of its own, the oldest of all.
    private int place(int neighbor) {
        int own = 0;
        int free = FREE;
        int oldest = 0;
        int oldestOwn = 0;
        for (int place = 0; place < FRAMES; place++) {
            if (neighbors[place] == FREE) {
                free = free == FREE ? place : free;
                continue;
            }
            oldest = neighbors[oldest] == FREE || numbers[place] < numbers[oldest] ? place : oldest;
            if (neighbors[place] == neighbor) {
                oldestOwn = own == 0 || numbers[place] < numbers[oldestOwn] ? place : oldestOwn;
                own++;
            }
        }
        if (own >= PER_NEIGHBOR) {
            return oldestOwn;
        }
        return free != FREE ? free : oldest;
    }

    private int oldest(int neighbor) {
        int oldest = FREE;
        for (int place = 0; place < FRAMES; place++) {
            if (neighbors[place] == neighbor && (oldest == FREE || numbers[place] < numbers[oldest])) {
                oldest = place;
            }
        }
        return oldest;
    }
}
