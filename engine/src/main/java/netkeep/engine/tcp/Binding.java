package netkeep.engine.tcp;

import netkeep.engine.ip.Path;
import netkeep.engine.socket.Ask;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Errno;
import netkeep.engine.socket.Ports;
import netkeep.session.Status;
import netkeep.wire.IpProtocol;

/// Local addresses and ports: which a socket may have, and which it gets when it does not say.
final class Binding {
    /// The IPv4-mapped form of 0.0.0.0: any address of IPv4.
    static final long MAPPED_ANY = 0xFFFFL << 32;

    private final Tcp tcp;
    private final Tcb tcb;
    private final Tcb other;

    Binding(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
        this.other = new Tcb();
    }

    /// BIND of the open socket.
    ///
    /// @return 0 or an errno
    int bind(Ask ask) {
        if (tcb.has(Endpoint.BOUND) || tcb.tcpState() != State.CLOSED) {
            return Errno.EINVAL;
        }
        boolean v4 = ask.hi == 0 && ask.lo >>> 32 == 0xFFFF;
        boolean any = ask.hi == 0 && (ask.lo == 0 || ask.lo == MAPPED_ANY);
        if (v4 && tcb.has(Endpoint.V6_ONLY) || !v4 && !any && tcb.has(Endpoint.V4_ONLY)) {
            return Errno.EAFNOSUPPORT;
        }
        long lo = any && tcb.has(Endpoint.V4_ONLY) ? MAPPED_ANY : ask.lo;
        if (!any && !tcp.ip.local(ask.hi, ask.lo) || !tcp.claims.mayBind(ask.port)) {
            return Errno.EADDRNOTAVAIL;
        }
        int port = ask.port != 0 ? ask.port : free();
        if (port == 0 || !mayBind(ask.hi, lo, port) || !claim(port)) {
            return Errno.EADDRINUSE;
        }
        tcb.localHi(ask.hi);
        tcb.localLo(lo);
        tcb.localPort(port);
        tcb.scope(ask.scope);
        tcb.set(Endpoint.BOUND);
        tcb.status(tcb.status() | Status.BOUND);
        bind(port, tcb.index());
        return 0;
    }

    /// Binds the open socket to any address and a free port.
    int bindAny() {
        long lo = tcb.has(Endpoint.V4_ONLY) ? MAPPED_ANY : 0;
        int port = free();
        if (port == 0) {
            return Errno.EADDRINUSE;
        }
        tcb.localLo(lo);
        tcb.localPort(port);
        tcb.set(Endpoint.BOUND);
        tcb.status(tcb.status() | Status.BOUND);
        bind(port, tcb.index());
        return 0;
    }

    private int free() {
        int start = tcp.luck.below(tcp.share.ports());
        for (int i = 0; i < tcp.share.ports(); i++) {
            int port = tcp.share.port(start + i);
            // A socket that is bound may connect to whom it likes: nobody has been there from this port.
            if (tcp.ports.first(port) == Ports.NONE && !tcp.leased.used(port) && claim(port)) {
                return port;
            }
        }
        return 0;
    }

    /// Whether the open socket may be bound beside those that are: as Linux, SO_REUSEADDR on both allows it while
    /// neither listens, SO_REUSEPORT on both where they are one user's.
    private boolean mayBind(long hi, long lo, int port) {
        if (tcp.ports.first(port) == Ports.NONE && tcp.leased.used(port)) {
            // Connections have it that were given it, or are left of a listener or in TIME-WAIT.
            return tcb.has(Endpoint.REUSE_ADDRESS);
        }
        for (int at = tcp.ports.first(port); at != Ports.NONE; at = tcp.ports.next(at)) {
            tcp.sockets.read(at, other);
            if (!overlaps(hi, lo)) {
                continue;
            }
            boolean ports = sharesPort();
            boolean addresses = tcb.has(Endpoint.REUSE_ADDRESS)
                    && other.has(Endpoint.REUSE_ADDRESS)
                    && other.kind() != Endpoint.LISTENER;
            if (!ports && !addresses) {
                return false;
            }
        }
        return true;
    }

    /// Whether the open socket and the other one share a port.
    private boolean sharesPort() {
        return tcb.has(Endpoint.REUSE_PORT)
                && other.has(Endpoint.REUSE_PORT)
                && tcp.sockets.attachment(tcb).user == tcp.sockets.attachment(other).user;
    }

    /// Whether the open socket, which is bound, may listen: nobody listens there, unless both share the port.
    boolean mayListen() {
        int port = tcb.localPort();
        for (int at = tcp.ports.first(port); at != Ports.NONE; at = tcp.ports.next(at)) {
            tcp.sockets.read(at, other);
            boolean same = at == tcb.index() || other.kind() != Endpoint.LISTENER;
            if (!same && !sharesPort() && overlaps(tcb.localHi(), tcb.localLo())) {
                return false;
            }
        }
        return true;
    }

    private boolean overlaps(long hi, long lo) {
        if (hi == other.localHi() && lo == other.localLo()) {
            return true;
        }
        boolean any = hi == 0 && lo == 0;
        boolean otherAny = other.localHi() == 0 && other.localLo() == 0;
        boolean v4 = hi == 0 && lo >>> 32 == 0xFFFF;
        boolean otherV4 = other.localHi() == 0 && other.localLo() >>> 32 == 0xFFFF;
        if (any || otherAny) {
            boolean only6 = any ? tcb.has(Endpoint.V6_ONLY) : other.has(Endpoint.V6_ONLY);
            return !(only6 && (v4 || otherV4));
        }
        return v4 && otherV4 && (lo == MAPPED_ANY || other.localLo() == MAPPED_ANY);
    }

    /// A local port for a connection, RFC 6056 §3.3.3: a keyed hash says where the search begins, and each flow to the
    /// same peer begins one further.
    ///
    /// @return 0 if there is none
    int choose(Path path, Ask ask) {
        long offset = tcp.luck.hash(path.sourceHi, path.sourceLo, ask.hi, ask.lo, -2L - ask.port) >>> 33;
        long next = offset + tcp.counters.get(netkeep.engine.ledger.Counter.TcpActiveOpens);
        for (int i = 0; i < tcp.share.ports(); i++) {
            int port = tcp.share.port(next + i);
            int hash = tcp.table.hash(path.sourceHi, path.sourceLo, port, ask.hi, ask.lo, ask.port);
            if (tcp.ports.first(port) == Ports.NONE
                    && tcp.table.find(hash, path.sourceHi, path.sourceLo, port, ask.hi, ask.lo, ask.port) < 0
                    && claim(port)) {
                return port;
            }
        }
        return 0;
    }

    private boolean claim(int port) {
        return tcp.claims.claim(IpProtocol.TCP, port, false);
    }

    private void bind(int port, int index) {
        tcp.ports.bind(port, index);
        tcp.claims.enter(IpProtocol.TCP, port);
    }

    void unbind(Tcb at) {
        // A connection that a listener accepted was never in the port's chain; then this finds nothing.
        if (tcp.ports.unbind(at.localPort(), at.index())) {
            tcp.claims.leave(IpProtocol.TCP, at.localPort());
        }
    }

    void bound(Tcb at, int index) {
        if (at.has(Endpoint.BOUND) && at.parent() == 0) {
            bind(at.localPort(), index);
        }
    }
}
