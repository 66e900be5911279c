package netkeep.client;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.SelectionKey;
import java.util.Arrays;
import netkeep.ring.Region;
import netkeep.session.Event;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import org.jspecify.annotations.Nullable;

/// A socket of the session, as the client sees it: its words, who waits for it, the keys that select it.
///
/// All words are read where they lie; what only this side writes is read back from its own region.
abstract class Endpoint {
    /// Conditions besides those of [SelectionKey] that a [Wait] can be for.
    static final int ANSWERED = 1 << 8;

    static final int FREE = 1 << 9;

    private static final SessionKey[] NONE = {};

    final Session session;
    final int socket;
    protected final Region ours;
    protected final Region theirs;

    /// Where the socket's words lie in either region.
    protected final long our;

    protected final long their;

    /// The values of options that were set.
    final OptionValues options = new OptionValues();

    private final int life;
    private int ticket;
    private volatile SessionKey[] keys = NONE;
    private volatile boolean closed;
    private boolean givenBack;
    private volatile @Nullable Channel channel;
    private volatile @Nullable Wait in;
    private volatile @Nullable Wait out;
    private volatile @Nullable Wait answer;

    Endpoint(Session session, int socket) {
        this.session = session;
        this.socket = socket;
        this.ours = session.ours;
        this.theirs = session.theirs;
        this.our = session.layout.clientWords(socket);
        this.their = session.layout.stackWords(socket);
        this.life = theirs.i32Acquire(their + SessionLayout.LIFE);
    }

    /// Which of these operations would not block now: those of [SelectionKey], within `interest`.
    abstract int readyOps(int interest);

    final int status() {
        return theirs.i32Acquire(their + SessionLayout.STATUS);
    }

    final boolean has(int status) {
        return (status() & status) != 0;
    }

    /// The error number that waits to be told.
    final int error() {
        return theirs.u16(their + SessionLayout.ERROR);
    }

    final InetSocketAddress local() {
        return address(SessionLayout.LOCAL, SessionLayout.LOCAL_PORT);
    }

    final InetSocketAddress remote() {
        return address(SessionLayout.REMOTE, SessionLayout.REMOTE_PORT);
    }

    private InetSocketAddress address(long where, long port) {
        return Addresses.address(
                theirs.i64(their + where),
                theirs.i64(their + where + 8),
                theirs.u16(their + port),
                theirs.u16(their + SessionLayout.LINK));
    }

    // Requests. Those with an answer come from one thread at a time: channels hold their state lock.

    final void open(int protocol, int family) throws IOException {
        session.request(Request.OPEN, socket, 0, protocol, family);
    }

    final int bind(InetAddress address, int port) throws IOException {
        long hi = address.isAnyLocalAddress() ? 0 : Addresses.hi(address);
        long lo = address.isAnyLocalAddress() ? 0 : Addresses.lo(address);
        ticket = nextTicket();
        session.request(Request.BIND, socket, ticket, hi, lo, port, Addresses.scope(address));
        return answer();
    }

    final int connect(InetAddress address, int port) throws IOException {
        ticket = nextTicket();
        session.request(
                Request.CONNECT,
                socket,
                ticket,
                Addresses.hi(address),
                Addresses.lo(address),
                port,
                Addresses.scope(address));
        return answer();
    }

    final int listen(int backlog) throws IOException {
        ticket = nextTicket();
        session.request(Request.LISTEN, socket, ticket, backlog, 0);
        return answer();
    }

    /// Joins or leaves a group: see [Request#JOIN] and [Request#LEAVE].
    final int group(int op, long how, InetAddress group, @Nullable InetAddress source, int link) throws IOException {
        ticket = nextTicket();
        session.group(
                op,
                socket,
                ticket,
                how,
                Addresses.hi(group),
                Addresses.lo(group),
                source == null ? 0 : Addresses.hi(source),
                source == null ? 0 : Addresses.lo(source),
                link);
        return answer();
    }

    /// Sets an option; the stack takes it before any request that follows.
    final void option(int option, long value) throws IOException {
        session.request(Request.OPTION, socket, 0, option, value);
    }

    final void shutdown(int how) throws IOException {
        session.request(Request.SHUTDOWN, socket, 0, how, 0);
        session.pump.submitted();
    }

    private int nextTicket() {
        return ticket == 0xFFFF ? 1 : ticket + 1;
    }

    private int answer() throws IOException {
        session.pump.submitted();
        if (!answered()) {
            Wait wait = answer;
            if (wait == null) {
                wait = new Wait(ANSWERED);
                answer = wait;
            }
            session.pump.await(wait, Long.MAX_VALUE);
        }
        session.check();
        return theirs.i32Acquire(their + SessionLayout.ANSWER) & 0xFFFF;
    }

    private boolean answered() {
        return theirs.i32Acquire(their + SessionLayout.ANSWER) >>> 16 == ticket;
    }

    // Waiting.

    /// Waits until an operation would not block, the endpoint is closed or the session broken.
    ///
    /// @param op       one of [SelectionKey]'s; one thread at a time for OP_WRITE, and one for all others
    /// @return whether it was so before the deadline
    final boolean await(int op, long deadlineNs) {
        boolean writes = op == SelectionKey.OP_WRITE;
        Wait wait = writes ? out : in;
        if (wait == null) {
            wait = new Wait(op);
            if (writes) {
                out = wait;
            } else {
                in = wait;
            }
        }
        wait.op = op;
        return session.pump.await(wait, deadlineNs);
    }

    /// Waits until the stack has given the socket back.
    final void awaitFree(long deadlineNs) {
        Wait wait = new Wait(FREE);
        answer = wait;
        session.pump.await(wait, deadlineNs);
    }

    private boolean holds(int op) {
        return switch (op) {
            case ANSWERED -> answered() || session.broken();
            case FREE -> free() || session.broken();
            default -> closed || session.broken() || readyOps(op) != 0;
        };
    }

    /// Whether the socket of this endpoint is another's by now.
    final boolean free() {
        return theirs.i32Acquire(their + SessionLayout.LIFE) != life;
    }

    // What happens to it: called by the thread that dispatches.

    /// @param what bits of [Event]
    void happened(int what) {
        if (what == Event.ANSWER) {
            wake(answer);
            return;
        }
        if ((what & Event.WRITE | what & Event.STATE) != 0) {
            wake(out);
        }
        if ((what & ~Event.WRITE) != 0) {
            wake(in);
            if ((what & (Event.ANSWER | Event.STATE)) != 0) {
                wake(answer);
            }
        }
        for (SessionKey key : keys) {
            key.happened();
        }
    }

    /// This side changed something: all that wait look up.
    final void lookUp() {
        VarHandle.fullFence();
        happened(Event.READ | Event.WRITE | Event.STATE);
    }

    private void wake(@Nullable Wait wait) {
        if (wait != null) {
            session.pump.wake(wait);
        }
    }

    /// Adds a key that wants to hear of events.
    final void add(SessionKey key) {
        synchronized (this) {
            SessionKey[] more = Arrays.copyOf(keys, keys.length + 1);
            more[keys.length] = key;
            keys = more;
        }
        VarHandle.fullFence();
    }

    final void remove(SessionKey key) {
        synchronized (this) {
            SessionKey[] rest = new SessionKey[keys.length - 1];
            int kept = 0;
            for (SessionKey each : keys) {
                if (each != key) {
                    rest[kept++] = each;
                }
            }
            keys = kept == 0 ? NONE : rest;
        }
    }

    /// Nobody is to use it any more: all that wait look up.
    final void close() {
        closed = true;
        VarHandle.fullFence();
        wake(in);
        wake(out);
    }

    final boolean closed() {
        return closed;
    }

    /// Gives the socket back, once, when no thread uses its words any more.
    ///
    /// @param abort whether to reset the connection
    /// @return whether this call did it
    final boolean giveBack(boolean abort) {
        if (givenBack) {
            return false;
        }
        givenBack = true;
        session.leave(this, abort);
        return true;
    }

    /// The channel over this endpoint.
    final void channel(Channel over) {
        channel = over;
    }

    /// Closes the channel over this endpoint.
    final void closeChannel() {
        Channel over = channel;
        if (over != null) {
            try {
                over.close();
            } catch (IOException e) {
                throw new AssertionError(e); // closing a channel of ours throws nothing
            }
        }
    }

    /// What a thread waits for on this endpoint.
    private final class Wait extends Waiter {
        private int op;

        Wait(int op) {
            this.op = op;
        }

        @Override
        public boolean ready() {
            return holds(op);
        }
    }
}
