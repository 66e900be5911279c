package netkeep.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Line;
import netkeep.domain.Welcome;
import netkeep.drive.Awaited;
import netkeep.drive.Driver;
import netkeep.drive.Instants;
import netkeep.drive.Work;
import netkeep.linux.LinuxException;

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

    /// How often the line is looked at while nobody sleeps, who would be woken for it.
    private static final long LISTEN_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Welcome welcome;
    private final Session session;
    private final Driver driver;
    private final NetkeepSelectorProvider provider;
    private final SessionNames names;

    /// Whether something has come over the line.
    private volatile boolean told;

    private Attached(Welcome welcome, long spinNs, boolean yields) {
        this.welcome = welcome;
        List<Awaited> awaited =
                List.of(Awaited.ear(welcome.bell().ear()), new Awaited(this::lineDescriptor, false, () -> told = true));
        this.driver = new Driver(new SessionWork(), new Instants(), awaited, spinNs, yields);
        this.session = new Session(welcome.client(), welcome.stack(), welcome.layout(), driver, this::number);
        this.provider = new NetkeepSelectorProvider(session, Platform.provider());
        this.names = new SessionNames(welcome.line(), session, driver);
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
        Welcome welcome = Welcome.at(path);
        try {
            return new Attached(welcome, spinNs, yields);
        } catch (RuntimeException failure) {
            welcome.close();
            throw failure;
        }
    }

    /// The channels of this session.
    public SelectorProvider provider() {
        return provider;
    }

    /// The names that the daemon finds, and keeps for all programs.
    public Names names() {
        return names;
    }

    private int number(NetworkInterface named) {
        return welcome.links().indexOf(named.getName()) + 1;
    }

    /// A line that is closed would be ready for ever.
    private int lineDescriptor() {
        return session == null || session.broken() ? -1 : welcome.line().descriptor();
    }

    /// Whether the other end is closed: nobody will replace the stack. A successor may say hello again.
    private void listen() {
        try {
            Line.Received received = welcome.line().poll();
            if (received != null) {
                received.refuse();
                names.heard(received.octets());
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
        welcome.close();
    }

    /// What a driver drives where the stack is elsewhere: it is woken for requests, and its events are looked at.
    private final class SessionWork implements Work {
        private long listenNs;

        @Override
        public int turn(long nowNs) {
            if ((told || nowNs >= listenNs) && !session.broken()) {
                told = false;
                listenNs = nowNs + LISTEN_NS;
                listen();
            }
            return requestsTurn(nowNs);
        }

        @Override
        public int requestsTurn(long nowNs) {
            if (session.stackSleeps()) {
                welcome.bell().ring();
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
        }

        @Override
        public void broken(Throwable why) {
            session.end("the session is broken: " + why);
        }
    }
}
