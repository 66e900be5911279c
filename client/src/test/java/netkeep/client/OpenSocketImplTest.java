package netkeep.client;

import static netkeep.contract.Answers.done;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import netkeep.contract.Answers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What `Socket` and `ServerSocket` answer with ours behind them, and what the JDK's own do.
@Timeout(60)
class OpenSocketImplTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

    /// Makes sockets.
    private interface Kind {
        Socket socket() throws IOException;

        ServerSocket listener() throws IOException;
    }

    private static final class Jdks implements Kind {
        @Override
        public Socket socket() {
            return new Socket();
        }

        @Override
        public ServerSocket listener() throws IOException {
            return new ServerSocket();
        }
    }

    private static final class Ours implements Kind {
        private final OpenProvider provider = (OpenProvider) OpenToStack.over(true);

        @Override
        public Socket socket() throws IOException {
            return new Over(provider.socketImplementation());
        }

        @Override
        public ServerSocket listener() throws IOException {
            return new ServerSocket(provider.serverSocketImplementation()) {
                @Override
                public Socket accept() throws IOException {
                    Socket accepted = Ours.this.socket();
                    implAccept(accepted);
                    return accepted;
                }
            };
        }
    }

    private static final class Over extends Socket {
        Over(SocketImpl implementation) throws SocketException {
            super(implementation);
        }
    }

    /// Two ends of a connection.
    private record Ends(ServerSocket listener, Socket client, Socket server) implements AutoCloseable {
        static Ends of(Kind kind) throws IOException {
            ServerSocket listener = kind.listener();
            listener.bind(ANY);
            Socket client = kind.socket();
            client.connect(listener.getLocalSocketAddress());
            return new Ends(listener, client, listener.accept());
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
            listener.close();
        }
    }

    private interface Asking {
        List<String> ask(Kind of) throws Exception;
    }

    private static void asTheJdks(Asking asking) throws Exception {
        assertEquals(asking.ask(new Jdks()), asking.ask(new Ours()));
    }

    @Test
    void ofASocketThatIsClosed() throws Exception {
        asTheJdks(of -> {
            try (Ends ends = Ends.of(of)) {
                Socket socket = ends.client();
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream();
                int port = socket.getLocalPort();
                socket.close();
                return Answers.of(
                        in::read,
                        () -> in.read(new byte[1], 0, 0),
                        in::available,
                        done(() -> out.write(1)),
                        done(() -> out.write(new byte[0])),
                        () -> socket.getLocalPort() == port,
                        socket::getLocalAddress,
                        socket::getLocalSocketAddress,
                        socket::getRemoteSocketAddress,
                        socket::isConnected,
                        socket::isBound,
                        socket::getTrafficClass,
                        done(() -> socket.sendUrgentData(1)),
                        done(() -> socket.setOption(StandardSocketOptions.SO_SNDBUF, 1)),
                        () -> socket.getOption(StandardSocketOptions.SO_SNDBUF));
            }
        });
    }

    /// A failure of a socket is a `SocketException`.
    @Test
    void ofASocketWhoseConnectionIsBroken() throws Exception {
        asTheJdks(of -> {
            List<String> answers = new ArrayList<>();
            try (Ends ends = Ends.of(of)) {
                ends.server().setSoLinger(true, 0);
                ends.server().close();
                InputStream in = ends.client().getInputStream();
                OutputStream out = ends.client().getOutputStream();
                answers.addAll(Answers.of(in::read, done(() -> out.write(1)), in::read, in::available));
            }
            try (Ends ends = Ends.of(of)) {
                InputStream in = ends.client().getInputStream();
                OutputStream out = ends.client().getOutputStream();
                answers.addAll(Answers.of(
                        done(ends.client()::shutdownOutput),
                        done(() -> out.write(1)),
                        done(ends.client()::shutdownOutput),
                        done(ends.client()::shutdownInput),
                        in::read,
                        in::available,
                        done(ends.client()::shutdownInput),
                        ends.client()::isClosed));
            }
            return answers;
        });
    }

    @Test
    void ofOptions() throws Exception {
        asTheJdks(of -> {
            try (Socket socket = of.socket();
                    ServerSocket listener = of.listener()) {
                return Answers.of(
                        () -> has(listener.supportedOptions(), StandardSocketOptions.IP_TOS),
                        () -> has(socket.supportedOptions(), StandardSocketOptions.SO_LINGER),
                        () -> listener.getOption(StandardSocketOptions.IP_TOS),
                        done(() -> listener.setOption(StandardSocketOptions.IP_TOS, 100)),
                        () -> listener.getOption(StandardSocketOptions.IP_TOS),
                        done(() -> listener.setOption(StandardSocketOptions.IP_TOS, 256)),
                        done(() -> listener.setOption(StandardSocketOptions.TCP_NODELAY, true)),
                        done(() -> listener.setOption(StandardSocketOptions.SO_RCVBUF, null)),
                        () -> listener.getOption(StandardSocketOptions.SO_REUSEADDR),
                        done(() -> socket.setOption(StandardSocketOptions.TCP_NODELAY, null)),
                        done(() -> socket.setOption(StandardSocketOptions.SO_LINGER, -9)),
                        socket::getSoLinger,
                        done(() -> socket.setSoLinger(true, 100_000)),
                        socket::getSoLinger,
                        done(() -> socket.setSoLinger(true, -1)),
                        done(() -> socket.setTrafficClass(256)),
                        done(() -> socket.setSendBufferSize(0)),
                        socket::getOOBInline,
                        socket::getReuseAddress,
                        listener::toString,
                        socket::toString);
            }
        });
    }

    private static boolean has(Set<SocketOption<?>> options, SocketOption<?> option) {
        return options.contains(option);
    }

    @Test
    void ofAConnectionAndItsListener() throws Exception {
        asTheJdks(of -> {
            try (Ends ends = Ends.of(of)) {
                ServerSocket listener = ends.listener();
                listener.setSoTimeout(20);
                return Answers.of(
                        ends.client()::toString,
                        ends.server()::toString,
                        listener::toString,
                        listener::accept,
                        done(() -> listener.bind(ANY)),
                        done(() -> ends.client().connect(ANY)),
                        done(() -> ends.client().bind(ANY)),
                        done(listener::close),
                        listener::isClosed,
                        listener::getLocalSocketAddress);
            }
        });
    }

    /// In the words that the JDK's have for it: programs tell by them that it was they who closed the socket.
    @Test
    void whoWaitsIsToldThatTheSocketWasClosed() throws Exception {
        Ends ends = Ends.of(new Ours());
        Callable<Object> reads = () -> ends.client().getInputStream().read();
        assertEquals("Socket closed", closedWhile(reads, ends.client()::close).getMessage());
        assertEquals(
                "Socket closed",
                closedWhile(ends.listener()::accept, ends.listener()::close).getMessage());
        ends.close();
    }

    private static Throwable closedWhile(Callable<?> waits, Answers.Act closes) throws Exception {
        FutureTask<?> task = new FutureTask<>(waits);
        Thread thread = Thread.ofPlatform().daemon().start(task);
        while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
            assertTrue(thread.isAlive());
            Thread.onSpinWait();
        }
        closes.run();
        Throwable failure = assertThrows(ExecutionException.class, task::get).getCause();
        assertEquals(SocketException.class, failure.getClass());
        return failure;
    }
}
