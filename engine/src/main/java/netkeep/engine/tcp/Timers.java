package netkeep.engine.tcp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import netkeep.engine.ledger.Counter;
import netkeep.engine.socket.Deadlines;
import netkeep.engine.socket.Errno;
import netkeep.session.Event;

/// The timers of a connection: instants in its record, and what happens when one is reached.
///
/// `timerNs` is shared by those of which only one can run: retransmission, loss probe, reordering, zero window, cork.
final class Timers {
    static final int NONE = 0;
    static final int RETRANSMISSION = 1;
    static final int LOSS_PROBE = 2;
    static final int REORDERING = 3;
    static final int PERSIST = 4;
    static final int CORK = 5;

    /// How long a cork holds back less than a segment.
    private static final long CORK_NS = MILLISECONDS.toNanos(200);

    /// RFC 8985 §7.2: what a peer may delay its acknowledgment.
    private static final long MAX_ACK_DELAY_NS = MILLISECONDS.toNanos(200);

    /// RFC 9293 §3.8.3.
    private static final int R1 = 3;

    /// The linger of a connection that is aborted when its user closes it, or for which only the RST is left.
    static final int AT_ONCE = 1;

    private final Tcp tcp;
    private final Tcb tcb;
    private final Flow flow;
    private final Flight flight;

    Timers(Tcp tcp) {
        this.tcp = tcp;
        this.tcb = tcp.tcb;
        this.flow = tcp.flow;
        this.flight = tcp.flight;
    }

    /// When a connection must be looked at.
    static long deadlineNs(Tcb tcb) {
        long deadline = tcb.timer() == NONE ? Deadlines.NEVER : tcb.timerNs();
        if (tcb.ackNs() != 0) {
            deadline = Math.min(deadline, tcb.ackNs());
        }
        if (tcb.idleNs() != 0) {
            deadline = Math.min(deadline, tcb.idleNs());
        }
        return deadline;
    }

    void set(int timer, long whenNs) {
        tcb.timer(timer);
        tcb.timerNs(whenNs);
    }

    /// New octets were acknowledged: RFC 6298 §5.2 and §5.3, RFC 8985 §7.2.
    void restart(long nowNs) {
        set(NONE, 0);
        arm(nowNs);
    }

    /// Octets were sent: RFC 6298 §5.1, RFC 8985 §7.2.
    void sent(long nowNs) {
        if (tcb.timer() == NONE || tcb.timer() == PERSIST || tcb.timer() == CORK) {
            arm(nowNs);
        } else if (tcb.timer() == LOSS_PROBE) {
            probeBefore(timeOutNs(nowNs), nowNs);
        } else if (tcb.timer() == RETRANSMISSION) {
            // With more than one segment in flight the probe may come before the time-out that the first one set.
            probeBefore(tcb.timerNs(), nowNs);
        }
    }

    /// RACK wants to look again in `waitUs` microseconds, 0 for never.
    void reorder(int waitUs, long nowNs) {
        if (waitUs > 0) {
            set(REORDERING, nowNs + 1000L * waitUs);
        } else if (tcb.timer() == REORDERING) {
            restart(nowNs);
        }
    }

    /// Sets the timer that the connection's state asks for.
    void arm(long nowNs) {
        boolean outstanding = tcb.sndUna() != tcb.sndNxt();
        boolean waiting = tcp.output.unsent() || tcb.has(Tcb.FIN_WANTED) && !tcb.has(Tcb.FIN_SENT);
        if (tcb.sndWnd() == 0 && (outstanding || waiting) && tcb.tcpState().synchronised()) {
            if (tcb.timer() != PERSIST) {
                set(PERSIST, nowNs + persistNs());
            }
        } else if (outstanding) {
            set(RETRANSMISSION, nowNs + Rtt.rtoNs(tcb, tcp.settings));
            probeBefore(tcb.timerNs(), nowNs);
        } else if (waiting && tcb.has(Tcb.CORK)) {
            if (tcb.timer() != CORK) {
                set(CORK, nowNs + CORK_NS);
            }
        } else if (waiting && tcb.tcpState().synchronised()) {
            // RFC 9293 §3.8.6.2.1: what silly window avoidance holds back goes after a time-out, too: the update that
            // would let it go may be lost.
            if (tcb.timer() != PERSIST) {
                set(PERSIST, nowNs + persistNs());
            }
        } else {
            set(NONE, 0);
        }
    }

    /// RFC 8985 §7.2: where a loss probe is wanted it goes first, at `timeOutNs` at the latest.
    private void probeBefore(long timeOutNs, long nowNs) {
        long probeNs = probeNs();
        if (probeNs != Long.MAX_VALUE) {
            set(LOSS_PROBE, Math.min(nowNs + probeNs, timeOutNs));
        } else if (tcb.timer() == LOSS_PROBE) {
            set(RETRANSMISSION, timeOutNs);
        }
    }

    /// When the retransmission timer would fire: a time-out after the oldest octets outstanding were sent, or after the
    /// peer was heard last.
    private long timeOutNs(long nowNs) {
        long sentNs = nowNs - 1000L * (Tcp.us(nowNs) - flight.sentUs(0));
        return Math.max(nowNs, Math.max(sentNs, tcb.heardNs()) + Rtt.rtoNs(tcb, tcp.settings));
    }

    /// RFC 8985 §7.2: PTO, or the greatest instant where no probe is wanted.
    private long probeNs() {
        if (!tcb.has(Tcb.SACK_OK)
                || tcb.flowRecord() == 0
                // In loss recovery. What is told as held begins one, or RACK's timer, which this one gives way to.
                || flow.recovery() == Recovery.FAST
                || flow.recovery() == Recovery.TIMED_OUT
                // §7.3: no other probe in flight, and a round trip measured since the last one.
                || flow.tlpEnd() != 0
                || flow.unmeasured() != 0
                || tcb.srttUs() == 0) {
            return Long.MAX_VALUE;
        }
        long pto = Math.max(2000L * tcb.srttUs(), MILLISECONDS.toNanos(2));
        int mss = tcp.output.mss();
        int ahead = tcb.sndUna() + tcb.sndWnd() - tcb.sndNxt();
        // A peer whose window is full acknowledges when its program has read, or as late as it would a lone segment:
        // a probe before that, which could only be old text, finds nothing lost.
        if (tcb.sndNxt() - tcb.sndUna() <= mss || ahead < mss) {
            pto += MAX_ACK_DELAY_NS;
        }
        return pto;
    }

    private long persistNs() {
        // RFC 9293 §3.8.6.1 (MUST-35, SHLD-30): first after the retransmission time-out, then exponentially.
        long rto = 1000L * Math.max(tcb.rtoUs(), 1) << Math.min(tcb.persist(), 16);
        return Math.min(rto, SECONDS.toNanos(60));
    }

    /// Does what is due for the open connection.
    void expire(long nowNs, int nowUs) {
        if (tcb.ackNs() != 0 && tcb.ackNs() <= nowNs) {
            tcb.ackNs(0);
            tcb.set(Tcb.ACK_ALONE);
            tcb.set(Tcb.ACK_NOW);
            tcp.counters.add(Counter.TcpExtDelayedACKs);
        }
        if (tcb.timer() != NONE && tcb.timerNs() <= nowNs) {
            switch (tcb.timer()) {
                case RETRANSMISSION -> retransmission(nowNs);
                case LOSS_PROBE -> lossProbe(nowNs);
                case REORDERING -> {
                    set(NONE, 0);
                    int wait = tcp.recovery.acknowledged(tcp.nothing, false, tcp.output.mss(), nowNs, nowUs);
                    arm(nowNs);
                    reorder(wait, nowNs);
                }
                case PERSIST -> persist(nowNs);
                default -> {
                    // The cork lets go of what it holds, and stays.
                    set(NONE, 0);
                    tcb.set(Tcb.PROBE);
                }
            }
        }
        if (tcb.index() >= 0 && tcb.idleNs() != 0 && tcb.idleNs() <= nowNs) {
            idle(nowNs);
        }
    }

    private void retransmission(long nowNs) {
        boolean syn = !tcb.tcpState().synchronised();
        int retries = syn ? tcp.settings.synRetries() : tcp.settings.retries();
        long userNs = MILLISECONDS.toNanos(tcb.userTimeoutMs());
        long giveUpNs = userNs == 0 ? Long.MAX_VALUE : firstUnackedNs(nowNs) + userNs;
        boolean userGivesUp = nowNs >= giveUpNs;
        boolean tooOften = tcb.backoff() >= retries && (syn || mayGiveUp(userNs));
        if (tooOften || userGivesUp) {
            tcp.counters.add(Counter.TcpExtTCPAbortOnTimeout);
            // What ICMP said meanwhile says more than the silence.
            tcp.fate.fail(tcb.error() != 0 ? tcb.error() : Errno.ETIMEDOUT, nowNs);
            return;
        }
        tcp.counters.add(Counter.TcpExtTCPTimeouts);
        tcb.backoff(Math.min(255, tcb.backoff() + 1));
        if (tcb.backoff() == R1) {
            doubt(syn, nowNs);
        }
        if (syn) {
            tcb.set(Tcb.SYN_NEEDED);
        } else {
            tcp.needFlow();
            tcp.sizes.timedOut(nowNs);
            // RFC 2018 §8: what lies first and was told as held but still is not acknowledged was dropped again.
            if (flow.runs() > 0 && flight.has(0, Flight.SACKED)) {
                tcp.recovery.reneged();
            }
            tcp.recovery.timedOut(tcp.output.mss());
        }
        // RFC 9293 §3.10.8: a user's time-out ends the connection when it is over, not at the next one of ours.
        set(RETRANSMISSION, Math.min(nowNs + Rtt.rtoNs(tcb, tcp.settings), giveUpNs));
    }

    /// Whether it is for us to say how long is too long. RFC 9293 §3.8.3: R2 is the user's where there is one
    /// who has set it, shorter or longer; but what is left of a socket that its user has closed is bounded in
    /// time.
    private boolean mayGiveUp(long userNs) {
        return userNs == 0 || tcb.has(Tcb.CLOSED_BY_USER);
    }

    /// RFC 9293 §3.8.3: at R1 (SHLD-10: 3 at least) IP hears that the next hop may be dead (MUST-20), and the user that
    /// what was sent may not arrive (SHLD-9), as of a soft error: an acknowledgment takes it back.
    private void doubt(boolean syn, long nowNs) {
        if (tcp.path(nowNs)) {
            tcp.ip.doubted(tcp.path.neighbor);
        }
        if (!syn && tcb.error() == 0) {
            tcb.error(Errno.ETIMEDOUT);
            tcp.sockets.tell(tcb.index(), Event.STATE);
        }
    }

    /// About when the oldest octet outstanding was first sent: since then all time-outs have passed.
    private long firstUnackedNs(long nowNs) {
        long passed = 0;
        for (int i = 0; i <= tcb.backoff(); i++) {
            passed += Math.min(1000L * tcb.rtoUs() << Math.min(i, 20), tcp.settings.maxRtoNs());
        }
        return nowNs - passed;
    }

    /// RFC 8985 §7.3: new text if there is any, else the last segment again.
    private void lossProbe(long nowNs) {
        tcp.counters.add(Counter.TcpExtTCPLossProbes);
        tcp.needFlow();
        flow.tlpEnd(tcb.sndNxt() == 0 ? 1 : tcb.sndNxt());
        flow.unmeasured(1);
        int ahead = tcb.sndUna() + tcb.sndWnd() - tcb.sndNxt();
        if (tcp.output.unsent() && ahead > 0) {
            flow.tlp(1);
        } else if (flow.runs() > 0) {
            flow.tlp(2);
            int last = flow.runs() - 1;
            int mss = tcp.output.mss();
            if (flight.length(last) > mss) {
                int run = flight.split(flight.end(last) - mss);
                last = run < 0 ? last : run;
            }
            flight.mark(last, Flight.LOST);
        }
        set(RETRANSMISSION, nowNs + Rtt.rtoNs(tcb, tcp.settings));
    }

    private void persist(long nowNs) {
        long userNs = MILLISECONDS.toNanos(tcb.userTimeoutMs());
        // RFC 9293 §3.8.6.1 (MUST-37): a zero window that is acknowledged stays open; only silence ends it.
        long silentNs = nowNs - tcb.heardNs();
        boolean tooOften = tcb.persist() >= tcp.settings.retries() && silentNs > tcp.settings.maxRtoNs();
        if (tooOften && mayGiveUp(userNs) || userNs != 0 && silentNs > userNs) {
            tcp.counters.add(Counter.TcpExtTCPAbortOnTimeout);
            tcp.fate.fail(Errno.ETIMEDOUT, nowNs);
            return;
        }
        tcb.persist(Math.min(200, tcb.persist() + 1));
        tcb.set(Tcb.PROBE);
        set(PERSIST, nowNs + persistNs());
    }

    private void idle(long nowNs) {
        State state = tcb.tcpState();
        if (tcb.has(Tcb.CLOSED_BY_USER) && (!tcb.has(Tcb.FIN_WANTED) || tcb.linger() == AT_ONCE)) {
            // Its last text has gone, or the turn before had no room; see Users.
            tcp.fate.abort(tcb.rcvHead() != tcb.rcvTail(), nowNs);
            return;
        }
        if (state == State.FIN_WAIT_2 && tcb.has(Tcb.CLOSED_BY_USER)) {
            tcp.counters.add(Counter.TcpExtTCPAbortOnLinger);
            tcp.fate.finish(nowNs);
            return;
        }
        if (tcb.has(Tcb.CLOSED_BY_USER) && tcb.linger() != 0) {
            tcp.counters.add(Counter.TcpExtTCPAbortOnLinger);
            tcp.fate.abort(false, nowNs);
            return;
        }
        if (tcb.has(Tcb.KEEP_ALIVE) && state.synchronised()) {
            keepAlive(nowNs);
        } else {
            tcb.idleNs(0);
        }
    }

    /// RFC 9293 §3.8.4.
    private void keepAlive(long nowNs) {
        long idleNs = SECONDS.toNanos(tcb.keepIdle());
        if (nowNs - tcb.heardNs() < idleNs || tcb.sndUna() != tcb.sndNxt()) {
            tcb.probes(0);
            tcb.idleNs(Math.max(tcb.heardNs() + idleNs, nowNs + MILLISECONDS.toNanos(100)));
            return;
        }
        long userNs = MILLISECONDS.toNanos(tcb.userTimeoutMs());
        boolean given =
                userNs != 0 ? tcb.probes() > 0 && nowNs - tcb.heardNs() >= userNs : tcb.probes() >= tcb.keepCount();
        if (given) {
            tcp.counters.add(Counter.TcpExtTCPAbortOnTimeout);
            tcp.fate.reset(nowNs);
            tcp.fate.fail(Errno.ETIMEDOUT, nowNs);
            return;
        }
        tcb.probes(tcb.probes() + 1);
        tcb.set(Tcb.PROBE);
        tcb.idleNs(nowNs + SECONDS.toNanos(tcb.keepInterval()));
    }

    /// Begins the keepalive clock of the open connection, or stops it.
    void keepAliveChanged(long nowNs) {
        if (tcb.has(Tcb.KEEP_ALIVE)) {
            tcb.idleNs(nowNs + SECONDS.toNanos(tcb.keepIdle()));
        } else if (!tcb.has(Tcb.CLOSED_BY_USER)) {
            tcb.idleNs(0);
        }
    }
}
