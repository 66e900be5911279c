// Long: all that a client can ask, in one place.
package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.ring.Consumer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Datagram;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;

/// A client over the two regions of its session that never waits: it asks, and looks at what the words say by now.
///
/// It keeps the protocol's rules and nothing else; a test is its application. The counters of a socket go on from one
/// life to the next: what a test counts, it counts from where it began.
public final class SimClient {
    private final SessionLayout layout;
    private final Region ours;
    private final Region theirs;
    private final Producer requests;
    private final Consumer events;
    private final boolean[] used;
    private final long[] lives;
    private final boolean[] closing;
    private int ticket;
    private boolean asked;

    /// @param ours   the client's region
    /// @param theirs the stack's, which is only read
    public SimClient(SessionLayout layout, MemorySegment ours, MemorySegment theirs) {
        this.layout = layout;
        this.ours = new Region(ours);
        this.theirs = new Region(theirs.asReadOnly());
        this.requests = new Producer(
                this.ours,
                SessionLayout.producer(),
                this.theirs,
                layout.requestsConsumer(),
                layout.requests(),
                SessionLayout.REQUEST,
                0);
        this.events = new Consumer(
                this.ours,
                layout.eventsConsumer(),
                this.theirs,
                SessionLayout.producer(),
                layout.events(),
                SessionLayout.EVENT,
                0);
        this.used = new boolean[layout.sockets()];
        this.closing = new boolean[layout.sockets()];
        this.lives = new long[layout.sockets()];
    }

    public SessionLayout layout() {
        return layout;
    }

    // Asking.

    /// Opens a socket; its words may not say so yet.
    ///
    /// @param protocol 6 or 17
    /// @return the socket, or -1 if all are in use
    public int open(int protocol) {
        for (int socket = 0; socket < layout.sockets() / 2; socket++) {
            if (!used[socket] || closing[socket] && life(socket) != lives[socket]) {
                used[socket] = true;
                closing[socket] = false;
                put(Request.OPEN, socket, protocol, 0, 0, 0, 0);
                return socket;
            }
        }
        return -1;
    }

    public int bind(int socket, long hi, long lo, int port) {
        return put(Request.BIND, socket, 0, 0, hi, lo, port);
    }

    public int listen(int socket, int backlog) {
        return put(Request.LISTEN, socket, backlog, 0, 0, 0, 0);
    }

    public int connect(int socket, long hi, long lo, int port) {
        return put(Request.CONNECT, socket, 0, 0, hi, lo, port);
    }

    /// @param how 1 receiving, 2 sending, 3 both
    public void shutdown(int socket, int how) {
        put(Request.SHUTDOWN, socket, how, 0, 0, 0, 0);
    }

    public void close(int socket) {
        end(socket, 0);
    }

    public void abort(int socket) {
        end(socket, 1);
    }

    /// @param option one of [Option]
    public int option(int socket, int option, long value) {
        return put(Request.OPTION, socket, option, value, 0, 0, 0);
    }

    /// Joins or leaves a group on a link, 0 for any; see [Request].
    ///
    /// @param op [Request#JOIN] or [Request#LEAVE]
    public int group(int op, int socket, int what, long hi, long lo, long sourceHi, long sourceLo, int link) {
        return put(op, socket, what, 0, hi, lo, 0, sourceHi, sourceLo, link);
    }

    /// Says that the last octet given to send is urgent.
    public void urgent(int socket) {
        put(Request.URGENT, socket, sent(socket), 0, 0, 0, 0);
    }

    /// Takes a connection of a listener that no one took yet.
    ///
    /// @return its socket, or -1 if there is none
    public int accept(int listener) {
        for (int socket = layout.sockets() / 2; socket < layout.sockets(); socket++) {
            boolean fresh = !used[socket] || closing[socket] && life(socket) != lives[socket];
            // Acquire first: the status is stored last.
            if (fresh && has(socket, Status.OPEN) && theirs.i32(stack(socket) + SessionLayout.PARENT) == listener + 1) {
                used[socket] = true;
                closing[socket] = false;
                put(Request.ACCEPTED, socket, 0, 0, 0, 0, 0);
                return socket;
            }
        }
        return -1;
    }

    /// Gives octets to send, as many as there is room for.
    ///
    /// @return how many
    public int send(int socket, byte[] octets, int from, int length) {
        long tail = sent(socket);
        long edge = theirs.i64Acquire(stack(socket) + SessionLayout.SND_EDGE);
        int taken = (int) Math.max(0, Math.min(length, edge - tail));
        if (taken == 0) {
            wakeAbove(socket, edge);
            return 0;
        }
        long words = layout.clientWords(socket);
        if (theirs.i64Acquire(stack(socket) + SessionLayout.SND_HEAD) == tail) {
            ours.i64(words + SessionLayout.SND_BASE, tail);
        }
        ring(socket, tail, ours.i64(words + SessionLayout.SND_BASE), taken, MemorySegment.ofArray(octets), from, true);
        ours.i64Release(words + SessionLayout.SND_TAIL, tail + taken);
        put(Request.SEND, socket, 0, 0, 0, 0, 0);
        return taken;
    }

    /// Reads octets, as many as there are.
    ///
    /// @return how many, or -1 if none are left and none will come
    public int receive(int socket, byte[] octets, int to, int length) {
        boolean end = has(socket, Status.READ_END);
        long tail = theirs.i64Acquire(stack(socket) + SessionLayout.RCV_TAIL);
        long words = layout.clientWords(socket);
        long head = ours.i64(words + SessionLayout.RCV_HEAD);
        int taken = (int) Math.min(length, tail - head);
        if (taken == 0) {
            return end && tail == head ? -1 : 0;
        }
        long base = theirs.i64(stack(socket) + SessionLayout.RCV_BASE);
        ring(socket, head, base, taken, MemorySegment.ofArray(octets), to, false);
        read(socket, head + taken);
        return taken;
    }

    /// Octets that can be read now.
    public long readable(int socket) {
        return theirs.i64Acquire(stack(socket) + SessionLayout.RCV_TAIL)
                - ours.i64(layout.clientWords(socket) + SessionLayout.RCV_HEAD);
    }

    /// Sends a datagram, to where the socket is connected if the port is 0.
    ///
    /// @return whether there was room
    public boolean sendTo(int socket, long hi, long lo, int port, byte[] payload) {
        return sendTo(socket, hi, lo, port, payload, 0, 0);
    }

    /// The same with a hop limit and a traffic class of its own, 0 for the socket's.
    public boolean sendTo(int socket, long hi, long lo, int port, byte[] payload, int hops, int trafficClass) {
        long tail = sent(socket);
        int room = Datagram.room(payload.length);
        if (tail + room > theirs.i64Acquire(stack(socket) + SessionLayout.SND_EDGE)) {
            return false;
        }
        byte[] octets = new byte[room];
        Region datagram = new Region(MemorySegment.ofArray(octets));
        datagram.i32(Datagram.LENGTH, payload.length);
        datagram.u16(Datagram.PORT, port);
        datagram.u8(Datagram.HOPS, hops);
        datagram.u8(Datagram.TRAFFIC_CLASS, trafficClass);
        datagram.i64(Datagram.REMOTE, hi);
        datagram.i64(Datagram.REMOTE + 8, lo);
        System.arraycopy(payload, 0, octets, Datagram.HEADER, payload.length);
        return send(socket, octets, 0, room) == room;
    }

    /// A datagram that arrived.
    ///
    /// @param payload its octets
    /// @param error   errno of an ICMP error, or 0
    public record Arrived(
            List<Byte> payload,
            long remoteHi,
            long remoteLo,
            int port,
            long localLo,
            int hops,
            int trafficClass,
            int error) {}

    /// Says whom of several a socket's events concern, as bits; 0 all.
    public void ears(int socket, int who) {
        ours.u16(layout.ears(socket), who);
    }

    /// Says who sleeps, as bits.
    public void asleep(int who) {
        ours.i32(layout.eventsConsumer() + 64, who);
    }

    /// Whether a datagram waits.
    public boolean hasDatagram(int socket) {
        return readable(socket) > 0;
    }

    /// Takes the next datagram; one waits.
    public Arrived takeDatagram(int socket) {
        byte[] octets = new byte[Datagram.HEADER];
        if (receive(socket, octets, 0, Datagram.HEADER) != Datagram.HEADER) {
            throw new AssertionError("no whole datagram");
        }
        Region header = new Region(MemorySegment.ofArray(octets));
        byte[] padded = new byte[Datagram.room(header.i32(Datagram.LENGTH)) - Datagram.HEADER];
        if (padded.length != 0 && receive(socket, padded, 0, padded.length) != padded.length) {
            throw new AssertionError("datagram of " + header.i32(Datagram.LENGTH) + " is cut off");
        }
        List<Byte> payload = new ArrayList<>();
        for (int at = 0; at < header.i32(Datagram.LENGTH); at++) {
            payload.add(padded[at]);
        }
        return new Arrived(
                payload,
                header.i64(Datagram.REMOTE),
                header.i64(Datagram.REMOTE + 8),
                header.u16(Datagram.PORT),
                header.i64(Datagram.LOCAL + 8),
                header.u8(Datagram.HOPS),
                header.u8(Datagram.TRAFFIC_CLASS),
                header.i32(Datagram.ERROR));
    }

    /// Whether anything was asked since this was asked last.
    public boolean asked() {
        boolean since = asked;
        asked = false;
        return since;
    }

    // Looking.

    /// Takes the next event, or -1. All it says can be seen in the words, too.
    public long event() {
        try {
            long at = events.take();
            if (at == Consumer.EMPTY) {
                return -1;
            }
            long event = theirs.i64(at);
            events.release();
            return event;
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }

    public int status(int socket) {
        return theirs.i32Acquire(stack(socket) + SessionLayout.STATUS);
    }

    public boolean has(int socket, int bits) {
        return (status(socket) & bits) == bits;
    }

    /// Errno of the last answer if it was for `wanted`, else -1.
    public int answer(int socket, int wanted) {
        int word = theirs.i32Acquire(stack(socket) + SessionLayout.ANSWER);
        return word >>> 16 == wanted ? word & 0xFFFF : -1;
    }

    /// Errno that waits to be told, or 0.
    public int error(int socket) {
        return theirs.u16(stack(socket) + SessionLayout.ERROR);
    }

    public int localPort(int socket) {
        return theirs.u16(stack(socket) + SessionLayout.LOCAL_PORT);
    }

    public int remotePort(int socket) {
        return theirs.u16(stack(socket) + SessionLayout.REMOTE_PORT);
    }

    /// Octets acknowledged by the peer, ever.
    public long acknowledged(int socket) {
        return theirs.i64Acquire(stack(socket) + SessionLayout.SND_HEAD);
    }

    /// Octets given to send, ever.
    public long sent(int socket) {
        return ours.i64(layout.clientWords(socket) + SessionLayout.SND_TAIL);
    }

    /// Octets for which there is room to send now.
    public long room(int socket) {
        return theirs.i64Acquire(stack(socket) + SessionLayout.SND_EDGE) - sent(socket);
    }

    /// Position behind the urgent octet that arrived last, 0 for none.
    public long urgentAt(int socket) {
        return theirs.i64Acquire(stack(socket) + SessionLayout.URGENT);
    }

    /// Whether a socket that was closed is free again.
    public boolean free(int socket) {
        return !used[socket] || closing[socket] && life(socket) != lives[socket];
    }

    private int life(int socket) {
        return theirs.i32Acquire(stack(socket) + SessionLayout.LIFE);
    }

    private long stack(int socket) {
        return layout.stackWords(socket);
    }

    private void end(int socket, int abort) {
        if (closing[socket]) {
            throw new IllegalStateException("socket " + socket + " is closed");
        }
        closing[socket] = true;
        lives[socket] = life(socket);
        put(Request.CLOSE, socket, abort, 0, 0, 0, 0);
    }

    private void wakeAbove(int socket, long edge) {
        ours.i64Release(layout.clientWords(socket) + SessionLayout.SND_WAKE, edge);
    }

    private void read(int socket, long head) {
        ours.i64Release(layout.clientWords(socket) + SessionLayout.RCV_HEAD, head);
        if (head - theirs.i64Acquire(stack(socket) + SessionLayout.RCV_WAKE) > 0) {
            put(Request.READ, socket, 0, 0, 0, 0, 0);
        }
    }

    /// Copies between an array and the stream's ring, in or out.
    private void ring(int socket, long position, long base, int length, MemorySegment array, int at, boolean in) {
        Region region = in ? ours : theirs;
        long rings = in ? layout.sendRings() : layout.receiveRings();
        for (int done = 0; done < length; ) {
            int offset = layout.offset(position + done, base);
            int part = Math.min(length - done, layout.contiguous(offset));
            long place = rings + layout.place(socket, offset);
            if (in) {
                region.copy(place, array, at + done, part);
            } else {
                MemorySegment.copy(region.memory(), place, array, at + done, part);
            }
            done += part;
        }
    }

    private int put(int op, int socket, long a, long b, long hi, long lo, int port) {
        return put(op, socket, a, b, hi, lo, port, 0, 0, 0);
    }

    private int put(
            int op, int socket, long a, long b, long hi, long lo, int port, long sourceHi, long sourceLo, int link) {
        try {
            long at = requests.free();
            if (at < 0) {
                if (op == Request.SEND || op == Request.READ) {
                    return 0; // a hint
                }
                throw new AssertionError("the request ring is full");
            }
            ticket = ticket % 0x7FFF + 1;
            ours.clear(at, SessionLayout.REQUEST);
            ours.u8(at + Request.OP, op);
            ours.u16(at + Request.TICKET, ticket);
            ours.i32(at + Request.SOCKET, socket);
            ours.i64(at + Request.A, a);
            ours.i64(at + Request.ADDRESS, hi);
            ours.i64(at + Request.ADDRESS + 8, lo);
            ours.i64(at + Request.SOURCE, sourceHi);
            ours.i64(at + Request.SOURCE + 8, sourceLo);
            ours.i32(at + Request.SCOPE, link);
            ours.u16(at + Request.PORT, port);
            ours.i64(at + Request.B, b);
            requests.give();
            requests.publish();
            asked = true;
            return ticket;
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }
}
