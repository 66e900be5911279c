package netkeep.engine.neighbor;

/// The states of a neighbor, RFC 4861 §7.3.2. ARP's entries have the same.
public enum NeighborState {
    /// No neighbor: the record is free.
    FREE,
    /// It was asked for and has not answered yet.
    INCOMPLETE,
    /// It is known to have heard us a short while ago.
    REACHABLE,
    /// Its address is known, but not whether it is there.
    STALE,
    /// Used while stale: what is above may yet confirm it.
    DELAY,
    /// Asked by unicast whether it is there.
    PROBE;

    private static final NeighborState[] ALL = values();

    static NeighborState of(int ordinal) {
        return ALL[ordinal];
    }
}
