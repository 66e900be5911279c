package netkeep.engine.ip;

/// What an address of ours may be used for.
public enum AddressState {
    /// The record is free.
    FREE,
    /// Being tested, and not used (RFC 4862 §5.4, RFC 5227 §2.1).
    TENTATIVE,
    /// Being tested while in use (RFC 4429).
    OPTIMISTIC,
    /// In use.
    ASSIGNED,
    /// Somebody else has it; not used.
    DUPLICATE;

    private static final AddressState[] ALL = values();

    static AddressState of(int ordinal) {
        return ALL[ordinal];
    }

    /// Whether packets may come to it and go out with it.
    boolean usable() {
        return this == OPTIMISTIC || this == ASSIGNED;
    }
}
