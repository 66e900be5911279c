package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A daemon that is started with a configuration file, which then changes.
@Timeout(120)
class ConfigTest {
    private static final int PORT = 7;
    private static final String OTHER = "198.18.0.77";

    @TempDir
    private Path directory;

    private Place place;
    private Path file;
    private Path session;

    @BeforeEach
    void begin() throws Exception {
        place = new Place(directory);
        file = directory.resolve("netkeep.toml");
        session = directory.resolve("session");
        write(Place.OURS_4);
    }

    @AfterEach
    void end() {
        place.close();
    }

    private void write(String... ours) throws Exception {
        List<String> addresses = new ArrayList<>();
        for (String address : ours) {
            addresses.add('"' + address + "/24\"");
        }
        Files.writeString(file, """
                session = "%s"
                [[link]]
                tap = "nk-conf"
                addresses = %s
                kernel-addresses = ["198.18.0.1/24"]
                [limits]
                sessions = 1
                """.formatted(session, addresses));
    }

    private Place.Said ours(String... line) throws Exception {
        return place.start(Place.netkeep(List.of(line))).end();
    }

    private void echoes(Socket socket, int octet) throws Exception {
        socket.getOutputStream().write(octet);
        assertEquals(octet, socket.getInputStream().read());
    }

    @Test
    void addressesComeAndGoWithoutARestart() throws Exception {
        Place.Running up = place.start(Place.netkeep(List.of("up", "--config", file.toString())));
        up.says("one stands by");
        Place.Running echo =
                place.start(Place.netkeep(List.of("echo", "--port", "7", "--session", session.toString())));
        echo.says("echo over");
        try (Socket before = place.space().call(() -> new Socket(Place.OURS_4, PORT))) {
            echoes(before, 1);
            write(Place.OURS_4, OTHER);
            Place.Said reload = ours("reload", "--session", session.toString());
            assertEquals(0, reload.code(), reload.err());
            assertEquals("added address 1 " + OTHER + "/24\n", reload.out());
            try (Socket after = place.space().call(() -> new Socket(OTHER, PORT))) {
                echoes(after, 2);
            }
            echoes(before, 3);
            write(Place.OURS_4);
            assertEquals(
                    "removed address 1 " + OTHER + "/24\n",
                    ours("reload", "--session", session.toString()).out());
            String status = ours("status", "--session", session.toString()).out();
            assertFalse(status.contains(OTHER), status);
            echoes(before, 4);
        }
        Files.writeString(file, "placement = \"factored\"\n" + Files.readString(file));
        assertEquals(
                "until it is started again, placement is monolithic\n",
                ours("reload", "--session", session.toString()).out());
        Place.Said second = ours("echo", "--port", "8", "--session", session.toString());
        assertEquals(1, second.code(), "one session, as the file says: " + second.out());
        assertEquals(0, ours("down", "--session", session.toString()).code());
        assertEquals(0, up.end().code());
    }

    @Test
    void wrongFileIsToldLineByLine() throws Exception {
        Files.writeString(file, "[[link]]\ntap = \"nk-conf\"\nadress = []\nslaac = true\n");
        String problem = file + ":3: unknown key \"adress\" in [[link]]: did you mean \"addresses\"?\n";
        Place.Said check = ours("config", "check", file.toString());
        assertEquals(1, check.code());
        assertEquals(problem, check.out());
        Place.Said up = ours("up", "--config", file.toString());
        assertEquals(2, up.code());
        assertEquals("netkeep: " + problem, up.err());
        write(Place.OURS_4);
        assertEquals(0, ours("config", "check", file.toString()).code());
        assertTrue(
                ours("up", "--config", file.toString(), "--link", "tap:x").err().contains("--config"));
    }
}
