package netkeep.engine.ip;

/// What is told to the sender of a packet that we cannot use.
public enum Problem {
    PORT_UNREACHABLE,
    PROTOCOL_UNREACHABLE,
    /// A rule of the [Filter] refuses it.
    PROHIBITED,
    /// Not all fragments came in time.
    REASSEMBLY_EXCEEDED,
    /// A field is wrong.
    BAD_FIELD,
    UNKNOWN_HEADER,
    UNKNOWN_OPTION,
    /// Told even if the packet went to a group (RFC 4443 §2.4 (e.3)).
    UNKNOWN_OPTION_TO_GROUP,
    /// A first fragment without all headers.
    INCOMPLETE_CHAIN
}
