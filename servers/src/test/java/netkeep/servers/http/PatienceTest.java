package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import netkeep.servers.loop.Time;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How long the server waits for whom, how many it serves, and how it ends. The system's clock runs in these: each
/// wait has a deadline, and none is for nothing to happen but the one that says so.
@Timeout(60)
class PatienceTest {
    private static final long SOON_NS = MILLISECONDS.toNanos(300);
    private static final byte[] BIG = new byte[12_000_000];
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    static {
        Seeds.luck(9).nextBytes(BIG);
    }

    @TempDir
    Path root;

    @BeforeEach
    void begin() {
        Served.file(root, "index.html", Served.octets("index"));
        Served.file(root, "big", BIG);
    }

    private Served serve(UnaryOperator<HttpSettings> change) throws IOException {
        return new Served(root, change, Time.SYSTEM, LOOPBACK);
    }

    @Rfc("9112 9.5 idle connections")
    @Test
    void restingConnectionIsClosed() throws IOException {
        try (Served served = serve(settings -> settings.withPatience(HttpPatience.DEFAULT.withIdleNs(SOON_NS)));
                Socket socket = served.connect()) {
            socket.getOutputStream().write(Served.octets("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
            assertEquals("index", Served.read(socket.getInputStream(), true).text());
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void silentConnectionIsClosed() throws IOException {
        try (Served served = serve(settings -> settings.withPatience(HttpPatience.DEFAULT.withIdleNs(SOON_NS)));
                Socket socket = served.connect()) {
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Rfc("9110 15.5.9 slow request")
    @Test
    void slowHeadIsRefused() throws IOException {
        try (Served served = serve(settings -> settings.withPatience(HttpPatience.DEFAULT.withHeadNs(SOON_NS)));
                Socket socket = served.connect()) {
            socket.getOutputStream().write(Served.octets("GET / HTTP/1.1\r\nHo"));
            InputStream in = socket.getInputStream();
            assertEquals(408, Served.read(in, true).status());
            assertEquals(-1, in.read());
        }
    }

    /// One octet after the other does not make it young again.
    @Test
    void headThatDripsIsRefused() throws IOException {
        try (Served served = serve(settings -> settings.withPatience(HttpPatience.DEFAULT.withHeadNs(SOON_NS)));
                Socket socket = served.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(Served.octets("GET / HTTP/1.1\r\n"));
            socket.setSoTimeout(10);
            int octet = 0;
            for (int i = 0; i < 90 * 6 && octet == 0; i++) {
                out.write(Served.octets("X: y\r\n".substring(i % 6, i % 6 + 1)));
                try {
                    octet = socket.getInputStream().read();
                } catch (SocketTimeoutException nothingYet) {
                    // As it should be for a while.
                }
            }
            assertEquals('H', octet);
            socket.setSoTimeout(Served.DEADLINE_MS);
            assertEquals("TTP/1.1 408", new String(socket.getInputStream().readNBytes(11), ISO_8859_1));
        }
    }

    @Test
    void fullServerTakesTheNextWhenOneGoes() throws IOException {
        try (Served served = serve(settings -> settings.withLimits(HttpLimits.DEFAULT.withConnections(2)));
                Socket one = served.connect();
                Socket two = served.connect();
                Socket three = served.connect()) {
            for (Socket socket : new Socket[] {one, two, three}) {
                socket.getOutputStream().write(Served.octets("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
            }
            assertEquals("index", Served.read(one.getInputStream(), true).text());
            assertEquals("index", Served.read(two.getInputStream(), true).text());
            three.setSoTimeout(100);
            assertThrows(
                    SocketTimeoutException.class, () -> three.getInputStream().read());
            one.close();
            three.setSoTimeout(Served.DEADLINE_MS);
            assertEquals("index", Served.read(three.getInputStream(), true).text());
        }
    }

    /// Who does not read costs a small buffer, not the file; and gets the right octets when he reads at last.
    @Test
    void slowReadersCostLittle() throws IOException {
        int readers = 40;
        // What the channel does not take is laid down again later: with a chunk kept for each there would be 10 MB.
        HttpLimits scarce = HttpLimits.DEFAULT.withBufferBytes(1 << 20);
        try (Served served = serve(settings -> settings.withLimits(scarce))) {
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < readers; i++) {
                    Socket socket = served.connect();
                    sockets.add(socket);
                    socket.getOutputStream().write(Served.octets("GET /big HTTP/1.1\r\nHost: a\r\n\r\n"));
                }
                assertEquals(200, served.get("/").status());
                for (Socket socket : sockets.subList(0, readers / 5)) {
                    assertArrayEquals(
                            BIG, Served.read(socket.getInputStream(), true).content());
                    socket.close();
                }
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }
    }

    @Test
    void whoDoesNotReadAtAllIsClosed() throws IOException {
        try (Served served = serve(settings -> settings.withPatience(HttpPatience.DEFAULT.withStillNs(SOON_NS)));
                Socket socket = served.connect()) {
            socket.getOutputStream().write(Served.octets("GET /big HTTP/1.1\r\nHost: a\r\n\r\n"));
            long deadlineNs = System.nanoTime() + MILLISECONDS.toNanos(Served.DEADLINE_MS);
            while (served.server.connections() == 0 && System.nanoTime() < deadlineNs) {
                Thread.onSpinWait();
            }
            while (served.server.connections() != 0 && System.nanoTime() < deadlineNs) {
                Thread.onSpinWait();
            }
            assertTrue(socket.getInputStream().readAllBytes().length < BIG.length);
        }
    }

    @Rfc("9110 15.5.9 slow request")
    @Test
    void contentThatStandsStillIsRefused() throws IOException {
        try (Served served = serve(settings -> settings.withPatience(HttpPatience.DEFAULT.withStillNs(SOON_NS)));
                Socket socket = served.connect()) {
            socket.getOutputStream().write(Served.octets("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab"));
            assertEquals(408, Served.read(socket.getInputStream(), true).status());
        }
    }

    /// The client sends on while it is refused. It still gets to read why.
    @Rfc("9112 9.6 lingering close")
    @Test
    void refusalIsNotOvertakenByAReset() throws IOException {
        try (Served served = serve(settings -> settings)) {
            for (int i = 0; i < 20; i++) {
                try (Socket socket = served.connect()) {
                    OutputStream out = socket.getOutputStream();
                    out.write(Served.octets("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"));
                    out.write(new byte[3_000_000]);
                    assertEquals(413, Served.read(socket.getInputStream(), true).status());
                    socket.shutdownOutput();
                    assertEquals(-1, socket.getInputStream().read());
                }
            }
        }
    }

    /// What comes after the last request of a connection is not answered, and does not hurt the answer.
    @Rfc("9112 9.6 lingering close")
    @Test
    void answerIsNotOvertakenByAReset() throws IOException {
        try (Served served = serve(settings -> settings)) {
            for (int i = 0; i < 20; i++) {
                try (Socket socket = served.connect()) {
                    OutputStream out = socket.getOutputStream();
                    out.write(Served.octets(
                            "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + "GET /big ".repeat(60_000)));
                    assertEquals(
                            "index", Served.read(socket.getInputStream(), true).text());
                    assertEquals(-1, socket.getInputStream().read());
                }
            }
        }
    }

    @Test
    void closedServerEndsWhatItBegan() throws IOException {
        try (Served served = serve(settings -> settings);
                Socket idle = served.connect();
                Socket busy = served.connect()) {
            idle.getOutputStream().write(Served.octets("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
            assertEquals("index", Served.read(idle.getInputStream(), true).text());
            busy.getOutputStream().write(Served.octets("GET /big HTTP/1.1\r\nHost: a\r\n\r\n"));
            assertEquals('H', busy.getInputStream().read());
            served.server.close();
            assertEquals(-1, idle.getInputStream().read());
            byte[] rest = busy.getInputStream().readAllBytes();
            assertTrue(rest.length > BIG.length);
        }
    }

    @Test
    void ipv6IsServedToo() throws IOException {
        InetAddress loopback = InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
        assertTrue(loopback instanceof Inet6Address);
        try (Served served = new Served(root, settings -> settings, Time.SYSTEM, loopback)) {
            assertEquals("index", served.get("/").text());
        }
    }
}
