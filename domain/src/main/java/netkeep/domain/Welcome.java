package netkeep.domain;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Descriptors;
import netkeep.linux.Errno;
import netkeep.linux.LinuxException;
import netkeep.linux.Threads;
import netkeep.ring.Region;
import netkeep.session.Hello;
import netkeep.session.SessionLayout;

/// What a client is given as it is let in ([Hello]): the line, both regions of its session, mapped, and its doorbell.
public final class Welcome implements AutoCloseable {
    private static final int DESCRIPTORS = 4;

    /// How long one that knocks while control dies, again and again, goes on.
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(10);

    /// How often one is led on.
    private static final int MOST_LED = 4;

    private final Arena arena = Arena.ofShared();
    private final Line line;
    private final Hello.Answer answer;
    private final Region client;
    private final Region stack;
    private final Doorbell bell;

    /// @param line        closed with this object, unless this throws
    /// @param descriptors closed in any case, at the latest with this object
    private Welcome(Line line, Hello.Answer answer, int[] descriptors) {
        this.line = line;
        this.answer = answer;
        this.bell = new Doorbell(descriptors[2], descriptors[3]);
        try {
            this.client = Shared.mapped(arena, descriptors[0], layout().clientLength(), true);
            this.stack = Shared.mapped(arena, descriptors[1], layout().stackLength(), false);
        } catch (RuntimeException failure) {
            bell.close();
            arena.close();
            throw failure;
        } finally {
            Descriptors.close(descriptors[0]);
            Descriptors.close(descriptors[1]);
        }
    }

    /// Where daemons of this user listen if nobody says otherwise, at `session` in it: `$XDG_RUNTIME_DIR/netkeep` where
    /// there is one, else `/run/netkeep` for root, else `/tmp/netkeep-UID`. It need not exist.
    public static Path directory() {
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && Files.isWritable(Path.of(runtime))) {
            return Path.of(runtime, "netkeep");
        }
        int user = Threads.effectiveUser();
        if (user == 0 && Files.isWritable(Path.of("/run"))) {
            return Path.of("/run/netkeep");
        }
        return Path.of("/tmp/netkeep-" + user);
    }

    /// Knocks where a daemon's control listens, and where that leads us: of several stacks each serves some users.
    ///
    /// @throws ConnectException if nobody listens there, or will not have us
    /// @throws EOFException     if control dies each time before it answers
    /// @throws LinuxException   if this process has no room for the regions
    public static Welcome at(String path) throws IOException {
        long endNs = System.nanoTime() + PATIENCE_NS;
        String at = path;
        for (int led = 0; ; ) {
            Line line = line(at);
            try {
                Line.Received received = greet(line, at);
                Hello.Answer answer = read(received, at);
                if (answer.errno() != Errno.EREMOTE || answer.links().isEmpty()) {
                    return welcome(line, answer, received, at);
                }
                received.refuse();
                if (led++ == MOST_LED) {
                    throw new ConnectException("the stacks at " + path + " lead from one to the other");
                }
                at = answer.links().getFirst();
                line.close();
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

    private static Line.Received greet(Line line, String path) throws IOException {
        try {
            line.send(Hello.greeting());
            return line.receive();
        } catch (EOFException died) {
            throw died;
        } catch (IOException reset) {
            throw (EOFException) new EOFException("no answer from " + path).initCause(reset);
        }
    }

    private static Hello.Answer read(Line.Received received, String path) throws ConnectException {
        try {
            return Hello.read(received.octets());
        } catch (IllegalArgumentException foreign) {
            received.refuse();
            throw (ConnectException) new ConnectException(path + " is the socket of something else").initCause(foreign);
        }
    }

    private static Welcome welcome(Line line, Hello.Answer answer, Line.Received received, String path)
            throws ConnectException {
        if (answer.errno() != 0 || received.descriptors().length != DESCRIPTORS) {
            received.refuse();
            throw new ConnectException("the stack at " + path + " gives no session: " + Errno.name(answer.errno()));
        }
        return new Welcome(line, answer, received.descriptors());
    }

    /// Stays open as long as the session; hello may be said again.
    public Line line() {
        return line;
    }

    public SessionLayout layout() {
        return answer.layout();
    }

    /// The names of the stack's links, from number 1 on.
    public List<String> links() {
        return answer.links();
    }

    /// Ours to write.
    public Region client() {
        return client;
    }

    /// The stack's, to read.
    public Region stack() {
        return stack;
    }

    public Doorbell bell() {
        return bell;
    }

    /// Ends the session, and unmaps its regions: whoever still uses them fails.
    @Override
    public void close() {
        line.close();
        bell.close();
        arena.close();
    }
}
