package netkeep.session;

/// What a client asks of a stack, in a slot of 64 octets.
///
/// ```text
///   0  op u8 · flags u8 · ticket u16     an answer with this ticket comes in the socket's words
///   4  socket u32
///   8  a      u64                        what the op says
///  16  address, hi and lo                local for BIND, remote for CONNECT, the group for JOIN and LEAVE
///  32  source, hi and lo                 for JOIN and LEAVE, 0 for any
///  48  port   u16 · 50 free u16
///  52  scope  u32                        the link's number, 0 for any
///  56  b      u64
/// ```
public final class Request {
    /// Opens a socket: `a` is the protocol (6 or 17), `b` 1 if it takes IPv6 only, 2 if IPv4 only, 0 both.
    public static final int OPEN = 1;

    /// Binds to address (all zero: any) and port (0: one is chosen).
    public static final int BIND = 2;

    /// Listens with a backlog of `a`.
    public static final int LISTEN = 3;

    /// Connects to address and port; the answer says that it began, the status how it went. For UDP, port 0 undoes
    /// it.
    public static final int CONNECT = 4;

    /// A hint: snd.tail has moved.
    public static final int SEND = 5;

    /// A hint: rcv.head has passed rcv.wake.
    public static final int READ = 6;

    /// Ends receiving (`a` = 1), sending (2) or both (3). Not answered.
    public static final int SHUTDOWN = 7;

    /// Gives the socket back; with `a` = 1 the connection is aborted. Not answered: the socket is free when `life`
    /// grew.
    public static final int CLOSE = 8;

    /// Sets option `a` of [Option] to `b`.
    public static final int OPTION = 9;

    /// The client took this connection from its listener's queue. Not answered.
    public static final int ACCEPTED = 10;

    /// The octet before position `a` is urgent. Not answered.
    public static final int URGENT = 11;

    /// Joins a group: `a` = 0 any source, 1 only `source`, 2 all but `source` from now on (blocks), 3 unblocks it.
    public static final int JOIN = 12;

    /// Leaves a group, or with `a` = 1 one source of it.
    public static final int LEAVE = 13;

    /// Tells what is known of a connection: [ConnectionInfo] lies in the stack's region once it is answered.
    public static final int INFO = 14;

    public static final long OP = 0;
    public static final long FLAGS = 1;
    public static final long TICKET = 2;
    public static final long SOCKET = 4;
    public static final long A = 8;
    public static final long ADDRESS = 16;
    public static final long SOURCE = 32;
    public static final long PORT = 48;
    public static final long SCOPE = 52;
    public static final long B = 56;

    private Request() {}
}
