package netkeep.engine.ip;

/// What became of joining or leaving a group.
public enum Joined {
    OK,
    /// The socket is a member already (EADDRINUSE).
    ALREADY,
    /// The socket is no member of it, or has no such source (EADDRNOTAVAIL).
    NOT_JOINED,
    /// What was asked for does not go with how the socket joined (EINVAL).
    MISMATCH,
    /// No room (ENOBUFS).
    FULL,
    /// No link for it (ENODEV).
    NO_LINK
}
