package netkeep.client;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.ConnectException;
import java.net.NetworkInterface;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.drive.Driver;
import netkeep.drive.Instants;
import netkeep.drive.Work;
import netkeep.linux.LinuxException;
import netkeep.ring.Region;
import netkeep.session.Hello;
import netkeep.session.SessionLayout;

/// A program's session over a stack in another process: the same channels as over an embedded one.
///
/// ```java
/// try (Attached stack = Attached.to("/run/netkeep/session")) {
///     SocketChannel channel = stack.provider().openSocketChannel();
///     ...
/// }
/// ```
///
/// That process may die and be replaced at any time: connections go on.
public final class Attached implements AutoCloseable {
    private static final long LINGER_NS = TimeUnit.SECONDS.toNanos(1);
    private static final int DESCRIPTORS = 3;

    /// How long one that connects while control dies, again and again, goes on.
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

    private final Arena arena = Arena.ofShared();
    private final Line line;
    private final Doorbell bell;
    private final List<String> links;
    private final Session session;
    private final Driver driver;
    private final NetkeepSelectorProvider provider;

    private Attached(Line line, Hello.Answer answer, int[] descriptors, long spinNs, boolean yields) {
        this.line = line;
        this.links = answer.links();
        SessionLayout layout = answer.layout();
        Region client = Shared.map(arena, descriptors[0], layout.clientLength(), true);
        Region stack = Shared.map(arena, descriptors[1], layout.stackLength(), false);
        this.bell = new Doorbell(descriptors[2]);
        IntSupplier[] waitedFor = {bell::descriptor, this::lineDescriptor};
        SessionWork work = new SessionWork();
        this.driver = new Driver(work, new Instants(), waitedFor, spinNs, yields);
        this.session = new Session(client, stack, layout, driver, this::number);
        this.provider = new NetkeepSelectorProvider(session, Platform.provider());
        driver.start();
    }

    /// Attaches this program to the stack whose control listens at a path; waiting threads sleep at once.
    ///
    /// @throws IOException if nobody listens there, or will not have us
    public static Attached to(String path) throws IOException {
        return to(path, 0, false);
    }

    /// As [#to(String)].
    ///
    /// @param spinNs how long a thread that waits spins before it sleeps, `Long.MAX_VALUE` for ever
    /// @param yields whether it gives the processor up in each round of the spin
    public static Attached to(String path, long spinNs, boolean yields) throws IOException {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (true) {
            Line line = line(path);
            try {
                return greet(line, path, spinNs, yields);
            } catch (EOFException died) {
                // Control died before it could answer: there is another one soon, or nobody listens any more.
                line.close();
                if (System.nanoTime() > endNs) {
                    throw died;
                }
            } catch (IOException | RuntimeException failure) {
                line.close();
                throw failure;
            }
        }
    }

    private static Line line(String path) throws ConnectException {
        try {
            return Line.to(path);
        } catch (LinuxException refused) {
            throw new ConnectException("no stack at " + path + ": " + refused.getMessage());
        }
    }

    private static Attached greet(Line line, String path, long spinNs, boolean yields) throws IOException {
        Line.Received received;
        try {
            line.send(Hello.greeting());
            received = line.receive();
        } catch (EOFException died) {
            throw died;
        } catch (IOException reset) {
            throw (EOFException) new EOFException("no answer from " + path).initCause(reset);
        }
        Hello.Answer answer = Hello.read(received.octets());
        if (answer.errno() != 0 || received.descriptors().length != DESCRIPTORS) {
            received.refuse();
            throw new ConnectException("the stack at " + path + " gives no session: " + Errno.text(answer.errno()));
        }
        return new Attached(line, answer, received.descriptors(), spinNs, yields);
    }

    /// The channels of this session.
    public SelectorProvider provider() {
        return provider;
    }

    private int number(NetworkInterface named) {
        return links.indexOf(named.getName()) + 1;
    }

    /// A line that is closed would be ready for ever.
    private int lineDescriptor() {
        return session == null || session.broken() ? -1 : line.descriptor();
    }

    /// Whether the other end is closed: nobody will replace the stack. A successor may say hello again.
    private void listen() {
        try {
            Line.Received received = line.poll();
            if (received != null) {
                received.refuse();
            }
        } catch (EOFException gone) {
            session.end("the stack is gone");
        } catch (IOException | LinuxException gone) {
            session.end("the stack is gone: " + gone.getMessage());
        }
    }

    /// Closes all sockets and ends the session. Channels fail from then on.
    @Override
    public void close() {
        session.closeAll(driver.nowNs() + LINGER_NS);
        session.end("the session is closed");
        driver.close();
        line.close();
        bell.close();
        arena.close();
    }

    /// What a driver drives where the stack is elsewhere: it is woken for requests, and its events are looked at.
    private final class SessionWork implements Work {
        @Override
        public int turn(long nowNs) {
            return requestsTurn(nowNs);
        }

        @Override
        public int requestsTurn(long nowNs) {
            if (session.stackSleeps()) {
                bell.ring();
            }
            return session.dispatch();
        }

        @Override
        public long deadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public boolean maySleep() {
            return session.maySleep();
        }

        @Override
        public void awake() {
            session.awake();
            if (!bell.silence()) {
                listen();
            }
        }

        @Override
        public void broken(Throwable why) {
            session.end("the session is broken: " + why);
        }
    }
}
