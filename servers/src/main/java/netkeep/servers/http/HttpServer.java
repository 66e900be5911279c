package netkeep.servers.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.random.RandomGenerator;
import netkeep.servers.loop.Deadlines;
import netkeep.servers.loop.Listener;
import netkeep.servers.loop.Loop;
import netkeep.servers.loop.Time;

/// Serves the files of a directory over HTTP/1.1. One thread, one selector, any number of addresses.
///
/// ```java
/// try (HttpServer server = new HttpServer(provider, HttpSettings.of(root), Time.SYSTEM, luck)) {
///     server.listen(new InetSocketAddress("198.18.0.2", 80));
///     server.run();
/// }
/// ```
///
/// Not safe for several threads, but for [#close] and [#connections].
public final class HttpServer implements AutoCloseable {
    private final Loop loop;
    private final Service service;
    private long leaveUntilNs;

    /// @param provider whose channels are served: the platform's or Netkeep's
    /// @param luck     makes the boundaries of multipart responses
    /// @throws IOException if the root is no directory that can be read
    public HttpServer(SelectorProvider provider, HttpSettings settings, Time time, RandomGenerator luck)
            throws IOException {
        this.service = new Service(settings, time, luck);
        this.loop = new Loop(provider, time);
    }

    /// Listens on one more address, IPv4 or IPv6.
    ///
    /// @return the address, with the port that was found if none was asked for
    public InetSocketAddress listen(InetSocketAddress address) throws IOException {
        Listener listener = loop.listen(address, service.limits.backlog(), this::arrives);
        service.gate.add(listener);
        SocketAddress bound = listener.address();
        return bound instanceof InetSocketAddress internet ? internet : address;
    }

    private void arrives(SocketChannel channel) throws IOException {
        // A response goes out in one piece and has nothing to wait for.
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = channel.register(loop.selector(), SelectionKey.OP_READ);
        Connection connection = new Connection(service, channel, key, loop.nowNs());
        key.attach(connection);
        service.gate.enter();
        // The request often comes with the last octets of the handshake: that saves a pass.
        connection.ready(key, loop.nowNs());
    }

    /// How many connections are open; from any thread.
    public int connections() {
        return service.gate.count();
    }

    /// Serves until [#close], then ends what was begun, for as long as the settings give it.
    public void run() throws IOException {
        Deadlines deadlines = service.wheel::expire;
        try {
            while (!loop.closed()) {
                loop.pass(deadlines);
            }
            leave();
        } finally {
            loop.closeAll();
            service.tree.close();
        }
    }

    private void leave() throws IOException {
        loop.closeListeners();
        service.leaving = true;
        for (SelectionKey key : loop.selector().keys().toArray(new SelectionKey[0])) {
            if (key.attachment() instanceof Connection connection) {
                connection.leave();
            }
        }
        leaveUntilNs = loop.nowNs() + service.patience.graceNs();
        while (service.gate.count() > 0 && loop.nowNs() - leaveUntilNs < 0) {
            loop.pass(this::expireLeaving);
        }
    }

    private long expireLeaving(long nowNs) {
        long nextNs = service.wheel.expire(nowNs);
        return nextNs == Deadlines.NEVER ? leaveUntilNs : Math.min(nextNs, leaveUntilNs);
    }

    /// Ends [#run], from any thread. Does not wait for it.
    @Override
    public void close() {
        loop.close();
    }
}
