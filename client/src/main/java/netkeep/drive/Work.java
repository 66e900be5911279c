package netkeep.drive;

/// What a [Driver] drives: a session, and the stack under it where that is in this process. One thread at a time calls
/// it.
public interface Work {
    /// A turn over frames and requests, then tells all whom its events concern.
    ///
    /// @return how much there was to do
    int turn(long nowNs);

    /// As [#turn], over requests alone.
    int requestsTurn(long nowNs);

    /// When to call [#turn] although nothing arrives.
    long deadlineNs();

    /// Nobody will call [#turn] for a while: says so to whom it concerns, then looks once more. [#awake] ends
    /// it, either way.
    ///
    /// @return whether there is nothing to do
    default boolean maySleep() {
        return true;
    }

    /// Whoever said [#maySleep] is awake.
    default void awake() {}

    /// A turn threw: nothing can be relied on any more.
    void broken(Throwable why);
}
