package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the unit in `docs` leaves a keeper is enough, as far as that can be shown without a systemd.
class UnitTest {
    private static final String UNIT = "docs/netkeep.service";
    private static final int PORT = 7;
    private static final int ENDED = 7 << 8;

    @TempDir
    private Path directory;

    private Place place;

    @BeforeEach
    void begin() {
        place = new Place(directory);
    }

    @AfterEach
    void end() {
        place.close();
    }

    private static String setting(String name) throws IOException {
        return Files.readAllLines(Place.root().resolve(UNIT)).stream()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    /// A program with the unit's capabilities and no others.
    private Place.Running start(List<String> command) throws Exception {
        assumeTrue(Place.has("setpriv") && Threads.effectiveUser() == 0, "a unit's user is root");
        StringBuilder all = new StringBuilder("-all");
        for (String capability : setting("CapabilityBoundingSet").split(" ")) {
            all.append(",+").append(capability.substring("CAP_".length()).toLowerCase(Locale.ROOT));
        }
        List<String> line = new ArrayList<>(List.of("setpriv", "--no-new-privs", "--bounding-set", all.toString()));
        line.addAll(command);
        return place.start(line);
    }

    @Test
    void partIsReplaced() throws Exception {
        Path session = directory.resolve("session");
        List<String> line = new ArrayList<>(List.of("up", "--placement", "factored", "--session", session.toString()));
        line.addAll(Place.LINK);
        Place.Running keeper = start(Place.netkeep(line));
        keeper.says("one stands by");
        place.start(Place.netkeep(List.of("echo", "--session", session.toString(), "--port", Integer.toString(PORT))))
                .says("echo over");
        try (Socket socket = place.space().call(() -> new Socket(Place.OURS_4, PORT))) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            for (String part : List.of("link", "stack", "control")) {
                Threads.kill(Daemon.process(keeper, part), Threads.SIGKILL);
                socket.getOutputStream().write(1);
                assertEquals(1, socket.getInputStream().read());
                String again = "(?s).*\\b" + part + ": process \\d+, restarts 1;.*";
                Place.await(20, part + " is not replaced", () -> keeper.out().matches(again));
            }
        }
        assertEquals(0, keeper.stop().code());
    }

    /// Else each death is seen only when the dead one's memory has been taken down.
    @Test
    void endOfAnotherUsersProcessIsToldBeforeItIsReaped() throws Exception {
        assumeTrue(Place.has("gcc"), "no gcc");
        Place.Said said = start(List.of(place.compile("ended").toString())).end();
        assertEquals(Integer.toString(ENDED), said.out().strip(), said.err());
    }
}
