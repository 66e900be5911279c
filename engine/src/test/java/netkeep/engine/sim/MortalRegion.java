package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Region;

/// A region whose writer can die at any store.
public final class MortalRegion extends Region {
    /// No word of the region has a fence behind it.
    public static final long NONE = -1;

    private final Mortality mortality;
    private final long fenced;

    /// @param fenced where the one word lies whose release stores have a fence behind them, or [#NONE]
    public MortalRegion(MemorySegment memory, Mortality mortality, long fenced) {
        super(memory);
        this.mortality = mortality;
        this.fenced = fenced;
    }

    @Override
    public void u8(long at, int value) {
        mortality.before(memory(), at, 1);
        super.u8(at, value);
        mortality.after();
    }

    @Override
    public void u16(long at, int value) {
        mortality.before(memory(), at, 2);
        super.u16(at, value);
        mortality.after();
    }

    @Override
    public void i32(long at, int value) {
        mortality.before(memory(), at, 4);
        super.i32(at, value);
        mortality.after();
    }

    @Override
    public void i64(long at, long value) {
        mortality.before(memory(), at, 8);
        super.i64(at, value);
        mortality.after();
    }

    @Override
    public void i32Release(long at, int value) {
        mortality.before(memory(), at, 4);
        super.i32Release(at, value);
        mortality.released(at == fenced);
    }

    @Override
    public void i64Release(long at, long value) {
        mortality.before(memory(), at, 8);
        super.i64Release(at, value);
        mortality.released(at == fenced);
    }

    @Override
    public void copy(long at, MemorySegment from, long fromAt, long length) {
        mortality.before(memory(), at, length);
        super.copy(at, from, fromAt, length);
        mortality.after();
    }

    @Override
    public void copy(long at, long[] from, int fromAt, int count) {
        mortality.before(memory(), at, 8L * count);
        super.copy(at, from, fromAt, count);
        mortality.after();
    }

    @Override
    public void clear(long at, long length) {
        mortality.before(memory(), at, length);
        super.clear(at, length);
        mortality.after();
    }
}
