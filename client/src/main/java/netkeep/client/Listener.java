package netkeep.client;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.util.Arrays;
import netkeep.session.Request;
import netkeep.session.Status;

/// A TCP socket that listens: the connections that wait to be accepted.
final class Listener extends Endpoint {
    /// What [#accept] answers when nobody waits.
    static final int NONE = -1;

    // A ring of sockets, filled by whoever dispatches.
    private int[] children = new int[16];
    private int first;
    private volatile int count;

    Listener(Session session, int socket) {
        super(session, socket);
    }

    /// A connection waits.
    void queue(int child) {
        synchronized (this) {
            if (count == children.length) {
                int[] more = Arrays.copyOf(children, 2 * count);
                System.arraycopy(children, 0, more, count, first);
                children = more;
            }
            children[first + count & children.length - 1] = child;
            count = count + 1;
        }
    }

    /// Takes the connection that waits longest, or [#NONE].
    int accept() throws IOException {
        int child;
        synchronized (this) {
            if (count == 0) {
                session.check();
                return NONE;
            }
            child = children[first];
            first = first + 1 & children.length - 1;
            count = count - 1;
        }
        session.request(Request.ACCEPTED, child, 0, 0, 0);
        return child;
    }

    @Override
    int readyOps(int interest) {
        boolean ready = count != 0 || session.broken() || has(Status.FAILED);
        return ready ? interest & SelectionKey.OP_ACCEPT : 0;
    }
}
