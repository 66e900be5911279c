package netkeep.servers.loop;

/// What happens by itself when its time comes.
public interface Deadlines {
    /// No deadline at all.
    long NEVER = Long.MAX_VALUE;

    /// For servers that wait for nothing.
    Deadlines NONE = nowNs -> NEVER;

    /// Does all that is due.
    ///
    /// @return when to come back at the latest, or [#NEVER]
    long expire(long nowNs);
}
