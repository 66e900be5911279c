package netkeep.engine.tcp;

/// Loss detection by time, RACK of RFC 8985 §6.
final class Rack {
    /// §6.2 step 3: a DupThresh of 3 segments.
    private static final int DUP_THRESH = 3;

    private final Tcb tcb;
    private final Flow flow;
    private final Flight flight;

    Rack(Tcb tcb, Flow flow, Flight flight) {
        this.tcb = tcb;
        this.flow = flow;
        this.flight = flight;
    }

    /// A run was newly delivered, §6.2 steps 1 and 2.
    void delivered(int start, int end, int sentUs, boolean retransmitted, int nowUs) {
        int rtt = nowUs - sentUs;
        if (retransmitted && rtt < tcb.minRttUs()) {
            // Step 2: the acknowledgment may be of the first transmission.
            return;
        }
        if (!retransmitted && flow.rackFack() != 0 && Seq.before(end, flow.rackFack())) {
            // §6.2 step 3: delivered behind something sent later.
            flow.reordering(1);
        }
        if (flow.rackFack() == 0 || Seq.after(end, flow.rackFack())) {
            flow.rackFack(end);
        }
        if (flow.rackUs() == 0 || sentAfter(sentUs, end, flow.rackUs(), flow.rackEnd())) {
            flow.rackUs(sentUs == 0 ? 1 : sentUs);
            flow.rackEnd(end);
            flow.rackRttUs(rtt);
        }
    }

    /// A DSACK came: the window for reordering grows once a round trip, §6.2 step 4.
    void duplicated() {
        if (flow.dsackRound() == 0 || Seq.notAfter(flow.dsackRound(), tcb.sndUna())) {
            flow.dsackRound(tcb.sndNxt() == 0 ? 1 : tcb.sndNxt());
            flow.rackMult(Math.min(255, flow.rackMult() + 1));
            flow.rackPersist(16);
        }
    }

    /// A recovery ended: the window shrinks again after 16 of them.
    void recovered() {
        if (flow.rackPersist() > 0) {
            flow.rackPersist(flow.rackPersist() - 1);
            if (flow.rackPersist() == 0) {
                flow.rackMult(0);
            }
        }
    }

    /// Marks what is lost, §6.2 step 5.
    ///
    /// @return microseconds until more may have to be, 0 for never
    int detect(int mss, int nowUs) {
        if (flow.rackUs() == 0) {
            return 0;
        }
        int window = reorderWindowUs(mss);
        int wait = 0;
        for (int run = 0; run < flow.runs(); run++) {
            if (flight.has(run, Flight.SACKED | Flight.LOST)) {
                continue;
            }
            if (!sentAfter(flow.rackUs(), flow.rackEnd(), flight.sentUs(run), flight.end(run))) {
                continue;
            }
            int remaining = flight.sentUs(run) + flow.rackRttUs() + window - nowUs;
            if (remaining <= 0) {
                flight.mark(run, Flight.LOST);
            } else {
                wait = Math.max(wait, remaining);
            }
        }
        return wait;
    }

    private int reorderWindowUs(int mss) {
        if (flow.reordering() == 0
                && (flow.recovery() == Recovery.FAST
                        || flow.recovery() == Recovery.TIMED_OUT
                        || flight.segments(Flight.SACKED, mss) >= DUP_THRESH)) {
            return 0;
        }
        int quarter = Math.max(1, tcb.minRttUs() / 4);
        return Math.min((flow.rackMult() + 1) * quarter, tcb.srttUs());
    }

    /// RACK_sent_after: later, or at the same instant and behind.
    private static boolean sentAfter(int us1, int end1, int us2, int end2) {
        return us1 - us2 > 0 || us1 == us2 && Seq.after(end1, end2);
    }
}
