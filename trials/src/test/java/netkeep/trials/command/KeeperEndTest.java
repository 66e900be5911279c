package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.client.Attached;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is left of a daemon whose keeper ends, and what the kernel on the other side is told.
@Timeout(120)
class KeeperEndTest {
    private static final int PORT = 7;
    private static final int EACH = 8;
    private static final int STALLED = 16 << 20;
    private static final long BOUND_NS = TimeUnit.SECONDS.toNanos(1);

    @TempDir
    private Path directory;

    private Place place;
    private Path session;

    /// The kernel's ends.
    private final List<Socket> peers = new ArrayList<>();

    /// Ends of this program, which is a client of the daemon.
    private final List<SocketChannel> ours = new ArrayList<>();

    @BeforeEach
    void begin() {
        place = new Place(directory);
        session = directory.resolve("session");
    }

    @AfterEach
    void end() throws IOException {
        for (Socket peer : peers) {
            peer.close();
        }
        place.close();
    }

    /// Connections that the kernel's side has opened to a server of the daemon.
    private void connectIn() throws Exception {
        for (int i = 0; i < EACH; i++) {
            for (String address : List.of(Place.OURS_4, Place.OURS_6)) {
                Socket peer = place.space().call(() -> new Socket(address, PORT));
                peers.add(peer);
                peer.getOutputStream().write(i);
                assertEquals(i, peer.getInputStream().read());
            }
        }
    }

    /// Connections that a client of the daemon has opened. The last one is full: its peer reads nothing.
    private void connectOut(Attached stack) throws Exception {
        try (ServerSocket listener = place.space().call(() -> new ServerSocket(0))) {
            for (int i = 0; i < EACH; i++) {
                for (String address : List.of(Place.KERNEL_4, Place.KERNEL_6)) {
                    SocketChannel channel = stack.provider().openSocketChannel();
                    ours.add(channel);
                    channel.connect(new InetSocketAddress(address, listener.getLocalPort()));
                    Socket peer = listener.accept();
                    peers.add(peer);
                    peer.getOutputStream().write(1);
                    assertEquals(1, channel.read(ByteBuffer.allocate(1)));
                }
            }
        }
        SocketChannel last = ours.getLast();
        last.configureBlocking(false);
        ByteBuffer much = ByteBuffer.allocate(STALLED);
        Place.await("the peer takes all", () -> last.write(much) == 0);
        assertTrue(much.hasRemaining());
        last.configureBlocking(true);
    }

    /// What the kernel says to whoever reads on: everything that came before, and then that it was reset.
    private static void assertReset(Socket peer) throws IOException {
        peer.setSoTimeout((int) TimeUnit.SECONDS.toMillis(10));
        InputStream in = peer.getInputStream();
        byte[] octets = new byte[1 << 16];
        SocketException reset = assertThrows(SocketException.class, () -> {
            while (in.read(octets) >= 0) {
                // What was on its way.
            }
        });
        assertEquals("Connection reset", reset.getMessage());
    }

    private static List<ProcessHandle> all(Daemon up) throws Exception {
        up.await("one stands by");
        return ProcessHandle.of(up.keeper.pid()).orElseThrow().descendants().toList();
    }

    private static void assertGone(List<ProcessHandle> processes) {
        for (ProcessHandle process : processes) {
            process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
        }
    }

    private void assertNoDevice() {
        Boolean there = place.space().call(() -> NetworkInterface.getByName("nk-cmd") != null);
        assertFalse(there, "the device is left");
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void killedKeepersConnectionsAreReset(String placement) throws Exception {
        Daemon up = new Daemon(place, session, placement);
        Place.Running server = up.attach("echo", "--port", Integer.toString(PORT));
        List<ProcessHandle> processes = all(up);
        Attached stack = Attached.to(session.toString());
        connectIn();
        connectOut(stack);

        long killedNs = System.nanoTime();
        Threads.kill(up.keeper.pid(), Threads.SIGKILL);
        for (Socket peer : peers) {
            assertReset(peer);
        }
        long tookNs = System.nanoTime() - killedNs;
        assertTrue(tookNs < BOUND_NS, "the last was reset after " + tookNs / 1_000_000 + " ms");

        for (SocketChannel channel : ours) {
            assertThrows(IOException.class, () -> channel.read(ByteBuffer.allocate(1)));
        }
        stack.close();
        assertEquals(1, server.end().code());
        assertTrue(server.err().contains("the stack is gone"), server.err());
        assertGone(processes);
        assertNoDevice();
        // Of files there is the socket's name, at which nobody listens; the next one takes it.
        assertEquals(0, new Daemon(place, session, placement).keeper.stop().code());
        assertFalse(Files.exists(session));
    }

    @ParameterizedTest
    @ValueSource(strings = {"monolithic", "factored"})
    void connectionsAreResetByDown(String placement) throws Exception {
        Daemon up = new Daemon(place, session, placement);
        Place.Running server = up.attach("echo", "--port", Integer.toString(PORT));
        List<ProcessHandle> processes = all(up);
        Attached stack = Attached.to(session.toString());
        connectIn();
        connectOut(stack);

        assertEquals(0, place.command("down", "--session", session.toString()).code());

        for (ProcessHandle process : processes) {
            assertFalse(process.isAlive(), process.toString());
        }
        for (Socket peer : peers) {
            assertReset(peer);
        }
        stack.close();
        assertEquals(1, server.end().code());
        assertEquals(0, up.keeper.end().code());
        assertFalse(Files.exists(session));
        assertNoDevice();
    }
}
