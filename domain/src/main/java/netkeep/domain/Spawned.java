package netkeep.domain;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import netkeep.linux.Clock;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.linux.LinuxException;
import netkeep.linux.Poller;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;

/// A process that was started to be a domain, from its parent's side. Death is the only failure: who does wrong is
/// killed.
public final class Spawned {
    private static final int ALIVE = -1;

    // What tells of an end.
    private static final long PROCESS = 0;
    private static final long SERVER = 1;

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

    /// How long those may take to end that were dismissed: they reset connections first.
    private static final long PARTING_NS = TimeUnit.SECONDS.toNanos(2);

    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long MOMENT_NS = TimeUnit.MILLISECONDS.toNanos(1);

    /// What the last thread of a process may still do when that counts as ended, if it waits for a core.
    private static final long LAST_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final int process;
    private final int pidfd;
    private final Line line;
    private final Epoll ends = new Epoll(2);
    private int server = -1;
    private boolean serverEnded;
    private boolean hurries;
    private int status = ALIVE;
    private boolean reaped;
    private @Nullable String fault;
    private boolean innocent;
    private long countedNs;
    private int words;

    private Spawned(int process, Line line) {
        this.process = process;
        this.line = line;
        try {
            this.pidfd = Threads.pidfd(process);
        } catch (LinuxException lacking) {
            ends.close();
            throw lacking;
        }
    }

    private void watch(Epoll watcher) {
        try {
            ends.add(pidfd, Epoll.EPOLLIN, PROCESS);
            watcher.add(ends.descriptor(), Epoll.EPOLLIN, process);
            watcher.add(line.descriptor(), Epoll.EPOLLIN, process);
        } catch (LinuxException lacking) {
            ends.close();
            Descriptors.close(pidfd);
            throw lacking;
        }
    }

    /// Starts one; its descriptor 3 is the line.
    ///
    /// @param watcher sees, by the process's number, when it may have said something or [#ended]
    /// @throws LinuxException if this machine has no room for another, or for what tells of it
    public static Spawned start(List<String> command, Epoll watcher) {
        Line[] both = Line.pair();
        try (Line theirs = both[1]) {
            List<String> environment = System.getenv().entrySet().stream()
                    .map(entry -> entry.getKey() + "=" + entry.getValue())
                    .toList();
            return watched(Sandbox.start(command, environment, theirs.descriptor()), both[0], watcher);
        } catch (RuntimeException failure) {
            both[0].close();
            throw failure;
        }
    }

    private static Spawned watched(int process, Line line, Epoll watcher) {
        try {
            Spawned started = new Spawned(process, line);
            started.watch(watcher);
            return started;
        } catch (LinuxException lacking) {
            // It has only just been started, and ends at once.
            Threads.kill(process, Threads.SIGKILL);
            while (Threads.reap(process) == ALIVE) {
                LockSupport.parkNanos(MOMENT_NS);
            }
            throw lacking;
        }
    }

    public int process() {
        return process;
    }

    /// Readable when it may have [#ended], and when it may be [#reap]ed.
    public int end() {
        return ends.descriptor();
    }

    /// Somebody waits for it: until it can be told what to be it goes before others, but for those of its threads that
    /// give way, where its keeper is root.
    public void hurry() {
        if (!hurries && server < 0) {
            hurries = true;
            Threads.preferAll(process, 0, 0, Threads.FIRST);
        }
    }

    /// The one thread of it that will write what it is granted: its end is seen before that of the process, whose
    /// memory the kernel takes down first.
    public void serves(int thread) {
        if (hurries) {
            Threads.preferAll(process, Threads.FIRST, -1, 0);
        }
        // What wakes it is to find it on its core, whoever else computes there.
        Threads.prefer(thread, Threads.nice(thread));
        try {
            server = Threads.threadfd(thread);
            ends.add(server, Epoll.EPOLLIN | Epoll.EPOLLET, SERVER);
        } catch (LinuxException before) {
            // Linux 6.9: the process's own end is all that is seen.
        }
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

    /// Says a word to it, which the dead do not hear. Who does not read is killed, but not for what somebody
    /// asks of it: that one may have said too much. Half the line is left to what its parent says itself.
    public void say(Word word, int... descriptors) {
        boolean asked = word.kind() == Word.ASK || word.kind() == Word.TELL || word.kind() == Word.CAPTURE;
        try {
            boolean said = !(asked && line.crowded()) && line.offer(word.octets(), descriptors);
            if (!said && !asked) {
                fail("hung, and did not read what it was told");
            }
        } catch (IOException dead) {
            kill();
        }
    }

    /// Kills it for what it did; what it did first counts.
    public void fail(String what) {
        fail(what, false);
    }

    /// As [#fail].
    ///
    /// @param byOthers whether it is others' doing: then nothing that it had in hand is to blame
    public void fail(String what, boolean byOthers) {
        if (fault == null && !ended()) {
            fault = what;
            innocent = byOthers;
            kill();
        }
    }

    /// Whether it was killed for what it did.
    public boolean failed() {
        return fault != null;
    }

    public void kill() {
        if (!ended()) {
            Threads.kill(process, Threads.SIGKILL);
        }
    }

    /// The one thread of it that writes what it was granted was seen to die.
    public void dies() {
        serverEnded = true;
    }

    /// Whether it has ended for others: nobody writes what it was granted any more, and what it died of is known. What
    /// it had for itself may still be taken down, which takes the kernel some 10 ms.
    public boolean ended() {
        for (int count = reaped ? 0 : ends.await(0), i = 0; i < count; i++) {
            serverEnded |= ends.token(i) == SERVER;
        }
        if (serverEnded && status == ALIVE) {
            status = Threads.endOf(process);
        }
        return status != ALIVE || reap();
    }

    /// Whether it has ended, and nothing is left of it. It is forgotten then.
    public boolean reap() {
        int end = reaped ? ALIVE : Threads.reap(process);
        if (end != ALIVE) {
            status = end;
            reaped = true;
            ends.close();
            Descriptors.close(pidfd);
        }
        return reaped;
    }

    /// Whether it died of itself, or of what it did, and nobody else killed it.
    public boolean diedOfItself() {
        int signal = status & SIGNAL;
        return fault == null ? signal != Threads.SIGKILL && signal != SIGTERM && status != TERMINATED : !innocent;
    }

    /// How it ended, for people.
    public String cause() {
        int signal = status & SIGNAL;
        return fault != null ? fault : signal != 0 ? "signal " + signal : "exit code " + (status >>> EXIT);
    }

    /// Has some end as if this process were gone, by the end of their lines, and waits until they have; 2 s at most.
    public static void dismiss(List<Spawned> some) {
        some.forEach(each -> each.line.close());
        Clock clock = new Clock();
        long untilNs = clock.nowNs() + PARTING_NS;
        some.forEach(each -> each.await(Math.max(0, untilNs - clock.nowNs())));
    }

    /// Its parent has seen that it has [#ended], and watches it no more: a thread of its own forgets it once
    /// nothing is left of it. What /proc tells of a process goes with it, and who reaps it while its last
    /// thread is at that goes round in the kernel (shrink_dcache_parent): 75 and 237 ms of it in two of six
    /// deaths under load.
    ///
    /// @return done when it is forgotten
    public CompletableFuture<Void> leave(Epoll watcher) {
        if (reaped) {
            return CompletableFuture.completedFuture(null);
        }
        watcher.remove(ends.descriptor());
        return CompletableFuture.runAsync(
                () -> {
                    Poller poller = new Poller(1);
                    poller.add(pidfd, Poller.POLLIN);
                    poller.await(Poller.NEVER);
                    LockSupport.parkNanos(LAST_NS);
                    await();
                },
                gone -> Thread.ofPlatform().name("netkeep-reaper").daemon().start(gone));
    }

    /// Waits until it has ended.
    public void await() {
        while (!await(Poller.NEVER)) {}
    }

    /// Waits until it has ended, so long at most.
    ///
    /// @return whether it has
    boolean await(long mostNs) {
        if (!reap()) {
            Poller poller = new Poller(1);
            poller.add(pidfd, Poller.POLLIN);
            poller.await(mostNs);
        }
        return reap();
    }

    /// Closes what its parent has of it, but for what tells of its end.
    public void close() {
        line.close();
        if (server >= 0) {
            Descriptors.close(server);
        }
    }
}
