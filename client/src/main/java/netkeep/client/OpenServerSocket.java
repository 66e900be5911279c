package netkeep.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.ServerSocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An [OpenListener] as a `java.net.ServerSocket`: that of its side.
final class OpenServerSocket extends ServerSocket {
    private final OpenListener channel;

    OpenServerSocket(OpenListener channel) throws IOException {
        super(new NoSocketImpl());
        this.channel = channel;
    }

    private ServerSocket side() {
        return channel.sides().side().socket();
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        bind(local, 0);
    }

    @Override
    public void bind(@Nullable SocketAddress local, int backlog) throws IOException {
        Sockets.call(() -> channel.at(local)).socket().bind(local, backlog);
    }

    @Override
    public Socket accept() throws IOException {
        try {
            return channel.shown(side().accept());
        } finally {
            channel.end();
        }
    }

    @Override
    public ServerSocketChannel getChannel() {
        return channel;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public <T> ServerSocket setOption(SocketOption<T> name, T value) throws IOException {
        side().setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return side().getOption(name);
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        // There is nothing to prefer.
    }

    @Override
    public String toString() {
        return side().toString();
    }

    @Override
    public InetAddress getInetAddress() {
        return side().getInetAddress();
    }

    @Override
    public int getLocalPort() {
        return side().getLocalPort();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return side().getLocalSocketAddress();
    }

    @Override
    public boolean isBound() {
        return side().isBound();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        side().setSoTimeout(millis);
    }

    @Override
    public int getSoTimeout() throws IOException {
        return side().getSoTimeout();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        side().setReuseAddress(on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return side().getReuseAddress();
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        side().setReceiveBufferSize(size);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return side().getReceiveBufferSize();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return side().supportedOptions();
    }
}
