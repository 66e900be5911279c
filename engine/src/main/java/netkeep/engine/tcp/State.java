package netkeep.engine.tcp;

/// The states of a connection, RFC 9293 §3.3.2.
///
/// [#after] is the RFC's diagram (Figure 5) with what §3.10 adds to it: which state follows which event, and nothing
/// more. What is sent, kept or armed on the way stands at the step of §3.10 that says so. The order is part of the
/// ledger's layout.
public enum State {
    CLOSED,
    LISTEN,
    SYN_SENT,
    SYN_RECEIVED,
    ESTABLISHED,
    FIN_WAIT_1,
    FIN_WAIT_2,
    CLOSE_WAIT,
    CLOSING,
    LAST_ACK,
    TIME_WAIT;

    /// What moves a connection. What comes from the wire counts only once RFC 9293 §3.10.7 found the segment
    /// acceptable.
    public enum Event {
        OPEN_PASSIVE,
        OPEN_ACTIVE,
        CLOSE,
        TIME_WAIT_ENDS,
        SYN,
        ACK_OF_SYN,
        FIN,
        ACK_OF_FIN,
        /// The peer's RST or the user's ABORT.
        RESET
    }

    private static final State[] ALL = values();

    static State of(int ordinal) {
        return ALL[ordinal];
    }

    /// Whether a record can say so.
    static boolean is(int ordinal) {
        return ordinal >= 0 && ordinal < ALL.length;
    }

    /// The state after `event`. An event that a state has no use for leaves it as it is.
    public State after(Event event) {
        return switch (event) {
            case OPEN_PASSIVE -> this == CLOSED ? LISTEN : this;
            case OPEN_ACTIVE -> this == CLOSED || this == LISTEN ? SYN_SENT : this;
            case CLOSE -> afterClose();
            case TIME_WAIT_ENDS -> this == TIME_WAIT ? CLOSED : this;
            case SYN -> this == LISTEN || this == SYN_SENT ? SYN_RECEIVED : this;
            case ACK_OF_SYN -> this == SYN_SENT || this == SYN_RECEIVED ? ESTABLISHED : this;
            case FIN -> afterFin();
            case ACK_OF_FIN -> afterAckOfFin();
            case RESET -> CLOSED;
        };
    }

    private State afterClose() {
        return switch (this) {
            case LISTEN, SYN_SENT -> CLOSED;
            case SYN_RECEIVED, ESTABLISHED -> FIN_WAIT_1;
            case CLOSE_WAIT -> LAST_ACK;
            case CLOSED, FIN_WAIT_1, FIN_WAIT_2, CLOSING, LAST_ACK, TIME_WAIT -> this;
        };
    }

    private State afterFin() {
        return switch (this) {
            case SYN_RECEIVED, ESTABLISHED -> CLOSE_WAIT;
            case FIN_WAIT_1 -> CLOSING;
            case FIN_WAIT_2 -> TIME_WAIT;
            case CLOSED, LISTEN, SYN_SENT, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT -> this;
        };
    }

    private State afterAckOfFin() {
        return switch (this) {
            case FIN_WAIT_1 -> FIN_WAIT_2;
            case CLOSING -> TIME_WAIT;
            case LAST_ACK -> CLOSED;
            case CLOSED, LISTEN, SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_2, CLOSE_WAIT, TIME_WAIT -> this;
        };
    }

    /// Whether a handshake made the sequence numbers of both ends known.
    boolean synchronised() {
        return compareTo(ESTABLISHED) >= 0;
    }

    /// Whether octets of the user may still be sent.
    boolean sends() {
        return this == ESTABLISHED || this == CLOSE_WAIT;
    }

    /// Whether text from the peer is still taken.
    boolean receives() {
        return this == ESTABLISHED || this == FIN_WAIT_1 || this == FIN_WAIT_2;
    }
}
