package netkeep.engine.tcp;

import netkeep.engine.ledger.Counter;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Endpoint;
import netkeep.session.Event;
import netkeep.session.Status;

/// The end of a handshake at a listener: a half-open connection becomes one that waits to be accepted.
final class Acceptance {
    private final Tcp tcp;
    private final Tcb tcb;
    private final Tcb listener;

    Acceptance(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
        this.listener = new Tcb();
    }

    /// Makes a connection of a half-open one: established, in the listener's queue.
    ///
    /// @return its socket record, -1 if there is no room
    int accept(HalfOpen from, int index, Segment seg, int hash, long nowNs) {
        tcp.sockets.open(index, listener);
        Attachment attachment = tcp.sockets.attachment(listener);
        int made = listener.ssthresh() > listener.cwnd() ? -1 : tcp.sockets.take(attachment, -1, Endpoint.CONNECTION);
        if (made < 0) {
            tcp.counters.add(Counter.TcpExtListenOverflows);
            tcp.counters.add(Counter.TcpExtListenDrops);
            return -1;
        }
        listener.ssthresh(listener.ssthresh() + 1);
        tcp.open(made);
        inherit();
        identify(from);
        tcb.parent(index - attachment.first + 1);
        synchronise(from, seg, nowNs);
        tcb.become(State.ESTABLISHED);
        tcb.backoff(from.retries());
        // A cookie does not say when it was sent.
        if (from.retries() == 0 && from.deadlineNs() != 0) {
            Rtt.measured(tcb, tcp.sinceUs(from.deadlineNs() - Listeners.FIRST_RTO_NS, nowNs), tcp.settings);
        }
        int before = tcp.table.find(
                hash, tcb.localHi(), tcb.localLo(), tcb.localPort(), tcb.remoteHi(), tcb.remoteLo(), tcb.remotePort());
        if (before >= 0) {
            tcp.leave(hash, before, tcb.localPort());
        }
        tcp.enter(hash, made, tcb.localPort());
        tcp.fate.established(nowNs);
        tcp.counters.add(Counter.TcpPassiveOpens);
        tcp.sockets.tell(made, Event.ACCEPT);
        return made;
    }

    private void identify(HalfOpen from) {
        tcb.localHi(from.localHi());
        tcb.localLo(from.localLo());
        tcb.localPort(from.localPort());
        tcb.remoteHi(from.remoteHi());
        tcb.remoteLo(from.remoteLo());
        tcb.remotePort(from.remotePort());
        tcb.set(Tcb.ACCEPT_WAITS | Endpoint.BOUND);
        tcb.status(Status.OPEN | Status.BOUND);
    }

    private void synchronise(HalfOpen from, Segment seg, long nowNs) {
        tcb.iss(from.iss());
        tcb.sndUna(from.iss() + 1);
        tcb.sndNxt(from.iss() + 1);
        tcb.irs(from.irs());
        tcb.rcvNxt(from.irs() + 1);
        tcb.rcvAdv(tcb.rcvNxt() + Math.min(0xFFFF, tcp.settings.receiveBuffer()));
        tcp.text.promised();
        tcb.put(Tcb.TIMESTAMPS, from.has(HalfOpen.TIMESTAMPS));
        tcb.put(Tcb.SACK_OK, from.has(HalfOpen.SACK));
        tcb.put(Tcb.ECN, from.has(HalfOpen.ECN));
        tcb.sndScale(from.has(HalfOpen.SCALE) ? from.sndScale() : 0);
        tcb.rcvScale(from.has(HalfOpen.SCALE) ? tcp.initial.receiveScale() : 0);
        tcb.tsRecent(from.tsRecent());
        tcb.tsRecentNs(nowNs);
        tcb.tsOffset(from.tsOffset());
        tcb.sndWnd(seg.wnd << tcb.sndScale());
        tcb.sndMaxWnd(tcb.sndWnd());
        tcb.sndWl1(seg.seq);
        tcb.sndWl2(seg.ack);
        tcb.rtoUs((int) (Listeners.FIRST_RTO_NS / 1000));
        tcp.path(nowNs);
        tcp.sizes.sndMss(from.mss());
    }

    /// What an accepted connection has from its listener.
    private void inherit() {
        int kept = Tcb.NO_DELAY
                | Tcb.CORK
                | Tcb.KEEP_ALIVE
                | Tcb.QUICK_ACK
                | Tcb.URGENT_INLINE
                | Tcb.RECEIVE_FIXED
                | Tcb.SEND_FIXED;
        tcb.set(listener.flags() & kept);
        tcb.trafficClass(listener.trafficClass());
        tcb.hops(listener.hops());
        tcb.sndBuffer(listener.sndBuffer());
        tcb.rcvBuffer(listener.rcvBuffer());
        tcb.keepIdle(listener.keepIdle());
        tcb.keepInterval(listener.keepInterval());
        tcb.keepCount(listener.keepCount());
        tcb.userTimeoutMs(listener.userTimeoutMs());
        tcp.userTimeout.inherit(listener);
        tcb.maxSegment(listener.maxSegment());
        tcb.congestion(listener.congestion());
    }
}
