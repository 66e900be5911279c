package netkeep.contract;

import static netkeep.contract.Providers.loopback;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import netkeep.contract.Providers.Pair;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What can be done with a channel while another thread waits on it, of the platform's provider and of ours.
@Timeout(60)
public class BesideWhoWaitsTest {
    /// A thread, and what becomes of it.
    private record Doing<T>(Thread thread, FutureTask<T> task) {
        static <T> Doing<T> start(Callable<T> body) {
            FutureTask<T> task = new FutureTask<>(body);
            return new Doing<>(Thread.ofPlatform().daemon().start(task), task);
        }

        T get() throws Exception {
            return task.get(20, TimeUnit.SECONDS);
        }

        /// Waits until the thread waits itself: in a wait of ours, or in a call of the kernel's.
        void waits() {
            until(frame -> frame.getClassName().startsWith("sun.nio.ch.")
                    ? frame.isNativeMethod()
                    : frame.getMethodName().equals("await"));
        }

        /// Waits until the thread is in a method of that kind.
        void until(Predicate<StackTraceElement> there) {
            while (Arrays.stream(thread.getStackTrace()).noneMatch(there)) {
                assertTrue(thread.isAlive());
                Thread.onSpinWait();
            }
        }
    }

    private static ByteBuffer one() {
        return ByteBuffer.allocate(1);
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void optionsOfAConnectionAreSetWhileAThreadReads(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            SocketChannel channel = pair.client();
            Doing<Integer> reader = Doing.start(() -> channel.read(one()));
            reader.waits();
            Doing<Integer> setter = Doing.start(() -> {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.socket().setKeepAlive(true);
                channel.socket().setOOBInline(true);
                channel.socket().setSoLinger(true, 5);
                return channel.socket().getSoLinger();
            });
            assertEquals(5, setter.get());
            pair.server().write(one());
            assertEquals(1, reader.get());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void optionsOfAListenerAreSetWhileAThreadAccepts(SelectorProvider provider) throws Exception {
        try (ServerSocketChannel listener = provider.openServerSocketChannel().bind(loopback(0));
                SocketChannel client = provider.openSocketChannel()) {
            Doing<SocketChannel> accepter = Doing.start(listener::accept);
            accepter.waits();
            Doing<Integer> setter = Doing.start(() -> {
                assertThrows(AlreadyBoundException.class, () -> listener.bind(loopback(0)));
                listener.setOption(StandardSocketOptions.SO_RCVBUF, 30_000);
                return listener.getOption(StandardSocketOptions.SO_RCVBUF);
            });
            assertEquals(30_000, setter.get());
            client.connect(listener.getLocalAddress());
            try (SocketChannel accepted = accepter.get()) {
                assertEquals(client.getLocalAddress(), accepted.getRemoteAddress());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void groupsAreJoinedAndLeftWhileAThreadReceives(SelectorProvider provider) throws Exception {
        NetworkInterface on = NetworkInterface.getByInetAddress(InetAddress.ofLiteral("127.0.0.1"));
        InetAddress group = InetAddress.ofLiteral("239.1.2.3");
        InetAddress source = InetAddress.ofLiteral("198.18.0.7");
        try (DatagramChannel channel = provider.openDatagramChannel(StandardProtocolFamily.INET);
                DatagramChannel peer = provider.openDatagramChannel()) {
            channel.bind(loopback(0));
            Doing<SocketAddress> receiver = Doing.start(() -> channel.receive(one()));
            receiver.waits();
            Doing<Boolean> joiner = Doing.start(() -> {
                MembershipKey key = channel.join(group, on);
                key.block(source).unblock(source);
                key.drop();
                channel.setOption(StandardSocketOptions.SO_BROADCAST, true);
                return channel.getOption(StandardSocketOptions.SO_BROADCAST);
            });
            assertTrue(joiner.get());
            peer.send(one(), channel.getLocalAddress());
            assertNotNull(receiver.get());
        }
    }

    /// Who changes the mode waits for who reads; who closes waits for neither.
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void closingEndsWhoReadsAndWhoChangesTheMode(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            Doing<Integer> reader = Doing.start(() -> pair.client().read(one()));
            reader.waits();
            Doing<Object> changer = Doing.start(() -> pair.client().configureBlocking(false));
            changer.until(frame -> frame.getMethodName().equals("implConfigureBlocking"));
            Doing<Boolean> closer = Doing.start(() -> {
                pair.client().close();
                return pair.client().isOpen();
            });
            assertEquals(false, closer.get());
            assertInstanceOf(
                    ClosedChannelException.class,
                    assertThrows(ExecutionException.class, reader::get).getCause());
            assertInstanceOf(
                    ClosedChannelException.class,
                    assertThrows(ExecutionException.class, changer::get).getCause());
        }
    }

    /// The JDK's streams over a channel hold the lock of its mode, which both of them want.
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aStreamThatWaitsKeepsNobodyFromTheOtherOne(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            InputStream in = Channels.newInputStream(pair.client());
            OutputStream out = Channels.newOutputStream(pair.client());
            Doing<Integer> reader = Doing.start(() -> {
                int read = 0;
                while (in.read() >= 0) {
                    read++;
                }
                return read;
            });
            for (int i = 0; i < 200; i++) {
                out.write(i);
                assertEquals(1, pair.server().read(one()));
                pair.server().write(one());
            }
            pair.server().shutdownOutput();
            assertEquals(200, reader.get());
            Doing<List<String>> waiting = Doing.start(() -> {
                InputStream stream = Channels.newInputStream(pair.server());
                return Answers.of(stream::read, Thread::interrupted);
            });
            waiting.thread.interrupt();
            assertEquals(List.of("0 ClosedByInterruptException", "1 true"), waiting.get());
        }
    }
}
