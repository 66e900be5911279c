package netkeep.client;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The channels of a session as a provider of `java.nio`. Pipes and UNIX sockets are the platform's.
public final class NetkeepSelectorProvider extends SelectorProvider {
    private final Session session;
    private final SelectorProvider platform;

    /// @param platform the JVM's own provider
    public NetkeepSelectorProvider(Session session, SelectorProvider platform) {
        this.session = session;
        this.platform = platform;
    }

    Session session() {
        return session;
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return new ConnectionChannel(this, session, StandardProtocolFamily.INET6);
    }

    @Override
    public SocketChannel openSocketChannel(@Nullable ProtocolFamily family) throws IOException {
        return unix(family)
                ? platform.openSocketChannel(family)
                : new ConnectionChannel(this, session, internet(family));
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return new ListenerChannel(this, session, StandardProtocolFamily.INET6);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(@Nullable ProtocolFamily family) throws IOException {
        return unix(family)
                ? platform.openServerSocketChannel(family)
                : new ListenerChannel(this, session, internet(family));
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return new PortChannel(this, session, StandardProtocolFamily.INET6);
    }

    @Override
    public DatagramChannel openDatagramChannel(@Nullable ProtocolFamily family) throws IOException {
        return new PortChannel(this, session, internet(family));
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        session.check();
        return new SessionSelector(this, session, platform);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return platform.openPipe();
    }

    @Override
    public @Nullable Channel inheritedChannel() throws IOException {
        return platform.inheritedChannel();
    }

    /// Hands what arrives on a connection to a handler, on the thread that runs the stack; nobody reads from or writes
    /// to the channel from then on, but it may be shut down and closed. Called by that thread.
    ///
    /// @throws IllegalArgumentException if the channel is not a connection of this session
    public void handle(SocketChannel channel, StreamHandler by) {
        if (!(channel instanceof ConnectionChannel ours) || ours.connection.session != session || !ours.isConnected()) {
            throw new IllegalArgumentException("no connection of this session: " + channel);
        }
        ours.connection.handle(by);
    }

    private static boolean unix(@Nullable ProtocolFamily family) {
        return Objects.requireNonNull(family, "family") == StandardProtocolFamily.UNIX;
    }

    static ProtocolFamily internet(@Nullable ProtocolFamily family) {
        Objects.requireNonNull(family, "family");
        if (family != StandardProtocolFamily.INET && family != StandardProtocolFamily.INET6) {
            throw new UnsupportedOperationException("Protocol family not supported");
        }
        return family;
    }
}
