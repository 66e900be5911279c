package netkeep.domain;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Descriptors;
import netkeep.linux.Poller;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;

/// A process that was started to be a domain, from its parent's side. Death is the only failure: who does wrong is
/// killed.
public final class Spawned {
    private static final int ALIVE = -1;

    /// The bits of a status that are a signal, and where the exit code begins.
    private static final int SIGNAL = 0x7F;

    private static final int EXIT = 8;
    private static final int SIGTERM = 15;

    /// The status of a JVM that was told to end.
    private static final int TERMINATED = 128 + SIGTERM << EXIT;

    /// Words in a second that no domain has to say, but for those about sessions that are made in it.
    private static final int FLOOD = 1 << 14;

    /// Words about a session: it is wanted, cut off, left and over.
    private static final int OF_SESSION = 4;

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final int process;
    private final int pidfd;
    private final Line line;
    private int status = ALIVE;
    private @Nullable String fault;
    private long countedNs;
    private int words;

    private Spawned(int process, Line line) {
        this.process = process;
        this.pidfd = Threads.pidfd(process);
        this.line = line;
    }

    /// Starts one; its descriptor 3 is the line.
    ///
    /// @throws netkeep.linux.LinuxException if this machine has no room for another
    public static Spawned start(List<String> command) {
        Line[] both = Line.pair();
        try (Line theirs = both[1]) {
            List<String> environment = System.getenv().entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .toList();
            return new Spawned(Sandbox.start(command, environment, theirs.descriptor()), both[0]);
        } catch (RuntimeException failure) {
            both[0].close();
            throw failure;
        }
    }

    public int process() {
        return process;
    }

    /// Readable when it has ended.
    public int pidfd() {
        return pidfd;
    }

    public Line line() {
        return line;
    }

    /// What it says next.
    ///
    /// @return null if there is nothing, or it was killed for what it did: who was is heard no more
    /// @throws IOException if the line is broken
    public Line.@Nullable Received hear() throws IOException {
        return failed() ? null : line.poll();
    }

    /// It said a word.
    ///
    /// @throws IllegalArgumentException if it said too many
    public void said(long nowNs) {
        if (nowNs - countedNs > SECOND_NS) {
            countedNs = nowNs;
            words = 0;
        }
        if (++words > FLOOD) {
            throw new IllegalArgumentException("a flood of words");
        }
    }

    /// A session was made, of which it may be to speak: as many come and go as clients like.
    public void session() {
        words -= OF_SESSION;
    }

    /// Kills it for what it did; what it did first counts.
    public void fail(String what) {
        if (fault == null && !reap()) {
            fault = what;
            kill();
        }
    }

    /// Whether it was killed for what it did.
    public boolean failed() {
        return fault != null;
    }

    public void kill() {
        if (!reap()) {
            Threads.kill(process, Threads.SIGKILL);
        }
    }

    /// Whether it has ended.
    public boolean reap() {
        if (status == ALIVE) {
            status = Threads.reap(process);
        }
        return status != ALIVE;
    }

    /// Whether it died of itself, or of what it did, and nobody else killed it.
    public boolean diedOfItself() {
        int signal = status & SIGNAL;
        return fault != null || signal != Threads.SIGKILL && signal != SIGTERM && status != TERMINATED;
    }

    /// How it ended, for people.
    public String cause() {
        int signal = status & SIGNAL;
        return fault != null ? fault : signal != 0 ? "signal " + signal : "exit code " + (status >>> EXIT);
    }

    /// Waits until it has ended.
    public void await() {
        Poller poller = new Poller(1);
        poller.add(pidfd, Poller.POLLIN);
        while (!reap()) {
            poller.await(Poller.NEVER);
        }
    }

    /// Closes what its parent has of it.
    public void close() {
        line.close();
        Descriptors.close(pidfd);
    }
}
