package netkeep.placement;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Line;
import netkeep.domain.Sandbox;
import netkeep.domain.Word;
import netkeep.linux.Poller;
import netkeep.linux.Threads;

/// What a process does until it is told what to be: it rehearses, and raises its walls. As soon as it is told it goes
/// on; what is left of the rehearsal then gives way, and ends.
public final class Standby {
    /// How a rehearsal gives way to what serves, as nice(1): it has a third of the share.
    public static final int NICE = 5;

    /// How often it looks whether the rehearsal is over.
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

    /// How long compilers have nothing to do until they are said to be done; and how often that is looked at.
    private static final long IDLE_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final int LOOKS = 250;

    /// Has the JVM compile what a domain runs.
    public interface Rehearsal {
        /// In a thread of its own, which gives way.
        void run() throws IOException;

        /// Has [#run] end soon, from another thread: from now on this process can open nothing any more. What that
        /// fails at is of no concern.
        void leave();
    }

    private final Line keeper;
    private final Poller poller = new Poller(1);
    private boolean told;

    /// @param keeper over which it will be told
    Standby(Line keeper) {
        this.keeper = keeper;
        poller.add(keeper.descriptor(), Poller.POLLIN);
    }

    /// Rehearses until the keeper says something, and stands behind its walls then: a takeover is not to wait for them.
    void await(Rehearsal rehearsal) throws IOException {
        FutureTask<Void> apart = new FutureTask<>(() -> {
            Threads.giveWay(NICE);
            rehearsal.run();
            return null;
        });
        // A thread that gives way does so for good: not the one that is to serve.
        Thread.ofPlatform().name("netkeep-rehearsal").daemon().start(apart);
        while (!apart.isDone() && goesOn(LOOK_NS)) {}
        if (apart.isDone()) {
            check(apart);
        } else {
            rehearsal.leave();
        }
        awaitCompilers();
        Takeover.rehearse(() -> goesOn(0));
        if (!told) {
            // What the rehearsal has left is not to be collected by who serves.
            System.gc();
        }
        Sandbox.close();
        if (!told) {
            keeper.send(new Word(Word.WARM, 0, "").octets());
        }
    }

    /// Whether nothing was said, after a while in which that may change.
    private boolean goesOn(long ns) {
        told = told || poller.await(ns) > 0;
        return !told;
    }

    private static void check(FutureTask<Void> apart) throws IOException {
        try {
            apart.get();
        } catch (ExecutionException failure) {
            throw new IOException(failure.getCause());
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    /// What they have to do still would be done on the core that a successor needs.
    private void awaitCompilers() throws IOException {
        long before = -1;
        long now = told ? before : compiledNs();
        for (int look = 0; look < LOOKS && now != before && goesOn(IDLE_NS); look++) {
            before = now;
            now = compiledNs();
        }
    }

    /// The CPU time of this JVM's compilers.
    private static long compiledNs() throws IOException {
        long sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                sum += compiledNs(thread);
            }
        }
        return sum;
    }

    private static long compiledNs(Path thread) {
        try {
            boolean compiles = Files.readString(thread.resolve("comm")).contains("CompilerThre");
            return compiles
                    ? Long.parseLong(
                            Files.readString(thread.resolve("schedstat")).split(" ")[0])
                    : 0;
        } catch (IOException ended) {
            // Between two looks: without its time they are not done.
            return 0;
        }
    }
}
