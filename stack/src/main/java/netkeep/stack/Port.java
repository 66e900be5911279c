package netkeep.stack;

import netkeep.ring.Pieces;

/// What a stack sees of a link.
public sealed interface Port permits FramePort, RingPort {
    /// Sends a frame; keeps no reference to its pieces.
    ///
    /// @return false when there is no room now: the frame was not taken
    boolean transmit(Pieces frame);

    /// When to call the stack although nothing says so, [Long#MAX_VALUE] for never.
    long deadlineNs();

    /// Tells why the frame that was received last was dropped.
    void dropped(String reason);
}
