package netkeep.engine.socket;

import java.util.function.Function;

/// Who waits until its session may send again, or receive. Whose session has had all that its rate allows waits for
/// that session's own credit, and nobody else does. Derived: a successor asks every socket.
public final class Pace {
    /// Sockets of a session that go on in a turn; what they leave of its credit the next turn's have.
    private static final int SOCKETS = 16;

    private final Sockets sockets;
    private final Function<Attachment, Credit> which;
    private final Ready ready;
    private final Ready[] waiting;
    private int count;

    /// @param which a session's credit that is waited for
    /// @param ready who may go on
    public Pace(Sockets sockets, Function<Attachment, Credit> which, Ready ready) {
        this.sockets = sockets;
        this.which = which;
        this.ready = ready;
        this.waiting = new Ready[sockets.sessions()];
        for (int session = 0; session < waiting.length; session++) {
            waiting[session] = new Ready();
        }
    }

    /// Puts a socket aside if its session may not go on now.
    ///
    /// @return whether it did
    public boolean holds(Endpoint of, long nowNs) {
        if (which.apply(sockets.attachment(of)).may(nowNs)) {
            return false;
        }
        awaits(of);
        return true;
    }

    /// Puts a socket aside until its session may go on with something to spare.
    public void awaits(Endpoint of) {
        Ready its = waiting[of.session()];
        count -= its.count();
        its.add(of.index());
        count += its.count();
    }

    /// When the first may go on, [Deadlines#NEVER] if nobody waits.
    public long deadlineNs() {
        long firstNs = Deadlines.NEVER;
        for (int session = 0; count != 0 && session < waiting.length; session++) {
            if (waiting[session].count() != 0) {
                firstNs = Math.min(firstNs, nextNs(session));
            }
        }
        return firstNs;
    }

    /// When a session may; where there is none any more, at once.
    private long nextNs(int session) {
        Attachment attachment = sockets.session(session);
        return attachment == null ? 0 : which.apply(attachment).nextNs();
    }

    /// Lets those go on whose session may.
    ///
    /// @return whether there were any
    public boolean expire(long nowNs) {
        boolean any = false;
        for (int session = 0; count != 0 && session < waiting.length; session++) {
            Ready its = waiting[session];
            if (its.count() != 0 && nextNs(session) <= nowNs) {
                for (int gone = 0; gone < SOCKETS && its.count() != 0; gone++) {
                    ready.add(its.take());
                    count--;
                }
                any = true;
            }
        }
        return any;
    }
}
