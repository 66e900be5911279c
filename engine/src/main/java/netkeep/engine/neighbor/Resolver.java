package netkeep.engine.neighbor;

import java.lang.foreign.MemorySegment;

/// What the neighbor table asks of the protocols that resolve addresses.
public interface Resolver {
    /// Asks for a neighbor's hardware address.
    ///
    /// @param mac      where to ask: the address it had, or 0 to ask everybody
    /// @param sourceHi sourceLo the source of the packet that waits for it, unspecified if none does
    void solicit(int link, long hi, long lo, long mac, long sourceHi, long sourceLo, long nowNs);

    /// A neighbor did not answer and is forgotten.
    void failed(int link, long hi, long lo, long nowNs);

    /// A frame that waited for a neighbor is given up: the neighbor does not answer.
    ///
    /// @param at where its virtio header begins
    void undeliverable(int link, MemorySegment frame, long at, int length, long nowNs);
}
