package netkeep.engine.tcp;

import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Counter;

/// How large segments are: the option that is told and taken, and what the path turns out to carry.
final class SegmentSize {
    /// Without an MSS option, RFC 9293 §3.7.1 (MUST-15): 536, over IPv6 1220.
    private static final int DEFAULT_MSS = 536;

    private static final int DEFAULT_MSS_V6 = 1220;

    private final Tcp tcp;
    private final Tcb tcb;
    private final Path path;

    SegmentSize(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
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
        tcb.sndMss(Math.max(48, Math.min(mss, path.mtu - headers(v6))));
        tcb.rcvMss(Math.min(DEFAULT_MSS, mss));
    }

    /// The MSS option to send: what the link takes, not what the path is known to (RFC 9293 §3.7.1).
    int mssToTell(Path way, int wanted) {
        int mss = tcp.ip.linkMtu(way.link) - headers(way.v6);
        return Math.min(0xFFFF, wanted == 0 ? mss : Math.min(mss, wanted));
    }

    /// The packets may be too big for the path, and nobody says so: tries smaller ones.
    void blackHole(long nowNs) {
        int floor = headers(path.v6) + DEFAULT_MSS;
        if (tcp.path(nowNs) && path.mtu > floor && tcb.sndMss() > DEFAULT_MSS) {
            int smaller = Math.max(floor, path.mtu > 1280 ? 1280 : floor);
            tcp.ip.pathMtu(tcb.remoteHi(), tcb.remoteLo(), smaller, nowNs);
            tcp.counters.add(Counter.TcpExtTCPMTUPFail);
            tcp.path(nowNs);
        }
    }

    /// The path takes less than was sent: what is outstanding goes again, cut anew (RFC 1191 §6.5, RFC 8201 §5.4).
    void resegment(long nowNs) {
        if (tcb.flowRecord() != 0) {
            for (int run = 0; run < tcp.flow.runs(); run++) {
                if (!tcp.flight.has(run, Flight.SACKED)) {
                    tcp.flight.mark(run, Flight.LOST);
                }
            }
            tcb.cwnd(Math.max(tcb.cwnd(), tcp.output.mss()));
            tcp.timers.arm(nowNs);
        }
    }
}
