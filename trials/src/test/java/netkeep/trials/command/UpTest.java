package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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

    @TempDir
    private Path directory;

    private Place place;
    private Place.Running up;
    private Path session;

    @BeforeEach
    void begin() throws Exception {
        place = new Place(directory);
        session = directory.resolve("session");
        List<String> line = new ArrayList<>(List.of("up", "--session", session.toString()));
        line.addAll(Place.LINK);
        up = place.start(Place.netkeep(line));
        up.says("one stands by");
    }

    @AfterEach
    void end() {
        place.close();
    }

    private Place.Running attach(String... command) throws Exception {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of("--session", session.toString()));
        Place.Running server = place.start(Place.netkeep(line));
        server.says("port");
        return server;
    }

    /// The process that serves, by what the keeper said last.
    private long serving() throws IOException {
        List<String> lines =
                up.out().lines().filter(line -> line.startsWith("process ")).toList();
        return Long.parseLong(lines.getLast().split(" ")[1]);
    }

    /// Kills whoever serves, once another stands by.
    private void kill(int death) throws Exception {
        up.says("restarts " + death + ", one stands by");
        Threads.kill(serving(), Threads.SIGKILL);
    }

    @ParameterizedTest
    @ValueSource(strings = {Place.OURS_4, Place.OURS_6})
    void streamsOfBothDirectionsOutliveTheirStack(String address) throws Exception {
        attach("echo", "--port", Integer.toString(PORT));
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
                    kill(deaths++);
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
        up.says("restarts " + DEATHS);
        assertEquals(0, up.stop().code());
    }

    @Test
    void stackThatHangsIsReplaced() throws Exception {
        attach("echo", "--port", Integer.toString(PORT));
        try (Socket socket = place.space().call(() -> new Socket(Place.OURS_4, PORT))) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            for (int hangs = 1; hangs <= 2; hangs++) {
                socket.getOutputStream().write(hangs);
                assertEquals(hangs, socket.getInputStream().read());
                up.says("restarts " + (hangs - 1) + ", one stands by");
                Threads.kill(serving(), SIGSTOP);
                socket.getOutputStream().write(100 + hangs);
                assertEquals(100 + hangs, socket.getInputStream().read());
                up.says("restarts " + hangs);
            }
        }
    }

    @Test
    void deadClientsConnectionEndsAndItsPlaceIsAnothers() throws Exception {
        for (int life = 0; life < 3; life++) {
            Place.Running server = attach("echo", "--port", Integer.toString(PORT));
            try (Socket socket = place.space().call(() -> new Socket(Place.OURS_4, PORT))) {
                socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
                socket.getOutputStream().write(life);
                assertEquals(life, socket.getInputStream().read());
                Threads.kill(server.pid(), Threads.SIGKILL);
                assertEquals(-1, socket.getInputStream().read());
            } catch (SocketTimeoutException silent) {
                throw new AssertionError("the connection of a dead client did not end", silent);
            }
            up.says("serves 0 sessions");
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
        List<Line> silent = new ArrayList<>();
        for (int guest = 0; guest < 40; guest++) {
            silent.add(Line.to(session.toString()));
            Line brief = Line.to(session.toString());
            brief.send(guest % 2 == 0 ? Hello.greeting() : new byte[] {1, 2, 3});
            brief.close();
        }
        attach("echo", "--port", Integer.toString(PORT));
        try (Socket socket = place.space().call(() -> new Socket(Place.OURS_4, PORT))) {
            socket.getOutputStream().write(7);
            assertEquals(7, socket.getInputStream().read());
        }
        silent.forEach(Line::close);
        assertTrue(up.out().lines().noneMatch(line -> line.contains("restarts 1")), up.out());
    }

    @Test
    void anotherKeepersPlaceIsNotTaken() throws Exception {
        List<String> line = new ArrayList<>(List.of("up", "--session", session.toString()));
        line.addAll(List.of("--link", "tap:nk-other", "--address", "198.18.9.2/24"));
        Place.Said said = place.start(Place.netkeep(line)).end();
        assertEquals(2, said.code(), said.out());
        assertTrue(said.err().contains("choose another --session"), said.err());
    }

    @Test
    void keepersEndIsTheEndOfAllItKept() throws Exception {
        Place.Running server = attach("echo", "--port", Integer.toString(PORT));
        long domain = serving();
        Threads.kill(up.pid(), Threads.SIGKILL);
        up.end();
        assertEquals(1, server.end().code());
        assertTrue(server.err().contains("the stack is gone"), server.err());
        ProcessHandle.of(domain)
                .ifPresent(process ->
                        process.onExit().orTimeout(20, TimeUnit.SECONDS).join());
        assertTrue(Files.exists(session));
    }
}
