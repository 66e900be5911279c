package netkeep.sim;

import java.lang.foreign.MemorySegment;

/// Where frames arrive.
@FunctionalInterface
public interface Receiver {
    /// A frame arrived.
    ///
    /// @param frames memory that is the receiver's to change until this returns, and not longer
    void arrives(MemorySegment frames, long at, int length, long nowNs);
}
