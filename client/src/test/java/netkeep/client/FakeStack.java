// Long: one model, one contract: it reads better whole.
package netkeep.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import netkeep.ring.Consumer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Datagram;
import netkeep.session.Event;
import netkeep.session.Option;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.session.Status;

/// The stack's side of the session protocol without any network: sockets of one session talk to each other.
///
/// Every address is its own, but 198.18.9.9, which never answers, and 198.19.9.9, which nobody can bind to.
final class FakeStack {
    private static final long SILENT_LO = 0xFFFF_C612_0909L;
    private static final long ABSENT_LO = 0xFFFF_C613_0909L;
    private static final long LOOPBACK_LO = 0xFFFF_7F00_0001L;
    private static final int FIRST_PORT = 40_000;

    /// A socket, as this side sees it.
    private static final class Sock {
        private final int number;
        private int protocol;
        private boolean ipv4;
        private int status;
        private int error;
        private int answer;
        private int parent;
        private int life;
        private long localHi;
        private long localLo;
        private int localPort;
        private long remoteHi;
        private long remoteLo;
        private int remotePort;
        private long sndEnd;
        private long sndBase;
        private long sndHead;
        private long rcvTail;
        private long rcvBase;
        private int sndBuffer;
        private boolean finAsked;
        private boolean given;

        /// Whether its local address is what connecting has chosen.
        private boolean chosen;

        private Sock peer;
        private final Map<Integer, Long> options = new HashMap<>();

        Sock(int number) {
            this.number = number;
        }
    }

    private final SessionLayout layout;
    private final Region client;
    private final Region stack;
    private final Consumer requests;
    private final Producer events;
    private final int sendBuffer;
    private final Sock[] socks;
    private final ArrayDeque<Integer> spare = new ArrayDeque<>();
    private final List<Sock> live = new ArrayList<>();
    private long missed;
    private int nextPort = FIRST_PORT;

    /// @param sendBuffer octets that a socket takes before they are read
    FakeStack(SessionLayout layout, Region client, Region stack, int sendBuffer) {
        this.layout = layout;
        this.client = client;
        this.stack = stack;
        this.sendBuffer = sendBuffer;
        this.requests = new Consumer(
                stack,
                layout.requestsConsumer(),
                client,
                SessionLayout.producer(),
                layout.requests(),
                SessionLayout.REQUEST,
                0);
        this.events = new Producer(
                stack,
                SessionLayout.producer(),
                client,
                layout.eventsConsumer(),
                layout.events(),
                SessionLayout.EVENT,
                0);
        this.socks = new Sock[layout.sockets()];
        for (int i = 0; i < socks.length; i++) {
            socks[i] = new Sock(i);
            if (i >= socks.length / 2) {
                spare.add(i);
            }
        }
    }

    /// Takes all requests and moves all octets.
    int turn() {
        int done = 0;
        try {
            for (long at = requests.take(); at != Consumer.EMPTY; at = requests.take()) {
                take(at);
                done++;
            }
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
        requests.release();
        for (Sock sock : List.copyOf(live)) {
            done += move(sock);
        }
        events.publish();
        return done;
    }

    /// The value that the client set, or -1.
    long option(int socket, int option) {
        return socks[socket].options.getOrDefault(option, -1L);
    }

    /// What the client could not have done: shows it a word that cannot be.
    void lie(int socket, long offset, long value) {
        stack.i64Release(layout.stackWords(socket) + offset, value);
    }

    /// Makes a socket's send buffer another, and says so.
    void tune(int socket, int octets) {
        socks[socket].sndBuffer = octets;
        tell(socks[socket], 0);
    }

    int live() {
        return live.size();
    }

    /// Says that it sleeps until somebody wakes it, if no request is there.
    boolean maySleep() {
        try {
            return requests.maySleep();
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }

    private void take(long at) {
        Sock sock = socks[client.i32(at + Request.SOCKET)];
        int ticket = client.u16(at + Request.TICKET);
        long a = client.i64(at + Request.A);
        int errno = Errno.OK;
        switch (client.u8(at + Request.OP)) {
            case Request.OPEN -> open(sock, (int) a, client.i64(at + Request.B) == 2);
            case Request.BIND -> errno = bind(sock, at);
            case Request.LISTEN -> sock.status |= Status.LISTENING;
            case Request.CONNECT -> errno = connect(sock, at);
            case Request.SHUTDOWN -> shutdown(sock, (int) a);
            case Request.CLOSE -> close(sock, a == 1);
            case Request.OPTION -> option(sock, (int) a, client.i64(at + Request.B));
            case Request.SEND, Request.READ, Request.ACCEPTED, Request.URGENT, Request.JOIN, Request.LEAVE -> {}
            default -> throw new AssertionError("op " + client.u8(at + Request.OP));
        }
        if (ticket != 0) {
            sock.answer = ticket << 16 | errno;
            tell(sock, Event.ANSWER);
        }
    }

    private void option(Sock sock, int option, long value) {
        sock.options.put(option, value);
        if (option == Option.SEND_BUFFER) {
            sock.sndBuffer = Math.clamp(value, 1, layout.capacity());
        }
        tell(sock, option == Option.SEND_BUFFER ? Event.WRITE : 0);
    }

    private void open(Sock sock, int protocol, boolean ipv4) {
        if ((sock.status & Status.OPEN) != 0) {
            throw new AssertionError("socket " + sock.number + " is open");
        }
        sock.protocol = protocol;
        sock.ipv4 = ipv4;
        sock.status = Status.OPEN;
        sock.sndBuffer = protocol == Protocol.UDP ? layout.capacity() : sendBuffer;
        sock.sndEnd = client.i64Acquire(layout.clientWords(sock.number) + SessionLayout.SND_TAIL);
        sock.sndHead = sock.sndEnd;
        sock.sndBase = client.i64(layout.clientWords(sock.number) + SessionLayout.SND_BASE);
        sock.rcvTail = client.i64Acquire(layout.clientWords(sock.number) + SessionLayout.RCV_HEAD);
        sock.rcvBase = sock.rcvTail;
        live.add(sock);
        tell(sock, 0);
    }

    private int bind(Sock sock, long at) {
        long lo = client.i64(at + Request.ADDRESS + 8);
        int port = client.u16(at + Request.PORT);
        if (lo == ABSENT_LO) {
            return Errno.EADDRNOTAVAIL;
        }
        if (port != 0 && bound(sock.protocol, port) != null) {
            return Errno.EADDRINUSE;
        }
        sock.localHi = client.i64(at + Request.ADDRESS);
        sock.localLo = lo;
        sock.localPort = port == 0 ? nextPort++ : port;
        sock.status |= Status.BOUND;
        tell(sock, 0);
        return Errno.OK;
    }

    private Sock bound(int protocol, int port) {
        return live.stream()
                .filter(sock -> sock.protocol == protocol && sock.localPort == port && !sock.given && sock.parent == 0)
                .findFirst()
                .orElse(null);
    }

    private int connect(Sock sock, long at) {
        sock.remoteHi = client.i64(at + Request.ADDRESS);
        sock.remoteLo = client.i64(at + Request.ADDRESS + 8);
        sock.remotePort = client.u16(at + Request.PORT);
        if (sock.remotePort == 0) {
            sock.status &= ~Status.CONNECTED;
            if (sock.chosen) {
                sock.localHi = 0;
                sock.localLo = 0;
                sock.chosen = false;
            }
            tell(sock, 0);
            return Errno.OK;
        }
        if (sock.localPort == 0) {
            sock.localPort = nextPort++;
        }
        if (sock.localLo == 0) {
            sock.chosen = sock.protocol == Protocol.UDP;
            sock.localHi = sock.remoteHi;
            sock.localLo = sock.remoteLo == SILENT_LO ? LOOPBACK_LO : sock.remoteLo;
        }
        sock.status |= Status.BOUND;
        if (sock.protocol == Protocol.UDP) {
            sock.status |= Status.CONNECTED;
            tell(sock, Event.STATE);
            return Errno.OK;
        }
        sock.status |= Status.CONNECTING;
        tell(sock, 0);
        if (sock.remoteLo != SILENT_LO) {
            handshake(sock);
        }
        return Errno.OK;
    }

    private void handshake(Sock sock) {
        Sock listener = bound(Protocol.TCP, sock.remotePort);
        sock.status &= ~Status.CONNECTING;
        if (listener == null || (listener.status & Status.LISTENING) == 0 || spare.isEmpty()) {
            sock.status |= Status.FAILED;
            sock.error = Errno.ECONNREFUSED;
            tell(sock, Event.STATE);
            return;
        }
        Sock child = socks[spare.poll()];
        open(child, Protocol.TCP, listener.ipv4);
        child.parent = listener.number + 1;
        child.localHi = sock.remoteHi;
        child.localLo = sock.remoteLo;
        child.localPort = sock.remotePort;
        child.remoteHi = sock.localHi;
        child.remoteLo = sock.localLo;
        child.remotePort = sock.localPort;
        child.status |= Status.BOUND | Status.CONNECTED;
        child.peer = sock;
        sock.peer = child;
        sock.status |= Status.CONNECTED;
        tell(child, 0);
        tell(sock, Event.STATE | Event.WRITE);
        event(Event.of(Event.ACCEPT, listener.number, child.number));
    }

    private void shutdown(Sock sock, int how) {
        if ((how & 1) != 0) {
            sock.status |= Status.READ_END;
        }
        if ((how & 2) != 0) {
            sock.finAsked = true;
            sock.status |= Status.WRITE_END;
        }
        tell(sock, Event.STATE);
    }

    private void close(Sock sock, boolean abort) {
        sock.given = true;
        boolean unread = client.i64Acquire(layout.clientWords(sock.number) + SessionLayout.RCV_HEAD) != sock.rcvTail;
        if (sock.protocol == Protocol.TCP && (abort || unread)) {
            reset(sock.peer);
            free(sock);
        } else if (sock.peer == null) {
            for (Sock child : List.copyOf(live)) {
                if (child.parent == sock.number + 1 && !child.given && (sock.status & Status.LISTENING) != 0) {
                    child.parent = -1;
                }
            }
            free(sock);
        } else {
            sock.finAsked = true;
        }
    }

    private void reset(Sock sock) {
        if (sock != null && (sock.status & Status.FAILED) == 0) {
            sock.status |= Status.FAILED | Status.READ_END | Status.WRITE_END;
            sock.error = Errno.ECONNRESET;
            sock.peer = null;
            tell(sock, Event.STATE);
        }
    }

    private void free(Sock sock) {
        if (sock.peer != null) {
            sock.peer.peer = null;
        }
        live.remove(sock);
        int life = sock.life + 1;
        socks[sock.number] = new Sock(sock.number);
        socks[sock.number].life = life;
        socks[sock.number].rcvTail = sock.rcvTail;
        socks[sock.number].sndHead = sock.sndHead;
        if (sock.number >= socks.length / 2) {
            spare.add(sock.number);
        }
        tell(socks[sock.number], Event.STATE);
    }

    private int move(Sock sock) {
        long words = layout.clientWords(sock.number);
        long tail = client.i64Acquire(words + SessionLayout.SND_TAIL);
        if (tail != sock.sndEnd && sock.sndHead == sock.sndEnd) {
            sock.sndBase = client.i64(words + SessionLayout.SND_BASE);
        }
        if (!sock.given) {
            sock.sndEnd = tail;
        }
        return sock.protocol == Protocol.UDP ? datagrams(sock) : stream(sock);
    }

    private int stream(Sock sock) {
        Sock peer = sock.peer;
        if (peer == null) {
            if (sock.given) {
                free(sock);
            }
            return 0;
        }
        int length = (int) Math.min(sock.sndEnd - sock.sndHead, room(peer));
        if (length > 0 && peer.given) {
            reset(sock);
            return 1;
        }
        if (length > 0) {
            transfer(sock, sock.sndHead, length, peer);
            sock.sndHead += length;
            tell(sock, 0);
            tell(peer, Event.READ);
        }
        if (sock.finAsked && sock.sndHead == sock.sndEnd && (peer.status & Status.READ_END) == 0) {
            peer.status |= Status.READ_END;
            if (peer.finAsked && peer.sndHead == peer.sndEnd) {
                // Both ways are closed: the connection is none any more, though its octets may wait to be read.
                peer.status &= ~Status.CONNECTED;
            }
            tell(peer, Event.READ | Event.STATE);
        }
        if (sock.given && sock.sndHead == sock.sndEnd) {
            free(sock);
            peer.peer = sock;
        }
        return length;
    }

    private long room(Sock sock) {
        long head = client.i64Acquire(layout.clientWords(sock.number) + SessionLayout.RCV_HEAD);
        if (head == sock.rcvTail) {
            sock.rcvBase = sock.rcvTail;
        }
        return layout.capacity() - (sock.rcvTail - head);
    }

    private void transfer(Sock from, long position, int length, Sock to) {
        for (int i = 0; i < length; i++) {
            int at = layout.offset(position + i, from.sndBase);
            int octet = client.u8(layout.sendRings() + layout.place(from.number, at));
            put(to, to.rcvTail + i, octet);
        }
        to.rcvTail += length;
    }

    private void put(Sock to, long position, int octet) {
        int at = layout.offset(position, to.rcvBase);
        stack.u8(layout.receiveRings() + layout.place(to.number, at), octet);
    }

    private int datagrams(Sock sock) {
        int done = 0;
        while (sock.sndEnd - sock.sndHead >= Datagram.HEADER) {
            int length = (int) get(sock, Datagram.LENGTH, 4);
            int port = (int) get(sock, Datagram.PORT, 2);
            long hi = port == 0 ? sock.remoteHi : get(sock, Datagram.REMOTE, 8);
            long lo = port == 0 ? sock.remoteLo : get(sock, Datagram.REMOTE + 8, 8);
            Sock to = bound(Protocol.UDP, port == 0 ? sock.remotePort : port);
            boolean takes = to != null
                    && ((to.status & Status.CONNECTED) == 0 || to.remotePort == sock.localPort)
                    && room(to) >= Datagram.room(length);
            if (takes) {
                header(to, length, sock.localPort, 0, hi, lo);
                transfer(sock, sock.sndHead + Datagram.HEADER, length, to);
                to.rcvTail += Datagram.room(length) - Datagram.HEADER - length;
                tell(to, Event.READ);
            } else if (to == null && (sock.status & Status.CONNECTED) != 0 && room(sock) >= Datagram.HEADER) {
                header(sock, 0, sock.remotePort, Errno.ECONNREFUSED, hi, lo);
                tell(sock, Event.READ);
            }
            sock.sndHead += Datagram.room(length);
            tell(sock, 0);
            done++;
        }
        return done;
    }

    private void header(Sock to, int length, int port, int error, long hi, long lo) {
        set(to, Datagram.LENGTH, length, 4);
        set(to, Datagram.PORT, port, 2);
        set(to, Datagram.HOPS, 0, 2);
        set(to, Datagram.LINK, 0, 4);
        set(to, Datagram.ERROR, error, 4);
        set(to, Datagram.REMOTE, hi, 8);
        set(to, Datagram.REMOTE + 8, lo, 8);
        to.rcvTail += Datagram.HEADER;
    }

    private void set(Sock to, long field, long value, int octets) {
        for (int i = 0; i < octets; i++) {
            put(to, to.rcvTail + field + i, (int) (value >>> 8 * i) & 0xFF);
        }
    }

    private long get(Sock sock, long field, int octets) {
        long value = 0;
        for (int i = octets - 1; i >= 0; i--) {
            int at = layout.offset(sock.sndHead + field + i, sock.sndBase);
            value = value << 8 | client.u8(layout.sendRings() + layout.place(sock.number, at));
        }
        return value;
    }

    /// Writes a socket's words and tells of them.
    private void tell(Sock sock, int what) {
        if (socks[sock.number] != sock) {
            return; // it is free, and its words are the next one's
        }
        long words = layout.stackWords(sock.number);
        long before = stack.i64(words + SessionLayout.SND_EDGE);
        long edge = (sock.status & Status.WRITE_END) != 0 ? sock.sndHead : sock.sndHead + sock.sndBuffer;
        long wake = client.i64Acquire(layout.clientWords(sock.number) + SessionLayout.SND_WAKE);
        stack.u16(words + SessionLayout.ERROR, sock.error);
        stack.u16(words + SessionLayout.LOCAL_PORT, sock.localPort);
        stack.u16(words + SessionLayout.REMOTE_PORT, sock.remotePort);
        stack.i64(words + SessionLayout.LOCAL, sock.localHi);
        stack.i64(words + SessionLayout.LOCAL + 8, sock.localLo);
        stack.i64(words + SessionLayout.REMOTE, sock.remoteHi);
        stack.i64(words + SessionLayout.REMOTE + 8, sock.remoteLo);
        stack.i32(words + SessionLayout.PARENT, sock.parent);
        stack.i64(words + SessionLayout.RCV_BASE, sock.rcvBase);
        stack.i64(words + SessionLayout.RCV_WAKE, sock.rcvTail - layout.capacity() / 2);
        stack.i64Release(words + SessionLayout.RCV_TAIL, sock.rcvTail);
        stack.i32Release(words + SessionLayout.STATUS, sock.status);
        stack.i64Release(words + SessionLayout.SND_HEAD, sock.sndHead);
        stack.i64Release(words + SessionLayout.SND_EDGE, edge);
        stack.i32Release(words + SessionLayout.ANSWER, sock.answer);
        stack.i32Release(words + SessionLayout.LIFE, sock.life);
        int told = what | (edge >= wake && before < wake ? Event.WRITE : 0);
        if (told != 0) {
            event(Event.of(told, sock.number, 0));
        }
    }

    private void event(long event) {
        try {
            long at = events.free();
            if (at < 0) {
                missed++;
                stack.i64Release(layout.missed(), missed);
                return;
            }
            stack.i64(at, event);
            events.give();
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }
}
