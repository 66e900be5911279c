package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that are killed at random moments: in the end the daemon has what it had, and their peers know.
///
/// `-Dnetkeep.victims=2500` for more of them, `-Dnetkeep.placement=factored` for the other placement,
/// `-Dnetkeep.seed=N` for others.
class VictimsTest {
    /// Two that die in the middle of each kind of work, and as many others.
    private static final int FEW = 76;
    private static final int VICTIMS = Integer.getInteger("netkeep.victims", FEW);
    private static final String PLACEMENT = System.getProperty("netkeep.placement", "monolithic");
    private static final int SEED = Integer.getInteger("netkeep.seed", 1);

    /// Before what there is counts as what there was: tables and buffers have grown by then.
    private static final int WARMING = Math.max(VICTIMS, 30);

    private static final int AT_ONCE = 12;
    private static final int LIFE_US = 60_000;

    /// How many die in a second at least.
    private static final int A_SECOND = 20;

    private static final int KERNEL_PORT = 7004;
    private static final int OWN_PORT = 9000;
    private static final int PATIENCE_MS = 30_000;
    private static final int CONNECT_MS = 2_000;
    private static final int PEERS = 8;
    private static final int ROUNDS = 3;
    private static final int SOON_MS = 1_000;
    private static final int PIECE = 1 << 15;

    /// Some died in the middle of each kind of work, from the first on that can be chosen.
    private static final String EACH = ".* open [1-9](?!.* 0( |$)).*";

    /// Of the JVMs: what is garbage is soon taken away, so that what grows is not.
    private static final List<String> SMALL = List.of("-Xms24m", "-Xmn8m");

    /// What the JVMs may have grown by, code and all; a session's regions are beside it.
    private static final long GROWN = 24L << 20;

    @TempDir
    private Path directory;

    private Place place;
    private Daemon up;
    private Path program;
    private final AtomicBoolean over = new AtomicBoolean();

    /// Connections of the kernel's side that have not ended, and all there were.
    private final AtomicInteger open = new AtomicInteger();

    private final AtomicInteger all = new AtomicInteger();

    /// Those of them of which nothing more was heard.
    private final Queue<String> silent = new ConcurrentLinkedQueue<>();

    @AfterEach
    void end() {
        over.set(true);
        if (place != null) {
            place.close();
        }
    }

    /// What a process holds.
    ///
    /// @param descriptors how many
    /// @param regions     descriptors or mappings of memory that is shared with a session
    /// @param memory      octets of its own
    private record Holdings(long descriptors, long regions, long memory) {
        private static Holdings of(long process) throws IOException {
            Path proc = Path.of("/proc", Long.toString(process));
            long descriptors = 0;
            long regions = 0;
            try (DirectoryStream<Path> links = Files.newDirectoryStream(proc.resolve("fd"))) {
                for (Path link : links) {
                    regions += sessions(Files.readSymbolicLink(link).toString());
                    descriptors++;
                }
            } catch (NoSuchFileException closed) {
                return of(process);
            }
            for (String line : Files.readAllLines(proc.resolve("maps"))) {
                regions += sessions(line);
            }
            String rss = Files.readAllLines(proc.resolve("status")).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .findFirst()
                    .orElse("0");
            return new Holdings(descriptors, regions, Long.parseLong(rss.replaceAll("[^0-9]", "")) << 10);
        }

        private static int sessions(String name) {
            return name.contains("memfd:netkeep-client-") || name.contains("memfd:netkeep-stack-") ? 1 : 0;
        }
    }

    private List<Holdings> holdings() throws Exception {
        List<Holdings> all = new ArrayList<>(List.of(Holdings.of(up.keeper.pid())));
        for (String part : List.of("link", "stack", "control")) {
            all.add(Holdings.of(up.process(part)));
        }
        return all;
    }

    private String die(int count, int seed) throws Exception {
        Place.Running dying = place.start(List.of(
                program.toString(),
                up.session.toString(),
                Place.KERNEL_4,
                Integer.toString(KERNEL_PORT),
                Integer.toString(OWN_PORT),
                Integer.toString(count),
                Integer.toString(AT_ONCE),
                Integer.toString(LIFE_US),
                Integer.toString(seed)));
        Place.Said said = dying.end(TimeUnit.MILLISECONDS.toSeconds(PATIENCE_MS) + count / A_SECOND);
        assertEquals(0, said.code(), said.err());
        return said.out().strip();
    }

    /// Reads and answers until the other side has ended, however it ends; a side that says nothing for long is missed.
    private void serve(Socket socket) {
        all.incrementAndGet();
        open.incrementAndGet();
        try (socket) {
            socket.setSoTimeout(PATIENCE_MS);
            byte[] piece = new byte[PIECE];
            for (int got = read(socket, piece); got >= 0; got = read(socket, piece)) {
                socket.getOutputStream().write(piece, 0, got);
            }
        } catch (SocketTimeoutException nothing) {
            return; // counted as open for ever
        } catch (IOException reset) {
            // That is an end, too.
        }
        open.decrementAndGet();
    }

    /// As of its stream; of whom nothing is heard for long it notes what the kernel says of him.
    private int read(Socket from, byte[] piece) throws IOException {
        try {
            return from.getInputStream().read(piece);
        } catch (SocketTimeoutException nothing) {
            String which = "( sport = :" + from.getLocalPort() + " and dport = :" + from.getPort() + " )";
            silent.add(from + ": " + kernel("ss", "-tinomHO", which));
            throw nothing;
        }
    }

    /// What a command says of the kernel's side.
    private String kernel(String... command) throws IOException {
        Process process = place.space().start(new ProcessBuilder(command).redirectErrorStream(true));
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /// The kernel's programs connect to whoever listens.
    private void visit() {
        SplittableRandom luck = new SplittableRandom(SEED);
        while (!over.get()) {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(Place.OURS_4, OWN_PORT + luck.nextInt(AT_ONCE)), CONNECT_MS);
                socket.getOutputStream().write(new byte[luck.nextInt(1, PIECE)]);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException refused) {
                // Nobody listens there now.
            }
            Thread.onSpinWait();
        }
    }

    private static void accept(ServerSocket listener, VictimsTest to) {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> to.serve(socket));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void settle() throws Exception {
        up.await("sessions: 0");
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
        while (open.get() != 0) {
            if (System.nanoTime() > endNs) {
                String session = up.session.toString();
                throw new AssertionError(open + " connections of the dead are open: " + silent + "\n" + sockets()
                        + place.command("nstat", "--session", session).out()
                        + place.command("status", "--json", "--session", session)
                                .out()
                        + kernel("nstat", "-as") + kernel("ip", "-s", "-s", "link")
                        + kernel("ss", "-tinomHO", "state", "connected"));
            }
            Thread.sleep(10);
        }
    }

    private String sockets() throws Exception {
        Place.Said said = place.command("ss", "-a", "--session", up.session.toString());
        assertEquals(0, said.code(), said.err());
        return said.out()
                .lines()
                .filter(line -> !line.contains("TIME-WAIT"))
                .reduce("", (one, other) -> one + other + "\n");
    }

    @Test
    void whatTheDeadHadIsBack() throws Exception {
        assumeTrue(Place.has("gcc"), "no gcc");
        place = new Place(directory);
        up = new Daemon(place, directory.resolve("session"), PLACEMENT, SMALL);
        program = place.compile("victims");
        try (ServerSocket listener =
                place.space().call(() -> new ServerSocket(KERNEL_PORT, 64, InetAddress.getByName(Place.KERNEL_4)))) {
            Thread.ofPlatform().start(() -> accept(listener, this));
            FutureTask<Void> visits = new FutureTask<>(() -> place.space().run(this::visit), null);
            Thread visiting = Thread.ofPlatform().start(visits);
            up.await("one stands by");
            die(WARMING, SEED);
            settle();
            String socketsBefore = sockets();
            List<Holdings> before = holdings();
            String died = die(VICTIMS, SEED + WARMING);
            assertTrue(died.matches(EACH), died);
            over.set(true);
            visiting.join();
            settle();
            List<Holdings> after = holdings();
            if (VICTIMS > FEW) {
                System.out.println(
                        PLACEMENT + ": " + died + "; connections " + all + "; before " + before + "; after " + after);
            }
            for (int i = 0; i < before.size(); i++) {
                assertEquals(
                        before.get(i).descriptors(),
                        after.get(i).descriptors(),
                        "before " + before + ", after " + after);
                assertEquals(0, after.get(i).regions(), "after " + after);
                assertTrue(
                        after.get(i).memory() < before.get(i).memory() + GROWN,
                        "before " + before + ", after " + after);
            }
            assertEquals(socketsBefore, sockets());
            assertTrue(all.get() > VICTIMS / 10, "connections " + all);
            for (String part : List.of("link", "stack", "control")) {
                assertEquals(0, up.restarts(part), up.keeper.out());
            }
        }
    }

    private List<Long> descriptors() throws Exception {
        return holdings().stream().map(Holdings::descriptors).toList();
    }

    private boolean back(List<Long> before) throws Exception {
        return descriptors().equals(before)
                && holdings().stream().allMatch(each -> each.regions() == 0)
                && open.get() == 0;
    }

    /// A program that is killed while its peers send and read.
    ///
    /// @return ms until all that it had was back
    private long killed(List<Long> before) throws Exception {
        Place.Running program = up.attach("echo", "--port", Integer.toString(OWN_PORT));
        for (int i = 0; i < PEERS; i++) {
            Socket socket = place.space().call(() -> new Socket(Place.OURS_4, OWN_PORT));
            socket.getOutputStream().write(new byte[PIECE]);
            Thread.ofVirtual().start(() -> serve(socket));
        }
        Place.await("the peers do not come", () -> open.get() == PEERS);
        assertFalse(back(before));
        long beganNs = System.nanoTime();
        program.kill();
        if (!before.isEmpty()) {
            Place.await("not back: " + holdings(), () -> back(before));
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
    }

    /// Where its peers read. Regions that nobody has any more are memory that nobody has.
    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void whatOneHadIsBackWithinASecond(String placement) throws Exception {
        place = new Place(directory);
        up = new Daemon(place, directory.resolve("session"), placement);
        up.await("one stands by");
        // Whoever serves for the first time opens files for himself.
        killed(List.of());
        settle();
        List<Long> before = descriptors();
        for (int round = 0; round < ROUNDS; round++) {
            long tookMs = killed(before);
            assertTrue(tookMs < SOON_MS, tookMs + " ms in round " + round);
        }
    }
}
