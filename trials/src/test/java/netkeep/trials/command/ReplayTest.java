package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import netkeep.linux.Threads;
import netkeep.ring.Ledger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each death leaves a recording, whatever its cause, and a stack's last turn can be taken again from it.
class ReplayTest {
    private static final int PORT = 9;
    private static final int STREAMS = 3;

    /// A stack may come to the end of its turn before it is dead; so many in the midst of one are enough.
    private static final int MOST_KILLS = 12;

    private static final int ENOUGH = 2;
    private static final int LOOKS = 2_000;
    private static final int SIGSTOP = 19;
    private static final int SIGCONT = 18;
    private static final Pattern FOUND =
            Pattern.compile("round (\\d+), turn (\\d+), in hand: (.*), cut off: \\d+ slots\"");

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

    private Place.Said replay(Daemon up, String death) throws Exception {
        String file = up.reports().resolve(death + ".recording").toString();
        return place.start(Place.netkeep(List.of("replay", file))).end();
    }

    /// Gives octets to the discard service until it is closed.
    private Socket stream() throws Exception {
        Socket socket = place.space().call(() -> new Socket(Place.OURS_4, PORT));
        Thread.ofPlatform().daemon().start(() -> {
            byte[] octets = new byte[1 << 18];
            try (OutputStream out = socket.getOutputStream()) {
                while (true) {
                    out.write(octets);
                }
            } catch (IOException closed) {
                // The test ends.
            }
        });
        return socket;
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void turnInWhichAStackWasKilledIsTakenAgainToTheSamePoint(String placement) throws Exception {
        Daemon up = new Daemon(place, directory.resolve("session"), placement);
        up.attach("discard", "--port", Integer.toString(PORT));
        List<Socket> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            streams.add(stream());
        }
        int inTurns = 0;
        for (int kills = 0; inTurns < ENOUGH; kills++) {
            assertTrue(kills < MOST_KILLS, "in turns: " + inTurns + " of " + kills);
            up.await("one stands by");
            killInTurn(up);
            up.awaitRestarts("stack", kills + 1);
            String death = (placement.equals("factored") ? "stack" : "link,stack,control") + "-" + (kills + 1);
            String report = up.report(death);
            Matcher found = FOUND.matcher(report);
            assertTrue(found.find(), report);
            if (report.contains("\"signal 9\"")) {
                Place.Said again = replay(up, death);
                String point = "round " + found.group(1) + ", turn " + (Long.parseLong(found.group(2)) + 1)
                        + "\nin hand: " + found.group(3);
                assertTrue(again.out().contains(point), point + " is not in " + again.out() + again.err());
                assertEquals(0, again.code(), again.out() + again.err());
                inTurns += found.group(3).equals("nothing") ? 0 : 1;
            }
            for (Socket stream : streams) {
                assertTrue(stream.isConnected() && !stream.isClosed());
            }
        }
        for (Socket stream : streams) {
            stream.close();
        }
    }

    /// Kills a stack that has something in hand: stops it again and again until it does.
    private void killInTurn(Daemon up) throws Exception {
        int process = Math.toIntExact(up.process("stack"));
        try (FileChannel ledger = FileChannel.open(ledger(up.keeper.pid()))) {
            for (int look = 0; look < LOOKS; look++) {
                Threads.kill(process, SIGSTOP);
                ByteBuffer hand = ByteBuffer.allocate(Long.BYTES);
                ledger.read(hand, Ledger.HAND);
                if (hand.getLong(0) != 0) {
                    break;
                }
                Threads.kill(process, SIGCONT);
                Thread.sleep(1);
            }
        }
        Threads.kill(process, Threads.SIGKILL);
    }

    /// The keeper's descriptor of it.
    private static Path ledger(long keeper) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + keeper + "/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.readSymbolicLink(descriptor).toString().startsWith("/memfd:netkeep-ledger")) {
                    return descriptor;
                }
            }
        }
        throw new AssertionError("the keeper has no ledger");
    }

    /// A keeper of this line's arguments, in a directory of its own for stacks.
    private Place.Running keeper(String... arguments) throws Exception {
        List<String> up = new ArrayList<>(List.of("up"));
        up.addAll(List.of(arguments));
        up.addAll(Place.LINK);
        List<String> line = new ArrayList<>(List.of("env", "XDG_RUNTIME_DIR=" + directory));
        line.addAll(Place.netkeep(up));
        Place.Running keeper = place.start(line);
        keeper.says("one stands by");
        return keeper;
    }

    /// Nobody foresees which death will have to be looked into.
    @Test
    void deathLeavesAReportThoughNobodyAskedForOne() throws Exception {
        Place.Running keeper = keeper();
        Threads.kill(Daemon.process(keeper, "stack"), Threads.SIGKILL);
        Path session = directory.resolve("netkeep").resolve("session");
        Path report = session.resolveSibling("session-reports").resolve("link,stack,control-1.json");
        keeper.says("; report: " + report);
        String said = Files.readString(report);
        assertTrue(said.contains("\"signal 9\""), said);
        String recording = report.toString().replace(".json", ".recording");
        assertTrue(said.contains("\"recording\": \"" + recording), said);
        Place.Said again = place.command("replay", recording);
        assertTrue(again.out().startsWith("stack, control: signal 9, round "), again.out());
        assertEquals(0, again.code(), again.out() + again.err());
        Place.Said status = place.command("status", "--session", session.toString());
        assertTrue(status.out().contains("\nthe last death's report: " + report + "\n"), status.out());
    }

    @Test
    void noReportIsLeftWhereNobodyWantsOne() throws Exception {
        Place.Running keeper = keeper("--reports", "");
        Threads.kill(Daemon.process(keeper, "stack"), Threads.SIGKILL);
        keeper.says("died: ");
        Place.Said ended = keeper.stop();
        assertFalse(ended.out().contains("report"), ended.out());
        assertFalse(Files.exists(directory.resolve("netkeep").resolve("session-reports")));
    }

    @Test
    void recordingOfALinkAndOfControlTellsWhatTheyWere() throws Exception {
        Daemon up = new Daemon(place, directory.resolve("session"), "factored");
        for (String part : List.of("link", "control")) {
            up.kill(part, 0, Threads.SIGKILL);
            String report = up.report(part + "-1");
            assertTrue(report.contains("\"found\": \"round "), report);
            Place.Said told = replay(up, part + "-1");
            assertTrue(told.out().matches("(?s)" + part + "( 1)?: signal 9, round \\d+\n.*"), told.out());
            assertEquals(0, told.code(), told.out() + told.err());
        }
        assertEquals(
                "rw-------",
                java.nio.file.attribute.PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(up.reports().resolve("link-1.recording"))));
    }
}
