package netkeep.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import netkeep.session.Option;
import org.jspecify.annotations.Nullable;

/// A connection as a `java.net.Socket`.
final class SocketAdaptor extends Socket {
    private final ConnectionChannel channel;
    private volatile int timeout;

    SocketAdaptor(ConnectionChannel channel) throws SocketException {
        super(new NoSocketImpl());
        this.channel = channel;
    }

    @Override
    public void connect(SocketAddress to) throws IOException {
        connect(to, 0);
    }

    @Override
    public void connect(SocketAddress to, int millis) throws IOException {
        if (to == null) {
            throw new IllegalArgumentException("connect to no address");
        }
        if (to instanceof InetSocketAddress internet && internet.isUnresolved()) {
            throw unknown(internet);
        }
        long deadlineNs = Sockets.deadlineNs(channel.connection.session.pump, Sockets.timeout(millis));
        if (!Sockets.call(() -> channel.connectInTime(to, deadlineNs))) {
            channel.close();
            throw new SocketTimeoutException("Connect timed out");
        }
    }

    /// A name that nobody has resolved ends a socket that could have connected.
    private IOException unknown(InetSocketAddress named) throws IOException {
        if (!channel.isOpen() || channel.isConnected()) {
            return new SocketException(channel.isOpen() ? "Already connected" : "Socket is closed");
        }
        channel.close();
        return new UnknownHostException(named.toString());
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        Sockets.call(() -> channel.bind(local));
    }

    // Addresses.

    @Override
    public @Nullable InetAddress getInetAddress() {
        InetSocketAddress peer = channel.peer();
        return peer == null ? null : peer.getAddress();
    }

    @Override
    public int getPort() {
        InetSocketAddress peer = channel.peer();
        return peer == null ? 0 : peer.getPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return channel.peer();
    }

    @Override
    public InetAddress getLocalAddress() {
        return Sockets.shownLocal(channel.isOpen(), channel.local());
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
    public SocketChannel getChannel() {
        return channel;
    }

    // Streams.

    @Override
    public InputStream getInputStream() throws IOException {
        ensureUsable();
        if (channel.inputShut()) {
            throw new SocketException("Socket input is shutdown");
        }
        return new SocketStreams.Input(channel, this, true);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        ensureUsable();
        if (channel.outputShut()) {
            throw new SocketException("Socket output is shutdown");
        }
        return new SocketStreams.Output(channel, true);
    }

    /// As [#getInputStream], for a `Socket` that looks after what it shows and tells itself.
    InputStream input() {
        return new SocketStreams.Input(channel, this, false);
    }

    /// As [#input].
    OutputStream output() {
        return new SocketStreams.Output(channel, false);
    }

    private void ensureUsable() throws SocketException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        if (!channel.isConnected()) {
            throw new SocketException("Socket is not connected");
        }
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        channel.urgent(data);
    }

    @Override
    public void shutdownInput() throws IOException {
        Sockets.call(channel::shutdownInput);
    }

    @Override
    public void shutdownOutput() throws IOException {
        Sockets.call(channel::shutdownOutput);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    // State.

    @Override
    public boolean isConnected() {
        return channel.isConnected();
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
    public boolean isInputShutdown() {
        return channel.inputShut();
    }

    @Override
    public boolean isOutputShutdown() {
        return channel.outputShut();
    }

    // Options.

    private <T> T option(SocketOption<T> name) throws SocketException {
        return Objects.requireNonNull(Sockets.<@Nullable T>socketCall(() -> channel.getOption(name)));
    }

    private <T> void option(SocketOption<T> name, T value) throws SocketException {
        Sockets.socketCall(() -> channel.setOption(name, value));
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        option(StandardSocketOptions.TCP_NODELAY, on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return option(StandardSocketOptions.TCP_NODELAY);
    }

    @Override
    public void setSoLinger(boolean on, int linger) throws SocketException {
        if (on && linger < 0) {
            throw new IllegalArgumentException("invalid value for SO_LINGER");
        }
        option(StandardSocketOptions.SO_LINGER, on ? linger : -1);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return option(StandardSocketOptions.SO_LINGER);
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        Sockets.socketCall(() -> channel.switchOption(Option.URGENT_INLINE, on));
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        return channel.connection.options.get(Option.URGENT_INLINE, 0) != 0;
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        timeout = Sockets.timeout(millis);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        if (!channel.isOpen()) {
            throw new SocketException("Socket is closed");
        }
        return timeout;
    }

    /// As [#getSoTimeout], also of one that is closed.
    int millis() {
        return timeout;
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        option(StandardSocketOptions.SO_SNDBUF, Sockets.positive(size, "send"));
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return option(StandardSocketOptions.SO_SNDBUF);
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        option(StandardSocketOptions.SO_RCVBUF, Sockets.positive(size, "receive"));
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return option(StandardSocketOptions.SO_RCVBUF);
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        option(StandardSocketOptions.SO_KEEPALIVE, on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return option(StandardSocketOptions.SO_KEEPALIVE);
    }

    @Override
    public void setTrafficClass(int tos) throws SocketException {
        option(StandardSocketOptions.IP_TOS, tos);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return option(StandardSocketOptions.IP_TOS);
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        option(StandardSocketOptions.SO_REUSEADDR, on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return option(StandardSocketOptions.SO_REUSEADDR);
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
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
        return channel.isConnected()
                ? "Socket[addr=" + getInetAddress() + ",port=" + getPort() + ",localport=" + getLocalPort() + "]"
                : "Socket[unconnected]";
    }
}
