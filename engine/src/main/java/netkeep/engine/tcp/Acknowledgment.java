package netkeep.engine.tcp;

import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;

/// What SEG.ACK, SEG.WND and SACK say about what we sent: RFC 9293 §3.10.7.4, fifth.
final class Acknowledgment {
    private final Tcp tcp;
    private final Tcb tcb;
    private final Flow flow;
    private final Flight flight;
    private final Rack rack;
    private final Counters counters;
    private final Delivery ack = new Delivery();

    Acknowledgment(Tcp tcp, Rack rack) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
        this.flow = tcp.flow;
        this.flight = tcp.flight;
        this.rack = rack;
        this.counters = tcp.counters;
    }

    /// An acceptable acknowledgment arrived: SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT.
    void arrives(Segment seg, long nowNs, int nowUs) {
        ack.clear();
        int before = tcb.sndUna();
        int mss = tcp.output.mss();
        int wnd = seg.window(tcb.sndScale());
        boolean outstanding = tcb.flowRecord() != 0 && flow.runs() > 0;
        boolean limited = outstanding && cwndLimited();
        ack.ece = tcb.has(Tcb.ECN) && seg.has(netkeep.wire.TcpHeader.ECE);
        ack.duplicate = outstanding
                && seg.ack == before
                && seg.len() == 0
                && wnd == tcb.sndWnd()
                // The answer to a probe of a zero window says nothing of a loss.
                && wnd != 0;
        if (Seq.after(seg.ack, before)) {
            cumulative(seg.ack, nowUs);
            if (ack.again) {
                // Karn, RFC 6298 §3: what lay behind a retransmission was acknowledged by that.
                ack.rttUs = -1;
            }
        }
        if (tcb.has(Tcb.SACK_OK) && seg.options.sacks() > 0 && tcb.flowRecord() != 0) {
            selective(seg, nowUs);
        }
        boolean shut = tcb.sndWnd() == 0;
        window(seg, wnd);
        if (!shut && tcb.sndWnd() == 0) {
            // RFC 9293 §3.8.6: from now on it is probed, be it text in flight that lies beyond it.
            tcp.timers.restart(nowNs);
        }
        if (ack.rttUs >= 0) {
            Rtt.measured(tcb, ack.rttUs, tcp.settings);
            flow.unmeasured(0);
        }
        if (ack.acked > 0) {
            getsOn(outstanding && tcp.sizes.acknowledged(ack.acked, nowNs), nowNs);
        }
        if (tcb.flowRecord() != 0 && flow.tlpEnd() != 0) {
            tailLossProbed(seg, before);
        }
        if (outstanding) {
            counters.add(Counter.TcpExtTCPDelivered, (ack.octets + mss - 1) / mss);
            int wait = tcp.recovery.acknowledged(ack, limited, mss, nowNs, nowUs);
            tcp.timers.reorder(wait, nowNs);
            if (shut && tcb.sndWnd() != 0 && ack.acked == 0 && !flight.has(0, Flight.SACKED)) {
                // The window opens, and the probe was not taken: it goes again, now, and is no sign of congestion.
                flight.mark(0, Flight.LOST);
            }
        }
    }

    /// SND.UNA has moved.
    ///
    /// @param smaller whether by a smaller segment: the time-outs before it were of larger ones, and of their size
    private void getsOn(boolean smaller, long nowNs) {
        if (tcb.error() != 0) {
            tcb.error(0);
        }
        tcb.set(Tcb.PROGRESS);
        if (ack.rttUs < 0 && !smaller) {
            // Karn, RFC 6298 §5: until something is measured the time-out stays what it was backed off to.
            tcb.rtoUs((int) (Rtt.rtoNs(tcb, tcp.settings) / 1000));
        }
        tcb.backoff(0);
        tcb.persist(0);
        tcp.timers.restart(nowNs);
        tcp.tuneSendBuffer();
    }

    /// RFC 5681 §4.1 and RFC 7661's reason: a window that was not used says nothing of the path.
    private boolean cwndLimited() {
        return tcb.cwnd() < tcb.ssthresh() ? 2L * flow.mostOut() > tcb.cwnd() : flow.limited() != 0;
    }

    private void cumulative(int seq, int nowUs) {
        int from = tcb.sndUna();
        int acked = seq - from;
        ack.acked = acked;
        while (tcb.flowRecord() != 0 && flow.runs() > 0 && Seq.before(tcb.sndUna(), seq)) {
            int end = flight.end(0);
            boolean whole = Seq.notAfter(end, seq);
            if (!flight.has(0, Flight.SACKED)) {
                int start = tcb.sndUna();
                int to = whole ? end : seq;
                ack.octets += to - start;
                delivered(0, start, to, nowUs);
            }
            if (whole) {
                flight.drop();
                tcb.sndUna(end);
            } else {
                tcb.sndUna(seq);
            }
        }
        tcb.sndUna(seq);
        long text = acked;
        if (tcb.has(Tcb.FIN_SENT) && seq == tcp.output.finSeq(from) + 1) {
            text--;
        }
        tcb.sndHead(tcb.sndHead() + text);
        tcp.sockets.tell(tcb.index(), 0);
    }

    private void delivered(int run, int start, int end, int nowUs) {
        boolean again = flight.has(run, Flight.RETRANSMITTED);
        int sentUs = flight.sentUs(run);
        ack.again |= again;
        if (!again) {
            ack.original |= Seq.notAfter(end, flow.recover());
            ack.rttUs = nowUs - sentUs;
        }
        rack.delivered(start, end, sentUs, again, nowUs);
        tcp.sizes.delivered(end - start);
    }

    private void selective(Segment seg, int nowUs) {
        int from = 0;
        if (isDuplicate(seg)) {
            // RFC 2883 §4: the first block is below SEG.ACK, or within the second.
            ack.dsack = true;
            ack.dsackLeft = seg.options.left(0);
            ack.dsackRight = seg.options.right(0);
            from = 1;
        }
        // In their order, not that of the option: of what one acknowledgment tells nothing came late (RFC 8985 §6.2
        // step 3), and the last was sent last.
        int waiting = (1 << seg.options.sacks()) - (1 << from);
        while (waiting != 0) {
            int i = lowest(seg, waiting);
            waiting &= ~(1 << i);
            int left = seg.options.left(i);
            int right = seg.options.right(i);
            // RFC 2018 §3: what is not of this flight is not believed. Each edge is held to both ends: of three numbers
            // far apart each can be before the next.
            if (left != right
                    && Seq.between(tcb.sndUna(), left, tcb.sndNxt())
                    && Seq.between(left, right, tcb.sndNxt())) {
                sack(left, right, nowUs);
            }
        }
        ack.duplicate |= ack.sacked > 0;
    }

    /// The one of the blocks, a set of bits that is not empty, that begins first behind SND.UNA.
    private int lowest(Segment seg, int blocks) {
        int lowest = Integer.numberOfTrailingZeros(blocks);
        for (int i = lowest + 1; i < seg.options.sacks(); i++) {
            int ahead = seg.options.left(i) - tcb.sndUna();
            boolean lower = Integer.compareUnsigned(ahead, seg.options.left(lowest) - tcb.sndUna()) < 0;
            if ((blocks & 1 << i) != 0 && lower) {
                lowest = i;
            }
        }
        return lowest;
    }

    private static boolean isDuplicate(Segment seg) {
        int left = seg.options.left(0);
        int right = seg.options.right(0);
        if (Seq.before(left, seg.ack)) {
            return true;
        }
        return seg.options.sacks() > 1
                && Seq.notAfter(seg.options.left(1), left)
                && Seq.notAfter(right, seg.options.right(1));
    }

    private void sack(int left, int right, int nowUs) {
        int first = flight.split(left);
        if (first < 0) {
            return;
        }
        if (flight.split(right) < 0) {
            return;
        }
        // The second split may have merged runs before it: look again.
        for (int run = 0; run < flow.runs(); run++) {
            int start = flight.start(run);
            int end = flight.end(run);
            if (Seq.before(start, left) || Seq.after(end, right) || flight.has(run, Flight.SACKED)) {
                continue;
            }
            ack.sacked += end - start;
            ack.octets += end - start;
            delivered(run, start, end, nowUs);
            flight.unmark(run, Flight.LOST);
            flight.mark(run, Flight.SACKED);
        }
    }

    /// RFC 9293 §3.10.7.4: SND.WND follows the newest segment, but none whose acknowledgment is older than SND.UNA,
    /// from which the window is counted.
    private void window(Segment seg, int wnd) {
        boolean newer =
                Seq.before(tcb.sndWl1(), seg.seq) || tcb.sndWl1() == seg.seq && Seq.notAfter(tcb.sndWl2(), seg.ack);
        if (!newer || Seq.before(seg.ack, tcb.sndUna())) {
            return;
        }
        tcb.sndWnd(wnd);
        tcb.sndWl1(seg.seq);
        tcb.sndWl2(seg.ack);
        tcb.sndMaxWnd(Math.max(tcb.sndMaxWnd(), wnd));
        if (wnd != 0) {
            tcb.persist(0);
        }
    }

    /// RFC 8985 §7.4.2: what the acknowledgment of a tail loss probe says.
    private void tailLossProbed(Segment seg, int before) {
        int end = flow.tlpEnd();
        if (Seq.before(seg.ack, end)) {
            return;
        }
        boolean told = ack.dsack && ack.dsackRight == end;
        boolean duplicate = seg.ack == before && seg.len() == 0 && seg.options.sacks() == 0;
        if (flow.tlp() == 2 && !told && !duplicate) {
            if (seg.ack == end) {
                // Either of the two may have arrived: a DSACK will tell, or what comes after it.
                return;
            }
            // The probe repaired a loss, which congestion control has to hear of.
            counters.add(Counter.TcpExtTCPLossProbeRecovery);
            ack.ece = true;
        }
        flow.tlp(0);
        flow.tlpEnd(0);
    }
}
