package netkeep.contract;

import static netkeep.contract.Answers.done;
import static netkeep.contract.Providers.loopback;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import netkeep.asynchronous.BlockingProvider;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Asynchronous channels over a provider's: at each odd moment what the JDK's own answer.
@Timeout(60)
@SuppressWarnings("FutureReturnValueIgnored") // what is asked for the call says, not its future
public class AsynchronousAnswersTest {
    private static final InetSocketAddress NAMELESS = InetSocketAddress.createUnresolved("nowhere.invalid", 1);

    private interface Asking {
        List<String> ask(AsynchronousChannelProvider of) throws Exception;
    }

    private static void asTheJdks(SelectorProvider provider, Asking asking) throws Exception {
        assertEquals(asking.ask(AsynchronousChannelProvider.provider()), asking.ask(new BlockingProvider(provider)));
    }

    private static SocketAddress odd() {
        return new SocketAddress() {
            private static final long serialVersionUID = 1L;
        };
    }

    private static ByteBuffer octets(int count) {
        return ByteBuffer.allocate(count);
    }

    private static AsynchronousSocketChannel open(AsynchronousChannelProvider of) throws Exception {
        return of.openAsynchronousSocketChannel(null);
    }

    /// Two ends of a connection.
    private record Ends(
            AsynchronousServerSocketChannel listener,
            AsynchronousSocketChannel client,
            AsynchronousSocketChannel server)
            implements AutoCloseable {
        static Ends of(AsynchronousChannelProvider provider) throws Exception {
            AsynchronousServerSocketChannel listener =
                    provider.openAsynchronousServerSocketChannel(null).bind(loopback(0));
            AsynchronousSocketChannel client = open(provider);
            client.connect(listener.getLocalAddress()).get();
            return new Ends(listener, client, listener.accept().get());
        }

        @Override
        public void close() throws Exception {
            client.close();
            server.close();
            listener.close();
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofAChannelThatIsNotConnected(SelectorProvider provider) throws Exception {
        asTheJdks(provider, of -> {
            try (AsynchronousSocketChannel channel = open(of);
                    AsynchronousServerSocketChannel listener = of.openAsynchronousServerSocketChannel(null)) {
                return Answers.of(
                        channel::getLocalAddress,
                        channel::getRemoteAddress,
                        () -> channel.read(octets(1)),
                        () -> channel.read(octets(1).asReadOnlyBuffer()),
                        () -> channel.write(octets(1)),
                        channel::shutdownInput,
                        () -> channel.connect(null),
                        () -> channel.connect(odd()),
                        () -> channel.connect(NAMELESS),
                        channel::isOpen,
                        listener::getLocalAddress,
                        listener::accept,
                        done(() -> channel.bind(loopback(0))),
                        done(() -> channel.bind(loopback(0))),
                        channel::getLocalAddress,
                        done(() -> listener.bind(odd())),
                        done(channel::close),
                        () -> channel.connect(loopback(9)).get(),
                        () -> channel.read(octets(1)).get(),
                        channel::getLocalAddress,
                        done(listener::close),
                        () -> listener.accept().get(),
                        listener::getLocalAddress);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofAConnection(SelectorProvider provider) throws Exception {
        asTheJdks(provider, of -> {
            List<String> answers = new ArrayList<>();
            try (Ends ends = Ends.of(of)) {
                AsynchronousSocketChannel channel = ends.client();
                Future<Integer> waiting = channel.read(octets(1));
                Future<AsynchronousSocketChannel> accepting = ends.listener().accept();
                answers.addAll(Answers.of(
                        () -> channel.connect(ends.listener().getLocalAddress()),
                        () -> channel.read(octets(1)),
                        () -> ends.server().read(octets(0)).get(),
                        () -> ends.server().write(octets(0)).get(),
                        ends.listener()::accept,
                        () -> ends.server().write(octets(1)).get(),
                        waiting::get,
                        () -> waiting.cancel(true),
                        done(ends.listener()::close),
                        accepting::get));
                Future<Integer> closed = channel.read(octets(1));
                channel.close();
                answers.addAll(Answers.of(
                        closed::get,
                        channel::isOpen,
                        () -> ends.server().read(octets(1)).get()));
            }
            return answers;
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofHalvesThatAreShut(SelectorProvider provider) throws Exception {
        asTheJdks(provider, of -> {
            try (Ends ends = Ends.of(of)) {
                AsynchronousSocketChannel channel = ends.client();
                return Answers.of(
                        done(channel::shutdownInput),
                        done(channel::shutdownInput),
                        () -> channel.read(octets(1)).get(),
                        () -> channel.read(octets(0)).get(),
                        done(channel::shutdownOutput),
                        () -> channel.write(octets(1)).get(),
                        () -> channel.write(octets(0)).get(),
                        () -> ends.server().read(octets(1)).get(),
                        channel::isOpen);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofAnOperationThatWasGivenUp(SelectorProvider provider) throws Exception {
        asTheJdks(provider, of -> {
            List<String> answers = new ArrayList<>();
            try (Ends ends = Ends.of(of)) {
                Future<Integer> waiting = ends.client().read(octets(1));
                answers.addAll(Answers.of(
                        () -> waiting.cancel(false),
                        waiting::isCancelled,
                        waiting::get,
                        () -> ends.client().read(octets(1)),
                        () -> ends.client().write(octets(1)).get(),
                        () -> ends.server().read(octets(2)).get()));
                Future<Integer> another = ends.server().read(octets(1));
                answers.addAll(Answers.of(() -> another.cancel(true), ends.server()::isOpen));
            }
            try (Ends ends = Ends.of(of)) {
                CompletableFuture<String> told = new CompletableFuture<>();
                ends.client().read(octets(1), 20, TimeUnit.MILLISECONDS, null, new CompletionHandler<>() {
                    @Override
                    public void completed(Integer count, Object attachment) {
                        told.complete("octets " + count);
                    }

                    @Override
                    public void failed(Throwable failure, Object attachment) {
                        told.complete(failure.getClass().getSimpleName());
                    }
                });
                answers.addAll(Answers.of(told::get, () -> ends.client().read(octets(1)), ends.client()::isOpen));
            }
            return answers;
        });
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void ofAGroup(SelectorProvider provider) throws Exception {
        asTheJdks(provider, of -> {
            AsynchronousChannelGroup group = of.openAsynchronousChannelGroup(
                    1, Thread.ofPlatform().daemon().factory());
            CompletableFuture<String> run = new CompletableFuture<>();
            AsynchronousSocketChannel channel = of.openAsynchronousSocketChannel(group);
            return Answers.of(
                    done(() -> ((Executor) group).execute(() -> run.complete("run"))),
                    run::get,
                    group::isShutdown,
                    done(group::shutdown),
                    group::isShutdown,
                    group::isTerminated,
                    () -> of.openAsynchronousSocketChannel(group),
                    done(channel::close),
                    () -> group.awaitTermination(10, TimeUnit.SECONDS),
                    group::isTerminated,
                    () -> of.openAsynchronousChannelGroup(0, Thread.ofPlatform().factory()));
        });
    }
}
