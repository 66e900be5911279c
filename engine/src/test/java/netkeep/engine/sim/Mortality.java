package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// One process's death: ends its run at one of its stores, and decides which stores before that had arrived.
///
/// What a compiler may reorder is what arrives in part: a plain store may be left behind by any plain store after it,
/// and a release store by plain stores after it; no store is left behind by a release store after it. Stores to the
/// same place keep their order. So at death any of the stores since the last release store, and that one too, may be
/// missing, unless a fence followed it.
public final class Mortality {
    /// Never dies.
    public static final long NEVER = Long.MAX_VALUE;

    /// Pieces in which a longer store may arrive.
    private static final int WORD = 8;

    /// A store that may still be missing at death. What it replaced and what it brought are both kept.
    private record Store(MemorySegment memory, long at, MemorySegment before, MemorySegment after) {}

    private final RandomGenerator luck;
    private final List<Store> loose = new ArrayList<>();
    private long stores;
    private long last = NEVER;
    private boolean dead;

    public Mortality(RandomGenerator luck) {
        this.luck = luck;
    }

    /// Stores so far, and other steps of which [#step] was told.
    public long stores() {
        return stores;
    }

    public boolean dead() {
        return dead;
    }

    /// Says at which store, counted from the first ever, it dies: that one does not happen.
    public void dieAt(long store) {
        last = store;
        loose.clear();
    }

    /// Others look at what was stored so far: nothing of it can be missing any more.
    public void seen() {
        loose.clear();
    }

    /// A step that others see, for example a frame handed to a link, and that is no store. It happens, or it throws.
    public void step() {
        if (dead || stores == last) {
            dead = true;
            throw new Killed();
        }
        stores++;
    }

    /// Takes from memory what had not arrived. A successor may begin then.
    public void bury() {
        for (int index = loose.size() - 1; index >= 0; index--) {
            Store store = loose.get(index);
            MemorySegment.copy(store.before, 0, store.memory, store.at, store.before.byteSize());
        }
        for (Store store : loose) {
            arrive(store);
        }
        loose.clear();
        dead = false;
        last = NEVER;
    }

    private void arrive(Store store) {
        long length = store.after.byteSize();
        if (length <= WORD) {
            if (luck.nextBoolean()) {
                MemorySegment.copy(store.after, 0, store.memory, store.at, length);
            }
            return;
        }
        // A copy is many stores: all of them, none, or some arrived.
        int fate = luck.nextInt(3);
        for (long from = 0; from < length; from += WORD) {
            if (fate == 0 || fate == 1 && luck.nextBoolean()) {
                MemorySegment.copy(store.after, from, store.memory, store.at + from, Math.min(WORD, length - from));
            }
        }
    }

    /// About to store `length` octets at a place.
    void before(MemorySegment memory, long at, long length) {
        step();
        if (last == NEVER) {
            return;
        }
        MemorySegment octets = octets(memory, at, length);
        loose.add(new Store(memory, at, octets, octets));
    }

    /// The store announced by [#before] was made.
    void after() {
        if (last == NEVER) {
            return;
        }
        int index = loose.size() - 1;
        Store store = loose.get(index);
        MemorySegment after = octets(store.memory, store.at, store.before.byteSize());
        loose.set(index, new Store(store.memory, store.at, store.before, after));
    }

    /// The store announced by [#before] was made, with release; `fenced` if no store after it can pass it.
    void released(boolean fenced) {
        if (last == NEVER) {
            return;
        }
        after();
        Store store = loose.removeLast();
        loose.clear();
        if (!fenced) {
            loose.add(store);
        }
    }

    private static MemorySegment octets(MemorySegment memory, long at, long length) {
        MemorySegment octets = MemorySegment.ofArray(new byte[(int) length]);
        MemorySegment.copy(memory, at, octets, 0, length);
        return octets;
    }
}
