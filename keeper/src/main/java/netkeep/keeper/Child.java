package netkeep.keeper;

import java.io.IOException;
import java.util.List;
import netkeep.domain.Line;
import netkeep.domain.Sandbox;
import netkeep.domain.Word;
import netkeep.linux.Descriptors;
import netkeep.linux.Poller;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;

/// A domain's process, from its keeper's side.
final class Child {
    private static final int ALIVE = -1;

    /// The bits of a status that are a signal, and where the exit code begins.
    private static final int SIGNAL = 0x7F;

    private static final int EXIT = 8;
    private static final int SIGTERM = 15;

    /// The status of a JVM that was told to end.
    private static final int TERMINATED = 128 + SIGTERM << EXIT;

    final int process;

    /// Readable when it has ended.
    final int pidfd;

    final Line line;

    /// Whether it waits to be told what to be.
    boolean ready;

    /// Whether it was told to rehearse.
    boolean rehearses;

    /// Whether it has rehearsed.
    boolean warm;

    /// What it was told to be.
    @Nullable
    Seat seat;

    /// Whether the keeper killed it because it did not go on.
    boolean hung;

    private int status = ALIVE;

    private Child(int process, Line line) {
        this.process = process;
        this.pidfd = Threads.pidfd(process);
        this.line = line;
    }

    /// Starts one; its descriptor 3 is the line.
    static Child start(List<String> command) {
        Line[] both = Line.pair();
        try (Line theirs = both[1]) {
            List<String> environment = System.getenv().entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .toList();
            return new Child(Sandbox.start(command, environment, theirs.descriptor()), both[0]);
        } catch (RuntimeException failure) {
            both[0].close();
            throw failure;
        }
    }

    /// Says a word. Whoever is dead does not hear it, and its end is told by its descriptor.
    void say(char kind, int number, String text, int... descriptors) {
        try {
            line.send(new Word(kind, number, text).octets(), descriptors);
        } catch (IOException dead) {
            kill();
        }
    }

    void kill() {
        if (status == ALIVE) {
            Threads.kill(process, Threads.SIGKILL);
        }
    }

    /// Whether it has ended.
    boolean reap() {
        if (status == ALIVE) {
            status = Threads.reap(process);
        }
        return status != ALIVE;
    }

    /// Whether it died of itself, and nobody killed it.
    boolean diedOfItself() {
        return hung || (status & SIGNAL) != Threads.SIGKILL && (status & SIGNAL) != SIGTERM && status != TERMINATED;
    }

    /// How it ended, for people.
    String cause() {
        if (hung) {
            return "hung";
        }
        int signal = status & SIGNAL;
        return signal != 0 ? "signal " + signal : "exit code " + (status >>> EXIT);
    }

    /// Waits until it has ended.
    void await() {
        Poller poller = new Poller(1);
        poller.add(pidfd, Poller.POLLIN);
        while (!reap()) {
            poller.await(Poller.NEVER);
        }
    }

    void close() {
        line.close();
        Descriptors.close(pidfd);
    }
}
