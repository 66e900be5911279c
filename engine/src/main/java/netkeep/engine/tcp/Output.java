package netkeep.engine.tcp;

import static netkeep.wire.TcpHeader.ACK;
import static netkeep.wire.TcpHeader.CWR;
import static netkeep.wire.TcpHeader.ECE;
import static netkeep.wire.TcpHeader.FIN;
import static netkeep.wire.TcpHeader.PSH;
import static netkeep.wire.TcpHeader.SYN;
import static netkeep.wire.TcpHeader.URG;

import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Counter;
import netkeep.wire.TcpOptions;

/// What a connection sends next: one segment a call, in the order retransmission, probe, new text, FIN, acknowledgment.
final class Output {
    private final Tcp tcp;
    private final Tcb tcb;
    private final Flow flow;
    private final Flight flight;
    private final Writer writer;
    private final Path path;

    Output(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
        this.flow = tcp.flow;
        this.flight = tcp.flight;
        this.writer = tcp.writer;
        this.path = tcp.path;
    }

    /// Octets of text in a full-sized segment: SND.MSS less the options that it will have (RFC 9293 §3.7.1, MUST-16).
    int mss() {
        int options = (tcb.has(Tcb.TIMESTAMPS) ? 12 : 0) + tcp.userTimeout.length();
        return Math.max(1, tcb.sndMss() - options - tcp.text.gapsLength(TcpOptions.MAX_LENGTH - options));
    }

    /// The sequence number behind the last octet that the user has given.
    int endSeq() {
        return endSeq(tcb.sndUna());
    }

    private int endSeq(int una) {
        return una + (int) (tcb.sndEnd() - tcb.sndHead());
    }

    /// Where our FIN stands, counted from SND.UNA as it was when SND.UNA and snd.head were last in step.
    int finSeq(int una) {
        return endSeq(una);
    }

    /// Whether there is text that was never sent.
    boolean unsent() {
        return Seq.before(textNxt(), endSeq());
    }

    private int textNxt() {
        return tcb.has(Tcb.FIN_SENT) ? endSeq() : tcb.sndNxt();
    }

    /// Lays down the next segment of the connection that is open, if there is one to send now.
    ///
    /// @return whether another may follow
    boolean next(long nowNs, int nowUs) {
        State state = tcb.tcpState();
        if (state == State.CLOSED || state == State.LISTEN) {
            return false;
        }
        if (!tcp.path(nowNs)) {
            tcb.clear(Tcb.ACK_NOW | Tcb.PROBE | Tcb.SYN_NEEDED);
            return false;
        }
        if (tcb.has(Tcb.PROGRESS)) {
            // RFC 4861 §7.3.1: what gets on has a next hop that is alive, or had when the peer was heard.
            tcb.clear(Tcb.PROGRESS);
            tcp.ip.reachable(path.neighbor, tcb.heardNs());
        }
        if (tcb.has(Tcb.SYN_NEEDED)) {
            tcb.clear(Tcb.SYN_NEEDED);
            syn(state, nowNs);
            return false;
        }
        if (!state.synchronised()) {
            if (state == State.SYN_RECEIVED && tcb.has(Tcb.ACK_NOW)) {
                segment(tcb.sndNxt(), 0, 0, nowNs);
            }
            return false;
        }
        boolean sent = tcb.flowRecord() != 0 && retransmit(nowNs, nowUs)
                || tcb.has(Tcb.PROBE) && probe(nowNs, nowUs)
                || text(false, nowNs, nowUs)
                || fin(nowNs, nowUs);
        if (!sent && (tcb.has(Tcb.ACK_NOW) || tcp.text.grows(nowNs))) {
            segment(tcb.sndNxt(), 0, 0, nowNs);
        }
        return sent;
    }

    private void syn(State state, long nowNs) {
        int flags = SYN;
        if (state == State.SYN_RECEIVED) {
            flags |= ACK | (tcb.has(Tcb.ECN) ? ECE : 0);
        } else if (tcp.settings.ecn() && tcb.backoff() == 0) {
            // RFC 3168 §6.1.1; a repeated SYN asks for nothing that a middlebox may dislike.
            flags |= ECE | CWR;
        } else {
            tcb.unasked(true);
        }
        boolean first = state == State.SYN_SENT;
        writer.options.clear();
        writer.options.mss(tcp.sizes.mssToTell(path, tcb.maxSegment()));
        if (first || tcb.has(Tcb.SACK_OK)) {
            writer.options.permitSack();
        }
        if (first || tcb.has(Tcb.TIMESTAMPS)) {
            writer.options.timestamps(tcp.timestamp(nowNs, tcb.tsOffset()), first ? 0 : tcb.tsRecent());
        }
        if (first || tcb.rcvScale() > 0 || tcb.sndScale() > 0) {
            writer.options.wscale(tcp.initial.receiveScale());
        }
        tcp.userTimeout.tell(writer.options, true, false);
        int wnd = Math.min(0xFFFF, tcb.rcvBuffer());
        tcb.rcvAdv(tcb.rcvNxt() + wnd);
        tcb.lastAckSent(tcb.rcvNxt());
        writer.open(tcb, path);
        writer.write(tcb.iss(), first ? 0 : tcb.rcvNxt(), flags, wnd, 0, 0, nowNs);
    }

    private boolean retransmit(long nowNs, int nowUs) {
        int run = flight.first(Flight.LOST);
        if (run < 0) {
            return false;
        }
        int mss = tcp.sizes.again();
        if (flow.frto() == 2 && newOctetsFirst(mss)) {
            return false;
        }
        int budget = tcb.cwnd() - flight.pipe();
        boolean probe = flow.tlp() == 2;
        if (budget < mss && !probe && !(flow.recovery() == Recovery.TIMED_OUT && flight.pipe() == 0)) {
            return false;
        }
        int start = flight.start(run);
        int length = Math.min(flight.length(run), Math.max(mss, budget - budget % mss));
        length = Math.min(length, most(mss));
        if (length < flight.length(run)) {
            // Where there is no room for another run all of it counts as sent again; what was not is found lost later.
            flight.split(start + length);
        }
        run = flight.split(start);
        int before = textLength(start, length);
        // RFC 9293 §3.9.1.2 (MUST-61): PSH on the last that was given, when it goes again, too.
        int push = before > 0 && start + before == endSeq() ? PSH : 0;
        segment(start, before, push | (before < length ? FIN : 0), nowNs);
        boolean again = flight.has(run, Flight.RETRANSMITTED);
        flight.sentAgain(run, nowUs);
        flow.undoRetrans(flow.undoRetrans() + length);
        int segments = (length + mss - 1) / mss;
        tcb.retransmits(tcb.retransmits() + segments);
        tcp.counters.add(Counter.TcpRetransSegs, segments);
        tcp.counters.add(again ? Counter.TcpExtTCPLostRetransmit : Counter.TcpExtTCPFastRetrans, segments);
        tcp.sizes.sentAgain(start, length, nowNs);
        tcp.recovery.sent(length);
        tcp.timers.sent(nowNs);
        return true;
    }

    /// RFC 5682 §2.1 step 2b: two segments of new octets first, if there are any and the window takes them.
    private boolean newOctetsFirst(int mss) {
        int ahead = tcb.sndUna() + tcb.sndWnd() - tcb.sndNxt();
        return unsent()
                && ahead >= Math.min(mss, endSeq() - tcb.sndNxt())
                && Seq.before(tcb.sndNxt(), flow.recover() + 2 * mss);
    }

    /// Octets of text in `length` sequence numbers from `start` on: the last may be the FIN.
    private int textLength(int start, int length) {
        return Math.min(length, endSeq() - start);
    }

    /// Octets of text that one pass can carry: a segment, or what the link cuts into segments.
    private int most(int mss) {
        int most = Math.min(65535 - 120, tcp.sockets.attachment(tcb).sends.most());
        return path.segments ? mss * Math.max(1, most / mss) : mss;
    }

    /// A probe of a zero window, or of a silent peer; or what a cork or silly window avoidance holds back.
    private boolean probe(long nowNs, int nowUs) {
        tcb.clear(Tcb.PROBE);
        if (tcb.sndWnd() != 0 && unsent() && (tcb.sndUna() == tcb.sndNxt() || tcb.has(Tcb.CORK))) {
            return text(true, nowNs, nowUs);
        }
        boolean end = tcb.has(Tcb.FIN_WANTED) && !tcb.has(Tcb.FIN_SENT);
        if (tcb.sndWnd() != 0 || !unsent() && !end && tcb.sndUna() == tcb.sndNxt()) {
            // RFC 9293 §3.8.4: below the window, so that the peer must answer.
            tcp.counters.add(Counter.TcpExtTCPKeepAlive);
            segment(tcb.sndUna() - 1, 0, 0, nowNs);
            return true;
        }
        // RFC 9293 §3.8.6.1 (MUST-36): one octet though the window is zero.
        tcp.counters.add(Counter.TcpExtTCPWinProbe);
        int una = tcb.sndUna();
        boolean text = Seq.before(una, endSeq());
        if (una == tcb.sndNxt()) {
            tcp.needFlow();
            flight.sent(una + 1, nowUs);
            tcb.sndNxt(una + 1);
            if (!text) {
                tcb.set(Tcb.FIN_SENT);
            }
        } else {
            // Karn: what goes again measures nothing when it is taken.
            flight.mark(0, Flight.RETRANSMITTED);
        }
        segment(una, text ? 1 : 0, text ? 0 : FIN, nowNs);
        return true;
    }

    /// @param overdue whether what fits goes, however little
    private boolean text(boolean overdue, long nowNs, int nowUs) {
        int nxt = tcb.sndNxt();
        int waiting = endSeq() - nxt;
        if (tcb.has(Tcb.FIN_SENT) || waiting <= 0) {
            return false;
        }
        boolean probing = tcb.flowRecord() != 0 && flow.tlp() == 1 && flow.tlpEnd() == nxt;
        if (!overdue && !probing && tcp.pace.holds(tcb, nowNs)) {
            return false;
        }
        int mss = mss();
        restartAfterIdle(mss, nowNs);
        int pipe = tcb.flowRecord() == 0 ? 0 : flight.pipe();
        int room = Math.min(tcb.sndUna() + tcb.sndWnd() - nxt, tcb.cwnd() + limitedTransmit(mss) - pipe);
        if (probing) {
            room = Math.min(mss, tcb.sndUna() + tcb.sndWnd() - nxt);
        }
        int larger = probing ? 0 : tcp.sizes.larger(waiting, room);
        int length = larger != 0 ? larger : Math.min(Math.min(waiting, room), most(mss));
        if (length <= 0) {
            return false;
        }
        if (larger != 0) {
            tcp.needFlow();
            tcp.sizes.tries(nxt + length);
        } else if (length > mss) {
            boolean rest = length == waiting && mayBeShort(length % mss, true, nxt);
            length = rest ? length : length - length % mss;
        } else if (length < mss
                && !probing
                && !overdue
                && !(mayBeShort(length, length == waiting, nxt)
                        && (length == waiting || length >= tcb.sndMaxWnd() / 2))) {
            // RFC 9293 §3.8.6.2.1: neither a full segment, nor all there is, nor half the greatest window.
            return false;
        }
        tcp.needFlow();
        boolean last = length == waiting;
        boolean fin = last && tcb.has(Tcb.FIN_WANTED) && length < room;
        segment(nxt, length, (last ? PSH : 0) | (fin ? FIN : 0), Math.max(mss, larger), nowNs);
        int end = nxt + length + (fin ? 1 : 0);
        if (larger == 0 && length % mss != 0) {
            flow.sndSml(nxt + length);
        }
        flight.sent(end, nowUs);
        tcb.sndNxt(end);
        if (fin) {
            tcb.set(Tcb.FIN_SENT);
        }
        if (probing) {
            // One segment: what follows has to find room in cwnd again.
            flow.tlpEnd(end);
            flow.tlp(3);
        }
        noteFlight(pipe + length, end, mss);
        tcp.counters.add(Counter.TcpExtTCPOrigDataSent, (length + mss - 1) / mss);
        tcp.recovery.sent(length);
        tcp.timers.sent(nowNs);
        return true;
    }

    /// RFC 5681 §3.2 step 1 (RFC 3042): the first two duplicate acknowledgments let a new segment out each, beyond
    /// cwnd. With SACK what they tell of is no longer in [Flight#pipe], which comes to the same.
    private int limitedTransmit(int mss) {
        boolean few = tcb.flowRecord() != 0 && flow.recovery() == Recovery.OPEN && flow.dupAcks() <= 2;
        return few ? flow.dupAcks() * mss : 0;
    }

    /// Notes how much of cwnd is used, for [Acknowledgment]: when an acknowledgment comes it is too late to see, for
    /// others may have come with it (RFC 7661 §4.2's reason).
    private void noteFlight(int out, int end, int mss) {
        if (out > flow.mostOut() || Seq.notAfter(flow.mostSeq(), tcb.sndUna())) {
            flow.mostOut(out);
            flow.mostSeq(end);
            flow.limited(out + mss > tcb.cwnd() ? 1 : 0);
        }
    }

    /// Whether a segment of less than the full size may go: cork, and Nagle (RFC 9293 §3.7.4), but not while only
    /// full-sized ones are outstanding: of an odd number of them the last may be acknowledged late (Appendix A.3).
    ///
    /// @param all whether it is all there is: what fills a small window waits for nothing from the user
    private boolean mayBeShort(int rest, boolean all, int nxt) {
        if (rest == 0 || tcb.has(Tcb.FIN_WANTED)) {
            return true;
        }
        if (all && tcb.has(Tcb.CORK)) {
            return false;
        }
        boolean small = tcb.flowRecord() != 0 && Seq.between(tcb.sndUna() + 1, flow.sndSml(), nxt);
        return tcb.has(Tcb.NO_DELAY) || !small;
    }

    /// RFC 5681 §4.1: after a time-out in which no text was sent, no more than the initial window.
    private void restartAfterIdle(int mss, long nowNs) {
        long silentNs = 1_000_000L * Integer.toUnsignedLong(ms(nowNs) - tcb.sentMs());
        if (tcb.sndUna() == tcb.sndNxt() && silentNs > Rtt.rtoNs(tcb, tcp.settings)) {
            tcb.cwnd(Math.min(tcb.cwnd(), Initial.window(mss)));
            if (tcb.flowRecord() != 0) {
                flow.cubicEpochNs(0);
            }
        }
    }

    private static int ms(long nowNs) {
        return (int) (nowNs / 1_000_000);
    }

    private boolean fin(long nowNs, int nowUs) {
        // It takes a number of the window, as text does: where that is shut a probe brings it.
        boolean room = tcb.sndUna() + tcb.sndWnd() - tcb.sndNxt() > 0;
        if (!room || !tcb.has(Tcb.FIN_WANTED) || tcb.has(Tcb.FIN_SENT) || unsent()) {
            return false;
        }
        tcp.needFlow();
        segment(tcb.sndNxt(), 0, FIN, nowNs);
        flight.sent(tcb.sndNxt() + 1, nowUs);
        tcb.sndNxt(tcb.sndNxt() + 1);
        tcb.set(Tcb.FIN_SENT);
        tcp.timers.sent(nowNs);
        return true;
    }

    /// Lays down one segment with all that goes with each: acknowledgment, window, options, ECN, urgent pointer.
    private void segment(int seq, int text, int more, long nowNs) {
        // Before the options are laid down: a duplicate is told once.
        segment(seq, text, more, mss(), nowNs);
    }

    /// As above; the link cuts the text into segments of `mss` octets.
    private void segment(int seq, int text, int more, int mss, long nowNs) {
        int flags = ACK | more;
        writer.options.clear();
        if (tcb.has(Tcb.TIMESTAMPS)) {
            writer.options.timestamps(tcp.timestamp(nowNs, tcb.tsOffset()), tcb.tsRecent());
        }
        boolean fresh = seq == tcb.sndNxt();
        tcp.userTimeout.tell(writer.options, false, text > 0 && fresh);
        if (tcb.flowRecord() != 0 && tcb.has(Tcb.SACK_OK)) {
            tcp.text.tellGaps(writer.options);
        }
        if (tcb.has(Tcb.ECE_DUE)) {
            flags |= ECE;
        }
        if (text > 0 && fresh && tcb.has(Tcb.CWR_DUE)) {
            flags |= CWR;
            tcb.clear(Tcb.CWR_DUE);
        }
        int up = 0;
        if (tcb.has(Tcb.URGENT_TO_SEND)) {
            if (Seq.before(seq, tcb.sndUp())) {
                flags |= URG;
                up = Math.min(0xFFFF, tcb.sndUp() - seq);
            } else if (Seq.notAfter(tcb.sndUp(), tcb.sndUna())) {
                tcb.clear(Tcb.URGENT_TO_SEND);
            }
        }
        int wnd = tcp.text.windowToTell(nowNs);
        writer.open(tcb, path);
        // RFC 3168 §6.1.5: neither retransmissions nor pure acknowledgments are ECN-capable; §6.1.1: nor is anything of
        // who has sent a SYN that did not ask.
        writer.capable = text > 0 && fresh && tcb.has(Tcb.ECN) && !tcb.unasked();
        if (text > 0) {
            tcb.clear(Tcb.ACK_ALONE);
            tcb.sentMs(ms(nowNs));
            tcp.sockets.attachment(tcb).sends.spend(text, nowNs);
            writer.text(tcp.sockets, tcb, tcb.sndHead() + (seq - tcb.sndUna()), text, mss);
        }
        writer.write(seq, tcb.rcvNxt(), flags, wnd, up, text, nowNs);
        acknowledged();
    }

    private void acknowledged() {
        tcb.clear(Tcb.ACK_NOW);
        tcb.ackWaiting(0);
        tcb.ackNs(0);
        tcb.lastAckSent(tcb.rcvNxt());
    }
}
