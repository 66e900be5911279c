package netkeep.tools.demo;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import netkeep.domain.Line;
import netkeep.keeper.Keeper;
import netkeep.keeper.Plan;
import netkeep.link.Link;
import netkeep.linux.Descriptors;
import netkeep.linux.Threads;
import netkeep.placement.Settings;
import netkeep.tools.config.Config;
import netkeep.tools.config.NameFiles;
import netkeep.tools.place.Placement;
import netkeep.tools.place.ThisProgram;

/// A stack in domains of its own, kept by this process.
final class Kept implements AutoCloseable {
    private static final long SPIN_NS = TimeUnit.MICROSECONDS.toNanos(50);
    /// Of a domain's JVM: in a user namespace each would say that it has its keeper's user.
    private static final String SILENT = "-Djava.util.logging.SimpleFormatter.format=";

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(40);

    /// A part's end.
    ///
    /// @param process   that was killed
    /// @param successor that went on
    /// @param ns        from the one to the other, as the keeper saw it
    record Death(String part, int process, int successor, long ns) {}

    private final Path session;
    private final Link link;
    private final int listener;
    private final int hosts = NameFiles.hosts(Config.Names.DEFAULT);
    private final Keeper keeper;
    private final Thread keeping;
    private Keeper.State state = new Keeper.State(List.of(), 0, 0);
    private long changedNs;

    /// @param session where programs attach; nothing may be there
    /// @param device  what `link` is; it is closed with this object
    /// @param lines   what the stack is on its link, as lines of its settings
    Kept(Placement placement, Path session, Settings.Device device, Link link, List<String> lines) throws IOException {
        this.session = session;
        this.link = link;
        this.listener = Line.listen(session.toString());
        boolean made = false;
        try {
            Settings settings = new Settings(List.of(), SPIN_NS, false, List.of(device), lines);
            Plan plan = placement.plan(
                    session,
                    ThisProgram.domain(SILENT),
                    settings,
                    List.of(link.descriptor()),
                    List.of(),
                    listener,
                    hosts,
                    1,
                    List::of);
            keeper = new Keeper(plan, new Watching());
            made = true;
        } finally {
            if (!made) {
                Descriptors.close(hosts);
                Descriptors.close(listener);
                link.close();
            }
        }
        keeping = Thread.ofPlatform().name("netkeep-keeper").start(keeper::run);
    }

    private final class Watching implements Keeper.Watcher {
        @Override
        public void changed(Keeper.State now) {
            change(now);
        }

        @Override
        public void died(Keeper.Death death) {
            // The change of the state tells as much.
        }
    }

    private synchronized void change(Keeper.State now) {
        state = now;
        changedNs = System.nanoTime();
        notifyAll();
    }

    Path session() {
        return session;
    }

    /// Its domains as they are, in words.
    synchronized String domains() {
        List<String> words = new ArrayList<>();
        state.domains().forEach(held -> words.add(held.name() + " " + held.process()));
        return String.join(", ", words);
    }

    /// Waits until all domains serve.
    synchronized void awaitServing() throws IOException {
        await(
                "the stack does not begin",
                () -> !state.domains().isEmpty() && state.domains().stream().allMatch(held -> held.process() != 0));
    }

    /// Waits until another process is ready to take over, too, and has rehearsed.
    synchronized void awaitStandby() throws IOException {
        awaitServing();
        await("nobody stands by", () -> state.standbys() > 0);
    }

    /// Kills a part's process, and waits until another one is that part.
    synchronized Death kill(String part) throws IOException {
        awaitStandby();
        Keeper.Held before = held(part);
        long atNs = System.nanoTime();
        Threads.kill(before.process(), Threads.SIGKILL);
        await(part + " does not come back", () -> {
            Keeper.Held now = held(part);
            return now.restarts() > before.restarts() && now.process() != 0;
        });
        return new Death(part, before.process(), held(part).process(), changedNs - atNs);
    }

    private Keeper.Held held(String part) {
        return state.domains().stream()
                .filter(held -> held.name().equals(part))
                .findFirst()
                .orElseThrow();
    }

    private synchronized void await(String otherwise, BooleanSupplier condition) throws IOException {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
            if (left <= 0) {
                throw new IOException(otherwise + ": " + state);
            }
            try {
                wait(left);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted");
            }
        }
    }

    @Override
    public void close() {
        keeper.end();
        try {
            keeping.join();
            keeper.close();
            Files.deleteIfExists(session);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (IOException stays) {
            throw new UncheckedIOException(stays);
        } finally {
            Descriptors.close(hosts);
            Descriptors.close(listener);
            link.close();
        }
    }
}
