package netkeep.client;

import java.lang.foreign.MemorySegment;
import netkeep.engine.socket.Attachment;
import netkeep.engine.socket.Sockets;
import netkeep.ring.Ledger;
import netkeep.ring.Region;
import netkeep.session.Rates;
import netkeep.session.SessionLayout;
import netkeep.session.Status;
import netkeep.session.Terms;

/// Both sides of a session as a program and a daemon have them, with one connection and nothing that carries its
/// octets; made anew for each round of a stress test.
class StressSession {
    static final SessionLayout LAYOUT = new SessionLayout(2, 2, 2, 1 << 13);

    /// The connection's socket.
    static final int SOCKET = 0;

    /// Of its send buffer, which is full.
    static final int BUFFER = 3000;

    /// Octets that are there to be read.
    static final int READABLE = 10;

    private static final int[] COUNTS = {1, LAYOUT.sockets()};
    private static final int[] SLOTS = {Attachment.SLOT, netkeep.engine.socket.Endpoint.SLOT};
    private static final Pump NOBODY = new Idle();

    final Region ours = region(LAYOUT.sendRings());
    final Region theirs = region(LAYOUT.receiveRings());
    final Ledger ledger = new Ledger(region(Ledger.length(COUNTS, SLOTS)), 1);
    final Sockets sockets = new Sockets(ledger, LAYOUT.sockets(), 1);
    final Attachment attachment = sockets.attach(0, LAYOUT, ours, theirs, Terms.NOBODY, Rates.ANY);

    /// The stack's record of the connection.
    final int index = sockets.take(attachment, SOCKET, netkeep.engine.socket.Endpoint.CONNECTION);

    final netkeep.engine.socket.Endpoint record = new netkeep.engine.socket.Endpoint();
    final Session session;
    final Connection connection;

    StressSession() {
        ours.i64(LAYOUT.clientWords(SOCKET) + SessionLayout.SND_TAIL, BUFFER);
        sockets.open(index, record);
        record.status(Status.OPEN | Status.CONNECTED);
        record.sndEnd(BUFFER);
        record.sndBuffer(BUFFER);
        record.rcvTail(READABLE);
        record.rcvWake(Long.MAX_VALUE);
        turn();
        // What it has to be woken for is what comes from here on.
        attachment.mustWake();
        session = new Session(ours, theirs, LAYOUT, NOBODY, named -> 0);
        connection = new Connection(session, SOCKET);
    }

    private static Region region(long length) {
        return new Region(MemorySegment.ofArray(new long[(int) length / Long.BYTES]));
    }

    /// Ends a turn of the stack.
    ///
    /// @return whether the client is told of something, or will be in the next turn
    final boolean turn() {
        long before = theirs.i64(SessionLayout.producer());
        sockets.events();
        ledger.commit();
        sockets.publish();
        return theirs.i64(SessionLayout.producer()) != before || sockets.pending();
    }

    /// Whether the client has put a request.
    final boolean asked() {
        return ours.i64(SessionLayout.producer()) != 0;
    }

    /// Nobody drives a stack: its turns are an actor's.
    private static final class Idle implements Pump {
        @Override
        public void submitted() {}

        @Override
        public void soon() {}

        @Override
        public void hold(boolean several) {}

        @Override
        public void release() {}

        @Override
        public void glance() {}

        @Override
        public boolean await(Waiter waiter, long deadlineNs) {
            return waiter.ready();
        }

        @Override
        public void wake(Waiter waiter) {}

        @Override
        public long nowNs() {
            return 0;
        }
    }
}
