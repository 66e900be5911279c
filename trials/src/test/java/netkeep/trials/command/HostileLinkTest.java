package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import netkeep.domain.Sandbox;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A daemon with two links, the first of which is hostile: [Saboteur]. It is replaced again and again, and nobody else
/// notices.
@Timeout(300)
class HostileLinkTest {
    /// How many lives of the hostile link a run takes.
    private static final int LIVES = Integer.getInteger("netkeep.saboteur.lives", Saboteur.KINDS);

    private static final int PORT = 7;
    private static final int PIECE = 1 << 16;
    private static final int DATAGRAM_MS = 20;
    private static final int LONGEST_LIFE_S = 20;

    /// What the process of a link has of shared memory, and how, by name: no session's, and nothing of the stack's that
    /// it could write.
    private static final Map<String, String> OF_A_LINK = Map.of(
            "netkeep-up.N",
            "rw-s",
            "netkeep-down.N",
            "r--s",
            "netkeep-hand.link.N",
            "rw-s",
            "netkeep-pulse.link-N",
            "rw-s",
            "netkeep-capture.I",
            "rw-s");

    @TempDir
    private Path directory;

    private Place place;
    private Place.Running up;
    private Path session;

    /// @param options of the JVMs
    private void begin(String... options) throws Exception {
        place = new Place(directory);
        session = directory.resolve("session");
        Path config = Files.writeString(directory.resolve("netkeep.toml"), """
                placement = "factored"
                session = "%s"
                [[link]]
                tap = "nk-cmd"
                addresses = ["198.18.0.2/24"]
                kernel-addresses = ["198.18.0.1/24"]
                [[link]]
                tap = "nk-two"
                addresses = ["198.18.1.2/24"]
                kernel-addresses = ["198.18.1.1/24"]
                """.formatted(session));
        List<String> line = Place.netkeep(List.of("up", "--standbys", "2", "--config", config.toString()));
        line.addAll(1, List.of(options));
        up = place.start(line);
        up.says("control: process");
        place.start(Place.netkeep(List.of("echo", "--session", session.toString())))
                .says("port");
    }

    @AfterEach
    void end() {
        place.close();
    }

    @Test
    void linkThatWritesAnythingHarmsItselfAlone() throws Exception {
        begin("-D" + Sandbox.VISITOR + "=" + Saboteur.class.getName());
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger answers = new AtomicInteger();
        Echoed neighbor = Echoed.begin(place, "198.18.1.2", PORT, PIECE);
        FutureTask<Void> victim = new FutureTask<>(() -> ask(over, answers));
        Thread.ofPlatform().daemon().start(victim);
        int before = 0;
        // Lives that nobody has seen the beginning of.
        int early = up.out().split(" life ", -1).length - 1;
        for (int life = 0; life < LIVES; life++) {
            String began = " life " + life + "\n";
            Place.await(LONGEST_LIFE_S, "never came to" + began, () -> up.out().contains(began));
            // Before that it was sane, with whatever ring the life before has left it.
            int now = answers.get();
            assertTrue(life <= early || now > before, "nothing came over the link before" + began + up.out());
            before = now;
        }
        Place.await("life has no end", () -> Daemon.restarts(up, "link 1") >= LIVES);
        over.set(true);
        int pieces = neighbor.end();
        assertTrue(pieces > LIVES, "the neighbor got on by " + pieces);
        victim.get();
        for (String part : List.of("link 2", "stack", "control")) {
            assertEquals(0, Daemon.restarts(up, part), part + " died: " + up.out() + up.err());
        }
        String told = Place.asked(session, "domains");
        assertTrue(told.matches("(?s).*cut part=link-1 pid=\\d+ reason=broke its rings: [^\n]+.*"), told);
        assertEquals(0, up.stop().code());
    }

    /// Datagrams over the first link: what comes back is counted.
    private @Nullable Void ask(AtomicBoolean over, AtomicInteger answers) throws Exception {
        try (DatagramSocket socket = place.space().call(() -> new DatagramSocket())) {
            socket.connect(new InetSocketAddress(InetAddress.getByName(Place.OURS_4), PORT));
            socket.setSoTimeout(DATAGRAM_MS);
            while (!over.get()) {
                socket.send(new DatagramPacket(new byte[1_000], 1_000));
                try {
                    socket.receive(new DatagramPacket(new byte[1_000], 1_000));
                    answers.incrementAndGet();
                } catch (SocketTimeoutException lost) {
                    // Its link is being replaced, or writes over what comes.
                }
            }
        }
        return null;
    }

    @Test
    void linkHasNoMemoryOfOthers() throws Exception {
        begin();
        for (int link = 1; link <= 2; link++) {
            long process = Daemon.process(up, "link " + link);
            Map<String, String> expected = new TreeMap<>();
            for (Map.Entry<String, String> each : OF_A_LINK.entrySet()) {
                expected.put(each.getKey().replace("N", "" + link).replace("I", "" + (link - 1)), each.getValue());
            }
            assertEquals(expected, mapped(process));
            for (String each : descriptors(process)) {
                assertTrue(expected.containsKey(each), "link " + link + " has a descriptor of " + each);
            }
        }
    }

    /// The shared memory that a process has mapped, by name, and how.
    private static Map<String, String> mapped(long process) throws IOException {
        Map<String, String> all = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("/proc/" + process + "/maps"))) {
            int name = line.indexOf("/memfd:");
            if (name >= 0) {
                all.merge(
                        name(line.substring(name)),
                        line.split(" +", -1)[1],
                        (one, other) -> one.equals(other) ? one : one + other);
            }
        }
        return all;
    }

    /// The shared memory of which a process has a descriptor.
    private static List<String> descriptors(long process) throws IOException {
        List<String> all = new ArrayList<>();
        try (DirectoryStream<Path> own = Files.newDirectoryStream(Path.of("/proc/" + process + "/fd"))) {
            for (Path each : own) {
                String to = Files.readSymbolicLink(each).toString();
                if (to.startsWith("/memfd:")) {
                    all.add(name(to));
                }
            }
        }
        return all;
    }

    private static String name(String memory) {
        return memory.substring("/memfd:".length()).split(" ", -1)[0];
    }
}
