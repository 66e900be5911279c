package netkeep.stack;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Pieces;

/// A link in the stack's own domain: one queue of frames each way. Frames begin with the virtio net header.
public non-sealed interface FramePort extends Port {
    /// Takes the next frame to `at`, where `room` octets are.
    ///
    /// @return its length, 0 when none waits
    int receive(MemorySegment frames, long at, int room);

    /// Whether [#receive(Pieces)] can be called.
    default boolean scatters() {
        return false;
    }

    /// As [#receive(MemorySegment,long,int)], to pieces in turn, which hold [#maxFrame] octets.
    default int receive(Pieces to) {
        throw new UnsupportedOperationException();
    }

    /// A frame that was received, or that a predecessor had received, is in hand: what is to be looked at of it, is
    /// now. Who dies of it leaves its name.
    default void came(MemorySegment frames, long at, int length) {}

    /// Octets of the longest frame that [#receive] gives.
    int maxFrame();
}
