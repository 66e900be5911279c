package netkeep.engine.tcp;

import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;

/// What a connection does about losses: fast recovery with RACK (RFC 8985), PRR (RFC 9937), without SACK NewReno
/// (RFC 6582), after a time-out slow start with F-RTO (RFC 5682), and undoing what was needless (RFC 3708 by DSACK).
final class Recovery {
    /// The values of [Flow#recovery].
    static final int OPEN = 0;

    /// Fast recovery.
    static final int FAST = 1;

    /// After a retransmission time-out.
    static final int TIMED_OUT = 2;

    /// After ECN-Echo: reduced, nothing lost (RFC 3168).
    static final int REDUCED = 3;

    /// RFC 5681 §3.2.
    static final int DUP_THRESH = 3;

    private final Tcb tcb;
    private final Flow flow;
    private final Flight flight;
    private final Rack rack;
    private final Counters counters;
    private final Congestion cubic = new Cubic();
    private final Congestion newReno = new NewReno();

    Recovery(Tcb tcb, Flow flow, Flight flight, Rack rack, Counters counters) {
        this.tcb = tcb;
        this.flow = flow;
        this.flight = flight;
        this.rack = rack;
        this.counters = counters;
    }

    /// An acknowledgment came, and SND.UNA and the marks are as it told.
    ///
    /// @param limited whether cwnd was what limited the sender before it
    /// @return microseconds until RACK wants to look again, 0 for never
    int acknowledged(Delivery ack, boolean limited, int mss, long nowNs, int nowUs) {
        boolean sack = tcb.has(Tcb.SACK_OK);
        if (ack.dsack) {
            duplicateTold(ack);
        }
        if (flow.frto() != 0) {
            forwardRto(ack);
        }
        int lostBefore = flow.recovery() == OPEN ? 0 : flight.octets(Flight.LOST);
        int wait = 0;
        if (sack) {
            wait = rack.detect(mss, nowUs);
        } else {
            countDuplicates(ack, mss);
        }
        // RFC 3465 §2.3: after a time-out one acknowledgment may cover what had waited behind the hole, and most of all
        // the one that ends the recovery.
        int acked = flow.recovery() == TIMED_OUT ? Math.min(ack.acked, mss) : ack.acked;
        // RFC 3168 §6.1.2: one reduction a window; an echo of what was sent before it is none of the next.
        int past = flow.recovery() == REDUCED ? flow.recover() + 1 : flow.recover();
        if (flow.recovery() != OPEN && Seq.notAfter(past, tcb.sndUna())) {
            ended(mss);
        }
        if (flow.recovery() == OPEN && flow.recover() != 0 && Seq.after(tcb.sndUna(), flow.recover())) {
            flow.recover(0);
        }
        boolean lost = flight.first(Flight.LOST) >= 0;
        if (lost && (flow.recovery() == OPEN || flow.recovery() == REDUCED) && !onlyTriedLost()) {
            beginFast(sack, ack, mss);
        }
        // RFC 3168 §6.1.2: nor where a loss of the same window has reduced it already.
        if (ack.ece && flow.recovery() == OPEN && flow.recover() == 0) {
            beginReduced(ack, mss);
        }
        if (flow.recovery() == FAST || flow.recovery() == REDUCED) {
            proportional(ack, flight.octets(Flight.LOST) > lostBefore, mss);
        } else if (ack.acked > 0 && limited) {
            // RFC 3168 §6.1.2: an echo grows no window. After a time-out it goes on until new text has told of that.
            if (!ack.ece || flow.recovery() == TIMED_OUT) {
                grow(acked, ack.rttUs, mss, nowNs);
            }
        } else if (ack.acked > 0 && tcb.cwnd() >= tcb.ssthresh()) {
            congestion().unused(flow);
        }
        return wait;
    }

    private void grow(int acked, int rttUs, int mss, long nowNs) {
        if (tcb.cwnd() < tcb.ssthresh()) {
            SlowStart.acknowledged(tcb, flow, acked, rttUs, mss);
        } else {
            congestion().acknowledged(tcb, flow, acked, mss, nowNs);
        }
    }

    private Congestion congestion() {
        return tcb.congestion() == 0 ? cubic : newReno;
    }

    /// @param flightSize octets outstanding, with what an acknowledgment has just taken off
    private void reduce(int flightSize, int mss) {
        flow.priorCwnd(tcb.cwnd());
        flow.priorSsthresh(tcb.ssthresh());
        // RFC 5681 §3.1 takes FlightSize; bounded by cwnd, so that a burst of the application does not count.
        tcb.ssthresh(congestion().reduced(tcb, flow, Math.min(flightSize, tcb.cwnd()), mss));
        flow.recover(recoveryPoint());
        // RFC 9406 §4.3: HyStart++ is for the first slow start only.
        flow.slowStart(SlowStart.PLAIN);
        toldByCwr();
    }

    /// RFC 3168 §6.1.2: a reduction is told by CWR, whatever its reason.
    private void toldByCwr() {
        tcb.put(Tcb.CWR_DUE, tcb.has(Tcb.ECN));
    }

    /// SND.NXT, but never 0, which means that there was no recovery of late.
    private int recoveryPoint() {
        return tcb.sndNxt() == 0 ? 1 : tcb.sndNxt();
    }

    /// RFC 4821 §7.6.2: whether no more is lost than a segment that was too large, of whatever has room in it:
    /// no sign of congestion. All of it goes again.
    private boolean onlyTriedLost() {
        if (flow.tried() == 0) {
            return false;
        }
        for (int run = 0; run < flow.runs(); run++) {
            boolean within =
                    Seq.notAfter(flow.tryStart(), flight.start(run)) && Seq.notAfter(flight.end(run), flow.tryEnd());
            if (flight.has(run, Flight.LOST) && (!within || flight.has(run, Flight.RETRANSMITTED))) {
                return false;
            }
        }
        for (int run = 0; run < flow.runs(); run++) {
            boolean within =
                    Seq.notAfter(flow.tryStart(), flight.start(run)) && Seq.notAfter(flight.end(run), flow.tryEnd());
            if (within && !flight.has(run, Flight.SACKED | Flight.RETRANSMITTED)) {
                flight.mark(run, Flight.LOST);
            }
        }
        flow.tlp(0);
        flow.tlpEnd(0);
        return true;
    }

    private void beginFast(boolean sack, Delivery ack, int mss) {
        int flightSize = tcb.sndNxt() - tcb.sndUna() + ack.acked;
        counters.add(sack ? Counter.TcpExtTCPSackRecovery : Counter.TcpExtTCPRenoRecovery);
        if (flow.recovery() == OPEN) {
            reduce(flightSize, mss);
        }
        flow.recovery(FAST);
        flow.undoMarker(tcb.sndUna());
        flow.undoRetrans(0);
        // RFC 8985 §7.1.
        flow.tlp(0);
        flow.tlpEnd(0);
        // RFC 9937 §6.1: what the peer told as held before this is not delivered in the recovery.
        flow.prrDelivered(0);
        flow.prrOut(0);
        int held = flight.octets(Flight.SACKED) - ack.sacked;
        flow.recoverFs(Math.max(mss, flightSize - held));
    }

    /// RFC 3168 §6.1.2: as for a loss, without one.
    private void beginReduced(Delivery ack, int mss) {
        int flightSize = tcb.sndNxt() - tcb.sndUna() + ack.acked;
        reduce(flightSize, mss);
        flow.recovery(REDUCED);
        flow.undoMarker(0);
        flow.prrDelivered(0);
        flow.prrOut(0);
        flow.recoverFs(Math.max(mss, flightSize));
    }

    /// RFC 9937 §6.2. Below ssthresh as much goes as arrives, and a segment more where SND.UNA moves on and no more is
    /// lost.
    private void proportional(Delivery ack, boolean moreLost, int mss) {
        flow.prrDelivered(flow.prrDelivered() + ack.octets);
        int pipe = flight.pipe();
        long send;
        if (pipe > tcb.ssthresh()) {
            long delivered = flow.prrDelivered();
            send = (delivered * tcb.ssthresh() + flow.recoverFs() - 1) / flow.recoverFs() - flow.prrOut();
        } else {
            boolean safe = ack.acked > 0 && !moreLost;
            int limit = Math.max(flow.prrDelivered() - flow.prrOut(), ack.octets) + (safe ? mss : 0);
            send = Math.min(tcb.ssthresh() - pipe, limit);
        }
        boolean partial = ack.acked > 0 && !tcb.has(Tcb.SACK_OK);
        if (flow.recovery() == FAST && (flow.prrOut() == 0 || partial)) {
            // A fast retransmit is always sent, and so is the next hole (RFC 6582 §3.2 step 3).
            send = Math.max(send, mss);
        }
        tcb.cwnd(pipe + (int) Math.max(0, send));
    }

    /// `octets` were sent in recovery.
    void sent(int octets) {
        if (flow.recovery() == FAST || flow.recovery() == REDUCED) {
            flow.prrOut(flow.prrOut() + octets);
        }
    }

    private void ended(int mss) {
        if (flow.recovery() == FAST || flow.recovery() == REDUCED) {
            tcb.cwnd(Math.max(tcb.ssthresh(), mss));
        }
        rack.recovered();
        flow.recovery(OPEN);
        flow.frto(0);
        flow.dupAcks(0);
        flow.undoMarker(0);
    }

    /// RFC 5681 §3.2 and RFC 6582 for a peer without SACK.
    private void countDuplicates(Delivery ack, int mss) {
        if (ack.acked > 0) {
            // RFC 9937 §3: each duplicate before it has told of one of these segments already.
            ack.octets = Math.max(0, ack.octets - flow.dupAcks() * mss);
            flow.dupAcks(0);
            if (flow.recovery() == FAST && Seq.before(tcb.sndUna(), flow.recover())) {
                // RFC 6582 §3.2 step 3: a partial acknowledgment, so the next one is lost too.
                markFirst(mss);
            }
        } else if (ack.duplicate && flow.runs() > 0) {
            flow.dupAcks(Math.min(255, flow.dupAcks() + 1));
            // Each says that one more segment has left the network.
            ack.octets += mss;
            // RFC 6582 §3.2 step 2: not for what a recovery before this one has sent again itself.
            boolean fresh = flow.recover() == 0 || Seq.after(tcb.sndUna(), flow.recover());
            if (flow.dupAcks() == DUP_THRESH && (flow.recovery() == OPEN && fresh || flow.recovery() == REDUCED)) {
                markFirst(mss);
            }
        }
    }

    private void markFirst(int mss) {
        if (flow.runs() == 0 || flight.has(0, Flight.RETRANSMITTED | Flight.LOST)) {
            return;
        }
        if (flight.length(0) > mss) {
            flight.split(flight.start(0) + mss);
        }
        flight.mark(0, Flight.LOST);
    }

    /// RFC 3708, RFC 8985 §6.2 step 4: a retransmission was needless.
    private void duplicateTold(Delivery ack) {
        counters.add(Counter.TcpExtTCPDSACKRecv);
        rack.duplicated();
        if (flow.undoMarker() != 0 && flow.undoRetrans() > 0 && Seq.notAfter(flow.undoMarker(), ack.dsackLeft)) {
            flow.undoRetrans(Math.max(0, flow.undoRetrans() - (ack.dsackRight - ack.dsackLeft)));
            if (flow.undoRetrans() == 0) {
                counters.add(Counter.TcpExtTCPDSACKUndo);
                undo();
            }
        }
    }

    /// Back to what was before the reduction.
    private void undo() {
        tcb.cwnd(Math.max(tcb.cwnd(), flow.priorCwnd()));
        tcb.ssthresh(Math.max(tcb.ssthresh(), flow.priorSsthresh()));
        congestion().undone(tcb, flow);
        tcb.clear(Tcb.CWR_DUE);
        for (int run = 0; run < flow.runs(); run++) {
            flight.unmark(run, Flight.LOST);
        }
        flow.undoMarker(0);
        flow.recovery(OPEN);
        flow.frto(0);
    }

    /// The retransmission timer fired. RFC 6298 §5.4 to 5.6, RFC 5681 §3.1, RFC 8985 §6.3.
    void timedOut(int mss) {
        boolean first = flow.recovery() != TIMED_OUT;
        if (first) {
            if (flow.recovery() == OPEN) {
                reduce(tcb.sndNxt() - tcb.sndUna(), mss);
            } else {
                flow.recover(recoveryPoint());
            }
            congestion().timedOut(flow);
            flow.undoMarker(tcb.sndUna());
            flow.undoRetrans(0);
            // RFC 5682 §2.1 step 1, not when a time-out recovery is under way.
            flow.frto(1);
        } else {
            flow.recover(recoveryPoint());
            flow.frto(0);
        }
        flow.recovery(TIMED_OUT);
        flow.tlp(0);
        flow.tlpEnd(0);
        // RFC 5681 §3.1 equation 4's loss window is one segment.
        tcb.cwnd(mss);
        toldByCwr();
        for (int run = 0; run < flow.runs(); run++) {
            if (!flight.has(run, Flight.SACKED)) {
                flight.mark(run, Flight.LOST);
            }
        }
    }

    /// The peer reneged: it holds nothing that it had told (RFC 2018 §8).
    void reneged() {
        counters.add(Counter.TcpExtTCPSACKReneging);
        for (int run = 0; run < flow.runs(); run++) {
            flight.unmark(run, Flight.SACKED);
        }
    }

    /// RFC 5682 §2.1 and, with SACK, §3.1.
    private void forwardRto(Delivery ack) {
        // Without SACK what arrived behind a retransmission may have waited there since before the time-out.
        boolean sack = tcb.has(Tcb.SACK_OK);
        boolean original = ack.original && (sack || !ack.again);
        if (ack.acked == 0 && !original && (!ack.duplicate || sack && flow.frto() == 1)) {
            // Text, or an update of the window, says nothing; §3.1 step 2 waits for SND.UNA to move.
            return;
        }
        if (original && flow.recovery() == TIMED_OUT) {
            // Step 3b: something arrived that was not sent again: the time-out was needless.
            counters.add(Counter.TcpExtTCPSpuriousRTOs);
            undo();
        } else if (ack.acked > 0 && flow.frto() == 1) {
            // Step 2b: try new octets first, two segments of them; if all is acknowledged the recovery ends here.
            flow.frto(2);
        } else {
            // Step 2a, 3a.
            flow.frto(0);
        }
    }
}
