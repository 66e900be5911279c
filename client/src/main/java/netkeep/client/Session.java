// Long: requests, sockets and events of a session are one protocol.
package netkeep.client;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;
import netkeep.ring.Consumer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Event;
import netkeep.session.QuietRings;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import org.jspecify.annotations.Nullable;

/// A program's attachment to a stack: two regions, a ring of requests, a ring of events, and the sockets.
///
/// All threads of the program put requests, under a short private lock; one at a time dispatches events.
public final class Session {
    /// How long to leave the stack alone that did not take requests, before asking again.
    private static final long PAUSE_NS = 10_000;

    final Region ours;
    final Region theirs;
    final SessionLayout layout;

    /// Where the words of socket 0 lie in either region.
    final long ourWords;

    final long theirWords;
    final Pump pump;
    final SendRings sending = new SendRings(this);
    final ToIntFunction<NetworkInterface> links;

    private final Producer requests;
    private final Consumer events;
    private final ReentrantLock putting = new ReentrantLock();
    private final AtomicReferenceArray<@Nullable Endpoint> endpoints;

    // Sockets that this side may open: below `fresh` all were used, those given back by the stack are in `free`.
    private final ReentrantLock table = new ReentrantLock();
    private int fresh;
    private int[] free = new int[64];
    private int freeCount;

    /// Per socket of the stack's half: 1 + the life whose connection was queued for its listener.
    private final int[] queued;

    private long missed;

    private volatile @Nullable String broken;

    /// Who waits until all sockets were given back.
    private volatile @Nullable Waiter closing;

    /// @param ours   the client's region, all zeros or a former session's over the same two regions
    /// @param theirs the stack's region, mapped read-only
    /// @param pump   lets the stack work; it must not be used before this constructor is done
    /// @param links  the number of the link that a network interface of the kernel stands for, 0 for any
    public Session(Region ours, Region theirs, SessionLayout layout, Pump pump, ToIntFunction<NetworkInterface> links) {
        this.ours = ours;
        this.theirs = theirs;
        this.layout = layout;
        this.ourWords = layout.clientWords(0);
        this.theirWords = layout.stackWords(0);
        this.pump = pump;
        this.links = links;
        this.requests = new Producer(
                ours,
                SessionLayout.producer(),
                theirs,
                layout.requestsConsumer(),
                layout.requests(),
                SessionLayout.REQUEST,
                ours.i64(SessionLayout.producer()));
        this.events = new Consumer(
                ours,
                layout.eventsConsumer(),
                theirs,
                SessionLayout.producer(),
                layout.events(),
                SessionLayout.EVENT,
                ours.i64(layout.eventsConsumer()));
        this.endpoints = new AtomicReferenceArray<>(layout.sockets());
        this.queued = new int[layout.sockets() / 2];
        this.missed = theirs.i64(layout.missed());
    }

    // Requests.

    /// Says that a counter has moved: [Request#SEND] or [Request#READ].
    void hint(int op, int socket) throws IOException {
        slot(op, socket, 0);
        give();
    }

    /// A request with two numbers.
    void request(int op, int socket, int ticket, long a, long b) throws IOException {
        long at = slot(op, socket, ticket);
        ours.i64(at + Request.A, a);
        ours.i64(at + Request.B, b);
        give();
    }

    /// A request with an address.
    void request(int op, int socket, int ticket, long hi, long lo, int port, int scope) throws IOException {
        long at = slot(op, socket, ticket);
        ours.i64(at + Request.A, 0);
        ours.i64(at + Request.ADDRESS, hi);
        ours.i64(at + Request.ADDRESS + 8, lo);
        ours.u16(at + Request.PORT, port);
        ours.i32(at + Request.SCOPE, scope);
        give();
    }

    /// A request about a group and perhaps a source.
    void group(int op, int socket, int ticket, long a, long hi, long lo, long sourceHi, long sourceLo, int scope)
            throws IOException {
        long at = slot(op, socket, ticket);
        ours.i64(at + Request.A, a);
        ours.i64(at + Request.ADDRESS, hi);
        ours.i64(at + Request.ADDRESS + 8, lo);
        ours.i64(at + Request.SOURCE, sourceHi);
        ours.i64(at + Request.SOURCE + 8, sourceLo);
        ours.i32(at + Request.SCOPE, scope);
        give();
    }

    /// Locks and begins the next request; [#give] ends it.
    private long slot(int op, int socket, int ticket) throws IOException {
        putting.lock();
        try {
            long at = requests.free();
            while (at < 0) {
                // Not under the lock: the stack's thread may want to put one before it takes any.
                putting.unlock();
                pump.submitted();
                LockSupport.parkNanos(PAUSE_NS);
                putting.lock();
                check();
                at = requests.free();
            }
            ours.u8(at + Request.OP, op);
            ours.u8(at + Request.FLAGS, 0);
            ours.u16(at + Request.TICKET, ticket);
            ours.i32(at + Request.SOCKET, socket);
            return at;
        } catch (PeerViolation violation) {
            putting.unlock();
            throw breakOff(violation.getMessage());
        } catch (IOException | RuntimeException e) {
            putting.unlock();
            throw e;
        }
    }

    /// Whether the stack sleeps and must be woken for what was put: asked after it was.
    public boolean stackSleeps() {
        // Not between what another thread notes that it has published and its store: who asks there may find the stack
        // awake, which then looks before the store, and nobody would ask again.
        putting.lock();
        try {
            return requests.mustWake();
        } finally {
            putting.unlock();
        }
    }

    /// Says that nobody will look at events for a while, then looks once more. [#awake] ends it, either way.
    ///
    /// @return whether there are none
    public boolean maySleep() {
        try {
            return events.maySleep() && theirs.i64Acquire(layout.missed()) == missed;
        } catch (PeerViolation violation) {
            breakOff(violation.getMessage());
            return false;
        }
    }

    /// Somebody looks at events again.
    public void awake() {
        events.awake();
    }

    private void give() {
        requests.give();
        requests.publish();
        putting.unlock();
    }

    // Sockets.

    /// A socket of the client's half that nobody uses.
    ///
    /// @throws SocketException if there is none
    int take() throws SocketException {
        table.lock();
        try {
            if (freeCount == 0 && fresh == layout.sockets() / 2) {
                reclaim(0, fresh);
            }
            if (freeCount > 0) {
                return free[--freeCount];
            }
            if (fresh < layout.sockets() / 2) {
                return fresh++;
            }
            throw new SocketException(Errno.text(Errno.EMFILE));
        } finally {
            table.unlock();
        }
    }

    /// From now on the endpoint hears of its socket's events.
    void enter(Endpoint endpoint) {
        endpoints.set(endpoint.socket, endpoint);
        VarHandle.fullFence();
    }

    /// Closes an endpoint's socket. Its place in the table stays until the stack has given the socket back.
    void leave(Endpoint endpoint, boolean abort) {
        if (broken()) {
            return;
        }
        try {
            request(Request.CLOSE, endpoint.socket, 0, abort ? 1 : 0, 0);
        } catch (IOException e) {
            return; // the session is broken: its sockets are gone with it
        }
        // Our end of a connection that the peer has ended goes with what is sent next.
        pump.soon();
    }

    /// Takes sockets that were given back, should the event that told so be lost.
    private void reclaim(int from, int to) {
        for (int socket = from; socket < to; socket++) {
            Endpoint endpoint = endpoints.get(socket);
            if (endpoint != null && endpoint.closed() && endpoint.free()) {
                freed(endpoint);
            }
        }
    }

    private void freed(Endpoint endpoint) {
        table.lock();
        try {
            if (endpoints.compareAndSet(endpoint.socket, endpoint, null) && endpoint.socket < layout.sockets() / 2) {
                if (freeCount == free.length) {
                    free = java.util.Arrays.copyOf(free, 2 * freeCount);
                }
                free[freeCount++] = endpoint.socket;
            }
        } finally {
            table.unlock();
        }
        Waiter waits = closing;
        if (waits != null) {
            pump.wake(waits);
        }
    }

    // Events.

    /// Tells all whom the stack's events concern. Called by the pump after a turn, by one thread at a time.
    ///
    /// @return how many events there were
    public int dispatch() {
        if (broken()) {
            return 0;
        }
        int done = 0;
        try {
            for (long at = events.take(); at != Consumer.EMPTY; at = events.take()) {
                if (done++ == 0) {
                    // The words that were just published, then who waits: a waiter looks in the other order.
                    VarHandle.fullFence();
                }
                happened(theirs.i64Opaque(at));
            }
        } catch (PeerViolation violation) {
            breakOff(violation.getMessage());
            return done;
        }
        if (done != 0) {
            events.release();
        }
        long missedNow = theirs.i64Acquire(layout.missed());
        if (missedNow != missed) {
            missed = missedNow;
            lookAtAll();
        }
        return done;
    }

    private void happened(long event) throws PeerViolation {
        int what = Event.what(event);
        int socket = Event.socket(event);
        if (socket < 0 || socket >= layout.sockets()) {
            throw new PeerViolation("event " + Long.toHexString(event));
        }
        Endpoint endpoint = endpoints.get(socket);
        if (endpoint == null) {
            return; // of a connection that nobody accepted yet: whoever does reads its words
        }
        if ((what & Event.ACCEPT) != 0) {
            queue(endpoint, Event.child(event));
        }
        endpoint.happened(what);
        if ((what & Event.STATE) != 0 && endpoint.closed() && endpoint.free()) {
            freed(endpoint);
        }
    }

    private void queue(Endpoint endpoint, int child) throws PeerViolation {
        int half = layout.sockets() / 2;
        if (child < half || child >= layout.sockets()) {
            throw new PeerViolation("child " + child);
        }
        long words = layout.stackWords(child);
        int life = theirs.i32Acquire(words + SessionLayout.LIFE) + 1;
        if (endpoint instanceof Listener listener
                && queued[child - half] != life
                && theirs.i32(words + SessionLayout.PARENT) == endpoint.socket + 1) {
            queued[child - half] = life;
            listener.queue(child);
        }
    }

    /// The event ring was full once: whatever an event could have said is looked up.
    private void lookAtAll() {
        VarHandle.fullFence();
        try {
            for (int child = layout.sockets() / 2; child < layout.sockets(); child++) {
                long words = layout.stackWords(child);
                int parent = theirs.i32(words + SessionLayout.PARENT);
                if ((theirs.i32Acquire(words + SessionLayout.STATUS) & Status.OPEN) != 0
                        && parent > 0
                        && parent <= layout.sockets()
                        && endpoints.get(parent - 1) instanceof Listener listener) {
                    queue(listener, child);
                }
            }
        } catch (PeerViolation violation) {
            breakOff(violation.getMessage());
        }
        for (int socket = 0; socket < layout.sockets(); socket++) {
            Endpoint endpoint = endpoints.get(socket);
            if (endpoint != null) {
                endpoint.happened(Event.READ | Event.WRITE | Event.STATE);
            }
        }
        reclaim(0, layout.sockets());
    }

    /// Gives back what quiet send rings of the sockets `from` to `end - 1` have touched. Not while the stack is in a
    /// turn: handlers write within it.
    public void tidy(QuietRings sendRings, int from, int end) {
        sending.tidy(sendRings, from, end);
    }

    @Nullable
    Endpoint endpoint(int socket) {
        return endpoints.get(socket);
    }

    // Its end.

    /// Whether a listener, or a socket of datagrams, is bound to any address and takes what comes to one at a port.
    boolean serves(InetAddress to, int port, Class<? extends Endpoint> kind) {
        for (int socket = 0; socket < endpoints.length(); socket++) {
            Endpoint endpoint = endpoints.get(socket);
            if (endpoint != null && kind.isInstance(endpoint) && endpoint.serves(to, port)) {
                return true;
            }
        }
        return false;
    }

    boolean broken() {
        return broken != null;
    }

    /// @throws IOException if the session is broken
    void check() throws IOException {
        String why = broken;
        if (why != null) {
            throw new SocketException(why);
        }
    }

    /// Closes every channel, and waits until the stack has given all sockets back or the deadline has come.
    public void closeAll(long deadlineNs) {
        List<Endpoint> owing = new ArrayList<>();
        for (int socket = 0; socket < layout.sockets(); socket++) {
            Endpoint endpoint = endpoints.get(socket);
            if (endpoint != null) {
                endpoint.closeChannel();
                owing.add(endpoint);
            }
        }
        Waiter all = new Waiter() {
            @Override
            public boolean ready() {
                owing.removeIf(Endpoint::free);
                return owing.isEmpty() || broken();
            }
        };
        closing = all;
        pump.await(all, deadlineNs);
        closing = null;
    }

    /// Ends the session: every operation on it fails from now on.
    public void end(String why) {
        breakOff(why);
    }

    IOException breakOff(@Nullable String why) {
        broken = why == null ? "the session is broken" : why;
        for (int socket = 0; socket < layout.sockets(); socket++) {
            Endpoint endpoint = endpoints.get(socket);
            if (endpoint != null) {
                endpoint.happened(Event.READ | Event.WRITE | Event.STATE);
            }
        }
        return new SocketException(broken);
    }
}
