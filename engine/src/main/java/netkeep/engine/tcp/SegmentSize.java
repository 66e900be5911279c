package netkeep.engine.tcp;

import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Counter;
import netkeep.wire.TcpOptions;

/// How large segments are: the option that is told and taken, and what the path turns out to carry.
///
/// A black hole swallows large packets in silence (RFC 2923 §2.1), and so does plain loss now and then. So what
/// could be one is tried: where segments were lost again and again the octets go in smaller ones, and only if
/// those arrive twice while no large one between them does, it is a black hole. The guess is IP's, for all
/// connections to that destination. It is no longer sure after some minutes; then one segment at a time tries
/// the larger size again, and is no sign of congestion when it is lost (RFC 4821 §7.6.1, §7.6.2).
final class SegmentSize {
    /// Without an MSS option, RFC 9293 §3.7.1 (MUST-15): 536, over IPv6 1220.
    private static final int DEFAULT_MSS = 536;

    private static final int DEFAULT_MSS_V6 = 1220;

    /// No segment is smaller, whatever is told.
    private static final int LEAST_MSS = 48;

    /// What the first guess of a black hole is: all paths of IPv6 carry it, and most of IPv4.
    private static final int FIRST_GUESS = 1280;

    /// After so many time-outs in a row smaller segments are tried, and after so many where those have passed once.
    private static final int TIMEOUTS = 3;

    private static final int TIMEOUTS_AGAIN = 2;

    /// So often smaller segments must pass where larger ones do not.
    private static final int PROOF = 2;

    /// The values of [Flow#hole]: how often smaller ones have passed, and two bits.
    private static final int PASSED = 3;

    /// What goes again goes smaller, to see whether it passes.
    private static final int SMALLER = 4;

    /// The larger segment that was tried is lost.
    private static final int LARGER_LOST = 8;

    private final Tcp tcp;
    private final Tcb tcb;
    private final Flow flow;
    private final Flight flight;
    private final Path path;

    SegmentSize(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
        this.flow = tcp.flow;
        this.flight = tcp.flight;
        this.path = tcp.path;
    }

    /// Octets of IP and TCP headers without options.
    static int headers(boolean v6) {
        return v6 ? 60 : 40;
    }

    /// Takes the peer's MSS option, 0 for none (RFC 9293 §3.7.1).
    void sndMss(int told) {
        boolean v6 = tcb.remoteHi() != 0 || tcb.remoteLo() >>> 32 != 0xFFFF;
        int mss = told != 0 ? told : v6 ? DEFAULT_MSS_V6 : DEFAULT_MSS;
        if (tcb.maxSegment() != 0) {
            mss = Math.min(mss, tcb.maxSegment());
        }
        tcb.peerMss(Math.max(LEAST_MSS, mss));
        tcb.rcvMss(Math.min(DEFAULT_MSS, mss));
        follow();
    }

    /// Makes SND.MSS what the peer takes and the path is known to carry: less as soon as that is less, and more again
    /// when what was told has ended (RFC 1191 §6.3, RFC 8201 §5.3).
    void follow() {
        if (tcb.peerMss() != 0) {
            int mss = Math.max(LEAST_MSS, Math.min(tcb.peerMss(), path.sure - headers(path.v6)));
            if (mss != tcb.sndMss()) {
                tcb.sndMss(mss);
            }
        }
    }

    /// The MSS option to send: what the link takes, not what the path is known to (RFC 9293 §3.7.1).
    int mssToTell(Path way, int wanted) {
        int mss = tcp.ip.linkMtu(way.link) - headers(way.v6);
        return Math.min(0xFFFF, wanted == 0 ? mss : Math.min(mss, wanted));
    }

    // ---- black holes

    /// The retransmission timer fired, and what is outstanding goes again.
    void timedOut(long nowNs) {
        boolean again = (flow.hole() & PASSED) != 0;
        if (tcb.backoff() < (again ? TIMEOUTS_AGAIN : TIMEOUTS) || !tcp.path(nowNs)) {
            return;
        }
        boolean least = path.sure <= FIRST_GUESS || tcb.backoff() >= 2 * TIMEOUTS;
        int mtu = least && !path.v6 ? headers(false) + DEFAULT_MSS : FIRST_GUESS;
        int small = again ? flow.small() : mtu - headers(path.v6);
        if (small < tcb.sndMss() && flow.runs() > 0 && flight.length(0) > small) {
            flow.small(small);
            flow.hole(flow.hole() | SMALLER);
        }
    }

    /// Octets of text in a segment that goes again.
    int again() {
        int mss = tcp.output.mss();
        boolean smaller = (flow.hole() & SMALLER) != 0 && flow.small() < tcb.sndMss();
        return smaller ? Math.max(1, mss - tcb.sndMss() + flow.small()) : mss;
    }

    /// `octets` that were sent at one go arrived.
    void delivered(int octets) {
        if ((flow.hole() & (PASSED | SMALLER)) != 0 && octets >= fullSized()) {
            // The first segment of them was a full-sized one.
            flow.hole(flow.hole() & LARGER_LOST);
        }
    }

    /// Octets of text that make a segment a full-sized one, whatever options it had.
    private int fullSized() {
        return Math.max(flow.small() + 1, tcb.sndMss() - TcpOptions.MAX_LENGTH);
    }

    /// SND.UNA has moved by `octets`.
    ///
    /// @return whether that tells that a smaller segment has passed where larger ones did not
    boolean acknowledged(int octets, long nowNs) {
        boolean passed = (flow.hole() & SMALLER) != 0 && octets < fullSized();
        if ((flow.hole() & SMALLER) != 0) {
            flow.hole(flow.hole() & ~SMALLER);
            if (passed) {
                flow.hole(flow.hole() + 1);
            }
            if ((flow.hole() & PASSED) == PROOF) {
                flow.hole(flow.hole() & LARGER_LOST);
                blackHole(nowNs);
            }
        }
        if (flow.tried() != 0 && Seq.notAfter(flow.tryEnd(), tcb.sndUna())) {
            triedAll(nowNs);
        }
        return passed;
    }

    private void blackHole(long nowNs) {
        if (tcp.path(nowNs)) {
            tcp.ip.pathMtu(tcb.remoteHi(), tcb.remoteLo(), flow.small() + headers(path.v6), nowNs);
            tcp.counters.add(Counter.TcpExtTCPMTUPFail);
            tcp.path(nowNs);
        }
    }

    // ---- trying larger ones

    /// Octets of text in the one segment to send now that is larger than SND.MSS, 0 for none.
    ///
    /// @param waiting octets that were never sent
    /// @param room    how many of them may be sent
    int larger(int waiting, int room) {
        int larger = size() - tcb.sndMss();
        if (path.mtu <= path.sure || larger <= 0) {
            return 0;
        }
        int mss = tcp.output.mss();
        int length = mss + larger;
        // Who has no SACK learns of the loss by three duplicates (RFC 4821 §7.4).
        int wanted = tcb.has(Tcb.SACK_OK) ? length : length + Recovery.DUP_THRESH * mss;
        if (Math.min(waiting, room) < wanted) {
            return 0;
        }
        boolean calm = tcb.flowRecord() == 0
                || flow.tried() == 0
                        && flow.hole() == 0
                        && flow.recovery() == Recovery.OPEN
                        && flow.tlp() == 0
                        && flow.runs() < Flow.MOST_RUNS;
        return calm ? length : 0;
    }

    /// What the peer takes and the path may carry; from the least up by way of the first guess.
    private int size() {
        int most = path.sure < FIRST_GUESS ? Math.min(path.mtu, FIRST_GUESS) : path.mtu;
        return Math.min(tcb.peerMss(), most - headers(path.v6));
    }

    /// Such a segment is sent, from SND.NXT to `end`.
    void tries(int end) {
        flow.tried(size());
        flow.tryStart(tcb.sndNxt());
        flow.tryEnd(end);
    }

    /// `length` octets from `start` on go again. Where the segment that was tried began tells that it was lost: its end
    /// may be a loss probe.
    void sentAgain(int start, int length, long nowNs) {
        boolean first = Seq.notAfter(start, flow.tryStart()) && Seq.before(flow.tryStart(), start + length);
        if (flow.tried() != 0 && first && (flow.hole() & LARGER_LOST) == 0) {
            flow.hole(flow.hole() | LARGER_LOST);
            tcp.counters.add(Counter.TcpExtTCPMTUPFail);
            tcp.ip.pathMtu(tcb.remoteHi(), tcb.remoteLo(), path.sure, nowNs);
        }
    }

    private void triedAll(long nowNs) {
        if ((flow.hole() & LARGER_LOST) == 0) {
            boolean v6 = tcb.remoteHi() != 0 || tcb.remoteLo() >>> 32 != 0xFFFF;
            tcp.ip.passed(tcb.remoteHi(), tcb.remoteLo(), flow.tried() + headers(v6), nowNs);
            tcp.counters.add(Counter.TcpExtTCPMTUPSuccess);
        }
        flow.tried(0);
        flow.hole(flow.hole() & ~LARGER_LOST);
    }

    // ---- what a router tells

    /// The path takes less than was sent: what is outstanding goes again, cut anew (RFC 1191 §6.5, RFC 8201 §5.4).
    void resegment(long nowNs) {
        if (tcb.flowRecord() != 0) {
            for (int run = 0; run < flow.runs(); run++) {
                if (!flight.has(run, Flight.SACKED)) {
                    flight.mark(run, Flight.LOST);
                }
            }
            tcb.cwnd(Math.max(tcb.cwnd(), tcp.output.mss()));
            tcp.timers.arm(nowNs);
        }
    }
}
