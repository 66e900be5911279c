package netkeep.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An [OpenConnection] as a `java.net.Socket`: that of its side.
final class OpenSocket extends Socket {
    private final OpenConnection channel;

    OpenSocket(OpenConnection channel) throws SocketException {
        super(new NoSocketImpl());
        this.channel = channel;
    }

    private Socket side() {
        return channel.sides().side().socket();
    }

    /// The side's socket, also where nothing has decided yet.
    private Socket settled() {
        try {
            return channel.sides().settled().socket();
        } catch (IOException closed) {
            return side();
        }
    }

    @Override
    public void connect(SocketAddress to) throws IOException {
        connect(to, 0);
    }

    @Override
    public void connect(SocketAddress to, int millis) throws IOException {
        try {
            channel.sides().toward(to).socket().connect(to, millis);
        } finally {
            channel.end();
        }
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws IOException {
        Sockets.call(() -> {
            if (channel.sides().wished()) {
                throw new java.nio.channels.AlreadyBoundException();
            }
            SocketChannel side = channel.sides().bound(local, channel.four());
            if (side != null) {
                side.socket().bind(local);
            }
            return channel;
        });
    }

    @Override
    public SocketChannel getChannel() {
        return channel;
    }

    @Override
    public boolean isBound() {
        return channel.sides().wished() || side().isBound();
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
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
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
    public @Nullable InetAddress getInetAddress() {
        return side().getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return settled().getLocalAddress();
    }

    @Override
    public int getPort() {
        return side().getPort();
    }

    @Override
    public int getLocalPort() {
        return settled().getLocalPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return side().getRemoteSocketAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return settled().getLocalSocketAddress();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new OpenStreams.Input(channel, side().getInputStream());
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new OpenStreams.Output(channel, side().getOutputStream());
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        side().sendUrgentData(data);
    }

    @Override
    public void shutdownInput() throws IOException {
        side().shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        side().shutdownOutput();
    }

    @Override
    public boolean isConnected() {
        return side().isConnected();
    }

    @Override
    public boolean isInputShutdown() {
        return side().isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return side().isOutputShutdown();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        side().setTcpNoDelay(on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return side().getTcpNoDelay();
    }

    @Override
    public void setSoLinger(boolean on, int linger) throws SocketException {
        side().setSoLinger(on, linger);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return side().getSoLinger();
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        side().setOOBInline(on);
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        return side().getOOBInline();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        side().setSoTimeout(millis);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return side().getSoTimeout();
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        side().setSendBufferSize(size);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return side().getSendBufferSize();
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
    public void setKeepAlive(boolean on) throws SocketException {
        side().setKeepAlive(on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return side().getKeepAlive();
    }

    @Override
    public void setTrafficClass(int tos) throws SocketException {
        side().setTrafficClass(tos);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return side().getTrafficClass();
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
    public Set<SocketOption<?>> supportedOptions() {
        return side().supportedOptions();
    }
}
