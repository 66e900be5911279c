package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `netkeep capture` beside tcpdump on the other side of the link.
@Timeout(180)
class CaptureTest {
    private static final int PORT = 7;
    private static final int OCTETS = 50_000;

    @TempDir
    private Path directory;

    private Place place;
    private Daemon daemon;

    private void begin(String placement) throws Exception {
        assumeTrue(Place.has("tcpdump"), "no tcpdump");
        place = new Place(directory);
        daemon = new Daemon(place, directory.resolve("session"), placement);
        daemon.await("one stands by");
        daemon.attach("echo");
    }

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    private Place.Running capture(String... options) throws Exception {
        List<String> line = new ArrayList<>(List.of("capture"));
        line.addAll(List.of(options));
        line.addAll(List.of("--session", daemon.session.toString()));
        Place.Running capture = place.start(Place.netkeep(line));
        capture.says("capturing");
        return capture;
    }

    /// Sends octets and takes them back, some times.
    ///
    /// @return the kernel's port
    private int echo(int times) throws Exception {
        try (SocketChannel channel = place.connect(Place.OURS_4, PORT)) {
            for (int i = 0; i < times; i++) {
                Place.echo(channel, OCTETS);
            }
            return ((InetSocketAddress) channel.getLocalAddress()).getPort();
        }
    }

    /// Connects until a capture shows such a connection, both ways: what renews a wish takes a moment.
    private void awaitAnother(Place.Running capture) throws Exception {
        List<Integer> ports = new ArrayList<>();
        Place.await("the capture shows no connection", () -> {
            ports.add(echo(1));
            String said = capture.out();
            return ports.stream()
                    .anyMatch(port -> said.contains("." + port + " > ") && said.contains("." + port + ": Flags [S.]"));
        });
    }

    /// Whether both sides have closed, and either end has been acknowledged.
    private static boolean over(List<String> frames) {
        List<String> ends = frames.stream()
                .map(frame ->
                        Pattern.compile("Flags \\[F.*seq (?:\\d+:)?(\\d+),").matcher(frame))
                .filter(Matcher::find)
                .map(end -> "ack " + (Long.parseLong(end.group(1)) + 1 & 0xFFFF_FFFFL) + ",")
                .distinct()
                .toList();
        return ends.size() == 2 && ends.stream().allMatch(ack -> frames.stream().anyMatch(each -> each.contains(ack)));
    }

    /// Whether the stack has no connection any more.
    private boolean idle() throws Exception {
        Place.Said said = place.command("ss", "-Ht", "--session", daemon.session.toString());
        assertEquals(0, said.code(), said.err());
        return said.out().isBlank();
    }

    /// What tcpdump reads in a file: a line a frame.
    private List<String> read(Path file, String... filter) throws Exception {
        List<String> line = new ArrayList<>(List.of("tcpdump", "-nn", "-t", "-S", "-r", file.toString()));
        line.addAll(List.of(filter));
        Place.Said said = place.run(line.toArray(String[]::new));
        assertEquals(0, said.code(), said.err());
        // What crosses both ways at the same moment has no order.
        return said.out().lines().sorted().toList();
    }

    private static long octets(List<String> frames) {
        return frames.stream()
                .mapToLong(frame -> Long.parseLong(frame.substring(frame.lastIndexOf(' ') + 1)))
                .sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void tcpdumpOnTheOtherSideSeesTheSameFrames(String placement) throws Exception {
        begin(placement);
        Path kernel = directory.resolve("kernel.pcap");
        Path link = directory.resolve("link.pcapng");
        Path stack = directory.resolve("stack.pcapng");
        Path session = directory.resolve("session.pcapng");
        Place.Running tcpdump = place.start(List.of(
                "tcpdump",
                "-i",
                "nk-cmd",
                "--immediate-mode",
                "-U",
                "-w",
                kernel.toString(),
                "tcp",
                "port",
                "" + PORT));
        tcpdump.says("listening");
        Place.Running[] captures = {
            capture("link", "-w", link.toString(), "--port", "" + PORT),
            capture("stack", "-w", stack.toString(), "--protocol", "tcp"),
            capture("session", "-w", session.toString(), "--host", Place.KERNEL_4),
            capture("stack", "--protocol", "arp"),
        };
        echo(1);
        Place.await("the connection does not end", () -> Files.size(kernel) > 0 && over(read(kernel)) && idle());
        tcpdump.stop();
        for (Place.Running capture : captures) {
            Place.Said said = capture.stop();
            assertEquals(0, said.code(), said.err());
            assertTrue(said.err().contains(" captured, 0 dropped"), said.err());
        }
        List<String> frames = read(kernel);
        assertEquals(frames, read(link));
        assertEquals(frames, read(stack));
        // On a busy machine something is sent twice.
        assertTrue(octets(frames) >= 2 * OCTETS, frames.toString());
        assertEquals(2 * OCTETS, octets(read(session)));
        assertEquals(OCTETS, octets(read(session, "src", "host", Place.KERNEL_4)));
        assertEquals(0, read(link, "not", "port", "" + PORT).size());
        assertTrue(captures[3].out().lines().allMatch(line -> line.contains("ARP")), captures[3].out());
    }

    @Test
    void captureGoesOnWithTheSuccessor() throws Exception {
        begin("factored");
        Place.Running capture = capture("stack", "--port", "" + PORT);
        echo(1);
        for (String part : List.of("stack", "control")) {
            long dead = daemon.process(part);
            Threads.kill(dead, Threads.SIGKILL);
            daemon.awaitRestarts(part, 1);
            if (part.equals("stack")) {
                capture.says("process " + dead + " is dead");
            }
            awaitAnother(capture);
        }
        daemon.keeper.stop();
        assertEquals(1, capture.end().code());
        assertTrue(capture.err().contains("nobody keeps a stack"), capture.err());
    }

    @Test
    void captureEndsAfterItsCount() throws Exception {
        begin("monolithic");
        Place.Running capture = capture("link", "--count", "10", "--snap", "64", "--json");
        echo(1);
        Place.Said said = capture.end();
        assertEquals(0, said.code(), said.err());
        assertEquals(10, said.out().lines().count());
        assertTrue(said.err().contains("10 captured, 0 dropped"), said.err());
        assertTrue(said.out().contains("\"link\": \"nk-cmd\""), said.out());
    }

    /// The pipe is not read until all has crossed, which is more than the pipe and the region hold.
    @Test
    void whatASlowReaderMissesIsCounted() throws Exception {
        begin("monolithic");
        List<String> line = new ArrayList<>(List.of("sh", "-c", "\"$@\" | { read go < \"$0\"; tcpdump -l -nn -r -; }"));
        Path gate = directory.resolve("gate");
        place.run("mkfifo", gate.toString());
        line.add(gate.toString());
        line.addAll(Place.netkeep(List.of("capture", "link", "-w", "-", "--session", daemon.session.toString())));
        Place.Running slow = place.start(line);
        slow.says("capturing");
        echo(400);
        Files.writeString(gate, "go\n");
        awaitAnother(slow);
        daemon.keeper.stop();
        Place.Said said = slow.end();
        Matcher counts = Pattern.compile("(\\d+) captured, (\\d+) dropped").matcher(said.err());
        assertTrue(counts.find(), said.err());
        assertTrue(Long.parseLong(counts.group(2)) > 0, said.err());
        assertEquals(Long.parseLong(counts.group(1)), said.out().lines().count());
    }

    @Test
    void onlyItsOwnerCaptures() throws Exception {
        assumeTrue(Threads.effectiveUser() == 0, "root becomes somebody else");
        begin("factored");
        place.run("chmod", "-R", "a+rwX", directory.toString());
        // Whose user may read the class path wherever it lies.
        String read = "=+dac_read_search";
        List<String> line = new ArrayList<>(
                List.of("setpriv", "--reuid=65534", "--clear-groups", "--inh-caps" + read, "--ambient-caps" + read));
        line.addAll(Place.netkeep(List.of("capture", "link", "--session", daemon.session.toString())));
        Place.Said said = place.start(line).end();
        assertEquals(1, said.code());
        assertTrue(said.err().contains("only the user that started it"), said.err());
    }
}
