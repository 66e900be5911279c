package netkeep.client;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.SelectionKey;
import netkeep.session.Event;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import org.jspecify.annotations.Nullable;

/// A socket of the session, as the client sees it: its words, who waits for it, the keys that select it.
///
/// All words are read where they lie; what only this side writes is read back from its own region.
abstract class Endpoint {
    /// Conditions besides those of [SelectionKey] that a [Wait] can be for.
    static final int ANSWERED = 1 << 8;

    static final int HEARD = 1 << 9;

    final Session session;
    final int socket;

    /// The values of options that were set; changed by one thread at a time.
    volatile OptionValues options = OptionValues.NONE;

    private final int life;

    /// The rcv.wake for which the stack was told last that it was passed, by the thread that reads.
    private long told;

    private volatile boolean closed;
    private boolean givenBack;
    private volatile @Nullable SelectingKeys keys;
    private volatile @Nullable Channel channel;

    /// What the threads that wait, wait for: one to write, one for the answer to a request, one for anything else.
    private volatile @Nullable Wait out;

    private volatile @Nullable Wait asked;
    private volatile @Nullable Wait in;

    Endpoint(Session session, int socket) {
        this.session = session;
        this.socket = socket;
        this.life = session.theirs.i32Acquire(their() + SessionLayout.LIFE);
        this.told = session.ours.i64(our() + SessionLayout.RCV_HEAD);
    }

    /// Where the socket's words lie in the client's region.
    final long our() {
        return session.ourWords + socket * SessionLayout.CLIENT_WORDS;
    }

    /// Where the socket's words lie in the stack's region.
    final long their() {
        return session.theirWords + socket * SessionLayout.STACK_WORDS;
    }

    /// Which of these operations would not block now: those of [SelectionKey], within `interest`.
    abstract int readyOps(int interest);

    /// Whether its send ring is empty, and nobody is about to write to it.
    boolean nothingToSend() {
        return false;
    }

    /// Moves rcv.head, and says so if the stack wants to know.
    final void taken(long head) throws IOException {
        session.ours.i64Release(our() + SessionLayout.RCV_HEAD, head);
        // Either the stack sees the head above after it has set rcv.wake, or this sees rcv.wake.
        VarHandle.fullFence();
        long wake = session.theirs.i64Opaque(their() + SessionLayout.RCV_WAKE);
        if (wake != told && head >= wake) {
            told = wake;
            session.hint(Request.READ, socket);
            session.pump.submitted();
        }
    }

    /// Whether snd.edge has reached a position; if not, an event will say so.
    ///
    /// Nothing else decides it. The size of the buffer, by which a position was chosen, may be another by now, and
    /// may have been read while the stack published: by it, who is told nothing any more would wait.
    final boolean reached(long position) {
        session.ours.i64Release(our() + SessionLayout.SND_WAKE, position);
        // Either the stack sees snd.wake before it moves the edge there, or this sees the edge.
        VarHandle.fullFence();
        return session.theirs.i64Acquire(their() + SessionLayout.SND_EDGE) >= position;
    }

    final int status() {
        return session.theirs.i32Acquire(their() + SessionLayout.STATUS);
    }

    final boolean has(int status) {
        return (status() & status) != 0;
    }

    /// The error number that waits to be told.
    final int error() {
        return session.theirs.u16(their() + SessionLayout.ERROR);
    }

    final InetSocketAddress local() {
        return address(SessionLayout.LOCAL, SessionLayout.LOCAL_PORT);
    }

    /// Whether it is bound to any address, and takes what comes to one at a port.
    final boolean serves(InetAddress to, int port) {
        InetSocketAddress at = local();
        return at.getPort() == port
                && at.getAddress().isAnyLocalAddress()
                && (to instanceof Inet4Address || at.getAddress() instanceof Inet6Address)
                && !has(Status.CONNECTED);
    }

    final InetSocketAddress remote() {
        return address(SessionLayout.REMOTE, SessionLayout.REMOTE_PORT);
    }

    private InetSocketAddress address(long where, long port) {
        return Addresses.address(
                session.theirs.i64(their() + where),
                session.theirs.i64(their() + where + 8),
                session.theirs.u16(their() + port),
                session.theirs.u16(their() + SessionLayout.LINK));
    }

    // Requests. Those with an answer come from one thread at a time: channels hold their state lock.

    final void open(int protocol, int family) throws IOException {
        session.request(Request.OPEN, socket, 0, protocol, family);
    }

    final int bind(InetAddress address, int port) throws IOException {
        long hi = address.isAnyLocalAddress() ? 0 : Addresses.hi(address);
        long lo = address.isAnyLocalAddress() ? 0 : Addresses.lo(address);
        int ticket = nextTicket();
        session.request(Request.BIND, socket, ticket, hi, lo, port, Addresses.scope(address));
        return answer(ticket);
    }

    final int connect(InetAddress address, int port) throws IOException {
        int ticket = nextTicket();
        session.request(
                Request.CONNECT,
                socket,
                ticket,
                Addresses.hi(address),
                Addresses.lo(address),
                port,
                Addresses.scope(address));
        return answer(ticket);
    }

    final int listen(int backlog) throws IOException {
        int ticket = nextTicket();
        session.request(Request.LISTEN, socket, ticket, backlog, 0);
        return answer(ticket);
    }

    /// Joins or leaves a group: see [Request#JOIN] and [Request#LEAVE].
    final int group(int op, long how, InetAddress group, @Nullable InetAddress source, int link) throws IOException {
        int ticket = nextTicket();
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
        return answer(ticket);
    }

    /// Sets an option; the stack takes it before any request that follows.
    final void option(int option, long value) throws IOException {
        session.request(Request.OPTION, socket, 0, option, value);
    }

    final void shutdown(int how) throws IOException {
        session.request(Request.SHUTDOWN, socket, 0, how, 0);
        session.pump.submitted();
    }

    /// One more than that of the last request that was answered: there is one at a time.
    private int nextTicket() {
        int last = answered();
        return last == 0xFFFF ? 1 : last + 1;
    }

    private int answered() {
        return session.theirs.i32Acquire(their() + SessionLayout.ANSWER) >>> 16;
    }

    private int answer(int ticket) throws IOException {
        session.pump.submitted();
        if (answered() != ticket) {
            Wait wait = new Wait();
            wait.ticket = ticket;
            wait.op = ANSWERED;
            asked = wait;
            session.pump.await(wait, Long.MAX_VALUE);
            asked = null;
        }
        session.check();
        return session.theirs.i32Acquire(their() + SessionLayout.ANSWER) & 0xFFFF;
    }

    // Waiting.

    /// Waits until an operation would not block, the endpoint is closed or the session broken.
    ///
    /// @param op       one of [SelectionKey]'s; one thread at a time for OP_WRITE, and one for all others
    /// @return whether it was so before the deadline
    final boolean await(int op, long deadlineNs) {
        Wait wait = op == SelectionKey.OP_WRITE ? out() : in();
        wait.op = op;
        return session.pump.await(wait, deadlineNs);
    }

    /// Waits until the peer has acknowledged all of a connection that was closed, and its end.
    final void awaitHeard(long deadlineNs) {
        await(HEARD, deadlineNs);
    }

    private Wait in() {
        Wait wait = in;
        if (wait == null) {
            wait = new Wait();
            in = wait;
        }
        return wait;
    }

    private Wait out() {
        Wait wait = out;
        if (wait == null) {
            wait = new Wait();
            out = wait;
        }
        return wait;
    }

    private boolean holds(Wait wait) {
        return switch (wait.op) {
            case ANSWERED -> answered() == wait.ticket || session.broken();
            case HEARD -> free() || session.broken() || !has(Status.CONNECTED);
            default -> closed || session.broken() || readyOps(wait.op) != 0;
        };
    }

    /// Whether the socket of this endpoint is another's by now.
    final boolean free() {
        return session.theirs.i32Acquire(their() + SessionLayout.LIFE) != life;
    }

    // What happens to it: called by the thread that dispatches.

    /// @param what bits of [Event]
    void happened(int what) {
        if ((what & (Event.ANSWER | Event.STATE)) != 0) {
            wake(asked);
        }
        if (what == Event.ANSWER) {
            return;
        }
        if ((what & (Event.WRITE | Event.STATE)) != 0) {
            wake(out);
        }
        if ((what & ~Event.WRITE) != 0) {
            wake(in);
        }
        SelectingKeys hear = keys;
        if (hear != null) {
            hear.happened();
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
    final void add(SelectingKeys key) {
        synchronized (this) {
            SelectingKeys before = keys;
            keys = before == null ? key : before.with(key);
        }
        VarHandle.fullFence();
    }

    final void remove(SelectingKeys key) {
        synchronized (this) {
            SelectingKeys before = keys;
            keys = before == null ? null : before.without(key);
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

    final @Nullable Channel channel() {
        return channel;
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
        private int ticket;

        @Override
        public boolean ready() {
            return holds(this);
        }
    }
}
