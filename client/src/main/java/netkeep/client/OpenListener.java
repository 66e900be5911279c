package netkeep.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A TCP socket that listens, on the stack's side or the kernel's: see [Sides].
final class OpenListener extends ServerSocketChannel implements OpenChannel {
    private final OpenProvider provider;
    private final Sides<ServerSocketChannel> sides;
    private final boolean four;
    private @Nullable OpenServerSocket face;

    OpenListener(OpenProvider provider, ProtocolFamily family) throws IOException {
        super(provider);
        this.provider = provider;
        this.four = family == StandardProtocolFamily.INET;
        this.sides = new Sides<>(
                provider.rules(),
                provider.rules(),
                new ListenerChannel(provider, provider.session(), family),
                () -> provider.platform().openServerSocketChannel(family),
                (from, to) -> {
                    Options.LISTENER.carry(((ListenerChannel) from).endpoint(), to::setOption);
                    to.socket().setSoTimeout(from.socket().getSoTimeout());
                });
    }

    @Override
    public Sides<ServerSocketChannel> sides() {
        return sides;
    }

    /// The side that listens at an address.
    ServerSocketChannel at(@Nullable SocketAddress local) throws IOException {
        return local == null
                ? sides.settledByUse(four)
                : local instanceof InetSocketAddress internet && !internet.isUnresolved()
                        ? sides.at(internet)
                        : sides.side();
    }

    @Override
    public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
        at(local).bind(local, backlog);
        return this;
    }

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        try {
            return shown(sides.side().accept());
        } finally {
            end();
        }
    }

    /// As [OpenConnection#end].
    void end() throws IOException {
        if (!sides.side().isOpen()) {
            close();
        }
    }

    /// What was accepted, as programs are to see it.
    private @Nullable SocketChannel shown(@Nullable SocketChannel accepted) {
        return accepted == null || accepted instanceof ConnectionChannel
                ? accepted
                : new OpenConnection(provider, accepted);
    }

    /// As [#shown], of a socket.
    java.net.Socket shown(java.net.Socket accepted) {
        SocketChannel channel = shown(accepted.getChannel());
        return channel == null ? accepted : channel.socket();
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        return sides.side().getLocalAddress();
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        sides.side().setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return sides.side().getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return sides.side().supportedOptions();
    }

    @Override
    public ServerSocket socket() {
        synchronized (sides) {
            if (face == null) {
                try {
                    face = new OpenServerSocket(this);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            return face;
        }
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        sides.close();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        sides.blocking(block);
    }

    @Override
    public String toString() {
        return sides.side().toString();
    }
}
