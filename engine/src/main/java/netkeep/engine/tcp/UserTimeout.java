package netkeep.engine.tcp;

import netkeep.engine.socket.Errno;
import netkeep.wire.TcpOptions;

/// The user time-outs that two ends tell each other, RFC 5482.
///
/// ADV_UTO is [Tcb#advUto], REMOTE_UTO [Tcb#remoteUto]; ENABLED is that there is one to tell, so that nothing is told
/// and nothing taken until the user asks for it; CHANGEABLE ends when the user sets a time-out of its own.
final class UserTimeout {
    /// L_LIMIT, §3.1: RFC 9293 §3.8.3 (SHLD-11) has R2 last 100 s at least.
    static final long LEAST_MS = 100_000;

    /// U_LIMIT, §3.1: a peer must not make us keep what it never acknowledges for days.
    static final long MOST_MS = 3_600_000;

    /// Octets of the option.
    private static final int LENGTH = 4;

    /// The granularity bit: the other 15 count minutes, not seconds.
    private static final int MINUTES = 0x8000;

    private final Tcb tcb;

    UserTimeout(Tcb tcb) {
        this.tcb = tcb;
    }

    /// The user lets the peer be told of so many seconds, or of nothing any more.
    ///
    /// @return 0 or an errno
    int advertise(long seconds) {
        if (seconds < 0 || seconds > 60L * (MINUTES - 1)) {
            return Errno.EINVAL;
        }
        tcb.advUto(seconds < MINUTES ? (int) seconds : MINUTES | (int) ((seconds + 59) / 60));
        tcb.timeoutDue(seconds != 0);
        if (seconds == 0 && !tcb.timeoutSet()) {
            tcb.userTimeoutMs(0);
        }
        adopt();
        return 0;
    }

    /// What a listener's user has said is said for each connection.
    void inherit(Tcb listener) {
        tcb.advUto(listener.advUto());
        tcb.timeoutSet(listener.timeoutSet());
        tcb.timeoutDue(listener.advUto() != 0);
    }

    /// The peer's option came, -1 for none; zero says nothing.
    void arrives(int field) {
        if (field > 0 && milliseconds(field) != 0) {
            tcb.remoteUto(field);
            adopt();
        }
    }

    /// §3.1: USER_TIMEOUT = min(U_LIMIT, max(ADV_UTO, REMOTE_UTO, L_LIMIT)).
    private void adopt() {
        if (tcb.advUto() != 0 && !tcb.timeoutSet()) {
            long wanted = Math.max(milliseconds(tcb.advUto()), milliseconds(tcb.remoteUto()));
            tcb.userTimeoutMs((int) Math.clamp(wanted, LEAST_MS, MOST_MS));
        }
    }

    private static long milliseconds(int field) {
        long count = field & MINUTES - 1;
        return (field & MINUTES) != 0 ? 60_000 * count : 1000 * count;
    }

    /// Octets that the option takes in the next segment.
    int length() {
        return tcb.timeoutDue() ? LENGTH : 0;
    }

    /// Lays the option down in a SYN, and from then on in each segment up to the first with new text: a SYN's may have
    /// been passed over, as by who answers with a cookie.
    void tell(TcpOptions options, boolean syn, boolean text) {
        if (tcb.advUto() != 0 && (syn || tcb.timeoutDue())) {
            options.userTimeout(tcb.advUto());
            tcb.timeoutDue(!text);
        }
    }
}
