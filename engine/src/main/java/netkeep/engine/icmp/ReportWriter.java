package netkeep.engine.icmp;

/// Lays down reports of groups, in IGMP or in MLD.
interface ReportWriter {
    /// Begins a report of the newest version.
    ///
    /// @return false if this turn can send no more
    boolean begin(int link);

    /// How many sources a report has room for that has one record, below 1 if none.
    int most(int link);

    /// Adds a record whose sources follow.
    ///
    /// @return false if it does not fit any more
    boolean record(int type, long hi, long lo, int sources);

    void source(long hi, long lo);

    /// Sends what was begun, if there is a record in it.
    void end();

    /// Sends a report of an older version.
    void report(int link, int version, long hi, long lo);

    /// Says in an older version that a group is left.
    void leave(int link, int version, long hi, long lo);
}
