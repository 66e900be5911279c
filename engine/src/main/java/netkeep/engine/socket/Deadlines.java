package netkeep.engine.socket;

import java.util.Arrays;

/// When to look at whom next: a binary heap of (instant, id), each id in it once at most.
///
/// Derived from the records: an id's instant here is never later than what its record says. It may be earlier: a timer
/// that moves away is not moved here, whoever is looked at too early is put back.
public final class Deadlines {
    public static final long NEVER = Long.MAX_VALUE;

    private static final int NONE = -1;

    private long[] instants = new long[64];
    private int[] ids = new int[64];
    private int[] places = new int[64];
    private int count;

    public Deadlines() {
        Arrays.fill(places, NONE);
    }

    /// Looks at `id` at `instantNs` or before.
    public void by(int id, long instantNs) {
        if (instantNs == NEVER) {
            return;
        }
        if (id >= places.length) {
            int length = places.length;
            places = Arrays.copyOf(places, Math.max(id + 1, 2 * length));
            Arrays.fill(places, length, places.length, NONE);
        }
        int place = places[id];
        if (place == NONE) {
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
                instants = Arrays.copyOf(instants, 2 * count);
            }
            rise(count++, id, instantNs);
        } else if (instantNs < instants[place]) {
            rise(place, id, instantNs);
        }
    }

    /// The earliest instant, or [#NEVER].
    public long firstNs() {
        return count == 0 ? NEVER : instants[0];
    }

    /// Takes an id whose instant is not after `nowNs`: -1 if there is none.
    public int due(long nowNs) {
        if (count == 0 || instants[0] > nowNs) {
            return -1;
        }
        int id = ids[0];
        places[id] = NONE;
        count--;
        if (count > 0) {
            sink(ids[count], instants[count]);
        }
        return id;
    }

    /// The instant at which `id` is looked at, or [#NEVER].
    public long instantNs(int id) {
        return id >= places.length || places[id] == NONE ? NEVER : instants[places[id]];
    }

    private void rise(int from, int id, long instantNs) {
        int place = from;
        while (place > 0) {
            int parent = place - 1 >>> 1;
            if (instants[parent] <= instantNs) {
                break;
            }
            put(place, ids[parent], instants[parent]);
            place = parent;
        }
        put(place, id, instantNs);
    }

    private void sink(int id, long instantNs) {
        int place = 0;
        while (true) {
            int child = 2 * place + 1;
            if (child >= count) {
                break;
            }
            if (child + 1 < count && instants[child + 1] < instants[child]) {
                child++;
            }
            if (instants[child] >= instantNs) {
                break;
            }
            put(place, ids[child], instants[child]);
            place = child;
        }
        put(place, id, instantNs);
    }

    private void put(int place, int id, long instantNs) {
        ids[place] = id;
        instants[place] = instantNs;
        places[id] = place;
    }
}
