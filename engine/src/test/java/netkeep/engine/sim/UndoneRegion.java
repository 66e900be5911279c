package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.ring.Region;

/// A region whose stores can be taken back: a successor can be built on the memory of an engine that lives on.
public final class UndoneRegion extends Region {
    private record Store(long at, MemorySegment before) {}

    private final List<Store> stores = new ArrayList<>();

    public UndoneRegion(MemorySegment memory) {
        super(memory);
    }

    /// Takes all stores back.
    public void undo() {
        for (int index = stores.size() - 1; index >= 0; index--) {
            Store store = stores.get(index);
            MemorySegment.copy(store.before, 0, memory(), store.at, store.before.byteSize());
        }
        stores.clear();
    }

    private void note(long at, long length) {
        MemorySegment before = MemorySegment.ofArray(new byte[(int) length]);
        MemorySegment.copy(memory(), at, before, 0, length);
        stores.add(new Store(at, before));
    }

    @Override
    public void u8(long at, int value) {
        note(at, 1);
        super.u8(at, value);
    }

    @Override
    public void u16(long at, int value) {
        note(at, 2);
        super.u16(at, value);
    }

    @Override
    public void i32(long at, int value) {
        note(at, 4);
        super.i32(at, value);
    }

    @Override
    public void i64(long at, long value) {
        note(at, 8);
        super.i64(at, value);
    }

    @Override
    public void i32Release(long at, int value) {
        note(at, 4);
        super.i32Release(at, value);
    }

    @Override
    public void i64Release(long at, long value) {
        note(at, 8);
        super.i64Release(at, value);
    }

    @Override
    public void copy(long at, MemorySegment from, long fromAt, long length) {
        note(at, length);
        super.copy(at, from, fromAt, length);
    }

    @Override
    public void copy(long at, long[] from, int fromAt, int count) {
        note(at, 8L * count);
        super.copy(at, from, fromAt, count);
    }

    @Override
    public void clear(long at, long length) {
        note(at, length);
        super.clear(at, length);
    }
}
