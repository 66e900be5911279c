package netkeep.trials.command;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.linux.Poller;
import netkeep.ring.PeerViolation;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.session.Hello;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
import netkeep.wire.Address;

/// A session whose client knows the layout, and keeps no rule.
final class RawSession implements AutoCloseable {
    private static final long PATIENCE_NS = 20_000_000_000L;

    final Line line;
    final SessionLayout layout;
    final Region client;
    final Region stack;
    final Doorbell bell;
    private final Arena arena = Arena.ofShared();
    private final Producer requests;

    private RawSession(Line line, Line.Received hello) {
        this.line = line;
        this.layout = Hello.read(hello.octets()).layout();
        int[] descriptors = hello.descriptors();
        this.client = Shared.map(arena, descriptors[0], layout.clientLength(), true);
        this.stack = Shared.map(arena, descriptors[1], layout.stackLength(), false);
        this.bell = new Doorbell(descriptors[2]);
        this.requests =
                new Producer(client, 0, stack, layout.requestsConsumer(), layout.requests(), SessionLayout.REQUEST, 0);
    }

    static RawSession to(Path path) throws IOException {
        Line line = Line.to(path.toString());
        line.send(Hello.greeting());
        return new RawSession(line, line.receive());
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
            Line.Received again = line.poll();
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
        poller.add(line.descriptor(), Poller.POLLIN);
        while (!over()) {
            if (poller.await(PATIENCE_NS) == 0) {
                throw new AssertionError("the session goes on");
            }
        }
    }

    @Override
    public void close() {
        line.close();
        bell.close();
        arena.close();
    }
}
