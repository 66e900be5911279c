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
    /// Frames that wait for one neighbor, of [#MOST] in all. RFC 4861 §7.2.2: at least one; the newest replaces the
    /// oldest. A datagram of 64 KiB is 45 of them.
    static final int PER_NEIGHBOR = 48;

    private static final int MOST = 64;

    /// Where frames are long there are fewer, but these.
    private static final int FEWEST = 16;

    private static final int MEMORY = 1 << 20;

    /// Octets of a place at least: somewhat more than most links' frames have.
    private static final int SHORTEST = 2048;

    private static final int NONE = -1;
    private static final int FREE = -1;

    /// Its frame goes from where it lies when the turn ends.
    private static final int SENT = -2;

    private final int longest;
    private final int perNeighbor;

    // Made when the first frame is held.
    private MemorySegment memory = MemorySegment.NULL;

    // May be lost: whom each frame waits for, how long it is, and in which order they came; in which turn it was sent.
    private final int[] neighbors;
    private final int[] lengths;
    private final long[] numbers;
    private long last;

    /// @param longest octets of the longest frame that holds one packet
    Held(int longest) {
        this.longest = Math.max(longest, SHORTEST);
        int places = Math.clamp(MEMORY / this.longest, FEWEST, MOST);
        this.perNeighbor = places * PER_NEIGHBOR / MOST;
        this.neighbors = new int[places];
        this.lengths = new int[places];
        this.numbers = new long[places];
        Arrays.fill(neighbors, FREE);
    }

    /// Keeps a copy of a frame.
    ///
    /// @return whether it is held; else it was too long, or there is no room in this turn
    boolean hold(int neighbor, Pieces frame, Outgoing outgoing) {
        int length = frame.total();
        int place = length > longest ? NONE : place(neighbor, outgoing.turn());
        if (place == NONE) {
            return false;
        }
        if (memory.byteSize() == 0) {
            memory = Arena.ofAuto().allocate((long) neighbors.length * longest, 8);
        }
        frame.gather(memory, (long) place * longest);
        neighbors[place] = neighbor;
        lengths[place] = length;
        numbers[place] = ++last;
        return true;
    }

    /// Sends what waited, in its order, to the address now known.
    ///
    /// @return whether anything did
    boolean release(int neighbor, int link, long mac, Outgoing outgoing) {
        boolean any = false;
        for (int place = oldest(neighbor); place != NONE; place = oldest(neighbor)) {
            neighbors[place] = FREE;
            any = true;
            if (outgoing.room() != 0) {
                send(place, mac, outgoing);
                outgoing.give(link);
            }
        }
        return any;
    }

    private void send(int place, long mac, Outgoing outgoing) {
        long from = (long) place * longest;
        long head = outgoing.head();
        int first = Math.min(lengths[place], Outgoing.HEAD);
        MemorySegment.copy(memory, from, outgoing.heads(), head, first);
        Octets.u48(outgoing.heads(), head + VirtioNetHeader.LENGTH, mac);
        Pieces pieces = outgoing.pieces();
        pieces.add(outgoing.heads(), head, first);
        if (first < lengths[place]) {
            pieces.add(memory, from + first, lengths[place] - first);
            neighbors[place] = SENT;
            numbers[place] = outgoing.turn();
        }
    }

    /// Where in [#memory] the oldest frame begins that waits for a neighbor, -1 if none does.
    long first(int neighbor) {
        int place = oldest(neighbor);
        return place == NONE ? -1 : (long) place * longest;
    }

    MemorySegment memory() {
        return memory;
    }

    /// Gives up what waited, in its order.
    void giveUp(int neighbor, int link, Resolver resolver, long nowNs) {
        for (int place = oldest(neighbor); place != NONE; place = oldest(neighbor)) {
            neighbors[place] = FREE;
            resolver.undeliverable(link, memory, (long) place * longest, lengths[place], nowNs);
        }
    }

    /// Where the next frame for a neighbor goes: a free place, the oldest of its own, the oldest of all.
    private int place(int neighbor, long turn) {
        int own = 0;
        int free = NONE;
        int oldest = NONE;
        int oldestOwn = NONE;
        for (int place = 0; place < neighbors.length; place++) {
            if (neighbors[place] == FREE || neighbors[place] == SENT && numbers[place] != turn) {
                free = place;
            } else if (neighbors[place] != SENT) {
                oldest = older(place, oldest);
                if (neighbors[place] == neighbor) {
                    oldestOwn = older(place, oldestOwn);
                    own++;
                }
            }
        }
        if (own >= perNeighbor) {
            return oldestOwn;
        }
        return free != NONE ? free : oldest;
    }

    private int oldest(int neighbor) {
        int oldest = NONE;
        for (int place = 0; place < neighbors.length; place++) {
            oldest = neighbors[place] == neighbor ? older(place, oldest) : oldest;
        }
        return oldest;
    }

    private int older(int place, int other) {
        return other == NONE || numbers[place] < numbers[other] ? place : other;
    }
}
