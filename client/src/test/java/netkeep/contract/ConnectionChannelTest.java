// Long: one model, one contract: it reads better whole.
package netkeep.contract;

import static netkeep.contract.Providers.loopback;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.spi.SelectorProvider;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import netkeep.client.NetkeepSelectorProvider;
import netkeep.contract.Providers.Pair;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What `SocketChannel` and `ServerSocketChannel` promise, of the platform's provider and of ours.
@Timeout(60)
public class ConnectionChannelTest {
    private static ByteBuffer octets(String text) {
        return ByteBuffer.wrap(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static <T> FutureTask<T> start(Callable<T> body) {
        FutureTask<T> task = new FutureTask<>(body);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void octetsArriveAsTheyWereWritten(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            byte[] sent = new byte[3_000_000];
            new Random(1).nextBytes(sent);
            FutureTask<Integer> writer = start(() -> {
                int written = pair.client().write(ByteBuffer.wrap(sent));
                pair.client().shutdownOutput();
                return written;
            });
            ByteBuffer got = ByteBuffer.allocateDirect(sent.length + 1);
            while (pair.server().read(got) >= 0) {
                assertTrue(got.hasRemaining());
            }
            assertEquals(sent.length, writer.get());
            byte[] all = new byte[got.flip().remaining()];
            got.get(all);
            assertArrayEquals(sent, all);
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void virtualThreadsTalk(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            FutureTask<Integer> echo = new FutureTask<>(() -> {
                ByteBuffer buffer = ByteBuffer.allocate(100);
                int rounds = 0;
                while (pair.server().read(buffer.clear()) > 0) {
                    pair.server().write(buffer.flip());
                    rounds++;
                }
                return rounds;
            });
            FutureTask<Integer> asker = new FutureTask<>(() -> {
                ByteBuffer buffer = ByteBuffer.allocate(100);
                int total = 0;
                for (int i = 0; i < 100; i++) {
                    pair.client().write(octets("x"));
                    total += pair.client().read(buffer.clear());
                }
                pair.client().shutdownOutput();
                return total;
            });
            Thread.ofVirtual().start(echo);
            Thread.ofVirtual().start(asker);
            assertEquals(100, asker.get());
            assertEquals(100, echo.get());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void readingAndWritingTakeSeveralBuffers(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            ByteBuffer direct = ByteBuffer.allocateDirect(3).put(octets("def")).flip();
            ByteBuffer[] from = {octets("abc"), octets(""), direct, octets("ghi")};
            assertEquals(9, pair.client().write(from));
            pair.client().shutdownOutput();
            ByteBuffer[] to = {
                ByteBuffer.allocate(2), ByteBuffer.allocate(0), ByteBuffer.allocateDirect(4), ByteBuffer.allocate(10)
            };
            long total = 0;
            for (long length = pair.server().read(to, 0, 4);
                    length >= 0;
                    length = pair.server().read(to, 0, 4)) {
                total += length;
            }
            assertEquals(9, total);
            assertEquals(octets("ab"), to[0].flip());
            assertEquals(octets("cdef"), to[2].flip());
            assertEquals(octets("ghi"), to[3].flip());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void nonBlockingReadsAndWritesAnswerAtOnce(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            pair.client().configureBlocking(false);
            pair.server().configureBlocking(false);
            assertEquals(0, pair.server().read(ByteBuffer.allocate(10)));
            long written = 0;
            ByteBuffer chunk = ByteBuffer.allocate(100_000);
            for (int length = 1; length > 0; length = pair.client().write(chunk.clear())) {
                written += length;
            }
            long read = 0;
            pair.server().configureBlocking(true);
            ByteBuffer all = ByteBuffer.allocate(1_000_000);
            while (read < written - 1) {
                read += pair.server().read(all.clear());
            }
            assertEquals(written - 1, read);
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void theEndIsMinusOneAndHalfOfAConnectionGoesOn(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            pair.client().shutdownOutput();
            ByteBuffer buffer = ByteBuffer.allocate(10);
            assertEquals(-1, pair.server().read(buffer));
            assertEquals(-1, pair.server().read(buffer));
            assertThrows(ClosedChannelException.class, () -> pair.client().write(octets("x")));
            assertEquals(2, pair.server().write(octets("ok")));
            assertEquals(2, pair.client().read(buffer));
            pair.client().shutdownInput();
            assertEquals(-1, pair.client().read(buffer));
            assertTrue(pair.client().isOpen());
            assertTrue(pair.client().isConnected());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aResetIsAnExceptionOnBothWays(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            pair.server().setOption(StandardSocketOptions.SO_LINGER, 0);
            pair.server().close();
            ByteBuffer buffer = ByteBuffer.allocate(10);
            SocketException reset =
                    assertThrows(SocketException.class, () -> pair.client().read(buffer));
            assertEquals("Connection reset", reset.getMessage());
            reset = assertThrows(SocketException.class, () -> pair.client().read(buffer));
            assertEquals("Connection reset", reset.getMessage());
            IOException broken =
                    assertThrows(IOException.class, () -> pair.client().write(octets("x")));
            assertEquals("Broken pipe", broken.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void nobodyListensIsARefusal(SelectorProvider provider) throws Exception {
        int port;
        try (ServerSocketChannel listener = provider.openServerSocketChannel().bind(loopback(0))) {
            port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
        }
        SocketChannel blocking = provider.openSocketChannel();
        ConnectException refused = assertThrows(ConnectException.class, () -> blocking.connect(loopback(port)));
        assertEquals("Connection refused", refused.getMessage());
        assertFalse(blocking.isOpen());
        SocketChannel polling = provider.openSocketChannel();
        polling.configureBlocking(false);
        refused = assertThrows(ConnectException.class, () -> {
            boolean done = polling.connect(loopback(port));
            while (!done) {
                done = polling.finishConnect();
            }
        });
        assertEquals("Connection refused", refused.getMessage());
        assertFalse(polling.isOpen());
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void wrongMomentsAreTold(SelectorProvider provider) throws Exception {
        try (SocketChannel channel = provider.openSocketChannel();
                ServerSocketChannel listener = provider.openServerSocketChannel()) {
            assertNull(channel.getLocalAddress());
            assertNull(channel.getRemoteAddress());
            assertNull(listener.getLocalAddress());
            assertThrows(NotYetConnectedException.class, () -> channel.read(ByteBuffer.allocate(1)));
            assertThrows(NotYetConnectedException.class, () -> channel.write(octets("x")));
            assertThrows(NotYetConnectedException.class, channel::shutdownInput);
            assertThrows(NotYetConnectedException.class, channel::shutdownOutput);
            assertThrows(NoConnectionPendingException.class, channel::finishConnect);
            assertThrows(NotYetBoundException.class, listener::accept);
            listener.bind(loopback(0));
            assertThrows(AlreadyBoundException.class, () -> listener.bind(null));
            channel.bind(loopback(0));
            assertThrows(AlreadyBoundException.class, () -> channel.bind(null));
            channel.connect(listener.getLocalAddress());
            assertTrue(channel.finishConnect());
            assertThrows(AlreadyConnectedException.class, () -> channel.connect(listener.getLocalAddress()));
            assertThrows(AlreadyBoundException.class, () -> channel.bind(loopback(0)));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void wrongAddressesAreTold(SelectorProvider provider) throws Exception {
        SocketAddress odd = new SocketAddress() {
            private static final long serialVersionUID = 1L;
        };
        InetSocketAddress nameless = InetSocketAddress.createUnresolved("nowhere.invalid", 1);
        try (SocketChannel channel = provider.openSocketChannel(StandardProtocolFamily.INET);
                ServerSocketChannel listener = provider.openServerSocketChannel()) {
            assertThrows(UnsupportedAddressTypeException.class, () -> channel.connect(odd));
            assertThrows(UnresolvedAddressException.class, () -> channel.connect(nameless));
            assertThrows(UnsupportedAddressTypeException.class, () -> channel.bind(odd));
            assertThrows(
                    UnsupportedAddressTypeException.class,
                    () -> channel.connect(new InetSocketAddress(InetAddress.ofLiteral("::1"), 1)));
            assertThrows(UnresolvedAddressException.class, () -> listener.bind(nameless));
            BindException absent = assertThrows(
                    BindException.class,
                    () -> listener.bind(new InetSocketAddress(InetAddress.ofLiteral(Providers.ABSENT), 0)));
            assertEquals("Cannot assign requested address", absent.getMessage());
            ProtocolFamily other = () -> "OTHER";
            assertThrows(UnsupportedOperationException.class, () -> provider.openSocketChannel(other));
            assertThrows(NullPointerException.class, () -> provider.openSocketChannel(null));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aTakenPortIsABindException(SelectorProvider provider) throws Exception {
        try (ServerSocketChannel first = provider.openServerSocketChannel().bind(loopback(0));
                ServerSocketChannel second = provider.openServerSocketChannel()) {
            BindException taken = assertThrows(BindException.class, () -> second.bind(first.getLocalAddress()));
            assertEquals("Address already in use", taken.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void addressesAreThoseOfBothEnds(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            assertEquals(pair.client().getLocalAddress(), pair.server().getRemoteAddress());
            assertEquals(pair.client().getRemoteAddress(), pair.server().getLocalAddress());
            InetSocketAddress local = (InetSocketAddress) pair.server().getLocalAddress();
            assertInstanceOf(Inet4Address.class, local.getAddress());
            assertEquals(loopback(local.getPort()), local);
        }
        try (ServerSocketChannel any = provider.openServerSocketChannel(StandardProtocolFamily.INET)) {
            any.bind(null);
            InetSocketAddress local = (InetSocketAddress) any.getLocalAddress();
            assertTrue(local.getAddress().isAnyLocalAddress());
            assertInstanceOf(Inet4Address.class, local.getAddress());
            assertTrue(local.getPort() > 0);
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void optionsAreKept(SelectorProvider provider) throws Exception {
        try (SocketChannel channel = provider.openSocketChannel();
                ServerSocketChannel listener = provider.openServerSocketChannel()) {
            assertEquals(false, channel.getOption(StandardSocketOptions.TCP_NODELAY));
            assertEquals(-1, channel.getOption(StandardSocketOptions.SO_LINGER));
            assertEquals(true, listener.getOption(StandardSocketOptions.SO_REUSEADDR));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_LINGER, 7);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.setOption(StandardSocketOptions.SO_SNDBUF, 40_000);
            channel.setOption(StandardSocketOptions.SO_RCVBUF, 50_000);
            channel.setOption(jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE, 30);
            assertEquals(true, channel.getOption(StandardSocketOptions.TCP_NODELAY));
            assertEquals(7, channel.getOption(StandardSocketOptions.SO_LINGER));
            assertEquals(true, channel.getOption(StandardSocketOptions.SO_KEEPALIVE));
            assertEquals(40_000, channel.getOption(StandardSocketOptions.SO_SNDBUF));
            assertEquals(50_000, channel.getOption(StandardSocketOptions.SO_RCVBUF));
            assertEquals(30, channel.getOption(jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE));
            channel.setOption(StandardSocketOptions.SO_LINGER, -5);
            assertEquals(-1, channel.getOption(StandardSocketOptions.SO_LINGER));
            assertThrows(IllegalArgumentException.class, () -> channel.setOption(StandardSocketOptions.SO_SNDBUF, -1));
            assertThrows(IllegalArgumentException.class, () -> channel.setOption(StandardSocketOptions.IP_TOS, 256));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> listener.setOption(StandardSocketOptions.TCP_NODELAY, true));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL));
            channel.close();
            assertThrows(ClosedChannelException.class, () -> channel.getOption(StandardSocketOptions.TCP_NODELAY));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void closingEndsWhoReads(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            CountDownLatch reading = new CountDownLatch(1);
            FutureTask<Integer> reader = start(() -> {
                pair.client().read(ByteBuffer.allocate(1));
                reading.countDown();
                return pair.client().read(ByteBuffer.allocate(1));
            });
            pair.server().write(octets("x"));
            reading.await();
            pair.client().close();
            Exception thrown = assertThrows(Exception.class, reader::get);
            assertInstanceOf(ClosedChannelException.class, thrown.getCause());
            assertEquals(-1, pair.server().read(ByteBuffer.allocate(1)));
            assertThrows(ClosedChannelException.class, () -> pair.client().read(ByteBuffer.allocate(1)));
            assertThrows(ClosedChannelException.class, () -> pair.client().getLocalAddress());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void closingEndsWhoWrites(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            FutureTask<Integer> writer = start(() -> {
                ByteBuffer much = ByteBuffer.allocate(10_000_000);
                while (true) {
                    pair.client().write(much.clear());
                }
            });
            ByteBuffer some = ByteBuffer.allocate(100_000);
            while (some.hasRemaining()) {
                pair.server().read(some);
            }
            pair.client().close();
            Exception thrown = assertThrows(Exception.class, writer::get);
            assertInstanceOf(ClosedChannelException.class, thrown.getCause());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void shuttingTheOutputEndsWhoWrites(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            ByteBuffer[] much = {ByteBuffer.allocate(10_000_000), ByteBuffer.allocate(10_000_000)};
            FutureTask<Long> writer = start(() -> pair.client().write(much));
            ByteBuffer some = ByteBuffer.allocate(100_000);
            while (some.hasRemaining()) {
                pair.server().read(some);
            }
            pair.client().shutdownOutput();
            long written = writer.get();
            assertTrue(written >= some.capacity() && written < 20_000_000, "wrote " + written);
            assertThrows(ClosedChannelException.class, () -> pair.client().write(much));
            assertTrue(pair.client().isOpen());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void anInterruptClosesWhatIsWaitedOn(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            FutureTask<Boolean> reader = new FutureTask<>(() -> {
                assertThrows(
                        ClosedByInterruptException.class, () -> pair.client().read(ByteBuffer.allocate(1)));
                return Thread.currentThread().isInterrupted();
            });
            Thread thread = Thread.ofPlatform().start(reader);
            thread.interrupt();
            assertTrue(reader.get());
            assertFalse(pair.client().isOpen());
            FutureTask<Boolean> accepter = new FutureTask<>(() -> {
                Thread.currentThread().interrupt();
                assertThrows(
                        ClosedByInterruptException.class, () -> pair.listener().accept());
                return Thread.currentThread().isInterrupted();
            });
            Thread.ofVirtual().start(accepter);
            assertTrue(accepter.get());
            assertFalse(pair.listener().isOpen());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void closingEndsWhoAccepts(SelectorProvider provider) throws Exception {
        ServerSocketChannel listener = provider.openServerSocketChannel().bind(loopback(0));
        FutureTask<SocketChannel> accepter = start(listener::accept);
        SocketChannel first = provider.openSocketChannel();
        first.connect(listener.getLocalAddress());
        accepter.get().close();
        first.close();
        FutureTask<SocketChannel> another = start(listener::accept);
        listener.close();
        Exception thrown = assertThrows(Exception.class, () -> another.get(30, TimeUnit.SECONDS));
        assertInstanceOf(ClosedChannelException.class, thrown.getCause());
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void closingEndsWhoConnects(SelectorProvider provider) throws Exception {
        if (!(provider instanceof NetkeepSelectorProvider)) {
            return; // the platform would ask the machine's network
        }
        SocketChannel channel = provider.openSocketChannel();
        InetSocketAddress silent = new InetSocketAddress(InetAddress.ofLiteral(Providers.SILENT), 1);
        FutureTask<Boolean> connecter = start(() -> channel.connect(silent));
        while (!channel.isConnectionPending() && channel.isOpen()) {
            Thread.onSpinWait();
        }
        channel.close();
        Exception thrown = assertThrows(Exception.class, connecter::get);
        assertInstanceOf(AsynchronousCloseException.class, thrown.getCause());
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void nothingIsAcceptedWhereNobodyComes(SelectorProvider provider) throws Exception {
        try (ServerSocketChannel listener = provider.openServerSocketChannel().bind(loopback(0))) {
            listener.configureBlocking(false);
            assertNull(listener.accept());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void theEndOfASocketsStreamIsTheChannels(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            pair.client().socket().getOutputStream().close();
            assertFalse(pair.client().isOpen());
            assertTrue(pair.client().socket().isClosed());
            assertEquals(-1, pair.server().socket().getInputStream().read());
            Thread.currentThread().interrupt();
            assertThrows(
                    IOException.class,
                    () -> pair.server().socket().getOutputStream().write(1));
            assertTrue(Thread.interrupted());
            assertFalse(pair.server().isOpen());
        }
    }

    /// An hour at most, but for its octets, and not for the peer's end.
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aCloseThatLingersWaitsUntilItsOctetsAreThere(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            pair.client().setOption(StandardSocketOptions.SO_LINGER, 3_600);
            pair.client().write(ByteBuffer.allocate(100));
            pair.client().close();
            assertEquals(100, pair.server().read(ByteBuffer.allocate(200)));
            assertEquals(-1, pair.server().read(ByteBuffer.allocate(1)));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aListenersSocketTellsWhereItWas(SelectorProvider provider) throws Exception {
        ServerSocketChannel listener = provider.openServerSocketChannel().bind(loopback(0));
        SocketAddress local = listener.getLocalAddress();
        listener.close();
        assertEquals(local, listener.socket().getLocalSocketAddress());
        assertEquals(((InetSocketAddress) local).getAddress(), listener.socket().getInetAddress());
        assertTrue(listener.socket().isBound());
    }

    /// A `ServerSocket` of such a channel takes who is there, and waits for nobody.
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void theSocketOfAListenerThatDoesNotWaitTakesWhoIsThere(SelectorProvider provider) throws Exception {
        try (ServerSocketChannel listener = provider.openServerSocketChannel().bind(loopback(0));
                SocketChannel client = provider.openSocketChannel()) {
            listener.configureBlocking(false);
            assertThrows(
                    IllegalBlockingModeException.class, () -> listener.socket().accept());
            client.connect(listener.getLocalAddress());
            try (Socket accepted = listener.socket().accept()) {
                assertEquals(client.getLocalAddress(), accepted.getRemoteSocketAddress());
            }
        }
    }
}
