package netkeep.engine.udp;

import netkeep.engine.ip.Joined;
import netkeep.engine.ip.Path;
import netkeep.engine.socket.Ask;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Errno;
import netkeep.engine.socket.Ports;
import netkeep.session.Event;
import netkeep.session.Option;
import netkeep.session.Request;
import netkeep.session.Status;
import netkeep.wire.Address;
import netkeep.wire.IpProtocol;

/// What clients ask of their datagram sockets.
public final class Users {
    private final Udp udp;
    private final Endpoint socket;
    private final Endpoint other;
    // Scratch of one request.
    private final Path path = new Path();

    Users(Udp udp) {
        this.udp = udp;
        this.socket = udp.socket;
        this.other = new Endpoint();
    }

    /// Makes a socket, with defaults.
    public void open(Attachment attachment, Ask ask) {
        int index = udp.sockets.take(attachment, ask.socket, Endpoint.DATAGRAMS);
        udp.sockets.open(index, socket);
        socket.put(Endpoint.V6_ONLY, ask.b == 1);
        socket.put(Endpoint.V4_ONLY, ask.b == 2);
        socket.status(Status.OPEN);
        defaults(attachment);
        udp.sockets.answer(index, ask.ticket, 0);
    }

    /// Gives the open socket what every socket begins with.
    void defaults(Attachment attachment) {
        socket.sndBuffer(attachment.layout.capacity());
        socket.rcvBuffer(attachment.layout.capacity());
        socket.rcvLowWater(1);
        socket.multicastHops(1);
    }

    /// Does what a client asks of the socket record `index`, which is UDP's.
    public void request(int index, Ask ask, long nowNs) {
        udp.sockets.open(index, socket);
        switch (ask.op) {
            case Request.SEND -> send(index);
            case Request.READ -> {
                // Room is looked for when a datagram comes.
            }
            case Request.BIND -> udp.sockets.answer(index, ask.ticket, bind(ask));
            case Request.CONNECT -> udp.sockets.answer(index, ask.ticket, connect(ask, nowNs));
            case Request.SHUTDOWN -> shutdown((int) ask.a);
            case Request.CLOSE -> close(index, nowNs);
            case Request.OPTION -> udp.sockets.answer(index, ask.ticket, option((int) ask.a, ask.b));
            case Request.JOIN -> udp.sockets.answer(index, ask.ticket, join(index, ask, nowNs));
            case Request.LEAVE -> udp.sockets.answer(index, ask.ticket, leave(index, ask, nowNs));
            default -> udp.sockets.answer(index, ask.ticket, Errno.EOPNOTSUPP);
        }
    }

    private void send(int index) {
        if (!udp.sockets.refreshSend(socket)) {
            return;
        }
        if (socket.has(Endpoint.SHUT_WRITE)) {
            socket.sndHead(socket.sndEnd());
            return;
        }
        if (!socket.has(Endpoint.BOUND) && bindAny() != 0) {
            socket.sndHead(socket.sndEnd());
            udp.report(index, Errno.EADDRINUSE, 0, 0, 0);
            return;
        }
        udp.ready.add(index);
    }

    private int bind(Ask ask) {
        if (socket.has(Endpoint.BOUND)) {
            return Errno.EINVAL;
        }
        boolean v4 = Address.isV4(ask.hi, ask.lo);
        boolean any = Address.isUnspecified(ask.hi, ask.lo);
        if (v4 && socket.has(Endpoint.V6_ONLY) || !v4 && !any && socket.has(Endpoint.V4_ONLY)) {
            return Errno.EAFNOSUPPORT;
        }
        boolean many = Address.isMulticast(ask.hi, ask.lo) || Address.isBroadcast(ask.hi, ask.lo);
        if (!any && !many && !udp.ip.local(ask.hi, ask.lo) || !udp.claims.mayBind(ask.port)) {
            return Errno.EADDRNOTAVAIL;
        }
        long lo = any && socket.has(Endpoint.V4_ONLY) ? Address.V4 : ask.lo;
        return bind(ask.hi, lo, ask.port, ask.scope);
    }

    /// Binds to any address and a free port.
    private int bindAny() {
        return bind(0, socket.has(Endpoint.V4_ONLY) ? Address.V4 : 0, 0, 0);
    }

    private int bind(long hi, long lo, int wanted, int scope) {
        int port = wanted != 0 ? wanted : free(hi, lo);
        if (port == 0 || !mayBind(hi, lo, port) || !claim(port)) {
            return Errno.EADDRINUSE;
        }
        socket.localHi(hi);
        socket.localLo(lo);
        socket.localPort(port);
        socket.scope(scope);
        socket.set(Endpoint.BOUND);
        socket.status(socket.status() | Status.BOUND);
        udp.ports.bind(port, socket.index());
        udp.claims.enter(IpProtocol.UDP, port);
        return 0;
    }

    private boolean claim(int port) {
        boolean shared = socket.has(Endpoint.REUSE_ADDRESS) || socket.has(Endpoint.REUSE_PORT);
        return udp.claims.claim(IpProtocol.UDP, port, shared);
    }

    /// A free port, at random (RFC 8085 §5.1, RFC 6056 §3.3.1); 0 if there is none.
    private int free(long hi, long lo) {
        int start = udp.luck.below(udp.share.ports());
        for (int i = 0; i < udp.share.ports(); i++) {
            int port = udp.share.port(start + i);
            if (udp.ports.first(port) == Ports.NONE && mayBind(hi, lo, port) && claim(port)) {
                return port;
            }
        }
        return 0;
    }

    /// Whether the socket may be bound beside those that are: as on Linux, if both allow it by the same option, and by
    /// SO_REUSEPORT are one user's.
    private boolean mayBind(long hi, long lo, int port) {
        for (int i = udp.ports.first(port); i != Ports.NONE; i = udp.ports.next(i)) {
            udp.sockets.read(i, other);
            boolean shared = socket.has(Endpoint.REUSE_ADDRESS) && other.has(Endpoint.REUSE_ADDRESS)
                    || socket.has(Endpoint.REUSE_PORT)
                            && other.has(Endpoint.REUSE_PORT)
                            && udp.sockets.attachment(socket).user == udp.sockets.attachment(other).user;
            if (!shared && overlaps(hi, lo)) {
                return false;
            }
        }
        return true;
    }

    private boolean overlaps(long hi, long lo) {
        if (hi == other.localHi() && lo == other.localLo()) {
            return true;
        }
        boolean all = hi == 0 && lo == 0;
        boolean otherAll = other.localHi() == 0 && other.localLo() == 0;
        boolean v4 = Address.isV4(hi, lo);
        boolean otherV4 = Address.isV4(other.localHi(), other.localLo());
        if (all || otherAll) {
            boolean only6 = all ? socket.has(Endpoint.V6_ONLY) : other.has(Endpoint.V6_ONLY);
            return !(only6 && (v4 || otherV4));
        }
        return v4 && otherV4 && (lo == Address.V4 || other.localLo() == Address.V4);
    }

    private int connect(Ask ask, long nowNs) {
        if (ask.port == 0) {
            disconnect();
            return 0;
        }
        boolean v4 = Address.isV4(ask.hi, ask.lo);
        if (v4 ? socket.has(Endpoint.V6_ONLY) : socket.has(Endpoint.V4_ONLY)) {
            return Errno.EAFNOSUPPORT;
        }
        boolean any = socket.has(Udp.ADDRESS_CHOSEN) || !Address.isUnicast(socket.localHi(), socket.localLo());
        int scope = ask.scope != 0 ? ask.scope : socket.scope();
        long hi = any ? 0 : socket.localHi();
        long lo = any ? v4 ? Address.V4 : 0 : socket.localLo();
        if (!udp.ip.path(path, hi, lo, ask.hi, ask.lo, scope, nowNs)) {
            return Errno.ENETUNREACH;
        }
        if (path.broadcast && !socket.has(Endpoint.BROADCAST)) {
            return Errno.EACCES;
        }
        if (!socket.has(Endpoint.BOUND)) {
            int errno = bindAny();
            if (errno != 0) {
                return errno;
            }
        }
        int owner = udp.claims.owner(
                IpProtocol.UDP, path.sourceHi, path.sourceLo, socket.localPort(), ask.hi, ask.lo, ask.port);
        if (owner != udp.claims.stack()) {
            return Errno.EADDRNOTAVAIL;
        }
        // Only now: where this fails it is connected as before.
        if (socket.has(Udp.ADDRESS_CHOSEN)) {
            disconnect();
        }
        if (Address.isUnspecified(socket.localHi(), socket.localLo())) {
            socket.localHi(path.sourceHi);
            socket.localLo(path.sourceLo);
            socket.set(Udp.ADDRESS_CHOSEN);
        }
        socket.remoteHi(ask.hi);
        socket.remoteLo(ask.lo);
        socket.remotePort(ask.port);
        if (ask.scope != 0) {
            socket.scope(ask.scope);
        }
        socket.set(Endpoint.CONNECTED);
        socket.status(socket.status() | Status.CONNECTED);
        return 0;
    }

    private void disconnect() {
        if (socket.has(Udp.ADDRESS_CHOSEN)) {
            socket.localHi(0);
            socket.localLo(socket.has(Endpoint.V4_ONLY) ? Address.V4 : 0);
        }
        socket.remoteHi(0);
        socket.remoteLo(0);
        socket.remotePort(0);
        socket.clear(Endpoint.CONNECTED | Udp.ADDRESS_CHOSEN);
        socket.status(socket.status() & ~Status.CONNECTED);
    }

    private void shutdown(int how) {
        if ((how & 1) != 0) {
            socket.set(Endpoint.SHUT_READ);
            socket.status(socket.status() | Status.READ_END);
            udp.sockets.tell(socket.index(), Event.READ);
        }
        if ((how & 2) != 0) {
            socket.set(Endpoint.SHUT_WRITE);
            socket.status(socket.status() | Status.WRITE_END);
            // Who waits for room learns that it is counted otherwise.
            udp.sockets.tell(socket.index(), Event.STATE);
        }
    }

    /// What was given to send still goes, as far as this turn has room.
    private void close(int index, long nowNs) {
        if (udp.sockets.refreshSend(socket) && socket.has(Endpoint.BOUND) && !socket.has(Endpoint.SHUT_WRITE)) {
            udp.drain(index, nowNs);
            udp.sockets.open(index, socket);
        }
        if (socket.has(Endpoint.BOUND)) {
            udp.ports.unbind(socket.localPort(), index);
            udp.claims.leave(IpProtocol.UDP, socket.localPort());
        }
        udp.ip.leaveAll(index, nowNs);
        udp.sockets.free(index);
    }

    private int option(int option, long value) {
        boolean on = value != 0;
        switch (option) {
            case Option.REUSE_ADDRESS -> socket.put(Endpoint.REUSE_ADDRESS, on);
            case Option.REUSE_PORT -> socket.put(Endpoint.REUSE_PORT, on);
            case Option.BROADCAST -> socket.put(Endpoint.BROADCAST, on);
            case Option.MULTICAST_LOOP -> socket.put(Endpoint.NO_MULTICAST_LOOP, !on);
            case Option.DONT_FRAGMENT -> socket.put(Endpoint.DONT_FRAGMENT, on);
            case Option.RECEIVE_ERRORS -> socket.put(Udp.RECEIVE_ERRORS, on);
            case Option.MULTICAST_HOPS -> socket.multicastHops(Math.clamp(value, 0, 255));
            case Option.MULTICAST_LINK -> socket.multicastLink(Math.clamp(value, 0, 255));
            case Option.TRAFFIC_CLASS -> socket.trafficClass((int) value & 0xFF);
            case Option.HOPS -> socket.hops(Math.clamp(value, 0, 255));
            case Option.SEND_BUFFER -> {
                socket.sndBuffer(Math.clamp(value, 2048, udp.sockets.capacity(socket)));
                // Who waits for room may wait for more than there will ever be now.
                udp.sockets.tell(socket.index(), Event.WRITE);
            }
            case Option.RECEIVE_BUFFER -> socket.rcvBuffer(Math.clamp(value, 2048, udp.sockets.capacity(socket)));
            default -> {
                return Errno.ENOPROTOOPT;
            }
        }
        return 0;
    }

    private int join(int index, Ask ask, long nowNs) {
        return errno(udp.ip.join(index, ask.scope, ask.hi, ask.lo, (int) ask.a & 3, ask.sourceHi, ask.sourceLo, nowNs));
    }

    private int leave(int index, Ask ask, long nowNs) {
        return errno(
                udp.ip.leave(index, ask.scope, ask.hi, ask.lo, (int) ask.a & 1, ask.sourceHi, ask.sourceLo, nowNs));
    }

    private static int errno(Joined joined) {
        return switch (joined) {
            case OK -> 0;
            case ALREADY -> Errno.EADDRINUSE;
            case NOT_JOINED -> Errno.EADDRNOTAVAIL;
            case MISMATCH -> Errno.EINVAL;
            case FULL -> Errno.ENOBUFS;
            case NO_LINK -> Errno.ENODEV;
        };
    }
}
