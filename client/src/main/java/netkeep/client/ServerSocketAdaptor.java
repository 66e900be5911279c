package netkeep.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A listener as a `java.net.ServerSocket`.
final class ServerSocketAdaptor extends ServerSocket {
    private final ListenerChannel channel;
    private volatile int timeout;

    ServerSocketAdaptor(ListenerChannel channel) throws IOException {
        super(new NoSocketImpl());
        this.channel = channel;
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        bind(local, 0);
    }

    @Override
    public void bind(@Nullable SocketAddress local, int backlog) throws IOException {
        Sockets.call(() -> channel.bind(local, backlog));
    }

    @Override
    public Socket accept() throws IOException {
        boolean waits = channel.isBlocking();
        int millis = timeout;
        if (millis > 0 && !waits) {
            throw new IllegalBlockingModeException();
        }
        long deadlineNs = Sockets.deadlineNs(channel.endpoint().session.pump, millis);
        SocketChannel accepted = Sockets.<@Nullable SocketChannel>call(() -> channel.accept(waits, deadlineNs));
        if (accepted == null && !waits) {
            throw new IllegalBlockingModeException();
        }
        if (accepted == null) {
            throw new SocketTimeoutException("Accept timed out");
        }
        return accepted.socket();
    }

    @Override
    public InetAddress getInetAddress() {
        InetSocketAddress local = channel.local();
        return local == null ? none() : local.getAddress();
    }

    /// The JDK says null here, too.
    @SuppressWarnings("NullAway")
    private static InetAddress none() {
        return null;
    }

    @Override
    public int getLocalPort() {
        InetSocketAddress local = channel.local();
        return local == null ? -1 : local.getPort();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return channel.local();
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
    public boolean isBound() {
        return channel.local() != null;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        timeout = Sockets.timeout(millis);
    }

    @Override
    public int getSoTimeout() throws IOException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        return timeout;
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        Sockets.socketCall(() -> channel.setOption(StandardSocketOptions.SO_REUSEADDR, on));
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return Objects.requireNonNull(
                Sockets.<@Nullable Boolean>socketCall(() -> channel.getOption(StandardSocketOptions.SO_REUSEADDR)));
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        int positive = Sockets.positive(size, "receive buffer");
        Sockets.socketCall(() -> channel.setOption(StandardSocketOptions.SO_RCVBUF, positive));
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return Objects.requireNonNull(
                Sockets.<@Nullable Integer>socketCall(() -> channel.getOption(StandardSocketOptions.SO_RCVBUF)));
    }

    @Override
    public <T> ServerSocket setOption(SocketOption<T> name, T value) throws IOException {
        Sockets.call(() -> channel.setOption(name, value));
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return Sockets.<@Nullable T>call(() -> channel.getOption(name));
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public void setPerformancePreferences(int connectionTime, int latency, int bandwidth) {
        // There is nothing to prefer.
    }

    @Override
    public String toString() {
        return isBound()
                ? "ServerSocket[addr=" + getInetAddress() + ",localport=" + getLocalPort() + "]"
                : "ServerSocket[unbound]";
    }
}
