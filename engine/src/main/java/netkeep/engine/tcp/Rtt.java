package netkeep.engine.tcp;

/// The retransmission time-out, RFC 6298.
final class Rtt {
    private Rtt() {}

    /// Takes a measured round trip of an octet that was sent once (Karn's algorithm, RFC 6298 §3).
    static void measured(Tcb tcb, int rttUs, TcpSettings settings) {
        int rtt = Math.max(1, rttUs);
        if (tcb.srttUs() == 0) {
            // RFC 6298 §2.2.
            tcb.srttUs(rtt);
            tcb.rttvarUs(rtt / 2);
            tcb.minRttUs(rtt);
        } else {
            // RFC 6298 §2.3: beta = 1/4, alpha = 1/8, RTTVAR first.
            tcb.rttvarUs(tcb.rttvarUs() - tcb.rttvarUs() / 4 + Math.abs(tcb.srttUs() - rtt) / 4);
            tcb.srttUs(Math.max(1, tcb.srttUs() - tcb.srttUs() / 8 + rtt / 8));
            tcb.minRttUs(Math.min(tcb.minRttUs(), rtt));
        }
        // RFC 6298 §2.3: RTO = SRTT + max(G, 4 * RTTVAR), G being a microsecond here.
        long rto = tcb.srttUs() + Math.max(1L, 4L * tcb.rttvarUs());
        tcb.rtoUs((int) Math.clamp(rto, settings.minRtoNs() / 1000, settings.maxRtoNs() / 1000));
    }

    /// The time-out with its back-off, RFC 6298 §5.5.
    static long rtoNs(Tcb tcb, TcpSettings settings) {
        long rto = 1000L * tcb.rtoUs() << Math.min(tcb.backoff(), 20);
        return Math.min(rto, settings.maxRtoNs());
    }
}
