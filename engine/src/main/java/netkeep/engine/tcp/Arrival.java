package netkeep.engine.tcp;

import static netkeep.wire.TcpHeader.ACK;
import static netkeep.wire.TcpHeader.CWR;
import static netkeep.wire.TcpHeader.ECE;
import static netkeep.wire.TcpHeader.FIN;
import static netkeep.wire.TcpHeader.RST;
import static netkeep.wire.TcpHeader.SYN;
import static netkeep.wire.TcpHeader.URG;

import java.util.concurrent.TimeUnit;
import netkeep.engine.ip.Packet;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.socket.Errno;
import netkeep.session.Event;
import netkeep.session.Status;

/// A segment arrives for the connection that is open: RFC 9293 §3.10.7, in its order.
final class Arrival {
    /// RFC 7323 §5.5: after 24 days TS.Recent says nothing any more.
    private static final long TS_RECENT_STALE_NS = TimeUnit.DAYS.toNanos(24);

    private static final int CONGESTION_EXPERIENCED = 3;

    private final Tcp tcp;
    private final Tcb tcb;
    private final Flow flow;
    private final Counters counters;

    Arrival(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
        this.flow = tcp.flow;
        this.counters = tcp.counters;
    }

    void segmentArrives(Segment seg, Packet packet, long nowNs, int nowUs) {
        if (tcb.tcpState() == State.SYN_SENT) {
            synSent(seg, packet, nowNs);
        } else {
            otherwise(seg, packet, nowNs, nowUs);
        }
    }

    /// RFC 9293 §3.10.7.3.
    private void synSent(Segment seg, Packet packet, long nowNs) {
        // First, the ACK bit.
        if (seg.has(ACK) && (Seq.notAfter(seg.ack, tcb.iss()) || Seq.after(seg.ack, tcb.sndNxt()))) {
            if (!seg.has(RST)) {
                tcp.replies.reset(seg, nowNs);
            }
            return;
        }
        // Second, the RST bit.
        if (seg.has(RST)) {
            if (seg.has(ACK)) {
                counters.add(Counter.TcpAttemptFails);
                tcp.fate.fail(Errno.ECONNREFUSED, nowNs);
            }
            return;
        }
        // Fourth, the SYN bit.
        if (!seg.has(SYN)) {
            return;
        }
        tcb.irs(seg.seq);
        tcb.rcvNxt(seg.seq + 1);
        tcb.rcvAdv(tcb.rcvNxt() + Math.min(0xFFFF, tcb.rcvBuffer()));
        tcp.text.promised();
        negotiated(seg, nowNs);
        tcb.sndWnd(seg.wnd);
        tcb.sndMaxWnd(seg.wnd);
        tcb.sndWl1(seg.seq);
        tcb.sndWl2(seg.ack);
        tcb.heardNs(nowNs);
        if (seg.has(ACK)) {
            tcb.sndUna(seg.ack);
            if (tcb.backoff() == 0) {
                Rtt.measured(tcb, tcp.sinceUs(tcb.timerNs() - Rtt.rtoNs(tcb, tcp.settings), nowNs), tcp.settings);
            }
            tcb.become(State.ESTABLISHED);
            tcb.put(Tcb.ECN, seg.has(ECE) && !seg.has(CWR) && tcp.settings.ecn());
            tcb.set(Tcb.ACK_NOW);
            tcp.fate.established(nowNs);
            // Text and FIN stand behind the SYN.
            seg.flags &= ~SYN;
            seg.seq++;
            content(seg, packet, nowNs);
        } else {
            // Simultaneous open. What else is in the segment comes again.
            tcb.become(State.SYN_RECEIVED);
            tcb.put(Tcb.ECN, seg.has(ECE) && seg.has(CWR) && tcp.settings.ecn());
            tcb.set(Tcb.SYN_NEEDED);
            tcp.timers.set(Timers.RETRANSMISSION, nowNs + Rtt.rtoNs(tcb, tcp.settings));
        }
    }

    /// What the peer's SYN says of options.
    private void negotiated(Segment seg, long nowNs) {
        // A successor knows no way yet: without it the segments would be the smallest there are, for ever.
        tcp.path(nowNs);
        tcp.sizes.sndMss(seg.options.mss());
        tcp.userTimeout.arrives(seg.options.userTimeout());
        boolean scale = seg.options.wscale() >= 0;
        tcb.sndScale(scale ? seg.options.wscale() : 0);
        tcb.rcvScale(scale ? tcp.initial.receiveScale() : 0);
        tcb.put(Tcb.SACK_OK, seg.options.sackPermitted());
        tcb.put(Tcb.TIMESTAMPS, seg.options.hasTimestamps());
        tcb.tsRecent(seg.options.tsVal());
        tcb.tsRecentNs(nowNs);
    }

    /// RFC 9293 §3.10.7.4.
    private void otherwise(Segment seg, Packet packet, long nowNs, int nowUs) {
        boolean synAgain = seg.has(SYN) && !seg.has(RST) && seg.seq == tcb.irs();
        if (tcb.tcpState() == State.SYN_RECEIVED && synAgain) {
            if (!seg.has(ACK)) {
                tcb.put(Tcb.ECN, tcb.has(Tcb.ECN) && seg.has(ECE) && seg.has(CWR));
                tcb.set(Tcb.SYN_NEEDED);
                return;
            }
            // Simultaneous open, RFC 9293 Figure 8: the peer's SYN is an old one, what it acknowledges is news.
            seg.flags &= ~SYN;
            seg.seq++;
            tcb.set(Tcb.ACK_NOW);
        }
        if (oldTimestamp(seg, nowNs) || !acceptable(seg, nowNs)) {
            return;
        }
        // Second, the RST bit, as RFC 5961 §3.2 narrows it.
        if (seg.has(RST)) {
            reset(seg, nowNs);
            return;
        }
        // Fourth, the SYN bit, as RFC 5961 §4.2 has it.
        if (seg.has(SYN)) {
            counters.add(Counter.TcpExtTCPSYNChallenge);
            tcp.replies.challenge(nowNs);
            return;
        }
        // Fifth, the ACK field.
        if (!seg.has(ACK) || !acknowledged(seg, nowNs, nowUs)) {
            return;
        }
        tcb.heardNs(nowNs);
        tcb.probes(0);
        timestamp(seg, nowNs);
        congestion(seg, packet);
        tcp.userTimeout.arrives(seg.options.userTimeout());
        content(seg, packet, nowNs);
    }

    /// What the segment brings, its numbers judged: URG, text, FIN.
    private void content(Segment seg, Packet packet, long nowNs) {
        boolean receives = tcb.tcpState().receives();
        // Sixth, the URG bit: ignored after the peer's FIN, behind which nothing can be.
        if (seg.has(URG) && receives) {
            urgent(seg);
        }
        // Seventh, the segment text.
        if (seg.text > 0 && receives) {
            if (nobodyReads() && Seq.after(seg.seq + seg.text, tcb.rcvNxt())) {
                counters.add(Counter.TcpExtTCPAbortOnData);
                tcp.fate.reset(nowNs);
                tcp.fate.fail(Errno.ECONNRESET, nowNs);
                return;
            }
            tcp.text.arrives(seg, packet, nowNs);
        }
        // Eighth, the FIN bit.
        if (receives) {
            fin(seg, nowNs);
        } else if (seg.has(FIN)) {
            tcb.set(Tcb.ACK_NOW);
        }
    }

    /// RFC 9293 §3.10.4, RFC 1122 §4.2.2.13: whether what arrives is for nobody, of which the peer must know. Shut both
    /// ways is as good as closed; who has shut the one way may still send.
    private boolean nobodyReads() {
        return tcb.has(Tcb.CLOSED_BY_USER) || tcb.has(Tcb.SHUT_READ) && tcb.has(Tcb.FIN_WANTED);
    }

    /// PAWS, RFC 7323 §5.3 R1.
    private boolean oldTimestamp(Segment seg, long nowNs) {
        if (!tcb.has(Tcb.TIMESTAMPS) || seg.has(RST)) {
            return false;
        }
        if (!seg.options.hasTimestamps()) {
            // RFC 7323 §3.2: a segment without the option is dropped. But a SYN may be a peer's who knows nothing of
            // this connection any more, and hears of it by the challenge (RFC 5961 §4.2).
            return !seg.has(SYN);
        }
        boolean old = Seq.before(seg.options.tsVal(), tcb.tsRecent()) && nowNs - tcb.tsRecentNs() < TS_RECENT_STALE_NS;
        if (old) {
            counters.add(Counter.TcpExtPAWSEstab);
            if (!seg.has(SYN) || tcb.tcpState().synchronised()) {
                tcb.set(Tcb.ACK_NOW);
            }
        }
        return old;
    }

    /// First, the sequence number.
    private boolean acceptable(Segment seg, long nowNs) {
        int nxt = tcb.rcvNxt();
        int wnd = tcb.rcvAdv() - nxt;
        int len = seg.len();
        int ahead = seg.seq - nxt;
        boolean inside;
        if (wnd == 0) {
            inside = seg.seq == nxt && (len == 0 || seg.has(ACK) || seg.has(RST));
        } else {
            // It begins in the window, or before it and reaches into it. Nothing is compared with its end: what is half
            // the sequence space away would seem to be before and behind the window at once.
            inside = ahead >= 0 ? ahead < wnd : ahead + len > 0;
        }
        if (!inside) {
            if (!seg.has(RST)) {
                if (seg.text > 0 && Seq.before(seg.seq, nxt)) {
                    tcp.text.duplicate(seg.seq, Seq.earlier(seg.seq + seg.text, nxt));
                }
                if (seg.has(SYN)) {
                    // RFC 5961 §4.2: wherever it stands.
                    counters.add(Counter.TcpExtTCPSYNChallenge);
                    tcp.replies.challenge(nowNs);
                } else if (len == 0 && ahead != -1) {
                    // Two ends whose numbers have come apart would answer each other without end: where both windows
                    // are closed and both FINs were lost, or a third party has put in octets of its own. A keepalive
                    // probe stands one before the window, and is always answered.
                    tcp.replies.challenge(nowNs);
                } else {
                    tcb.set(Tcb.ACK_NOW);
                }
            }
            return false;
        }
        if (wnd == 0 && len > 0) {
            // §3.10.7.4: with a zero window only what the segment acknowledges counts. But a FIN alone needs no room:
            // refused it would be repeated for as long as the user does not read.
            if (seg.text > 0) {
                seg.text = 0;
                seg.flags &= ~FIN;
                counters.add(Counter.TcpExtTCPZeroWindowDrop);
            }
            tcb.set(Tcb.ACK_NOW);
        }
        return true;
    }

    private void reset(Segment seg, long nowNs) {
        if (seg.seq != tcb.rcvNxt()) {
            tcp.replies.challenge(nowNs);
            return;
        }
        switch (tcb.tcpState()) {
            case SYN_RECEIVED -> {
                counters.add(Counter.TcpAttemptFails);
                tcp.fate.fail(Errno.ECONNREFUSED, nowNs);
            }
            case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT -> {
                counters.add(Counter.TcpEstabResets);
                tcp.fate.fail(tcb.tcpState() == State.CLOSE_WAIT ? Errno.EPIPE : Errno.ECONNRESET, nowNs);
            }
            // Not all has arrived, which concerns whoever has not closed.
            case CLOSING, LAST_ACK -> tcp.fate.fail(Errno.ECONNRESET, nowNs);
            default -> tcp.fate.finish(nowNs);
        }
    }

    /// @return whether the segment goes on
    private boolean acknowledged(Segment seg, long nowNs, int nowUs) {
        if (tcb.tcpState() == State.SYN_RECEIVED) {
            if (!Seq.before(tcb.sndUna(), seg.ack) || Seq.after(seg.ack, tcb.sndNxt())) {
                tcp.replies.reset(seg, nowNs);
                return false;
            }
            tcb.become(State.SYN_RECEIVED.after(State.Event.ACK_OF_SYN));
            tcb.sndUna(tcb.sndUna() + 1);
            tcb.sndWnd(seg.window(tcb.sndScale()));
            tcb.sndMaxWnd(tcb.sndWnd());
            tcb.sndWl1(seg.seq);
            tcb.sndWl2(seg.ack);
            tcp.fate.established(nowNs);
            if (tcb.has(Tcb.FIN_WANTED)) {
                tcb.become(tcb.tcpState().after(State.Event.CLOSE));
            }
        }
        if (Seq.after(seg.ack, tcb.sndNxt()) || Seq.before(seg.ack, oldest())) {
            tcp.replies.challenge(nowNs);
            return false;
        }
        tcp.acknowledgment.arrives(seg, nowNs, nowUs);
        if (tcb.has(Tcb.FIN_SENT) && tcb.sndUna() == tcb.sndNxt()) {
            return finAcknowledged(seg, nowNs);
        }
        return true;
    }

    /// The oldest acknowledgment that may still come, RFC 5961 §5.2; but none of what was never sent, where a window of
    /// the largest scale reaches back over a quarter of all numbers. When 4 GiB have passed all of them were sent.
    private int oldest() {
        int back = tcb.sndMaxWnd();
        long sent = Integer.toUnsignedLong(tcb.sndUna() - tcb.iss() - 1);
        boolean all = tcb.sndHead() >>> 32 != 0;
        return tcb.sndUna() - (all ? back : (int) Math.min(back, sent));
    }

    private boolean finAcknowledged(Segment seg, long nowNs) {
        State before = tcb.tcpState();
        State after = before.after(State.Event.ACK_OF_FIN);
        if (after == before) {
            return true;
        }
        switch (after) {
            case FIN_WAIT_2 -> {
                tcb.become(after);
                if (tcb.has(Tcb.CLOSED_BY_USER)) {
                    tcp.fate.heard(nowNs);
                }
                return true;
            }
            case TIME_WAIT -> {
                timestamp(seg, nowNs);
                tcp.fate.timeWait(nowNs);
            }
            default -> tcp.fate.finish(nowNs);
        }
        return false;
    }

    /// RFC 7323 §4.3; that the timestamp is not an old one [#oldTimestamp] has seen to, or TS.Recent is outdated
    /// (§5.5).
    private void timestamp(Segment seg, long nowNs) {
        if (tcb.has(Tcb.TIMESTAMPS) && seg.options.hasTimestamps() && Seq.notAfter(seg.seq, tcb.lastAckSent())) {
            tcb.tsRecent(seg.options.tsVal());
            tcb.tsRecentNs(nowNs);
        }
    }

    /// RFC 3168 §6.1.3. Who tells of a reduction may have one segment in flight: to wait for a second is in vain.
    private void congestion(Segment seg, Packet packet) {
        if (!tcb.has(Tcb.ECN)) {
            return;
        }
        if (seg.has(CWR)) {
            tcb.clear(Tcb.ECE_DUE);
            tcb.put(Tcb.ACK_NOW, tcb.has(Tcb.ACK_NOW) || seg.text > 0);
        }
        if ((packet.trafficClass & 3) == CONGESTION_EXPERIENCED) {
            tcb.set(Tcb.ECE_DUE | Tcb.ACK_NOW);
            counters.add(Counter.IpExtInCEPkts);
        }
    }

    /// RFC 9293 §3.8.5; the pointer is to the octet behind the urgent one (RFC 6093 §2).
    private void urgent(Segment seg) {
        int up = seg.seq + seg.up;
        long position = tcb.rcvTail() + (up - tcb.rcvNxt());
        // RCV.UP is the greater of both, told by the position, which does not wrap: an older segment may come late.
        if (Seq.after(up, tcb.rcvNxt()) && position > tcb.urgent()) {
            tcb.urgent(position);
            tcp.sockets.tell(tcb.index(), Event.STATE);
        }
    }

    private void fin(Segment seg, long nowNs) {
        boolean ahead = tcb.flowRecord() != 0 && flow.finAhead() != 0;
        if (seg.has(FIN)) {
            int at = seg.seq + seg.text;
            if (at != tcb.rcvNxt()) {
                if (Seq.after(at, tcb.rcvNxt())) {
                    tcp.needFlow();
                    flow.finSeq(at);
                    flow.finAhead(1);
                }
                tcb.set(Tcb.ACK_NOW);
                return;
            }
        } else if (!ahead || flow.finSeq() != tcb.rcvNxt()) {
            return;
        }
        State after = tcb.tcpState().after(State.Event.FIN);
        tcb.rcvNxt(tcb.rcvNxt() + 1);
        tcb.rcvAdv(Seq.later(tcb.rcvAdv(), tcb.rcvNxt()));
        tcb.set(Tcb.FIN_RECEIVED);
        tcp.text.delayFin(after, nowNs);
        tcb.status(tcb.status() | Status.READ_END);
        tcp.sockets.tell(tcb.index(), Event.READ | Event.STATE);
        if (after == State.TIME_WAIT) {
            tcp.fate.timeWait(nowNs);
        } else {
            tcb.become(after);
        }
    }
}
