package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A dead client whose peer does not read: what it owes is kept, and shown, until the peer wants no more; also by a
/// successor. `DeadClientTest` in `engine` has the ten minutes after which nobody waits any more.
class OrphanTest {
    private static final int PORT = 19;
    private static final Pattern SESSION = Pattern.compile("session 0 process (\\d+) user 0: "
            + "sockets (\\d+) of \\d+, (\\S+ \\S+) touched of (\\S+ \\S+), its client is gone");
    private static final String JSON = "\"closed\": true";

    @TempDir
    private Path directory;

    private Place place;
    private Daemon up;

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    private String status(String... options) throws Exception {
        String[] all = new String[options.length + 3];
        System.arraycopy(options, 0, all, 3, options.length);
        all[0] = "status";
        all[1] = "--session";
        all[2] = up.session.toString();
        Place.Said said = place.command(all);
        assertEquals(0, said.code(), said.err());
        return said.out();
    }

    /// Its listener is gone, its connection is not, and it has no more memory than it might have.
    private void assertShown(long process) throws Exception {
        Place.await("no orphan", () -> status().contains("its client is gone"));
        Matcher shown = SESSION.matcher(status());
        assertTrue(shown.find(), status());
        assertEquals(process, Long.parseLong(shown.group(1)));
        assertEquals(1, Integer.parseInt(shown.group(2)));
        assertTrue(octets(shown.group(3)) <= octets(shown.group(4)), shown.group());
        assertTrue(status("--json").contains(JSON), status("--json"));
    }

    private static double octets(String text) {
        String[] words = text.split(" ");
        return Double.parseDouble(words[0]) * Math.pow(1024, "BKMG".indexOf(words[1].charAt(0)));
    }

    /// A user's places are all his dead programs': the next one has that of the first.
    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void whoComesNextHasItsPlace(String placement) throws Exception {
        place = new Place(directory);
        Path file = directory.resolve("netkeep.toml");
        Files.writeString(file, """
                session = "%s"
                placement = "%s"
                [[link]]
                tap = "nk-orphan"
                addresses = ["%s/24"]
                kernel-addresses = ["%s/24"]
                [limits]
                sessions = 1
                """.formatted(directory.resolve("session"), placement, Place.OURS_4, Place.KERNEL_4));
        up = new Daemon(place, directory.resolve("session"), List.of("--config", file.toString()));
        Place.Running source = up.attach("source", "--port", Integer.toString(PORT));
        try (Socket peer = place.space().call(() -> new Socket(Place.OURS_4, PORT))) {
            Place.await(
                    "it reads",
                    () -> up.sockets().stream().anyMatch(socket -> "0".equals(String.valueOf(socket.get("snd_wnd")))));
            source.kill();
            assertShown(source.pid());
            up.attach("source", "--port", Integer.toString(PORT + 1));
            assertThrows(SocketException.class, () -> peer.getInputStream().readAllBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void whoseClientIsGoneIsShownUntilItOwesNothing(String placement) throws Exception {
        place = new Place(directory);
        up = new Daemon(place, directory.resolve("session"), placement);
        Place.Running source = up.attach("source", "--port", Integer.toString(PORT));
        try (Socket peer = place.space().call(() -> new Socket(Place.OURS_4, PORT))) {
            // Its window is shut soon: nobody reads.
            Place.await(
                    "it reads",
                    () -> up.sockets().stream().anyMatch(socket -> "0".equals(String.valueOf(socket.get("snd_wnd")))));
            source.kill();
            assertShown(source.pid());
            up.kill("stack", 0, Threads.SIGKILL);
            up.awaitRestarts("stack", 1);
            assertShown(source.pid());
            assertTrue(peer.isConnected());
        }
        up.await("sessions: 0");
        assertFalse(status().contains("session 0"), status());
    }
}
