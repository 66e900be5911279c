package netkeep.engine.tcp;

/// RFC 5681: a segment a round trip, half after a loss.
final class NewReno implements Congestion {
    @Override
    public void acknowledged(Tcb tcb, Flow flow, int octets, int mss, long nowNs) {
        // §3.1: by at most SMSS for each cwnd octets acknowledged. What is left of a step waits in cubicEst.
        int counted = flow.cubicEst() + octets;
        if (counted >= tcb.cwnd()) {
            counted -= tcb.cwnd();
            tcb.cwnd(tcb.cwnd() + mss);
        }
        flow.cubicEst(counted);
    }

    @Override
    public int reduced(Tcb tcb, Flow flow, int flightSize, int mss) {
        flow.cubicEst(0);
        // §3.1 equation 4.
        return Math.max(flightSize / 2, 2 * mss);
    }

    @Override
    public void timedOut(Flow flow) {}

    @Override
    public void unused(Flow flow) {}

    @Override
    public void undone(Tcb tcb, Flow flow) {
        flow.cubicEst(0);
    }
}
