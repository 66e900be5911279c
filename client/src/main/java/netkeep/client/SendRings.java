package netkeep.client;

import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;
import netkeep.session.QuietRings;
import netkeep.session.SessionLayout;

/// Keeps those who write to send rings apart from who gives the rings' memory back.
final class SendRings {
    private final Session session;
    private final ReentrantLock lock = new ReentrantLock();

    /// Memory is given back: nobody is to write to a ring.
    private volatile boolean tidying;

    SendRings(Session session) {
        this.session = session;
    }

    /// As [Session#tidy].
    void tidy(QuietRings rings, int from, int end) {
        lock.lock();
        try {
            tidying = true;
            // Who writes has locked out others before he looks at the flag; he finds it set, or is found at it here.
            VarHandle.fullFence();
            rings.visit(from, end, this::given, this::nothingToSend);
        } finally {
            tidying = false;
            lock.unlock();
        }
    }

    private long given(int socket) {
        return session.ours.i64Acquire(session.layout.clientWords(socket) + SessionLayout.SND_TAIL);
    }

    private boolean nothingToSend(int socket) {
        Endpoint endpoint = session.endpoint(socket);
        return endpoint == null || endpoint.nothingToSend();
    }

    /// Called by who is about to write to a ring, and has locked out others who would.
    void beforeWriting() {
        boolean wait = tidying;
        while (wait) {
            wait = stillTidying();
        }
    }

    /// Waits until it is over; another may have begun since.
    private boolean stillTidying() {
        lock.lock();
        try {
            return tidying;
        } finally {
            lock.unlock();
        }
    }
}
