package netkeep.client;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.SocketChannel;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A TCP socket that is the stack's or the kernel's: see [Sides].
final class OpenConnection extends SocketChannel implements OpenChannel {
    private final Sides<SocketChannel> sides;
    private final boolean four;
    private @Nullable OpenSocket face;

    OpenConnection(OpenProvider provider, ProtocolFamily family) throws IOException {
        super(provider);
        this.four = family == StandardProtocolFamily.INET;
        this.sides = new Sides<>(
                provider.rules(),
                provider.toward(Listener.class),
                new ConnectionChannel(provider, provider.session(), family),
                () -> provider.platform().openSocketChannel(family),
                OpenConnection::carry);
    }

    /// One that the kernel's listener has accepted.
    OpenConnection(OpenProvider provider, SocketChannel kernels) {
        super(provider);
        this.four = false;
        this.sides = new Sides<>(kernels);
    }

    private static void carry(SocketChannel from, SocketChannel to) throws IOException {
        ConnectionChannel ours = (ConnectionChannel) from;
        Options.CONNECTION.carry(ours.connection, to::setOption);
        Options.carry(ours.socket(), to.socket());
    }

    @Override
    public Sides<SocketChannel> sides() {
        return sides;
    }

    boolean four() {
        return four;
    }

    /// A call on one of the sides, whose end is this channel's end.
    <T extends @Nullable Object> T call(Sockets.Call<T> call) throws IOException {
        try {
            return isBlocking() && Thread.holdsLock(blockingLock()) ? callApart(call) : call.run();
        } finally {
            end();
        }
    }

    private <T extends @Nullable Object> T callApart(Sockets.Call<T> call) throws IOException {
        boolean done = false;
        begin();
        try {
            T result = Apart.call(blockingLock(), call);
            done = true;
            return result;
        } finally {
            end(done);
        }
    }

    /// If the side has closed itself, because it could not connect or its thread was interrupted, so is this.
    void end() throws IOException {
        if (!sides.side().isOpen()) {
            close();
        }
    }

    @Override
    public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
        if (sides.wished()) {
            throw new AlreadyBoundException();
        }
        SocketChannel side = sides.bound(local, four);
        if (side != null) {
            side.bind(local);
        }
        return this;
    }

    @Override
    public boolean connect(SocketAddress to) throws IOException {
        return call(() -> sides.toward(to).connect(to));
    }

    @Override
    public boolean finishConnect() throws IOException {
        return call(() -> sides.side().finishConnect());
    }

    @Override
    public boolean isConnected() {
        return sides.side().isConnected();
    }

    @Override
    public boolean isConnectionPending() {
        return sides.side().isConnectionPending();
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        return call(() -> sides.side().read(to));
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        return call(() -> sides.side().read(to, offset, length));
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return call(() -> sides.side().write(from));
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        return call(() -> sides.side().write(from, offset, length));
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        sides.side().shutdownInput();
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        sides.side().shutdownOutput();
        return this;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        return sides.settled().getLocalAddress();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        return sides.side().getRemoteAddress();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
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
    public Socket socket() {
        synchronized (sides) {
            if (face == null) {
                try {
                    face = new OpenSocket(this);
                } catch (SocketException e) {
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
