package netkeep.engine.dhcp;

/// The states of a client, RFC 2131 §4.4.
public enum DhcpState {
    /// It was not asked to get an address.
    OFF,

    /// About to ask.
    INIT,

    /// It asked all servers, and takes the first offer.
    SELECTING,

    /// It asked for what one server has offered.
    REQUESTING,

    /// It has an address.
    BOUND,

    /// T1 has passed: it asks its server to lend it longer.
    RENEWING,

    /// T2 has passed: it asks all servers.
    REBINDING,

    /// Somebody else has the address: its server is about to be told.
    DECLINING;

    private static final DhcpState[] ALL = values();

    static DhcpState of(int number) {
        return ALL[number];
    }

    @SuppressWarnings("EnumOrdinal")
    int number() {
        return ordinal();
    }

    /// Whether there is an address.
    public boolean bound() {
        return this == BOUND || this == RENEWING || this == REBINDING;
    }
}
