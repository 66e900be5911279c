package netkeep.session;

/// The bits of a socket's status word.
public final class Status {
    /// The socket is open; without it the socket is free.
    public static final int OPEN = 1;

    public static final int BOUND = 2;
    public static final int LISTENING = 4;

    /// A connect is under way.
    public static final int CONNECTING = 8;

    /// Connected, for TCP since the handshake.
    public static final int CONNECTED = 16;

    /// Nothing comes after rcv.tail: the peer's FIN, a reset, or receiving was shut down.
    public static final int READ_END = 32;

    /// Nothing can be sent any more.
    public static final int WRITE_END = 64;

    /// The connection ended with `error` in the words.
    public static final int FAILED = 128;

    private Status() {}
}
