package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Errno;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A client in C, written from `docs/session.md`: streams that it opens and accepts, over the death of their stack.
class SessionInCTest {
    private static final int PORT = 7001;
    private static final int OWN_PORT = 7002;
    private static final int LENGTH = 24 << 20;
    private static final int PIECE = 1 << 16;
    private static final int PAUSE_MS = 100;

    private static final String[] SANITIZERS = {"-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"};

    @TempDir
    private Path directory;

    private Place place;
    private Place.Running up;

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    @Test
    void clientThatWasWrittenFromTheDocumentationWorks() throws Exception {
        assumeTrue(Place.has("gcc"), "no gcc");
        place = new Place(directory);
        Path program = place.compile("attached", SANITIZERS);
        Path session = directory.resolve("session");
        List<String> line = new ArrayList<>(List.of("up", "--session", session.toString()));
        line.addAll(Place.LINK);
        up = place.start(Place.netkeep(line));
        up.says("one stands by");
        Place.Running client;
        try (ServerSocket listener =
                place.space().call(() -> new ServerSocket(PORT, 1, InetAddress.getByName(Place.KERNEL_4)))) {
            listener.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            client = place.start(List.of(
                    program.toString(),
                    session.toString(),
                    Place.KERNEL_4,
                    Integer.toString(PORT),
                    Integer.toString(OWN_PORT),
                    Integer.toString(LENGTH)));
            try (Socket socket = listener.accept()) {
                bothWays(socket, 1, true);
            }
        }
        client.says("listening");
        try (Socket socket = place.space().call(() -> new Socket(Place.OURS_4, OWN_PORT))) {
            bothWays(socket, 3, false);
        }
        Place.Said said = client.end();
        assertEquals(0, said.code(), said.err());
        assertTrue(said.out().contains("accepted stream is done"), said.out());
        long woken = Long.parseLong(said.out().strip().replaceAll("(?s).*woken ", ""));
        assertTrue(woken > 0, said.out());
        up.says("restarts 1");
        up.says("restarts 1; one stands by; sessions: 0");
        assertEquals(0, up.stop().code());
    }

    /// The stack looks at what it is told of: where there is no room to tell it, nothing is begun.
    @Test
    void nothingIsBegunWithoutRoomForItsRequest() throws Exception {
        assumeTrue(Place.has("gcc"), "no gcc");
        place = new Place(directory);
        Place.Said said = place.run(place.compile("full", SANITIZERS).toString());
        assertEquals(
                "0 of 3 0 of 2 0 of 1 0 of 0 asked %1$d, sent %1$d, hint %1$d, received %2$d\n"
                        .formatted(-Errno.EAGAIN, -Errno.ENOBUFS),
                said.out());
        assertEquals("", said.err());
    }

    /// The kernel's side of a stream, checked; with a pause, in which the client sleeps, and with a death.
    private void bothWays(Socket socket, int seed, boolean death) throws Exception {
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
        FutureTask<Void> sending = new FutureTask<>(() -> {
            for (int at = 0; at < LENGTH; at += PIECE) {
                if (at == LENGTH / 2) {
                    Thread.sleep(PAUSE_MS);
                }
                socket.getOutputStream().write(octets(at, seed + 1));
            }
            socket.shutdownOutput();
            return null;
        });
        Thread sender = Thread.ofPlatform().start(sending);
        for (int at = 0; at < LENGTH; at += PIECE) {
            if (death && at == LENGTH / 4) {
                Threads.kill(Daemon.process(up, "stack"), Threads.SIGKILL);
            }
            byte[] got = socket.getInputStream().readNBytes(PIECE);
            assertArrayEquals(octets(at, seed), got, "from " + at);
        }
        assertEquals(-1, socket.getInputStream().read());
        sending.get(1, TimeUnit.MINUTES);
        sender.join();
    }

    private static byte[] octets(long from, int seed) {
        byte[] octets = new byte[PIECE];
        for (int i = 0; i < PIECE; i++) {
            octets[i] = (byte) ((from + i) * 2654435761L >>> 24 ^ seed);
        }
        return octets;
    }
}
