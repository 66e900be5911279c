package netkeep.names;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import netkeep.ring.Consumer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Event;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;

/// Carries over a session of control's own, and waits for nothing: each socket goes on when an event tells of it.
///
/// Sockets of the lower half are used, the last of them for streams alone: a datagram begins at a position that is a
/// multiple of 8, and a socket's positions go on from its last use.
public final class SessionCarrier implements Carrier {
    /// What is brought, and to whom.
    public interface Brought {
        void arrives(int exchange, Address from, int port, byte[] octets, long nowNs);

        void failed(int exchange, long nowNs);
    }

    /// One socket in so many is for a stream.
    private static final int STREAMS = 8;

    // RFC 5452 §9.2: all but the ports that are given to servers.
    private static final int FIRST_PORT = 1024;
    private static final int PORTS = 65_536;

    private final Words words;
    private final RandomGenerator luck;
    private final Brought brought;
    private final Producer requests;
    private final Consumer events;
    private final CarrierSocket[] sockets;
    private final int firstStream;
    private final Map<Integer, CarrierSocket> exchanges = new HashMap<>();
    private long missed;
    private boolean broken;

    /// @param ours   the client's region
    /// @param theirs the stack's region, read-only
    /// @param luck   draws ports
    public SessionCarrier(Region ours, Region theirs, SessionLayout layout, RandomGenerator luck, Brought brought) {
        this.words = new Words(ours, theirs, layout);
        this.luck = luck;
        this.brought = brought;
        this.requests = new Producer(
                ours,
                SessionLayout.producer(),
                theirs,
                layout.requestsConsumer(),
                layout.requests(),
                SessionLayout.REQUEST,
                0);
        this.events = new Consumer(
                ours,
                layout.eventsConsumer(),
                theirs,
                SessionLayout.producer(),
                layout.events(),
                SessionLayout.EVENT,
                0);
        this.sockets = new CarrierSocket[layout.sockets() / 2];
        for (int i = 0; i < sockets.length; i++) {
            sockets[i] = new CarrierSocket(words, i);
        }
        this.firstStream = sockets.length - Math.max(1, sockets.length / STREAMS);
    }

    @Override
    public boolean open(int exchange, NameServer server, boolean stream, byte[] query) {
        CarrierSocket socket = broken ? null : free(stream);
        if (socket == null) {
            return false;
        }
        socket.begin(exchange, server, stream, query);
        exchanges.put(exchange, socket);
        request(socket, Request.OPEN, 0, stream ? CarrierSocket.TCP : CarrierSocket.UDP, 0);
        if (stream) {
            connect(socket);
        } else {
            bind(socket);
        }
        return true;
    }

    private @Nullable CarrierSocket free(boolean stream) {
        for (int i = stream ? firstStream : 0; i < (stream ? sockets.length : firstStream); i++) {
            if (sockets[i].free()) {
                return sockets[i];
            }
        }
        return null;
    }

    @Override
    public void close(int exchange) {
        CarrierSocket socket = exchanges.remove(exchange);
        if (socket != null) {
            socket.ends();
            request(socket, Request.CLOSE, 0, 0, 0);
        }
    }

    private void bind(CarrierSocket socket) {
        int ticket = socket.asks(CarrierSocket.Step.BINDING);
        request(socket, Request.BIND, ticket, null, luck.nextInt(FIRST_PORT, PORTS));
    }

    private void connect(CarrierSocket socket) {
        int ticket = socket.asks(CarrierSocket.Step.CONNECTING);
        request(
                socket,
                Request.CONNECT,
                ticket,
                socket.server().address(),
                socket.server().port());
    }

    private void request(CarrierSocket socket, int op, int ticket, long a, long b) {
        long at = slot(socket, op, ticket);
        if (at >= 0) {
            words.ours.i64(at + Request.A, a);
            words.ours.i64(at + Request.B, b);
            requests.give();
        }
    }

    /// @param address null for any
    private void request(CarrierSocket socket, int op, int ticket, @Nullable Address address, int port) {
        long at = slot(socket, op, ticket);
        if (at >= 0) {
            words.ours.i64(at + Request.A, 0);
            words.ours.i64(at + Request.ADDRESS, address == null ? 0 : address.hi());
            words.ours.i64(at + Request.ADDRESS + 8, address == null ? 0 : address.lo());
            words.ours.u16(at + Request.PORT, port);
            words.ours.i32(at + Request.SCOPE, 0);
            requests.give();
        }
    }

    /// The next request's place. There is room, or the stack takes nothing any more: no socket has more than three
    /// requests that were not answered.
    private long slot(CarrierSocket socket, int op, int ticket) {
        try {
            long at = broken ? -1 : requests.free();
            if (at < 0) {
                broken = true;
                return -1;
            }
            words.ours.u8(at + Request.OP, op);
            words.ours.u8(at + Request.FLAGS, 0);
            words.ours.u16(at + Request.TICKET, ticket);
            words.ours.i32(at + Request.SOCKET, socket.number());
            return at;
        } catch (PeerViolation violation) {
            broken = true;
            return -1;
        }
    }

    /// Whether nothing is carried any more: the stack broke the session, or takes nothing.
    public boolean broken() {
        return broken;
    }

    /// Takes what the stack has told.
    ///
    /// @return how much that was
    public int turn(long nowNs) {
        int done = 0;
        try {
            for (long at = broken ? Consumer.EMPTY : events.take(); at != Consumer.EMPTY; at = events.take()) {
                if (done++ == 0) {
                    VarHandle.fullFence();
                }
                int socket = Event.socket(words.theirs.i64Opaque(at));
                if (socket < 0 || socket >= sockets.length) {
                    throw new PeerViolation("event of socket " + socket);
                }
                goOn(sockets[socket], nowNs);
            }
            long missedNow = words.theirs.i64Acquire(words.layout.missed());
            if (missedNow != missed) {
                missed = missedNow;
                for (CarrierSocket socket : sockets) {
                    goOn(socket, nowNs);
                }
            }
        } catch (PeerViolation violation) {
            broken = true;
        }
        if (done != 0) {
            events.release();
        }
        return done;
    }

    private void goOn(CarrierSocket socket, long nowNs) throws PeerViolation {
        int status = words.theirs.i32Acquire(words.stack(socket.number()) + SessionLayout.STATUS);
        switch (socket.step()) {
            case FREE -> {
                // An event of its last use.
            }
            case BINDING -> bound(socket, nowNs);
            case CONNECTING -> {
                int answer = socket.answer();
                if (answer > 0) {
                    fail(socket, nowNs);
                } else if (answer == 0) {
                    socket.goesOn(socket.stream() ? CarrierSocket.Step.ESTABLISHING : CarrierSocket.Step.OPEN);
                    if (!socket.stream()) {
                        send(socket);
                    }
                    goOn(socket, nowNs);
                }
            }
            case ESTABLISHING -> {
                if ((status & Status.FAILED) != 0) {
                    fail(socket, nowNs);
                } else if ((status & Status.CONNECTED) != 0) {
                    socket.goesOn(CarrierSocket.Step.OPEN);
                    send(socket);
                    goOn(socket, nowNs);
                }
            }
            case OPEN -> receive(socket, status, nowNs);
            case CLOSING -> socket.free();
        }
    }

    private void bound(CarrierSocket socket, long nowNs) {
        int answer = socket.answer();
        if (answer == 0) {
            connect(socket);
        } else if (answer > 0 && socket.mayDrawAgain()) {
            // Somebody has that port.
            bind(socket);
        } else if (answer > 0) {
            fail(socket, nowNs);
        }
    }

    private void fail(CarrierSocket socket, long nowNs) {
        brought.failed(socket.exchange(), nowNs);
    }

    private void send(CarrierSocket socket) {
        if (socket.send()) {
            request(socket, Request.SEND, 0, 0, 0);
        }
    }

    private void receive(CarrierSocket socket, int status, long nowNs) throws PeerViolation {
        while (socket.step() == CarrierSocket.Step.OPEN) {
            MemorySegment message = socket.receive();
            if (socket.mustSayRead()) {
                request(socket, Request.READ, 0, 0, 0);
            }
            if (message == null) {
                if (socket.error() || (status & (Status.READ_END | Status.FAILED)) != 0) {
                    fail(socket, nowNs);
                }
                return;
            }
            byte[] octets = message.toArray(ValueLayout.JAVA_BYTE);
            brought.arrives(socket.exchange(), socket.from(), socket.fromPort(), octets, nowNs);
        }
    }

    /// Shows the stack what was asked.
    ///
    /// @return whether it sleeps and must be woken
    public boolean publish() {
        requests.publish();
        return requests.mustWake();
    }

    /// As [Consumer#maySleep] of the events.
    public boolean maySleep() {
        try {
            return broken || events.maySleep() && words.theirs.i64Acquire(words.layout.missed()) == missed;
        } catch (PeerViolation violation) {
            broken = true;
            return true;
        }
    }

    /// As [Consumer#awake].
    public void awake() {
        events.awake();
    }
}
