// Long: what users ask of connections is one contract: each request as each state takes it.
package netkeep.engine.tcp;

import static java.util.concurrent.TimeUnit.SECONDS;

import netkeep.engine.ip.Failure;
import netkeep.engine.ledger.Counter;
import netkeep.engine.socket.Ask;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Claims;
import netkeep.engine.socket.Endpoint;
import netkeep.engine.socket.Errno;
import netkeep.session.Event;
import netkeep.session.Request;
import netkeep.session.Status;
import netkeep.wire.IpProtocol;

/// The user's calls, RFC 9293 §3.9.1 and §3.10.1 to §3.10.6: OPEN, SEND, RECEIVE, CLOSE, ABORT.
public final class Users {
    /// A peer that takes what a ring holds has it within this time, at 56 kbit/s.
    private static final int ORPHANED_S = 600;

    /// From a close that aborts to the RST, if there is text to go before: the turn that lays it down is over by then.
    private static final long LAST_WORDS_NS = 1_000_000;

    private final Tcp tcp;
    private final Tcb tcb;
    private final Binding binding;
    private final Options options;
    private final Telling telling;

    Users(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
        this.binding = new Binding(tcp);
        this.options = new Options(tcp);
        this.telling = new Telling(tcp);
    }

    /// Makes a socket: CLOSED, with the defaults of the settings.
    public void open(Attachment attachment, Ask ask) {
        int index = tcp.sockets.take(attachment, ask.socket, Endpoint.CONNECTION);
        tcp.open(index);
        tcb.put(Endpoint.V6_ONLY, ask.b == 1);
        tcb.put(Endpoint.V4_ONLY, ask.b == 2);
        tcb.status(Status.OPEN);
        defaults(attachment);
        tcp.sockets.answer(index, ask.ticket, 0);
    }

    /// Gives the open socket what the settings say of every socket at its begin.
    void defaults(Attachment attachment) {
        TcpSettings settings = tcp.settings;
        tcb.sndBuffer(Math.min(settings.sendBuffer(), attachment.layout.capacity()));
        tcb.rcvBuffer(Math.min(settings.receiveBuffer(), tcp.receiveBufferMost(tcb)));
        tcb.congestion(settings.newReno() ? 1 : 0);
        tcb.keepIdle(7200);
        tcb.keepInterval(75);
        tcb.keepCount(9);
        tcb.rcvLowWater(1);
        tcb.rtoUs((int) (Listeners.FIRST_RTO_NS / 1000));
    }

    /// Does what a client asks of the socket record `index`, which is TCP's.
    public void request(int index, Ask ask, long nowNs) {
        tcp.open(index);
        switch (ask.op) {
            case Request.SEND -> send();
            case Request.READ -> tcp.text.read(nowNs);
            case Request.BIND -> answer(index, ask, binding.bind(ask));
            case Request.LISTEN -> answer(index, ask, listen(ask));
            case Request.CONNECT -> answer(index, ask, connect(ask, nowNs));
            case Request.SHUTDOWN -> shutdown((int) ask.a, nowNs);
            case Request.CLOSE -> close(ask.a == 1, nowNs);
            case Request.OPTION -> answer(index, ask, options.set(ask, nowNs));
            case Request.ACCEPTED -> accepted();
            case Request.URGENT -> urgent(ask.a);
            case Request.INFO -> {
                telling.tell(tcb, nowNs);
                answer(index, ask, 0);
            }
            default -> answer(index, ask, Errno.EOPNOTSUPP);
        }
        tcp.settle(index, nowNs);
    }

    /// Says how a request went, if somebody waits for that.
    private void answer(int index, Ask ask, int errno) {
        if (ask.ticket != 0) {
            tcp.sockets.answer(index, ask.ticket, errno);
        }
    }

    private int listen(Ask ask) {
        State state = tcb.tcpState();
        if (state != State.CLOSED && state != State.LISTEN || tcb.has(Endpoint.CONNECTED)) {
            return Errno.EINVAL;
        }
        if (!tcb.has(Endpoint.BOUND)) {
            int errno = binding.bindAny();
            if (errno != 0) {
                return errno;
            }
        }
        if (state == State.CLOSED && !binding.mayListen()) {
            return Errno.EADDRINUSE;
        }
        tcb.kind(Endpoint.LISTENER);
        tcb.become(State.LISTEN);
        tcb.status(tcb.status() | Status.LISTENING);
        // RFC 9293 leaves the queue to the user; one more than he says may wait, as on Linux.
        tcb.cwnd(Math.clamp(ask.a, 0, tcp.settings.backlogMax()));
        return 0;
    }

    /// Whether a flow from the path's source is this stack's.
    private boolean owns(int port, Ask ask) {
        Claims claims = tcp.claims;
        return claims.stack()
                == claims.owner(IpProtocol.TCP, tcp.path.sourceHi, tcp.path.sourceLo, port, ask.hi, ask.lo, ask.port);
    }

    /// RFC 9293 §3.10.1, active.
    private int connect(Ask ask, long nowNs) {
        int errno = connectable(ask);
        if (errno != 0) {
            return errno;
        }
        boolean any = tcb.localLo() == 0 || tcb.localLo() == Binding.MAPPED_ANY;
        long hi = any ? 0 : tcb.localHi();
        long lo = any ? 0 : tcb.localLo();
        int scope = ask.scope != 0 ? ask.scope : tcb.scope();
        if (!tcp.ip.path(tcp.path, hi, lo, ask.hi, ask.lo, scope, nowNs)) {
            return Errno.ENETUNREACH;
        }
        if (tcp.path.broadcast || tcp.path.multicast) {
            // RFC 9293 §3.9.2.3 (MUST-46). A subnet's broadcast address is one that only its route tells.
            return Errno.ENETUNREACH;
        }
        boolean wasBound = tcb.has(Endpoint.BOUND);
        int port = wasBound ? tcb.localPort() : binding.choose(tcp.path, ask);
        if (port == 0) {
            return Errno.EADDRNOTAVAIL;
        }
        if (!owns(port, ask)) {
            return Errno.EADDRNOTAVAIL;
        }
        Attachment attachment = tcp.sockets.attachment(tcb);
        if (!tcp.ip
                .filter()
                .lets(
                        IpProtocol.TCP,
                        tcp.path.sourceHi,
                        tcp.path.sourceLo,
                        port,
                        ask.hi,
                        ask.lo,
                        ask.port,
                        attachment.number,
                        attachment.user,
                        nowNs)) {
            return Errno.EACCES;
        }
        int hash = tcp.table.hash(tcp.path.sourceHi, tcp.path.sourceLo, port, ask.hi, ask.lo, ask.port);
        if (tcp.table.find(hash, tcp.path.sourceHi, tcp.path.sourceLo, port, ask.hi, ask.lo, ask.port) >= 0) {
            return Errno.EADDRNOTAVAIL;
        }
        if (!attachment.mayConnect(nowNs)) {
            return Errno.ENOBUFS;
        }
        tcb.localHi(tcp.path.sourceHi);
        tcb.localLo(tcp.path.sourceLo);
        tcb.localPort(port);
        tcb.remoteHi(ask.hi);
        tcb.remoteLo(ask.lo);
        tcb.remotePort(ask.port);
        tcb.scope(scope);
        tcp.enter(hash, tcb.index(), port);
        synSent(nowNs);
        return 0;
    }

    private int connectable(Ask ask) {
        if (tcb.kind() == Endpoint.LISTENER) {
            return Errno.EOPNOTSUPP;
        }
        if (tcb.tcpState() == State.SYN_SENT) {
            return Errno.EALREADY;
        }
        if (tcb.tcpState() != State.CLOSED || tcb.has(Endpoint.CONNECTED)) {
            return Errno.EISCONN;
        }
        boolean v6 = ask.hi != 0 || ask.lo >>> 32 != 0xFFFF;
        if (v6 && tcb.has(Endpoint.V4_ONLY) || !v6 && tcb.has(Endpoint.V6_ONLY)) {
            return Errno.EAFNOSUPPORT;
        }
        // RFC 9293 §3.10.1: not to an unspecified port.
        return ask.port == 0 ? Errno.EADDRNOTAVAIL : 0;
    }

    private void synSent(long nowNs) {
        tcb.set(Endpoint.CONNECTED);
        tcb.iss(tcp.initial.iss(
                tcb.localHi(),
                tcb.localLo(),
                tcb.localPort(),
                tcb.remoteHi(),
                tcb.remoteLo(),
                tcb.remotePort(),
                nowNs));
        tcb.tsOffset(tcp.initial.timestampOffset(tcb.localHi(), tcb.localLo(), tcb.remoteHi(), tcb.remoteLo()));
        tcb.sndUna(tcb.iss());
        tcb.sndNxt(tcb.iss() + 1);
        tcb.become(tcb.tcpState().after(State.Event.OPEN_ACTIVE));
        tcb.status(tcb.status() & ~(Status.FAILED | Status.READ_END | Status.WRITE_END)
                | Status.BOUND
                | Status.CONNECTING);
        tcb.error(0);
        tcb.backoff(0);
        tcb.set(Tcb.SYN_NEEDED);
        tcp.timers.set(Timers.RETRANSMISSION, nowNs + Rtt.rtoNs(tcb, tcp.settings));
        tcp.counters.add(Counter.TcpActiveOpens);
    }

    /// RFC 6298 §5.1: what is given starts no timer that runs; [Tcp#settle] starts one if none does.
    private void send() {
        if (tcp.sockets.refreshSend(tcb)
                && !tcb.tcpState().sends()
                && tcb.tcpState().synchronised()
                && !tcb.has(Tcb.FIN_WANTED)) {
            tcb.sndEnd(tcb.sndHead());
        }
    }

    private void shutdown(int how, long nowNs) {
        State state = tcb.tcpState();
        // Other threads may wait for octets, or for room.
        tcp.sockets.tell(tcb.index(), Event.READ | Event.WRITE);
        if ((how & 1) != 0) {
            tcb.set(Endpoint.SHUT_READ);
            tcb.status(tcb.status() | Status.READ_END);
        }
        if ((how & 2) != 0 && (state.sends() || state == State.SYN_RECEIVED) && !tcb.has(Tcb.FIN_WANTED)) {
            tcp.sockets.refreshSend(tcb);
            endSending(nowNs);
            // Who waits for room learns that there will be none.
            tcp.sockets.tell(tcb.index(), Event.STATE);
        }
    }

    private void endSending(long nowNs) {
        tcb.set(Endpoint.SHUT_WRITE | Tcb.FIN_WANTED);
        if (tcb.tcpState() != State.SYN_RECEIVED) {
            // RFC 9293 §3.10.4 lets it wait in SYN-RECEIVED: our SYN may have to go again before the FIN.
            tcb.become(tcb.tcpState().after(State.Event.CLOSE));
        }
        tcb.status(tcb.status() | Status.WRITE_END);
        if (tcb.timer() == Timers.CORK) {
            tcp.timers.arm(nowNs);
        }
    }

    /// RFC 9293 §3.10.4, and ABORT, §3.10.5.
    private void close(boolean abort, long nowNs) {
        tcb.set(Endpoint.CLOSED_BY_USER);
        if (tcb.has(Tcb.ACCEPT_WAITS)) {
            accepted();
        }
        State state = tcb.tcpState();
        if (state == State.LISTEN) {
            closeListener(nowNs);
            return;
        }
        if (state == State.CLOSED || state == State.SYN_SENT) {
            tcp.fate.finish(nowNs);
            return;
        }
        tcp.sockets.refreshSend(tcb);
        boolean unread = tcp.sockets.refreshReceive(tcb) && tcb.rcvHead() != tcb.rcvTail();
        if (abort || tcb.linger() == Timers.AT_ONCE || unread && !tcb.has(Endpoint.SHUT_READ)) {
            // RFC 2525 §2.17: octets that nobody will read are told of by a RST.
            tcp.counters.add(unread ? Counter.TcpExtTCPAbortOnClose : Counter.TcpExtTCPAbortOnData);
            if (abort || tcb.linger() == Timers.AT_ONCE || !mayGo(state)) {
                abort(unread, nowNs);
            } else {
                tcb.idleNs(nowNs + LAST_WORDS_NS);
            }
            return;
        }
        if (!tcb.has(Tcb.FIN_WANTED)) {
            endSending(nowNs);
        }
        tcb.clear(Tcb.CORK | Tcb.KEEP_ALIVE);
        tcb.idleNs(0);
        if (tcb.linger() > 1) {
            tcb.idleNs(nowNs + SECONDS.toNanos(tcb.linger() - 1));
        }
        if (tcb.tcpState() == State.FIN_WAIT_2) {
            tcp.fate.heard(nowNs);
        }
    }

    /// ABORT of the open connection, which its user has closed. Where the turn has no room for the RST it is the next
    /// turn's: nobody sends it again, and a peer that only reads hears of the end by nothing else.
    private void abort(boolean unread, long nowNs) {
        if (tcp.room() || tcb.tcpState() == State.CLOSED) {
            tcp.fate.abort(unread, nowNs);
        } else {
            tcb.linger(Timers.AT_ONCE);
            tcb.idleNs(nowNs);
        }
    }

    /// Whether text that was given before the close, perhaps in this very turn, may be sent at once. It goes before the
    /// RST then, as if it had gone when it was given.
    private boolean mayGo(State state) {
        return state.sends() && !tcb.has(Tcb.FIN_WANTED) && tcb.sndWnd() != 0 && tcp.output.unsent();
    }

    /// The client is dead, and its connection closed: what that owes its peer is bounded in time, whatever the peer
    /// does. Harmless where it was done.
    public void orphan(int index, long nowNs) {
        tcp.sockets.read(index, tcb);
        boolean waits =
                tcb.kind() == Endpoint.CONNECTION && tcb.has(Tcb.FIN_WANTED) && tcb.tcpState() != State.FIN_WAIT_2;
        if (waits && (tcb.linger() == 0 || tcb.linger() > ORPHANED_S + 1)) {
            tcp.open(index);
            tcb.linger(ORPHANED_S + 1);
            tcb.idleNs(nowNs + SECONDS.toNanos(ORPHANED_S));
            tcp.settle(index, nowNs);
        }
    }

    private void closeListener(long nowNs) {
        int listener = tcb.index();
        Attachment attachment = tcp.sockets.attachment(tcb);
        tcp.closedListener(listener, nowNs);
        tcp.sockets.scan(attachment, index -> {
            tcp.sockets.read(index, tcb);
            if (tcb.has(Tcb.ACCEPT_WAITS) && tcb.parent() == listener - attachment.first + 1) {
                tcp.open(index);
                tcb.set(Endpoint.CLOSED_BY_USER);
                tcb.clear(Tcb.ACCEPT_WAITS | Endpoint.BOUND);
                tcb.parent(0);
                abort(false, nowNs);
                tcp.settle(index, nowNs);
            }
        });
        tcp.open(listener);
        unbind(tcb);
        tcp.sockets.free(listener);
    }

    private void accepted() {
        if (!tcb.has(Tcb.ACCEPT_WAITS)) {
            return;
        }
        tcb.clear(Tcb.ACCEPT_WAITS);
        int index = tcb.index();
        int listener = tcp.sockets.attachment(tcb).first + tcb.parent() - 1;
        tcp.open(listener);
        if (tcb.kind() == Endpoint.LISTENER && tcb.ssthresh() > 0) {
            tcb.ssthresh(tcb.ssthresh() - 1);
        }
        tcp.open(index);
    }

    private void urgent(long position) {
        tcp.sockets.refreshSend(tcb);
        if (tcb.tcpState().sends() && position > tcb.sndHead() && position <= tcb.sndEnd()) {
            tcb.sndUp(tcb.sndUna() + (int) (position - tcb.sndHead()));
            tcb.set(Tcb.URGENT_TO_SEND);
        }
    }

    /// An ICMP error about the open connection, RFC 9293 §3.9.2.2 and RFC 5927, which [Tcp#expects]; or our own about
    /// its neighbor.
    void failed(Failure failure, long nowNs) {
        boolean syn = tcb.tcpState() == State.SYN_SENT || tcb.tcpState() == State.SYN_RECEIVED;
        switch (failure.kind) {
            case TOO_BIG -> {
                if (!syn && tcp.path(nowNs)) {
                    tcp.sizes.resegment(nowNs);
                }
            }
            // (SHLD-26) Hard errors; RFC 5927 §5.2: they end only what is not synchronised yet.
            case PORT_UNREACHABLE, PROTOCOL_UNREACHABLE -> unreachable(Errno.ECONNREFUSED, syn, nowNs);
            case PROHIBITED -> unreachable(Errno.EHOSTUNREACH, syn, nowNs);
            // (MUST-56) Soft errors: the retransmission time-out decides.
            case HOST_UNREACHABLE -> unreachable(Errno.EHOSTUNREACH, syn && failure.own, nowNs);
            case NETWORK_UNREACHABLE -> unreachable(Errno.ENETUNREACH, false, nowNs);
            case HOPS_EXCEEDED, REASSEMBLY_EXCEEDED -> unreachable(Errno.EHOSTUNREACH, false, nowNs);
            case PARAMETER -> unreachable(Errno.EPROTO, false, nowNs);
        }
    }

    /// (MUST-47, SHLD-25) Tells the user of a soft error by the socket's error without its end; what is acknowledged
    /// later takes it back, and a time-out ends with it.
    private void unreachable(int errno, boolean ends, long nowNs) {
        if (ends) {
            tcp.fate.fail(errno, nowNs);
        } else {
            tcb.error(errno);
            tcp.sockets.tell(tcb.index(), Event.STATE);
        }
    }

    /// A socket is no longer bound to its port.
    void unbind(Tcb at) {
        binding.unbind(at);
    }

    /// A socket of a predecessor is bound.
    void bound(Tcb at, int index) {
        binding.bound(at, index);
    }
}
