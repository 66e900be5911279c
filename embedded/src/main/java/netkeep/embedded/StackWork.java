package netkeep.embedded;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import netkeep.client.Session;
import netkeep.drive.Work;
import netkeep.engine.socket.Attachment;
import netkeep.stack.Stack;
import org.jspecify.annotations.Nullable;

/// A stack and the one session over it, as what a driver drives.
final class StackWork implements Work {
    private static final Logger LOG = System.getLogger(StackWork.class.getName());

    private final Stack stack;
    private final Attachment attachment;
    private final @Nullable BesideDaemon beside;
    private @Nullable Session session;

    StackWork(Stack stack, Attachment attachment, @Nullable BesideDaemon beside) {
        this.stack = stack;
        this.attachment = attachment;
        this.beside = beside;
    }

    /// The session over the stack, before the first turn: it is made last.
    void serve(Session made) {
        session = made;
    }

    private Session session() {
        return Objects.requireNonNull(session);
    }

    @Override
    public int turn(long nowNs) {
        if (beside != null) {
            beside.look(nowNs);
        }
        int done = stack.turn(nowNs);
        tell();
        return done;
    }

    @Override
    public int requestsTurn(long nowNs) {
        int done = stack.requestsTurn(nowNs);
        tell();
        return done;
    }

    private void tell() {
        session().dispatch();
        String violation = attachment.violation();
        if (violation != null) {
            session().end("the stack cut the session off: " + violation);
        }
    }

    @Override
    public long deadlineNs() {
        return stack.deadlineNs();
    }

    @Override
    public boolean maySleep() {
        return beside == null || beside.maySleep();
    }

    @Override
    public void awake() {
        if (beside != null) {
            beside.awake();
        }
    }

    @Override
    public void broken(Throwable why) {
        LOG.log(Level.ERROR, "the stack is broken", why);
        session().end("the stack is broken: " + why);
    }
}
