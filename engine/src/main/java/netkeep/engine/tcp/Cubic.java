package netkeep.engine.tcp;

/// CUBIC, RFC 9438. Windows are octets in the record and segments in the formulas.
final class Cubic implements Congestion {
    /// beta_cubic, §4.6.
    private static final double BETA = 0.7;

    /// C in segments per second^3, §5.1.
    private static final double C = 0.4;

    /// alpha_cubic while W_est is below the window before the reduction, §4.3.
    private static final double ALPHA = 3.0 * (1 - BETA) / (1 + BETA);

    @Override
    public void acknowledged(Tcb tcb, Flow flow, int octets, int mss, long nowNs) {
        if (flow.cubicEpochNs() == 0) {
            begin(tcb, flow, mss, nowNs);
        }
        double cwnd = (double) tcb.cwnd() / mss;
        double seconds = (nowNs - flow.cubicEpochNs()) / 1e9;
        double rtt = tcb.srttUs() / 1e6;
        // §4.3: what a Reno flow would have.
        double est = (double) flow.cubicEst() / mss;
        double before = (double) Math.max(flow.cubicStart(), flow.priorCwnd()) / mss;
        est += (est >= before ? 1.0 : ALPHA) * octets / tcb.cwnd();
        flow.cubicEst((int) Math.min(est * mss, Integer.MAX_VALUE / 2.0));
        double k = flow.cubicK() / 1000.0;
        double max = (double) flow.cubicMax() / mss;
        double now = C * cube(seconds - k) + max;
        double grown;
        if (now < est) {
            grown = est;
        } else {
            // §4.4: the target a round trip ahead, between cwnd and 1.5 cwnd.
            double target = Math.clamp(C * cube(seconds + rtt - k) + max, cwnd, 1.5 * cwnd);
            grown = cwnd + (target - cwnd) / cwnd * ((double) octets / mss);
        }
        tcb.cwnd((int) Math.min(Math.max(grown, cwnd) * mss, Integer.MAX_VALUE / 2.0));
    }

    private static void begin(Tcb tcb, Flow flow, int mss, long nowNs) {
        flow.cubicEpochNs(nowNs);
        flow.cubicStart(tcb.cwnd());
        flow.cubicEst(tcb.cwnd());
        if (flow.cubicMax() <= tcb.cwnd()) {
            flow.cubicMax(tcb.cwnd());
            flow.cubicK(0);
        } else {
            // §4.2: K = cbrt((W_max - cwnd_epoch) / C).
            double room = (double) (flow.cubicMax() - tcb.cwnd()) / mss;
            flow.cubicK((int) (1000 * Math.cbrt(room / C)));
        }
    }

    @Override
    public int reduced(Tcb tcb, Flow flow, int flightSize, int mss) {
        // §4.7: fast convergence.
        int cwnd = tcb.cwnd();
        flow.cubicMax(cwnd < flow.cubicMax() ? (int) (cwnd * (1 + BETA) / 2) : cwnd);
        flow.cubicEpochNs(0);
        // §4.6.
        return Math.max((int) (flightSize * BETA), 2 * mss);
    }

    @Override
    public void timedOut(Flow flow) {
        // §4.8: the next epoch begins at its plateau: K is 0, W_max the window of then.
        flow.cubicMax(0);
    }

    @Override
    public void unused(Flow flow) {
        // §5.8: this time is no part of t. The next epoch begins where the window is on the curve.
        flow.cubicEpochNs(0);
    }

    @Override
    public void undone(Tcb tcb, Flow flow) {
        // §4.9.1: the state before the reduction.
        flow.cubicEpochNs(0);
        flow.cubicMax(Math.max(flow.cubicMax(), tcb.cwnd()));
    }

    private static double cube(double x) {
        return x * x * x;
    }
}
