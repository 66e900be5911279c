package netkeep.contract;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.function.Supplier;
import java.util.stream.Stream;
import netkeep.client.OpenProvider;
import org.junit.jupiter.api.Named;

/// The providers that every test of the contract runs against: what ours does is what the platform's does.
public final class Providers {
    private Providers() {}

    public static Stream<Named<SelectorProvider>> all() throws ReflectiveOperationException {
        String another = System.getProperty("netkeep.contract");
        return another == null
                ? Stream.of(
                        Named.of("platform", SelectorProvider.provider()),
                        Named.of("netkeep", supplied("netkeep.client.OverFake")),
                        Named.of("open, the stack's", supplied("netkeep.client.OpenToStack")),
                        Named.of("open, the kernel's", supplied("netkeep.client.OpenToKernel")))
                : Stream.of(Named.of(another, supplied(another)));
    }

    /// Those whose channels of datagrams have sockets here: an open one's need the agent, which opens `java.net` to us.
    public static Stream<Named<SelectorProvider>> withDatagramSockets() throws ReflectiveOperationException {
        return all().filter(named -> !(named.getPayload() instanceof OpenProvider));
    }

    /// The provider of a placement, whose tests run all of these, too.
    private static SelectorProvider supplied(String name) throws ReflectiveOperationException {
        Supplier<?> supplier =
                Class.forName(name).asSubclass(Supplier.class).getConstructor().newInstance();
        return (SelectorProvider) supplier.get();
    }

    /// An address that never answers, on the link that a placement under test must have.
    static final String SILENT = "198.18.9.9";

    /// An address that nobody can bind to.
    static final String ABSENT = "198.19.9.9";

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
    }

    /// Two ends of a connection.
    record Pair(ServerSocketChannel listener, SocketChannel client, SocketChannel server) implements AutoCloseable {
        static Pair of(SelectorProvider provider) throws Exception {
            ServerSocketChannel listener = provider.openServerSocketChannel();
            listener.bind(loopback(0));
            SocketChannel client = provider.openSocketChannel();
            client.connect(listener.getLocalAddress());
            return new Pair(listener, client, listener.accept());
        }

        @Override
        public void close() throws Exception {
            client.close();
            server.close();
            listener.close();
        }
    }
}
