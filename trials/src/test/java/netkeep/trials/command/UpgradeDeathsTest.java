package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Parts that die or hang while `netkeep upgrade` replaces them, and while `netkeep reload` asks them: no
/// connection is lost, all parts are of the new program and as the file says, and the upgrade says how often
/// each has died.
@Timeout(240)
class UpgradeDeathsTest {
    private static final int PORT = 7;
    private static final int PIECE = 1 << 14;
    private static final int PATIENCE_MS = 60_000;
    private static final int SIGSTOP = 19;
    private static final int ADDRESSES = 40;

    @TempDir
    private Path directory;

    private Place place;
    private Path session;
    private Path file;
    private Place.Running up;
    private final List<Echoed> streams = new ArrayList<>();

    @BeforeEach
    void begin() {
        place = new Place(directory);
        session = directory.resolve("session");
        file = directory.resolve("netkeep.toml");
    }

    @AfterEach
    void end() {
        place.close();
    }

    /// The last of the addresses are in the file or not.
    private void write(String placement, boolean more) throws IOException {
        StringBuilder addresses = new StringBuilder("\"" + Place.OURS_4 + "/24\", \"" + Place.OURS_6 + "/64\"");
        for (int number = 0; more && number < ADDRESSES; number++) {
            addresses.append(", \"").append(other(number)).append("/24\"");
        }
        Files.writeString(file, """
                placement = "%s"
                session = "%s"
                [[link]]
                tap = "nk-deaths"
                addresses = [%s]
                kernel-addresses = ["%s/24", "%s/64"]
                """.formatted(placement, session, addresses, Place.KERNEL_4, Place.KERNEL_6));
    }

    private static String other(int number) {
        return "198.18.0." + (100 + number);
    }

    private void up(String placement) throws Exception {
        write(placement, false);
        List<String> line = Place.netkeep(List.of("up", "--config", file.toString()));
        line.add(1, "-Dnetkeep.poison=true");
        up = place.start(line);
        up.says("one stands by");
        place.start(Place.netkeep(List.of("echo", "--port", Integer.toString(PORT), "--session", session.toString())))
                .says("port");
        streams.add(Echoed.begin(place, Place.OURS_4, PORT, PIECE));
        streams.add(Echoed.begin(place, Place.OURS_6, PORT, PIECE));
    }

    private void endStreams() throws Exception {
        for (Echoed stream : streams) {
            stream.end();
        }
    }

    /// Ends a part, or has it hang.
    private void harm(String part, String how) throws Exception {
        switch (how) {
            case "is killed" -> Threads.kill(Daemon.process(up, part), Threads.SIGKILL);
            case "is stopped" -> Threads.kill(Daemon.process(up, part), SIGSTOP);
            case "dies of a frame" -> frame("netkeep!");
            case "loops for ever" -> frame("netkeep?");
            default -> throw new IllegalArgumentException(how);
        }
    }

    /// To the stack, over the link.
    private void frame(String end) throws IOException {
        byte[] octets = end.getBytes(StandardCharsets.US_ASCII);
        try (DatagramSocket socket = place.space().call(() -> new DatagramSocket())) {
            InetAddress ours = InetAddress.getByName(Place.OURS_4);
            socket.send(new DatagramPacket(octets, octets.length, new InetSocketAddress(ours, PORT)));
        }
    }

    private Set<Long> processes() throws Exception {
        Set<Long> all = new TreeSet<>();
        for (String part : List.of("link", "stack", "control")) {
            all.add(Daemon.process(up, part));
        }
        return all;
    }

    /// What is harmed, and when: at the begin, or once a part is another process.
    @ParameterizedTest
    @CsvSource({
        "monolithic, stack, loops for ever, once it is another",
        "factored, control, is stopped, at once",
        "factored, stack, dies of a frame, once link is another"
    })
    void partsDieMeanwhile(String placement, String part, String how, String when) throws Exception {
        up(placement);
        Set<Long> before = processes();
        int deaths = Daemon.restarts(up, part);

        Place.Running upgrade = place.start(Place.netkeep(List.of("upgrade", "--session", session.toString())));
        if (!when.equals("at once")) {
            upgrade.says(when.contains("link") ? "link: process" : "stack");
        }
        harm(part, how);
        Place.Said said = upgrade.end(2 * PATIENCE_MS / 1000);

        assertEquals(0, said.code(), said.out() + said.err());
        Set<Long> after = processes();
        assertFalse(after.removeAll(before), "of the old program: " + after + " " + said.out());
        isTold(said.out(), part, Daemon.restarts(up, part) - deaths);
        endStreams();
    }

    /// The upgrade's deaths of a part are those that it says, unless the harm came behind it.
    private static void isTold(String out, String part, int died) {
        Matcher line = Pattern.compile("(?m)^\\S*" + part + "\\S*: process \\d+ is now \\d+(?:, after (\\d+) deaths)?$")
                .matcher(out);
        assertTrue(line.find(), out);
        int told = line.group(1) == null ? 1 : Integer.parseInt(line.group(1));
        assertTrue(told == died || told == died - 1, died + " deaths of " + part + ": " + out);
    }

    /// Each question of a reload is asked of a stack that may die over it.
    @ParameterizedTest
    @ValueSource(strings = {"is stopped", "loops for ever"})
    void reloadIsWhole(String how) throws Exception {
        up("factored");
        write("factored", true);

        Place.Running reload = place.start(Place.netkeep(List.of("reload", "--session", session.toString())));
        Place.await("no address is there", () -> Place.asked(session, "status").contains(other(0) + "/"));
        harm("stack", how);
        Place.Said said = reload.end();

        assertEquals(0, said.code(), said.out() + said.err());
        String status = Place.asked(session, "status");
        for (int number = 0; number < ADDRESSES; number++) {
            assertTrue(status.contains(" address=" + other(number) + "/24 "), other(number) + " is not in " + status);
        }
        Place.await("the stack has not died: " + up.out(), () -> Daemon.restarts(up, "stack") == 1);
        endStreams();
    }
}
