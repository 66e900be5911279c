package netkeep.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

/// The providers that every test of the contract runs against: what ours does is what the platform's does.
final class Providers {
    private Providers() {}

    static Stream<Named<SelectorProvider>> all() {
        return Stream.of(Named.of("platform", SelectorProvider.provider()), Named.of("netkeep", new Fake().provider));
    }

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
