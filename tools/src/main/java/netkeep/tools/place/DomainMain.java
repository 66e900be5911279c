package netkeep.tools.place;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import netkeep.domain.Line;
import netkeep.linux.Poller;
import netkeep.linux.Threads;
import netkeep.placement.Domain;

/// What a keeper starts. Its descriptor 3 is the line to the keeper. A program of its own: to know all commands and
/// their options would take a third of the time in which it is ready.
public final class DomainMain {
    private static final int LINE = 3;

    /// A successor is to go on as fast as its predecessor was: how much of each kind of traffic runs in a process that
    /// stands by, and for how long at most. On a machine that has little time for it its compilers need no less.
    private static final int ROUNDS = Integer.getInteger("netkeep.rehearsal", 400);

    private static final int MOST_MS = 5_000;

    /// How a rehearsal gives way to what serves, as nice(1): it has a third of the share.
    static final int NICE = 5;

    /// How long compilers have nothing to do until they are said to be done; and how often that is looked at.
    private static final int IDLE_MS = 20;

    private static final int LOOKS = 250;

    private DomainMain() {}

    public static void main(String[] none) {
        try (Line keeper = new Line(LINE)) {
            Domain.serve(keeper, DomainMain::rehearse);
        }
    }

    private static void rehearse(Line keeper) throws IOException {
        Poller poller = new Poller(1);
        poller.add(keeper.descriptor(), Poller.POLLIN);
        Rehearsal rehearsal = new Rehearsal(MOST_MS, ROUNDS, () -> poller.await(0) > 0);
        FutureTask<Void> apart = new FutureTask<>(() -> {
            Threads.giveWay(NICE);
            rehearsal.run();
            return null;
        });
        // A thread that gives way does so for good: not the one that is to serve.
        Thread.ofPlatform().name("netkeep-rehearsal").start(apart);
        try {
            apart.get();
        } catch (ExecutionException failure) {
            throw new IOException(failure.getCause());
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
        // What they have to do still would be done on the core that a successor needs.
        long before = -1;
        long now = compiledNs();
        for (int look = 0; look < LOOKS && now != before && poller.await(MILLISECONDS.toNanos(IDLE_MS)) == 0; look++) {
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
