package netkeep.session;

/// What a stack tells a client: one word, a hint to look at a socket's words.
///
/// ```text
/// 63       56 55                32 31                          0
/// +----------+--------------------+-----------------------------+
/// |  what  8 |      child  24     |          socket  32         |
/// +----------+--------------------+-----------------------------+
/// ```
public final class Event {
    /// rcv.tail, or the end of what can be read, moved.
    public static final int READ = 1;

    /// snd.edge passed snd.wake.
    public static final int WRITE = 2;

    /// A connection waits to be accepted: `child` is its socket.
    public static final int ACCEPT = 4;

    /// A request was answered.
    public static final int ANSWER = 8;

    /// The status changed: connected, failed, reset, free.
    public static final int STATE = 16;

    private Event() {}

    public static long of(int what, int socket, int child) {
        return (long) what << 56 | (long) child << 32 | Integer.toUnsignedLong(socket);
    }

    public static int what(long event) {
        return (int) (event >>> 56);
    }

    public static int child(long event) {
        return (int) (event >>> 32) & 0xFFFFFF;
    }

    public static int socket(long event) {
        return (int) event;
    }
}
