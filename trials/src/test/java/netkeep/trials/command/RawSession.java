package netkeep.trials.command;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Welcome;
import netkeep.linux.Poller;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;

/// A session whose client knows the layout, and keeps no rule.
final class RawSession implements AutoCloseable {
    private static final long PATIENCE_NS = 20_000_000_000L;

    final SessionLayout layout;
    final Region client;
    final Region stack;
    final Doorbell bell;
    private final Welcome welcome;
    private final Producer requests;

    private RawSession(Welcome welcome) {
        this.welcome = welcome;
        this.layout = welcome.layout();
        this.client = welcome.client();
        this.stack = welcome.stack();
        this.bell = welcome.bell();
        this.requests =
                new Producer(client, 0, stack, layout.requestsConsumer(), layout.requests(), SessionLayout.REQUEST, 0);
    }

    static RawSession to(Path path) throws IOException {
        return new RawSession(Welcome.at(path.toString()));
    }

    Line line() {
        return welcome.line();
    }

    /// Asks, and wakes the stack whether it sleeps or not.
    ///
    /// @return whether there was room
    boolean ask(int op, int socket, long a, Address address, int port) throws PeerViolation {
        long at = requests.free();
        if (at < 0) {
            return false;
        }
        client.clear(at, SessionLayout.REQUEST);
        client.u8(at + Request.OP, op);
        client.i32(at + Request.SOCKET, socket);
        client.i64(at + Request.A, a);
        client.i64(at + Request.ADDRESS, address.hi());
        client.i64(at + Request.ADDRESS + 8, address.lo());
        client.u16(at + Request.PORT, port);
        requests.give();
        requests.publish();
        bell.ring();
        return true;
    }

    int status(int socket) {
        return stack.i32Acquire(layout.stackWords(socket) + SessionLayout.STATUS);
    }

    /// Whether the daemon has closed the line by now.
    boolean over() throws IOException {
        try {
            Line.Received again = line().poll();
            if (again != null) {
                again.refuse();
            }
            return false;
        } catch (EOFException gone) {
            return true;
        }
    }

    /// Waits until the daemon has closed the line.
    void awaitOver() throws IOException {
        Poller poller = new Poller(1);
        poller.add(line().descriptor(), Poller.POLLIN);
        while (!over()) {
            if (poller.await(PATIENCE_NS) == 0) {
                throw new AssertionError("the session goes on");
            }
        }
    }

    @Override
    public void close() {
        welcome.close();
    }
}
