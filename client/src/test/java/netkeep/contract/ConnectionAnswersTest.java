package netkeep.contract;

import static netkeep.contract.Answers.asThePlatform;
import static netkeep.contract.Answers.done;
import static netkeep.contract.Answers.interrupted;
import static netkeep.contract.Providers.loopback;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import netkeep.contract.Providers.Pair;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Connections and listeners, and their sockets: at each odd moment what the platform's answer.
@Timeout(60)
public class ConnectionAnswersTest {
    private static final InetSocketAddress NAMELESS = InetSocketAddress.createUnresolved("nowhere.invalid", 1);

    private static SocketAddress odd() {
        return new SocketAddress() {
            private static final long serialVersionUID = 1L;
        };
    }

    private static ByteBuffer octets(int count) {
        return ByteBuffer.allocate(count);
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofAConnectionThatIsClosed(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            try (Pair pair = Pair.of(of)) {
                SocketChannel channel = pair.client();
                Socket socket = channel.socket();
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream();
                pair.server().getRemoteAddress();
                channel.close();
                pair.server().close();
                return Answers.of(
                        channel::isConnected,
                        channel::isConnectionPending,
                        channel::finishConnect,
                        channel::getRemoteAddress,
                        channel::shutdownInput,
                        socket::isConnected,
                        socket::isBound,
                        socket::isClosed,
                        socket::getLocalAddress,
                        () -> socket.getLocalPort() > 0,
                        socket::getLocalSocketAddress,
                        socket::getRemoteSocketAddress,
                        () -> pair.server().socket().getLocalSocketAddress(),
                        () -> pair.server().socket().getRemoteSocketAddress(),
                        socket::toString,
                        in::read,
                        () -> in.read(new byte[1], 0, 0),
                        in::available,
                        done(() -> out.write(1)),
                        done(socket::shutdownInput),
                        done(socket::shutdownOutput),
                        socket::getInputStream,
                        socket::getSoTimeout,
                        socket::getTcpNoDelay,
                        () -> socket.getOption(StandardSocketOptions.SO_SNDBUF),
                        done(() -> socket.bind(null)),
                        done(() -> socket.connect(loopback(9))),
                        done(() -> socket.connect(NAMELESS)),
                        done(() -> socket.sendUrgentData(1)));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofAConnectionThatIsPendingAndThatIsClosedThen(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            try (ServerSocketChannel listener = of.openServerSocketChannel().bind(loopback(0));
                    SocketChannel channel = of.openSocketChannel()) {
                channel.configureBlocking(false);
                return Answers.of(
                        channel::getRemoteAddress,
                        () -> channel.connect(listener.getLocalAddress()),
                        channel::isConnectionPending,
                        channel::getRemoteAddress,
                        () -> channel.read(octets(1)),
                        () -> channel.connect(listener.getLocalAddress()),
                        done(() -> channel.socket().connect(listener.getLocalAddress())),
                        done(channel::close),
                        channel::isConnectionPending,
                        channel::isConnected);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofSocketsThatAreAskedTheWrongThing(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            List<String> answers = new ArrayList<>();
            try (Pair pair = Pair.of(of);
                    Socket four =
                            of.openSocketChannel(StandardProtocolFamily.INET).socket();
                    Socket named = of.openSocketChannel().socket();
                    Socket socket = of.openSocketChannel().socket()) {
                Socket connected = pair.client().socket();
                answers.addAll(Answers.of(
                        done(() -> socket.connect(null)),
                        done(() -> socket.connect(odd())),
                        done(() -> socket.connect(loopback(9), -1)),
                        done(() -> socket.bind(odd())),
                        done(() -> socket.bind(NAMELESS)),
                        done(() -> four.connect(new InetSocketAddress(InetAddress.ofLiteral("::1"), 9))),
                        socket::getInputStream,
                        done(socket::shutdownOutput),
                        done(() -> socket.sendUrgentData(1)),
                        socket::getLocalPort,
                        socket::getLocalAddress,
                        socket::getLocalSocketAddress,
                        socket::getPort,
                        socket::getInetAddress,
                        socket::isBound,
                        socket::toString,
                        socket::isClosed,
                        done(() -> named.connect(NAMELESS)),
                        named::isClosed,
                        done(() -> connected.connect(NAMELESS)),
                        done(() -> connected.connect(loopback(9))),
                        done(() -> connected.bind(null)),
                        connected::toString,
                        connected::isClosed));
            }
            return answers;
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofHalvesThatAreShut(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            try (Pair pair = Pair.of(of)) {
                SocketChannel channel = pair.client();
                Socket socket = channel.socket();
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream();
                pair.server().write(octets(3));
                return Answers.of(
                        in::read,
                        done(socket::shutdownInput),
                        done(socket::shutdownInput),
                        in::read,
                        in::available,
                        () -> channel.read(octets(0)),
                        () -> channel.read(new ByteBuffer[] {octets(0), octets(0)}),
                        () -> channel.read(new ByteBuffer[0]),
                        () -> channel.read(octets(1).asReadOnlyBuffer()),
                        done(socket::shutdownOutput),
                        done(socket::shutdownOutput),
                        () -> channel.write(octets(1)),
                        () -> channel.write(octets(0)),
                        () -> channel.write(new ByteBuffer[] {octets(0), octets(1)}),
                        done(() -> out.write(1)),
                        socket::getOutputStream,
                        socket::getInputStream,
                        socket::isInputShutdown,
                        socket::isOutputShutdown,
                        channel::isConnected);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofBuffersThatAreEmpty(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            try (Pair pair = Pair.of(of)) {
                SocketChannel channel = pair.client();
                List<String> answers = Answers.of(
                        () -> channel.read(octets(0)),
                        () -> channel.read(ByteBuffer.allocateDirect(0)),
                        () -> channel.read(new ByteBuffer[] {octets(0), octets(0)}),
                        () -> channel.read(new ByteBuffer[0]),
                        () -> channel.write(octets(0)),
                        () -> channel.write(new ByteBuffer[] {octets(0)}),
                        () -> channel.write(new ByteBuffer[] {octets(1)}, 1, 0),
                        () -> channel.write(new ByteBuffer[] {octets(1)}, 1, 1));
                pair.server().setOption(StandardSocketOptions.SO_LINGER, 0);
                pair.server().close();
                answers.addAll(Answers.of(
                        () -> channel.read(octets(1)),
                        () -> channel.write(octets(0)),
                        () -> channel.write(new ByteBuffer[] {octets(0)}),
                        () -> channel.write(octets(1)),
                        () -> channel.socket().getInputStream().available(),
                        () -> channel.socket().getInputStream().read()));
                return answers;
            }
        });
    }

    /// Whatever could be done at once: a thread that is interrupted closes what it might have to wait for.
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofAThreadThatIsInterrupted(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            List<String> answers = new ArrayList<>();
            try (ServerSocketChannel listener = of.openServerSocketChannel().bind(loopback(0));
                    SocketChannel channel = of.openSocketChannel()) {
                answers.addAll(interrupted(() -> channel.connect(listener.getLocalAddress()), channel::isOpen));
            }
            try (ServerSocketChannel listener = of.openServerSocketChannel().bind(loopback(0));
                    SocketChannel channel = of.openSocketChannel()) {
                channel.configureBlocking(false);
                channel.connect(listener.getLocalAddress());
                listener.accept().close();
                channel.configureBlocking(true);
                answers.addAll(interrupted(channel::finishConnect, channel::isOpen));
            }
            answers.addAll(readsInterrupted(of));
            try (Pair pair = Pair.of(of)) {
                answers.addAll(interrupted(() -> pair.client().write(octets(0)), pair.client()::isOpen));
                OutputStream out = pair.server().socket().getOutputStream();
                answers.addAll(interrupted(done(() -> out.write(1)), pair.server()::isOpen));
                answers.addAll(interrupted(() -> pair.listener().socket().accept(), pair.listener()::isOpen));
            }
            return answers;
        });
    }

    private static List<String> readsInterrupted(SelectorProvider of) throws Exception {
        List<String> answers = new ArrayList<>();
        try (Pair pair = Pair.of(of)) {
            pair.server().write(octets(1));
            answers.addAll(interrupted(() -> pair.client().read(octets(1)), pair.client()::isOpen));
        }
        try (Pair pair = Pair.of(of)) {
            pair.client().shutdownInput();
            answers.addAll(interrupted(() -> pair.client().read(octets(1)), pair.client()::isOpen));
            answers.addAll(interrupted(() -> pair.server().read(octets(0)), pair.server()::isOpen));
        }
        try (Pair pair = Pair.of(of)) {
            InputStream in = pair.client().socket().getInputStream();
            answers.addAll(interrupted(() -> in.read(new byte[1], 0, 0), in::read, pair.client()::isOpen));
        }
        return answers;
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofAChannelThatDoesNotWait(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            try (Pair pair = Pair.of(of);
                    SocketChannel channel = of.openSocketChannel()) {
                channel.configureBlocking(false);
                pair.client().configureBlocking(false);
                pair.listener().configureBlocking(false);
                InputStream in = pair.client().socket().getInputStream();
                OutputStream out = pair.client().socket().getOutputStream();
                ServerSocket listener = pair.listener().socket();
                return Answers.of(
                        in::read,
                        () -> in.read(new byte[1], 0, 0),
                        done(() -> out.write(1)),
                        done(() -> out.write(new byte[0])),
                        done(() -> channel.socket().connect(pair.listener().getLocalAddress())),
                        done(() -> channel.socket().connect(odd())),
                        channel::isOpen,
                        listener::accept,
                        done(() -> listener.setSoTimeout(1_000)),
                        listener::accept,
                        done(pair.client()::close),
                        in::read,
                        done(() -> out.write(1)));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofAListener(SelectorProvider provider) throws Exception {
        asThePlatform(provider, of -> {
            ServerSocketChannel channel = of.openServerSocketChannel();
            ServerSocket socket = channel.socket();
            return Answers.of(
                    socket::toString,
                    socket::accept,
                    socket::getInetAddress,
                    socket::getLocalPort,
                    socket::getLocalSocketAddress,
                    done(() -> socket.bind(odd())),
                    done(() -> socket.bind(NAMELESS)),
                    done(() -> socket.bind(loopback(0), -1)),
                    done(() -> socket.bind(loopback(0))),
                    socket::toString,
                    socket::isBound,
                    done(() -> socket.setSoTimeout(-1)),
                    done(() -> socket.setReceiveBufferSize(0)),
                    done(() -> socket.setSoTimeout(20)),
                    socket::accept,
                    done(socket::close),
                    socket::toString,
                    socket::accept,
                    channel::accept,
                    done(() -> socket.bind(loopback(0))),
                    socket::getSoTimeout,
                    socket::getReuseAddress,
                    () -> socket.getOption(StandardSocketOptions.SO_RCVBUF),
                    socket::isBound,
                    socket::getLocalSocketAddress);
        });
    }
}
