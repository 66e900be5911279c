package netkeep.placement;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.engine.Engine;

/// Dies of some inputs, in trials: of a frame in whose last eight octets it says so, and of a request that there is
/// not.
final class Poison implements Engine.Trial {
    /// At the end of a poisonous frame: it throws.
    private static final long THROWS = 0x6e65_746b_6565_7021L;

    /// The same: it never ends.
    private static final long HANGS = 0x6e65_746b_6565_703fL;

    /// The op of a poisonous request.
    private static final int REQUEST = 250;

    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(java.nio.ByteOrder.BIG_ENDIAN);

    @Override
    public void frame(MemorySegment frames, long at, int length) {
        long end = length < Long.BYTES ? 0 : frames.get(LONG, at + length - Long.BYTES);
        if (end == THROWS) {
            throw new IllegalStateException("a poisonous frame");
        }
        while (end == HANGS) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void request(int op) {
        if (op == REQUEST) {
            throw new IllegalStateException("a poisonous request");
        }
    }
}
