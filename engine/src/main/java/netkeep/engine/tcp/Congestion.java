package netkeep.engine.tcp;

/// A congestion controller: how cwnd grows, and how much is left after a loss. Its variables are in the records.
interface Congestion {
    /// `octets` were newly acknowledged while cwnd limited the sender, in congestion avoidance.
    void acknowledged(Tcb tcb, Flow flow, int octets, int mss, long nowNs);

    /// A loss was found: the new ssthresh; also forgets what belonged to the epoch before.
    int reduced(Tcb tcb, Flow flow, int flightSize, int mss);

    /// The loss was found by a time-out; follows [#reduced].
    void timedOut(Flow flow);

    /// An acknowledgment came while something else than cwnd limited the sender, in congestion avoidance.
    void unused(Flow flow);

    /// The reduction turned out to be needless.
    void undone(Tcb tcb, Flow flow);
}
