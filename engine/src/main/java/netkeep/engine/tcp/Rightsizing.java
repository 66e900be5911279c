package netkeep.engine.tcp;

import static java.util.concurrent.TimeUnit.SECONDS;

/// How much the receive buffer holds: twice what the application reads in a round trip, so that a sender who doubles
/// what it has in flight finds room. It only grows, up to its cap, since no window that was promised is taken back.
///
/// A receiver has no acknowledgments to measure round trips by. So a round begins with a look at the right edge of what
/// was promised, and ends with text from beyond that edge, or with text that echoes a later timestamp: whoever sent it
/// had heard what we sent after the round began. That took a round trip or longer; the shortest round is taken for one.
/// Where that has stood for a while, the next round that a timestamp ends replaces it, for ways change. One that the
/// edge ends does not: if the sender is not stopped by the window, it says how long a window takes, and windows grow.
final class Rightsizing {
    private static final int STALE_MS = (int) SECONDS.toMillis(10);

    private final Tcp tcp;
    private final Tcb tcb;
    private final Flow flow;

    Rightsizing(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
        this.flow = tcp.flow;
    }

    /// The connection is established: until the first window is used up there is nothing to measure.
    void established() {
        tcb.tuneEdge(tcb.rcvAdv());
    }

    /// Text arrived in order.
    void arrived(Segment seg, long nowNs) {
        boolean beyond = Seq.after(tcb.rcvNxt(), tcb.tuneEdge());
        boolean begun = tcb.flowRecord() != 0 && flow.roundNs() != 0;
        boolean echoed = begun && echoesLater(seg);
        if (!beyond && !echoed || tcb.has(Tcb.RECEIVE_FIXED)) {
            return;
        }
        int most = tcp.receiveBufferMost(tcb);
        if (tcb.rcvBuffer() >= most) {
            return;
        }
        if (begun) {
            ends(echoed, most, nowNs);
        }
        tcp.needFlow();
        flow.roundNs(nowNs);
        flow.roundHead((int) tcb.rcvHead());
        tcb.tuneEdge(tcb.rcvAdv());
    }

    /// Whether the peer has heard a segment that left in a later millisecond than that in which the round began.
    private boolean echoesLater(Segment seg) {
        return tcb.has(Tcb.TIMESTAMPS)
                && seg.options.hasTimestamps()
                && Seq.after(seg.options.tsEcr(), tcp.timestamp(flow.roundNs(), tcb.tsOffset()));
    }

    private void ends(boolean echoed, int most, long nowNs) {
        int roundUs = tcp.sinceUs(flow.roundNs(), nowNs);
        int rttUs = flow.roundUs() == 0 ? roundUs : Math.min(flow.roundUs(), roundUs);
        long read = Integer.toUnsignedLong((int) tcb.rcvHead() - flow.roundHead());
        long wanted = 2 * read * rttUs / roundUs;
        if (wanted > tcb.rcvBuffer()) {
            tcb.rcvBuffer((int) Math.min(wanted, most));
        }
        int nowMs = (int) (nowNs / 1_000_000);
        if (rttUs == roundUs || echoed && nowMs - flow.roundMs() > STALE_MS) {
            flow.roundUs(roundUs);
            flow.roundMs(nowMs);
        }
    }
}
