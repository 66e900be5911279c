package netkeep.stack;

/// What a stack sees of a link.
public sealed interface Port permits FramePort, RingPort {
    /// When to call the stack although nothing says so, [Long#MAX_VALUE] for never.
    long deadlineNs();

    /// Tells why the frame that was received last was dropped.
    void dropped(String reason);
}
