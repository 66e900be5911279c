package netkeep.engine.tcp;

/// Slow start with HyStart++, RFC 9406.
final class SlowStart {
    static final int HYSTART = 0;
    static final int CONSERVATIVE = 1;

    /// Without HyStart++: after the first slow start.
    static final int PLAIN = 2;

    // §4.3.
    private static final int MIN_RTT_THRESH_US = 4_000;
    private static final int MAX_RTT_THRESH_US = 16_000;
    private static final int MIN_RTT_DIVISOR = 8;
    private static final int N_RTT_SAMPLE = 8;
    private static final int CSS_GROWTH_DIVISOR = 4;
    private static final int CSS_ROUNDS = 5;
    private static final int L = 8;

    private static final int NONE = 0;

    private SlowStart() {}

    /// `octets` were newly acknowledged while cwnd limited the sender; `rttUs` was measured with them, -1 for nothing.
    static void acknowledged(Tcb tcb, Flow flow, int octets, int rttUs, int mss) {
        if (flow.slowStart() == PLAIN) {
            tcb.cwnd(tcb.cwnd() + Math.min(octets, L * mss));
            return;
        }
        if (flow.roundEnd() == 0) {
            // §4.2: the round is all that was sent before its first acknowledgment.
            flow.roundEnd(sndNxt(tcb));
        }
        // §4.2: L is 8 for a sender that does not pace.
        int growth = Math.min(octets, L * mss);
        if (flow.slowStart() == CONSERVATIVE) {
            growth /= CSS_GROWTH_DIVISOR;
        }
        tcb.cwnd(tcb.cwnd() + growth);
        if (rttUs >= 0) {
            int current = flow.currentMinUs();
            flow.currentMinUs(current == NONE ? Math.max(1, rttUs) : Math.min(current, Math.max(1, rttUs)));
            flow.samples(Math.min(255, flow.samples() + 1));
        }
        if (flow.slowStart() == HYSTART) {
            leaveIfDelayed(flow);
        } else if (flow.samples() >= N_RTT_SAMPLE && flow.currentMinUs() < flow.cssBaselineUs()) {
            // The delay was not queueing: back to slow start.
            flow.slowStart(HYSTART);
            flow.cssRounds(0);
        }
        if (Seq.notAfter(flow.roundEnd(), tcb.sndUna())) {
            roundEnds(tcb, flow);
        }
    }

    private static void leaveIfDelayed(Flow flow) {
        int last = flow.lastRoundMinUs();
        if (flow.samples() < N_RTT_SAMPLE || flow.currentMinUs() == NONE || last == NONE) {
            return;
        }
        int threshold = Math.clamp(last / MIN_RTT_DIVISOR, MIN_RTT_THRESH_US, MAX_RTT_THRESH_US);
        if (flow.currentMinUs() >= last + threshold) {
            flow.cssBaselineUs(flow.currentMinUs());
            flow.slowStart(CONSERVATIVE);
            flow.cssRounds(0);
        }
    }

    private static void roundEnds(Tcb tcb, Flow flow) {
        if (flow.slowStart() == CONSERVATIVE) {
            flow.cssRounds(flow.cssRounds() + 1);
            if (flow.cssRounds() >= CSS_ROUNDS) {
                tcb.ssthresh(tcb.cwnd());
                flow.slowStart(PLAIN);
            }
        }
        flow.lastRoundMinUs(flow.currentMinUs());
        flow.currentMinUs(NONE);
        flow.samples(0);
        // With nothing in flight the next round begins with what is sent next.
        flow.roundEnd(tcb.sndUna() == tcb.sndNxt() ? 0 : sndNxt(tcb));
    }

    /// SND.NXT, but never 0, which means that no round has begun.
    private static int sndNxt(Tcb tcb) {
        return tcb.sndNxt() == 0 ? 1 : tcb.sndNxt();
    }
}
