package netkeep.tools.place;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import netkeep.domain.Shared;
import netkeep.keeper.Keeper;
import netkeep.keeper.Plan;
import netkeep.linux.Descriptors;
import netkeep.linux.Memory;
import netkeep.placement.BesideRings;
import netkeep.placement.Grants;
import netkeep.placement.Recorder;
import netkeep.session.BesideTerms;
import org.jspecify.annotations.Nullable;

/// Writes a recording of each death, and a report.
///
/// What is recorded is copied to memory before the next process begins, and for one that was killed, and died of no
/// input, only so much that nobody notices. Files are written some time later, by a thread of its own: until then the
/// successor needs the core. A keeper that waits watches nobody: if the disk takes nothing, recordings are dropped.
/// Files are this user's alone. How many stay is bounded ([Shelf]).
public final class Reports implements AutoCloseable {
    private static final long LATER_MS = 200;
    private static final long PATIENCE_MS = TimeUnit.SECONDS.toMillis(10);

    /// Recordings that may wait at a time to be written.
    private static final int TRAYS = 2;

    /// How long the keeper waits in all for one of them to be written, when another part dies.
    private static final long WAIT_NS = TimeUnit.MILLISECONDS.toNanos(250);

    /// Reports that may wait.
    private static final int MOST_WAITING = 1_000;

    private static final int PAGE = 4096;

    /// What is copied to load and compile what copies, and how often.
    private static final int REHEARSED = 1 << 20;

    private static final int REHEARSALS = 50;

    /// Where a death is copied to.
    private static final class Tray {
        private final MemorySegment memory;
        private final Recorder recorder;

        private Tray(Arena arena) {
            memory = Memory.sparse(arena, Recorder.LENGTH);
            recorder = new Recorder(memory);
            touch();
        }

        /// The first touch of a page costs more than a copy to it.
        private void touch() {
            memory.asSlice(0, Recorder.FEW + PAGE).fill((byte) 0);
        }

        private void rehearse() {
            int region = Shared.make("rehearsal", REHEARSED);
            try (Arena brief = Arena.ofConfined()) {
                Shared.map(brief, Descriptors.duplicate(region), REHEARSED, true)
                        .memory()
                        .fill((byte) 1);
                Recorder.Dead nobody = new Recorder.Dead("", true, 0, "", Map.of("rehearsal", region), List.of());
                for (int i = 0; i < REHEARSALS; i++) {
                    recorder.copy(nobody, Recorder.FEW);
                }
            } catch (IOException unreadable) {
                // A death will say so.
            } finally {
                Descriptors.close(region);
            }
        }

        /// Gives back what seldom is used.
        private void rest(long used) {
            if (used > Recorder.FEW + PAGE) {
                Memory.discard(memory, Recorder.FEW + PAGE, Recorder.LENGTH - Recorder.FEW - PAGE);
            }
        }
    }

    private record Job(long atNs, Runnable work) {}

    private final Path directory;
    private final Shelf shelf;
    private final Consumer<String> complain;
    private final Arena arena = Arena.ofShared();
    private final Deque<Tray> idle = new ArrayDeque<>();
    private final Deque<Job> jobs = new ArrayDeque<>();

    /// Recordings that were dropped, of deaths without a report yet.
    private final Set<Path> dropped = new HashSet<>();

    private final Thread writer;
    private boolean hurry;

    /// Whether there are trays, and whether the keeper has waited for one in vain since a recording was written.
    private boolean ready;

    private boolean stuck;

    private boolean closed;

    /// @param own      whether the directory is to be this user's alone: another one of that name is not used
    /// @param complain hears of what cannot be written, and of what is dropped
    public Reports(Path directory, boolean own, Consumer<String> complain) {
        this.directory = directory;
        this.shelf = new Shelf(directory, own);
        this.complain = complain;
        this.writer = Thread.ofPlatform().name("netkeep-reports").daemon().start(this::write);
    }

    /// Copies what a domain has left.
    ///
    /// @param group of its files, null for none
    public void left(Keeper.Remains remains, @Nullable String group) {
        Path file = file(remains.death(), group, Shelf.RECORDING);
        Tray tray = tray();
        if (tray == null) {
            drop(file);
            return;
        }
        MemorySegment copied;
        try {
            copied = tray.recorder.copy(dead(remains), remains.ofItself() ? Recorder.MOST : Recorder.FEW);
        } catch (IOException unreadable) {
            complain.accept("no recording at " + file + ": " + unreadable.getMessage());
            back(tray, 0);
            return;
        }
        later(() -> {
            save(file, copied);
            back(tray, copied.byteSize());
        });
    }

    /// Writes a report of a death that was left.
    ///
    /// @param line of the report, by whether there is a recording
    /// @param then what is to be said when it is there, or at once if the disk takes nothing
    public void died(Keeper.Death death, @Nullable String group, Line line, Then then) {
        Path recording = file(death, group, Shelf.RECORDING);
        Path report = file(death, group, Shelf.REPORT);
        boolean without;
        boolean waits;
        boolean room;
        synchronized (this) {
            without = dropped.remove(recording);
            waits = !stuck;
            room = jobs.size() < MOST_WAITING;
        }
        if (room) {
            later(() -> {
                // What an earlier keeper left is of another death.
                String text = line.of(!without && Files.exists(recording) ? recording : null, without);
                boolean there = save(report, MemorySegment.ofArray((text + "\n").getBytes(StandardCharsets.UTF_8)));
                if (waits) {
                    then.say(there ? report : null);
                }
            });
        } else {
            complain.accept("no report at " + report + ": those of " + MOST_WAITING + " deaths are not written yet");
        }
        if (!room || !waits) {
            then.say(null);
        }
    }

    /// What is said of a death.
    public interface Then {
        /// @param report null if it is not there, or not yet
        void say(@Nullable Path report);
    }

    /// What a report says.
    public interface Line {
        /// @param recording null if there is none
        /// @param dropped   whether that is because the disk had not taken those before it
        String of(@Nullable Path recording, boolean dropped);
    }

    private void drop(Path file) {
        synchronized (this) {
            dropped.add(file);
        }
        complain.accept("no recording at " + file + ": those of " + TRAYS + " deaths before it are not written yet");
    }

    private static Recorder.Dead dead(Keeper.Remains remains) {
        // The little ones first: they find room always.
        Map<String, Integer> regions = new LinkedHashMap<>();
        for (boolean little : new boolean[] {true, false}) {
            for (int i = 0; i < remains.granted().size(); i++) {
                if (remains.plan().grants().get(i) instanceof Plan.Shared region
                        && isLittle(region.region()) == little) {
                    regions.put(region.region(), remains.granted().get(i));
                }
            }
        }
        for (int i = 0; i < remains.granted().size(); i++) {
            if (remains.plan().grants().get(i) instanceof Plan.Device device
                    && device.name().startsWith(Grants.PEER)) {
                regions.put(device.name(), remains.granted().get(i));
            }
        }
        List<Recorder.Session> sessions = new ArrayList<>();
        if (remains.plan().serves()) {
            remains.sessions().forEach((number, session) -> {
                if (BesideTerms.is(session.terms())) {
                    // Frames from a program's own stack are none of a session's requests.
                    regions.put(BesideRings.PROGRAMS, session.regions().get(Grants.CLIENT + number));
                    regions.put(BesideRings.DAEMONS, session.regions().get(Grants.STACK + number));
                } else {
                    sessions.add(new Recorder.Session(number, session.terms(), session.regions()));
                }
            });
        }
        return new Recorder.Dead(
                remains.death().cause(),
                !remains.ofItself(),
                remains.nowNs(),
                remains.plan().settings(),
                regions,
                sessions);
    }

    private static boolean isLittle(String region) {
        return region.startsWith(Grants.PULSE) || region.startsWith(Grants.HAND);
    }

    private Path file(Keeper.Death death, @Nullable String group, String kind) {
        Path own = group == null ? directory : directory.resolve(group);
        return own.resolve(death.domain().replace(' ', '-') + "-" + death.number() + kind);
    }

    /// Writes a file, from the thread that does.
    ///
    /// @return whether it is there
    private boolean save(Path file, MemorySegment octets) {
        try {
            shelf.write(file, octets);
            return true;
        } catch (IOException full) {
            complain.accept("no report at " + file + ": " + full.getMessage());
            return false;
        }
    }

    /// Where the next death is copied to, null if all that may wait does. Where the disk takes nothing, that is waited
    /// for once, and not again at each death.
    private synchronized @Nullable Tray tray() {
        long endNs = System.nanoTime() + (stuck ? 0 : WAIT_NS);
        try {
            while (idle.isEmpty() && (!ready || System.nanoTime() < endNs)) {
                hurry = true;
                notifyAll();
                // Until there are trays there is no disk to wait for.
                TimeUnit.NANOSECONDS.timedWait(this, ready ? endNs - System.nanoTime() : WAIT_NS);
            }
        } catch (InterruptedException stopped) {
            throw new IllegalStateException("interrupted", stopped);
        }
        stuck = idle.isEmpty();
        return idle.poll();
    }

    private synchronized void back(Tray tray, long used) {
        tray.rest(used);
        idle.add(tray);
        hurry = false;
        stuck = false;
        notifyAll();
    }

    private synchronized void later(Runnable work) {
        jobs.add(new Job(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LATER_MS), work));
        notifyAll();
    }

    private void write() {
        for (int i = 0; i < TRAYS; i++) {
            Tray tray = new Tray(arena);
            tray.rehearse();
            back(tray, 0);
        }
        synchronized (this) {
            ready = true;
        }
        for (Runnable job = next(); job != null; job = next()) {
            job.run();
        }
    }

    private synchronized @Nullable Runnable next() {
        try {
            Job first = jobs.peek();
            while (first == null || first.atNs > System.nanoTime() && !closed && !hurry) {
                if (first == null && closed) {
                    return null;
                }
                wait(first == null ? 0 : LATER_MS);
                first = jobs.peek();
            }
            return jobs.remove().work;
        } catch (InterruptedException stopped) {
            return null;
        }
    }

    /// Writes what waits.
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            writer.join(PATIENCE_MS);
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
        if (!writer.isAlive()) {
            arena.close();
        }
    }
}
