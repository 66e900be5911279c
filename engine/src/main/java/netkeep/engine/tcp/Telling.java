package netkeep.engine.tcp;

import netkeep.ring.Region;
import netkeep.session.ConnectionInfo;

/// Tells a client what is known of one of its connections: [ConnectionInfo].
final class Telling {
    private final Tcp tcp;
    private final Flow flow = new Flow();

    Telling(Tcp tcp) {
        this.tcp = tcp;
    }

    /// Lays it down for who asked: nobody looks at it before the answer.
    void tell(Tcb tcb, long nowNs) {
        Region to = tcp.sockets.attachment(tcb).stack();
        long at = tcp.sockets.attachment(tcb).layout.info();
        boolean synchronised = tcb.tcpState().synchronised();
        to.clear(at, ConnectionInfo.LENGTH);
        to.i32(at + ConnectionInfo.STATE, tcb.state());
        to.i32(at + ConnectionInfo.CWND, tcb.cwnd());
        to.i32(at + ConnectionInfo.SSTHRESH, tcb.ssthresh());
        to.i32(at + ConnectionInfo.RTO, tcb.rtoUs());
        to.i32(at + ConnectionInfo.BACKOFF, tcb.backoff());
        if (synchronised) {
            connection(tcb, to, at, nowNs);
        }
    }

    private void connection(Tcb tcb, Region to, long at, long nowNs) {
        int inFlight = tcb.sndNxt() - tcb.sndUna();
        long acknowledged = Listing.since(tcb.sndUna(), tcb.iss(), tcb.sndHead());
        to.i32(at + ConnectionInfo.EXTENSIONS, extensions(tcb));
        to.i32(at + ConnectionInfo.SND_MSS, Listing.text(tcb));
        to.i32(at + ConnectionInfo.RCV_MSS, tcb.rcvMss());
        to.i32(at + ConnectionInfo.PMTU, Listing.pmtu(tcb));
        to.i32(at + ConnectionInfo.SRTT, tcb.srttUs());
        to.i32(at + ConnectionInfo.RTTVAR, tcb.rttvarUs());
        to.i32(at + ConnectionInfo.MIN_RTT, tcb.minRttUs());
        to.i32(at + ConnectionInfo.IN_FLIGHT, inFlight);
        to.i32(at + ConnectionInfo.SND_WND, tcb.sndWnd());
        to.i32(at + ConnectionInfo.RCV_WND, tcb.rcvAdv() - tcb.rcvNxt());
        to.i32(at + ConnectionInfo.RETRANSMITS, tcb.retransmits());
        to.i64(at + ConnectionInfo.ACKNOWLEDGED, acknowledged);
        to.i64(at + ConnectionInfo.SENT, acknowledged + Integer.toUnsignedLong(inFlight));
        to.i64(at + ConnectionInfo.RECEIVED, Listing.since(tcb.rcvNxt(), tcb.irs(), tcb.rcvTail()));
        to.i32(at + ConnectionInfo.SND_SCALE, tcb.sndScale());
        to.i32(at + ConnectionInfo.RCV_SCALE, tcb.rcvScale());
        to.i64(at + ConnectionInfo.HEARD, Math.max(0, nowNs - tcb.heardNs()) / 1000);
        if (tcb.flowRecord() != 0) {
            tcp.flows.read(tcb.flowRecord() - 1, flow);
            to.i32(at + ConnectionInfo.GAPS, flow.gaps());
        }
    }

    private static int extensions(Tcb tcb) {
        return (tcb.has(Tcb.TIMESTAMPS) ? 1 : 0)
                | (tcb.has(Tcb.SACK_OK) ? 2 : 0)
                | (tcb.has(Tcb.ECN) ? 4 : 0)
                | (tcb.sndScale() != 0 || tcb.rcvScale() != 0 ? 8 : 0);
    }
}
