package netkeep.embedded;

/// What a [Driver] drives: a stack and the session over it. One thread at a time calls it.
interface Work {
    /// A turn over frames and requests, then tells all whom its events concern.
    ///
    /// @return how much there was to do
    int turn(long nowNs);

    /// As [#turn], over requests alone.
    int requestsTurn(long nowNs);

    /// When to call [#turn] although nothing arrives.
    long deadlineNs();

    /// A turn threw: nothing can be relied on any more.
    void broken(Throwable why);
}
