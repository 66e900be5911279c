package netkeep.engine.neighbor;

/// Where a neighbor's variables lie in its record.
///
/// ```text
/// slot:  0  tag u64
///        8  address, hi and lo
///       24  mac        u64   meaningless while INCOMPLETE
///       32  link u16 · state u8 · tries u8 · router u8
///       40  deadlineNs u64   REACHABLE: until when; INCOMPLETE, DELAY, PROBE: the next step; else NEVER
///       48  changedNs  u64   when mac was learned or confirmed last
///       56  usedNs     u64   when it was sent to last, give or take a second
/// ```
final class NeighborRecord {
    static final int SLOT = 64;

    static final long HI = 8;
    static final long LO = 16;
    static final long MAC = 24;
    static final long LINK = 32;
    static final long STATE = 34;
    static final long TRIES = 35;
    static final long ROUTER = 36;
    static final long DEADLINE_NS = 40;
    static final long CHANGED_NS = 48;
    static final long USED_NS = 56;

    private NeighborRecord() {}
}
