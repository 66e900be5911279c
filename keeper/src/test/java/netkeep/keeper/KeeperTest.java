package netkeep.keeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import netkeep.domain.Pulse;
import netkeep.linux.Errno;
import netkeep.linux.LinuxException;
import netkeep.linux.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Domains that do wrong, each once: they are killed and replaced, and the keeper goes on.
class KeeperTest {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(100);
    private static final long READY_NS = TimeUnit.SECONDS.toNanos(100);
    private static final long SOON_NS = TimeUnit.SECONDS.toNanos(5);

    /// What a domain does, and what its death is said to be of.
    private static final Map<String, String> WRONGS = new TreeMap<>(Map.ofEntries(
            Map.entry("loop", "hung, in an endless loop"),
            Map.entry("mute", "hung, without a sign of life"),
            Map.entry("stop", "hung, stopped by a signal"),
            Map.entry("exit", "exit code 3"),
            Map.entry("kind", "said what it may not: a word of kind ? about 0"),
            Map.entry("short", "said what it may not: a word of 3 octets"),
            Map.entry("warm", "said what it may not: a word of kind h about 0"),
            Map.entry("report", "said what it may not: a word of kind d about 0"),
            Map.entry("others", "said what it may not: a word of kind o about 0"),
            Map.entry("descriptor", "said what it may not: a word of kind t about 0"),
            Map.entry("negative", "said what it may not: session -1"),
            Map.entry("many", "said what it may not: session 1048576"),
            Map.entry("two", "said what it may not: a word of kind w about 0"),
            Map.entry("device", "said what it may not: getsockopt 1 17: errno 88"),
            Map.entry("lacking", "exit code 3"),
            Map.entry("none", "said what it may not: a word of kind w about 0"),
            Map.entry("flood", "said what it may not: a flood of words")));

    @TempDir
    private Path directory;

    /// Sees what a keeper says, and keeps it in a thread of its own.
    private static final class Kept implements Keeper.Watcher, AutoCloseable {
        private final Map<String, Keeper.Death> deaths = new TreeMap<>();
        private final Set<String> killed = new TreeSet<>();
        private Keeper.State state = new Keeper.State(List.of(), 0, 0);
        private final Keeper keeper;
        private final Thread thread;

        private Kept(Plan plan) {
            keeper = new Keeper(plan, this);
            thread = Thread.ofPlatform().start(keeper::run);
        }

        @Override
        public synchronized void changed(Keeper.State now) {
            state = now;
            notifyAll();
        }

        @Override
        public synchronized void died(Keeper.Death death) {
            deaths.put(death.domain(), death);
            notifyAll();
        }

        @Override
        public synchronized void left(Keeper.Remains remains) {
            if (!remains.ofItself()) {
                killed.add(remains.death().domain());
            }
        }

        private synchronized void await(BooleanSupplier condition) throws InterruptedException {
            long endNs = System.nanoTime() + PATIENCE_NS;
            while (!condition.getAsBoolean()) {
                long leftNs = endNs - System.nanoTime();
                assertTrue(leftNs > 0 && thread.isAlive(), state + ", " + deaths);
                TimeUnit.NANOSECONDS.timedWait(this, leftNs);
            }
        }

        private boolean all() {
            return !state.domains().isEmpty() && state.domains().stream().allMatch(held -> held.process() != 0);
        }

        @Override
        public void close() throws InterruptedException {
            keeper.end();
            thread.join();
            keeper.close();
        }
    }

    private List<String> line(String wrong) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Liar.class.getName(),
                directory.toString(),
                wrong);
    }

    private static Plan plan(List<String> line, Iterable<String> wrongs, int standbys, long readyNs) {
        List<Plan.Domain> domains = new ArrayList<>();
        for (String wrong : wrongs) {
            Plan.Grant pulse = new Plan.Shared("pulse." + wrong, Pulse.LENGTH, true);
            List<Plan.Sign> signs = List.of(new Plan.Sign(pulse.name(), Pulse.ROUNDS));
            boolean serves = List.of("descriptor", "flood").contains(wrong);
            boolean admits = List.of("negative", "many", "two", "device", "none", "lacking", "told")
                    .contains(wrong);
            domains.add(new Plan.Domain(wrong, wrong, List.of(pulse), signs, serves, admits));
        }
        Plan.Sessions sessions = new Plan.Sessions(4, (user, what) -> {
            if (what.equals(Liar.TOO_MUCH)) {
                throw new LinuxException("memfd_create", Errno.EMFILE, "");
            }
            return new Plan.Terms(List.of(1L << 12, 1L << 12), "", List.of());
        });
        return new Plan("", line, domains, standbys, sessions, readyNs);
    }

    @Test
    void whoDoesWrongIsReplaced() throws Exception {
        try (Kept kept = new Kept(plan(line(""), WRONGS.keySet(), 1, READY_NS))) {
            kept.await(() -> kept.deaths.size() == WRONGS.size() && kept.all() && kept.state.standbys() == 1);
            Map<String, String> causes = new TreeMap<>();
            for (Keeper.Death death : kept.deaths.values()) {
                causes.put(death.domain(), death.cause());
                assertEquals(1, death.number(), death.toString());
                assertEquals("found  [2Jnothing", death.found());
            }
            assertEquals(WRONGS, causes);
            // What it had in hand is not to blame for what others did.
            assertEquals(Set.of("stop"), kept.killed);
            for (Keeper.Held held : kept.state.domains()) {
                assertEquals(1, held.restarts(), held.name());
            }
            assertEquals(0, kept.state.sessions());
        }
    }

    /// Before it was told what to be.
    @ParameterizedTest
    @ValueSource(strings = {"mute", "stop", "loop", "thread", "short", "flood", "exit", "layouts", "build"})
    void standbyThatDoesWrongIsReplaced(String wrong) throws Exception {
        long readyNs = List.of("mute", "loop").contains(wrong) ? SOON_NS : READY_NS;
        try (Kept kept = new Kept(plan(line(wrong), List.of("good"), 1, readyNs))) {
            // With the one that does wrong there would be one, and nobody to stand by.
            kept.await(() -> kept.all() && kept.state.standbys() == 1);
            assertEquals(Map.of(), kept.deaths);
        }
    }

    /// One ends when it hears of two, and would wait for ever if only the first were told of.
    @Test
    void controlIsToldOfEachThatStandsBy() throws Exception {
        try (Kept kept = new Kept(plan(line(""), List.of("told"), 2, READY_NS))) {
            kept.await(() -> kept.deaths.containsKey("told"));
            assertEquals("exit code 3", kept.deaths.get("told").cause());
        }
    }

    /// Of those that stand by one rehearses at a time.
    @Test
    void oneRehearsesAtATime() throws Exception {
        try (Kept kept = new Kept(plan(line(Liar.TELLING), List.of("good"), 3, READY_NS))) {
            kept.await(() -> kept.all() && kept.state.standbys() == 3);
            List<String> lines = Files.readAllLines(directory.resolve(Liar.TELLING));
            assertEquals(List.of("begins", "ends", "begins", "ends", "begins", "ends"), lines);
        }
    }

    @Test
    void whoIsKilledWithNobodyToStandByIsReplaced() throws Exception {
        try (Kept kept = new Kept(plan(line(""), List.of("good"), 0, READY_NS))) {
            kept.await(kept::all);
            Threads.kill(kept.state.domains().getFirst().process(), Threads.SIGKILL);
            kept.await(() -> kept.all() && kept.deaths.containsKey("good"));
            assertEquals("signal 9", kept.deaths.get("good").cause());
        }
    }

    @Test
    void processThatCannotBeStartedIsTriedAgain() throws Exception {
        List<String> good = line("");
        List<String> first = new AbstractList<>() {
            private boolean tried;

            @Override
            public String get(int index) {
                return good.get(index);
            }

            @Override
            public int size() {
                return good.size();
            }

            @Override
            public Object[] toArray() {
                Object[] line = super.toArray();
                if (!tried) {
                    // More than the kernel takes.
                    line[line.length - 1] = "x".repeat(1 << 20);
                    tried = true;
                }
                return line;
            }
        };
        try (Kept kept = new Kept(plan(first, List.of("good"), 1, READY_NS))) {
            kept.await(() -> kept.all() && kept.state.standbys() == 1);
        }
    }
}
