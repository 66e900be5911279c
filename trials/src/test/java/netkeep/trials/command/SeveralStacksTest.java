package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One keeper with two stacks of different settings, each for sessions of its own.
@Timeout(180)
class SeveralStacksTest {
    private static final int OCTETS = 20_000;

    @TempDir
    private Path directory;

    private Place place;
    private Place.Running up;
    private Path first;
    private Path second;

    @BeforeEach
    void begin() throws Exception {
        place = new Place(directory);
        first = directory.resolve("first");
        second = directory.resolve("second");
        Path one = Files.writeString(directory.resolve("first.toml"), """
                placement = "factored"
                session = "%s"
                spin = 0
                [[link]]
                tap = "nk-first"
                addresses = ["198.18.0.2/24"]
                kernel-addresses = ["198.18.0.1/24"]
                [limits]
                sessions = 1
                """.formatted(first));
        Path other = Files.writeString(directory.resolve("second.toml"), """
                session = "%s"
                [[link]]
                tap = "nk-second"
                addresses = ["198.18.1.2/24"]
                kernel-addresses = ["198.18.1.1/24"]
                """.formatted(second));
        up = place.start(Place.netkeep(List.of("up", "--config", one.toString(), "--config", other.toString())));
        up.says(first + ": link: process");
        awaits(first, "state=standby");
        awaits(second, "state=standby");
    }

    @AfterEach
    void end() {
        place.close();
    }

    private String status(Path session) throws Exception {
        return place.command("status", "--session", session.toString()).out();
    }

    private static void awaits(Path session, String what) throws Exception {
        Place.await(60, what, () -> Place.asked(session, "domains").contains(what));
    }

    private Place.Running serve(Path session, String port) throws Exception {
        Place.Running echo =
                place.start(Place.netkeep(List.of("echo", "--port", port, "--session", session.toString())));
        echo.says("echo over");
        return echo;
    }

    @Test
    void eachServesItsOwnAndNoneSeesTheOthersDeath() throws Exception {
        serve(first, "7");
        serve(second, "7");
        try (SocketChannel one = place.connect("198.18.0.2", 7);
                SocketChannel other = place.connect("198.18.1.2", 7)) {
            Place.echo(one, OCTETS);
            Place.echo(other, OCTETS);
            assertTrue(status(first).startsWith("factored, "), status(first));
            assertTrue(status(second).startsWith("monolithic, "), status(second));
            Matcher stack = Pattern.compile("domain (\\d+) stack serving").matcher(status(first));
            assertTrue(stack.find(), status(first));
            Threads.kill(Long.parseLong(stack.group(1)), Threads.SIGKILL);
            Place.echo(other, OCTETS);
            Place.echo(one, OCTETS);
            awaits(first, "part=stack state=serving restarts=1");
            assertFalse(status(second).contains("restarts 1"), status(second));
            assertFalse(status(second).contains("198.18.0.2"), status(second));
        }
        // The first takes one program, and has it.
        Place.Said refused = place.command("echo", "--port", "8", "--session", first.toString());
        assertTrue(refused.code() != 0, refused.out());
        serve(second, "8");
        Place.Said down = place.command("down", "--session", second.toString());
        assertEquals(0, down.code(), down.err());
        assertEquals(0, up.end().code());
        assertFalse(Files.exists(first) || Files.exists(second));
    }
}
