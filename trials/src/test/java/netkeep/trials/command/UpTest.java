package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import netkeep.client.Attached;
import netkeep.domain.Line;
import netkeep.linux.Threads;
import netkeep.session.Hello;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `netkeep up`: servers of ours attached to a stack in a process of its own, which is killed under load.
class UpTest {
    private static final int PORT = 7;
    private static final int SIGSTOP = 19;
    private static final int DEATHS = 6;
    private static final int LENGTH = 48 << 20;
    private static final int PIECE = 1 << 16;

    private static final List<String> PARTS = List.of("stack", "link", "control");

    @TempDir
    private Path directory;

    private Place place;
    private Path session;

    @BeforeEach
    void begin() throws Exception {
        place = new Place(directory);
        session = directory.resolve("session");
    }

    @AfterEach
    void end() {
        place.close();
    }

    private Daemon up(String placement) throws Exception {
        return new Daemon(place, session, placement);
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void streamsOfBothDirectionsOutliveEachPart(String placement) throws Exception {
        Daemon up = up(placement);
        up.attach("echo", "--port", Integer.toString(PORT));
        List<String> parts = placement.equals("factored") ? PARTS : List.of("stack");
        streamOutlives(up, parts, Place.OURS_4, 0);
        streamOutlives(up, parts, Place.OURS_6, DEATHS / parts.size());
        assertEquals(0, up.keeper.stop().code());
    }

    /// @param before how often each of the parts has died
    private void streamOutlives(Daemon up, List<String> parts, String address, int before) throws Exception {
        byte[] sent = new byte[LENGTH];
        new SplittableRandom(1).nextBytes(sent);
        try (Socket socket = place.space().call(() -> new Socket(address, PORT))) {
            FutureTask<Void> sending = new FutureTask<>(() -> {
                for (int at = 0; at < LENGTH; at += PIECE) {
                    socket.getOutputStream().write(sent, at, PIECE);
                }
                socket.shutdownOutput();
                return null;
            });
            Thread sender = Thread.ofPlatform().start(sending);
            byte[] got = new byte[LENGTH];
            int deaths = 0;
            for (int at = 0; at < LENGTH; ) {
                if (deaths < DEATHS && at >= (long) LENGTH / (DEATHS + 1) * (deaths + 1)) {
                    up.kill(parts.get(deaths % parts.size()), before + deaths / parts.size(), Threads.SIGKILL);
                    deaths++;
                }
                int length = socket.getInputStream().read(got, at, Math.min(PIECE, LENGTH - at));
                assertTrue(length > 0, "ended after " + at);
                at += length;
            }
            sending.get(1, TimeUnit.MINUTES);
            sender.join();
            assertEquals(DEATHS, deaths);
            assertEquals(-1, socket.getInputStream().read());
            assertArrayEquals(sent, got);
        }
        for (String part : parts) {
            up.awaitRestarts(part, before + DEATHS / parts.size());
        }
    }

    @Test
    void partsAreReplacedByNewOnesUnderAStream() throws Exception {
        Daemon up = up("factored");
        up.attach("echo", "--port", Integer.toString(PORT));
        List<Long> old = new ArrayList<>();
        for (String part : PARTS) {
            old.add(up.process(part));
        }
        Echoed stream = Echoed.begin(place, Place.OURS_4, PORT, PIECE);
        Place.Said said = place.command("upgrade", "--session", session.toString(), "--json");
        stream.end();
        assertEquals(0, said.code(), said.err());
        for (int i = 0; i < PARTS.size(); i++) {
            String line = "{\"part\": \"" + PARTS.get(i) + "\", \"process\": " + old.get(i) + ", \"successor\": "
                    + up.process(PARTS.get(i)) + ", \"deaths\": 1}";
            assertTrue(said.out().lines().toList().contains(line), line + " in " + said.out());
        }
    }

    /// `./netkeep` says how many of its JVM's options are its user's. A domain has none of these: behind its walls it
    /// could not begin such a log.
    @Test
    void aLogOfTheCommandsJvmIsItsOwn() throws Exception {
        Path log = directory.resolve("jvm.log");
        List<String> own = List.of("-Dnetkeep.own=2", "-Xlog:gc*:file=" + log, "-Dits=own");
        Daemon up = new Daemon(place, session, "factored", own);
        assertTrue(Files.exists(log));
        for (String part : PARTS) {
            String line = Files.readString(Path.of("/proc/" + up.process(part) + "/cmdline"));
            assertFalse(line.contains("-Dnetkeep.own") || line.contains("-Xlog:gc") || line.contains("-Dits"), line);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void partThatHangsIsReplaced(String placement) throws Exception {
        Daemon up = up(placement);
        up.attach("echo", "--port", Integer.toString(PORT));
        try (Socket socket = place.space().call(() -> new Socket(Place.OURS_4, PORT))) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            for (String part : placement.equals("factored") ? PARTS : List.of("stack")) {
                socket.getOutputStream().write(1);
                assertEquals(1, socket.getInputStream().read());
                up.kill(part, 0, SIGSTOP);
                socket.getOutputStream().write(2);
                assertEquals(2, socket.getInputStream().read());
                up.awaitRestarts(part, 1);
            }
        }
    }

    /// Whoever comes while control is dead waits for the next one.
    @Test
    void programAttachesWhileControlDies() throws Exception {
        Daemon up = up("factored");
        for (int deaths = 0; deaths < 3; deaths++) {
            up.kill("control", deaths, Threads.SIGKILL);
            Attached.to(up.session.toString()).close();
            up.await("sessions: 0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void deadClientsConnectionEndsAndItsPlaceIsAnothers(String placement) throws Exception {
        Daemon up = up(placement);
        for (int life = 0; life < 3; life++) {
            Place.Running server = up.attach("echo", "--port", Integer.toString(PORT));
            try (Socket socket = place.space().call(() -> new Socket(Place.OURS_4, PORT))) {
                socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
                socket.getOutputStream().write(life);
                assertEquals(life, socket.getInputStream().read());
                Threads.kill(server.pid(), Threads.SIGKILL);
                assertEquals(-1, socket.getInputStream().read());
            } catch (SocketTimeoutException silent) {
                throw new AssertionError("the connection of a dead client did not end", silent);
            }
            up.await("sessions: 0");
        }
        InetSocketAddress nobody = new InetSocketAddress(Place.OURS_4, PORT);
        place.space().call(() -> {
            try (Socket socket = new Socket()) {
                assertThrows(ConnectException.class, () -> socket.connect(nobody));
            }
            return null;
        });
    }

    @Test
    void whoeverGreetsAndGoesOrSaysNothingOrNonsenseHarmsNobody() throws Exception {
        Daemon up = up("factored");
        List<Line> silent = new ArrayList<>();
        for (int guest = 0; guest < 100; guest++) {
            silent.add(Line.to(session.toString()));
            Line brief = Line.to(session.toString());
            brief.send(guest % 2 == 0 ? Hello.greeting() : new byte[] {1, 2, 3});
            brief.close();
        }
        up.attach("echo", "--port", Integer.toString(PORT));
        try (Socket socket = place.space().call(() -> new Socket(Place.OURS_4, PORT))) {
            socket.getOutputStream().write(7);
            assertEquals(7, socket.getInputStream().read());
        }
        silent.forEach(Line::close);
        for (String part : PARTS) {
            assertEquals(0, up.restarts(part), up.keeper.out());
        }
    }

    @Test
    void anotherKeepersPlaceIsNotTaken() throws Exception {
        up("monolithic");
        List<String> line = new ArrayList<>(List.of("up", "--session", session.toString()));
        line.addAll(List.of("--link", "tap:nk-other", "--address", "198.18.9.2/24"));
        Place.Said said = place.start(Place.netkeep(line)).end();
        assertEquals(2, said.code(), said.out());
        assertTrue(said.err().contains("choose another --session"), said.err());
    }

    /// Before it has touched a byte from outside.
    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void keepersEndIsTheEndOfAllItKept(String placement) throws Exception {
        Daemon up = up(placement);
        Place.Running server = up.attach("echo", "--port", Integer.toString(PORT));
        List<Long> domains = List.of(up.process("link"), up.process("stack"), up.process("control"));
        Threads.kill(up.keeper.pid(), Threads.SIGKILL);
        up.keeper.end();
        assertEquals(1, server.end().code());
        assertTrue(server.err().contains("the stack is gone"), server.err());
        for (long domain : domains) {
            ProcessHandle.of(domain)
                    .ifPresent(process ->
                            process.onExit().orTimeout(20, TimeUnit.SECONDS).join());
        }
        assertTrue(Files.exists(session));
    }
}
