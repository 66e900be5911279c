package netkeep.stack;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Pieces;

/// What a stack sees of a link: one queue of frames each way. Frames begin with the virtio net header.
public interface FramePort {
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

    /// Sends a frame; keeps no reference to its pieces.
    ///
    /// @return false when there is no room now: the frame was not taken
    boolean transmit(Pieces frame);

    /// Octets of the longest frame that [#receive] gives.
    int maxFrame();

    /// When to call [#receive] although nothing says so, [Long#MAX_VALUE] for never.
    long deadlineNs();

    /// Tells why the frame that was received last was dropped.
    void dropped(String reason);
}
