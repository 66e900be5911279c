package netkeep.servers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import netkeep.servers.discard.DiscardServer;
import netkeep.servers.echo.EchoServer;
import netkeep.servers.loop.Time;
import netkeep.servers.source.Pattern;
import netkeep.servers.source.SourceServer;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Echo, discard and source on the platform's own channels.
@Timeout(60)
class StreamServersTest {
    private static final int DEADLINE_MS = 10_000;
    private static final SelectorProvider PLATFORM = SelectorProvider.provider();
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private interface Body {
        void run() throws IOException;
    }

    /// Runs a server in a thread of its own around a body, and ends it.
    private static void around(Body server, AutoCloseable end, Body body) throws Exception {
        List<Throwable> failures = new ArrayList<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                server.run();
            } catch (IOException failure) {
                failures.add(failure);
            }
        });
        try {
            body.run();
        } finally {
            end.close();
            thread.join(DEADLINE_MS);
        }
        assertTrue(!thread.isAlive());
        assertEquals(List.of(), failures);
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(DEADLINE_MS);
        socket.connect(address, DEADLINE_MS);
        return socket;
    }

    @Rfc("862 TCP")
    @Test
    void echoBringsEveryOctetBack() throws Exception {
        EchoServer server = new EchoServer(PLATFORM, Time.SYSTEM, 10);
        InetSocketAddress address = server.listen(ANY);
        byte[] sent = new byte[8_000_000];
        Pattern.fill(ByteBuffer.wrap(sent), 0);
        around(server::run, server, () -> {
            try (Socket socket = connect(address)) {
                // The server holds what we do not read yet, so this must not wait for it for ever.
                Thread.ofVirtual().start(() -> {
                    try {
                        socket.getOutputStream().write(sent);
                        socket.shutdownOutput();
                    } catch (IOException failure) {
                        throw new AssertionError(failure);
                    }
                });
                assertArrayEquals(sent, socket.getInputStream().readAllBytes());
            }
        });
    }

    @Rfc("862 UDP")
    @Test
    void echoBringsDatagramsBack() throws Exception {
        EchoServer server = new EchoServer(PLATFORM, Time.SYSTEM, 10);
        InetSocketAddress address = server.bind(ANY);
        around(server::run, server, () -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.setSoTimeout(DEADLINE_MS);
                for (int length : new int[] {0, 1, 1472, 60_000}) {
                    byte[] sent = new byte[length];
                    Seeds.luck(length).nextBytes(sent);
                    socket.send(new DatagramPacket(sent, length, address));
                    DatagramPacket back = new DatagramPacket(new byte[65_536], 65_536);
                    socket.receive(back);
                    assertEquals(length, back.getLength());
                    assertEquals(ByteBuffer.wrap(sent), ByteBuffer.wrap(back.getData(), 0, back.getLength()));
                }
            }
        });
    }

    @Rfc("863 TCP")
    @Test
    void discardCountsEveryOctet() throws Exception {
        DiscardServer server = new DiscardServer(PLATFORM, Time.SYSTEM, 10);
        InetSocketAddress address = server.listen(ANY);
        around(server::run, server, () -> {
            for (int i = 0; i < 3; i++) {
                try (Socket socket = connect(address)) {
                    socket.getOutputStream().write(new byte[3_000_001]);
                    socket.shutdownOutput();
                    // The server closes once it has read all.
                    assertEquals(-1, socket.getInputStream().read());
                }
            }
            assertEquals(9_000_003, server.octets());
        });
    }

    @Rfc("863 UDP")
    @Test
    void discardCountsDatagrams() throws Exception {
        DiscardServer server = new DiscardServer(PLATFORM, Time.SYSTEM, 10);
        InetSocketAddress address = server.bind(ANY);
        around(server::run, server, () -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                long deadlineNs = System.nanoTime() + DEADLINE_MS * 1_000_000L;
                socket.send(new DatagramPacket(new byte[700], 700, address));
                socket.send(new DatagramPacket(new byte[0], 0, address));
                while (server.datagrams() < 2 && System.nanoTime() < deadlineNs) {
                    Thread.onSpinWait();
                }
                assertEquals(2, server.datagrams());
                assertEquals(700, server.octets());
            }
        });
    }

    @Rfc("864 TCP")
    @Test
    void sourceSendsThePatternUpToItsLimit() throws Exception {
        long limit = 20_000_003;
        SourceServer server = new SourceServer(PLATFORM, Time.SYSTEM, 10, limit);
        InetSocketAddress address = server.listen(ANY);
        around(server::run, server, () -> {
            try (Socket one = connect(address);
                    Socket two = connect(address)) {
                InputStream[] ins = {one.getInputStream(), two.getInputStream()};
                byte[] chunk = new byte[50_000];
                for (long position = 0; position < limit; ) {
                    int length = (int) Math.min(chunk.length, limit - position);
                    for (InputStream in : ins) {
                        assertEquals(length, in.readNBytes(chunk, 0, length));
                        assertEquals(-1, Pattern.mismatch(ByteBuffer.wrap(chunk, 0, length), position));
                    }
                    position += length;
                }
                assertEquals(-1, ins[0].read());
                assertEquals(-1, ins[1].read());
            }
        });
    }

    @Rfc("864 UDP")
    @Test
    void sourceAnswersDatagrams() throws Exception {
        SourceServer server = new SourceServer(PLATFORM, Time.SYSTEM, 10, SourceServer.ENDLESS);
        InetSocketAddress address = server.bind(ANY);
        around(server::run, server, () -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.setSoTimeout(DEADLINE_MS);
                long expected = 0;
                for (int length : new int[] {1, 1472, 60_000, 8}) {
                    socket.send(new DatagramPacket(new byte[length], length, address));
                    DatagramPacket back = new DatagramPacket(new byte[65_536], 65_536);
                    socket.receive(back);
                    ByteBuffer got = ByteBuffer.wrap(back.getData(), 0, back.getLength());
                    assertEquals(Math.max(8, length), back.getLength());
                    assertEquals(expected, got.getLong());
                    assertEquals(-1, Pattern.mismatch(got, expected));
                    expected += Math.max(8, length) - 8;
                }
            }
        });
    }

    @Test
    void fullServerTakesTheNextWhenOneGoes() throws Exception {
        EchoServer server = new EchoServer(PLATFORM, Time.SYSTEM, 2);
        InetSocketAddress address = server.listen(ANY);
        around(server::run, server, () -> {
            try (Socket one = connect(address);
                    Socket two = connect(address);
                    Socket three = connect(address)) {
                assertEquals(7, echo(one, 7));
                assertEquals(7, echo(two, 7));
                three.getOutputStream().write(9);
                // It waits in the backlog: nothing comes back while the others are there.
                three.setSoTimeout(100);
                assertThrows(
                        SocketTimeoutException.class,
                        () -> three.getInputStream().read());
                one.close();
                three.setSoTimeout(DEADLINE_MS);
                assertEquals(9, three.getInputStream().read());
            }
        });
    }

    private static int echo(Socket socket, int octet) throws IOException {
        socket.getOutputStream().write(octet);
        return socket.getInputStream().read();
    }
}
