package netkeep.engine.tcp;

import netkeep.engine.ledger.Counter;
import netkeep.session.Event;
import netkeep.session.Status;

/// What becomes of the connection that is open: established, failed, over.
final class Fate {
    private static final int AFTER_SYN_LOSS_US = 3_000_000;

    private final Tcp tcp;
    private final Tcb tcb;

    Fate(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
    }

    /// The handshake is complete.
    void established(long nowNs) {
        tcb.status(tcb.status() & ~Status.CONNECTING | Status.CONNECTED);
        boolean repeated = tcb.backoff() > 0;
        tcb.backoff(0);
        tcb.cwnd(repeated ? tcp.output.mss() : Initial.window(tcp.output.mss()));
        if (repeated) {
            // RFC 6298 §5.7: a SYN was lost, or this path is slower than a second; RFC 5681 §3.1: begin with one
            // segment.
            tcb.rtoUs(Math.max(tcb.rtoUs(), AFTER_SYN_LOSS_US));
        }
        tcb.ssthresh(Integer.MAX_VALUE / 2);
        tcp.rightsizing.established();
        tcb.heardNs(nowNs);
        tcb.lastAckSent(tcb.rcvNxt());
        tcp.timers.set(Timers.NONE, 0);
        if (tcb.has(Tcb.KEEP_ALIVE)) {
            tcp.timers.keepAliveChanged(nowNs);
        }
        tcp.counters.add(Counter.TcpCurrEstab);
        tcp.sockets.tell(tcb.index(), Event.STATE | Event.WRITE);
    }

    /// The open connection ended with an error.
    void fail(int errno, long nowNs) {
        tcb.error(errno);
        tcb.status(tcb.status() | Status.FAILED);
        finish(nowNs);
    }

    /// The peer has acknowledged all of what the user has closed, up to our FIN: nobody waits for it to close, too.
    void heard(long nowNs) {
        tcb.linger(0);
        tcb.idleNs(nowNs + tcp.settings.finWait2Ns());
        tcb.status(tcb.status() & ~Status.CONNECTED);
        tcp.sockets.tell(tcb.index(), Event.STATE);
    }

    /// The open connection is over: its flow is forgotten, its socket stays until the user gives it back.
    void finish(long nowNs) {
        tcp.leave(tcp.hash(tcb), tcb.index(), tcb.localPort());
        if (tcb.tcpState().synchronised()) {
            tcp.counters.add(Counter.TcpCurrEstab, -1);
        }
        tcp.text.over(nowNs);
        tcb.become(State.CLOSED);
        tcb.status(tcb.status() & ~(Status.CONNECTING | Status.CONNECTED) | Status.READ_END | Status.WRITE_END);
        tcp.timers.set(Timers.NONE, 0);
        tcb.ackNs(0);
        tcb.idleNs(0);
        tcb.clear(Tcb.ACK_NOW | Tcb.PROBE | Tcb.SYN_NEEDED);
        tcp.dropFlow();
        tcp.sockets.tell(tcb.index(), Event.STATE | Event.READ);
        if (tcb.has(Tcb.CLOSED_BY_USER)) {
            tcp.users().unbind(tcb);
            tcp.sockets.free(tcb.index());
        }
    }

    /// Both ends are closed: what is left to do is answered from a small record.
    void timeWait(long nowNs) {
        if (tcb.has(Tcb.ACK_NOW) && tcp.room() && tcp.path(nowNs)) {
            tcp.replies.acknowledge(nowNs);
        }
        tcp.timeWaits.enter(tcp, nowNs);
        tcp.counters.add(Counter.TcpExtTW);
        finish(nowNs);
    }

    /// Ends the open connection: the user's ABORT, RFC 9293 §3.10.5. The peer is told by a RST, but not where both have
    /// sent a FIN.
    ///
    /// @param unread whether octets of the peer's are lost, which it must hear of in any state (SHLD-3)
    void abort(boolean unread, long nowNs) {
        State state = tcb.tcpState();
        boolean closed = (state == State.CLOSING || state == State.LAST_ACK) && tcb.has(Tcb.FIN_SENT);
        if (!closed || unread) {
            reset(nowNs);
        }
        finish(nowNs);
    }

    /// Sends a RST for the open connection.
    void reset(long nowNs) {
        if (tcb.tcpState() != State.SYN_SENT && tcb.tcpState() != State.CLOSED) {
            tcp.replies.resetConnection(tcb, nowNs);
        }
    }
}
