package netkeep.asynchronous;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.CompletionHandler;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ReadPendingException;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.WritePendingException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A connection.
@SuppressWarnings("FutureReturnValueIgnored") // what comes of it is told to the handler
final class Connection extends AsynchronousSocketChannel {
    private final HandlerGroup group;
    private final SocketChannel channel;
    private final Way in;
    private final Way out;
    private boolean connecting;
    private volatile boolean inputShut;
    private volatile boolean outputShut;

    /// @param channel in blocking mode
    Connection(HandlerGroup group, SocketChannel channel) {
        super(group.provider());
        this.group = group;
        this.channel = channel;
        this.in = new Way(group, this, ReadPendingException::new);
        this.out = new Way(group, this, WritePendingException::new);
    }

    // Connecting.

    @Override
    public Future<Void> connect(SocketAddress to) {
        return this.<@Nullable Object>begin(to, null, null);
    }

    @Override
    public <A extends @Nullable Object> void connect(
            SocketAddress to, A attachment, CompletionHandler<Void, ? super A> handler) {
        begin(to, attachment, Objects.requireNonNull(handler, "handler"));
    }

    private <A extends @Nullable Object> Future<Void> begin(
            SocketAddress to, A attachment, @Nullable CompletionHandler<Void, ? super A> handler) {
        if (isOpen()) {
            if (!(Objects.requireNonNull(to) instanceof InetSocketAddress internet)) {
                throw new UnsupportedAddressTypeException();
            }
            if (internet.isUnresolved()) {
                throw new UnresolvedAddressException();
            }
            beginConnecting();
        }
        return out.<Void, A>begin(
                () -> {
                    try {
                        channel.connect(to);
                    } catch (IOException | RuntimeException e) {
                        close();
                        throw e;
                    }
                    return nothing();
                },
                0,
                TimeUnit.MILLISECONDS,
                attachment,
                handler);
    }

    @SuppressWarnings("NullAway") // there is no other value
    private static Void nothing() {
        return null;
    }

    private synchronized void beginConnecting() {
        if (channel.isConnected()) {
            throw new AlreadyConnectedException();
        }
        if (connecting) {
            throw new ConnectionPendingException();
        }
        connecting = true;
    }

    private void ensureConnected() {
        // In this order: one that is closed meanwhile is not connected any more.
        if (!channel.isConnected() && isOpen()) {
            throw new NotYetConnectedException();
        }
    }

    // Reading.

    @Override
    public Future<Integer> read(ByteBuffer to) {
        return this.<@Nullable Object>begin(to, 0, TimeUnit.MILLISECONDS, null, null);
    }

    @Override
    public <A extends @Nullable Object> void read(
            ByteBuffer to, long timeout, TimeUnit unit, A attachment, CompletionHandler<Integer, ? super A> handler) {
        Objects.requireNonNull(handler, "handler");
        begin(to, timeout, unit, attachment, handler);
    }

    private <A extends @Nullable Object> Future<Integer> begin(
            ByteBuffer to,
            long timeout,
            TimeUnit unit,
            A attachment,
            @Nullable CompletionHandler<Integer, ? super A> handler) {
        writable(to);
        ensureConnected();
        return in.begin(() -> inputShut ? -1 : channel.read(to), timeout, unit, attachment, handler);
    }

    @Override
    public <A extends @Nullable Object> void read(
            ByteBuffer[] to,
            int offset,
            int length,
            long timeout,
            TimeUnit unit,
            A attachment,
            CompletionHandler<Long, ? super A> handler) {
        Objects.requireNonNull(handler, "handler");
        Objects.checkFromIndexSize(offset, length, to.length);
        ByteBuffer[] some = Arrays.copyOfRange(to, offset, offset + length);
        for (ByteBuffer one : some) {
            writable(one);
        }
        ensureConnected();
        in.begin(() -> inputShut ? -1L : channel.read(some), timeout, unit, attachment, handler);
    }

    private static void writable(ByteBuffer to) {
        if (to.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }

    // Writing: as many octets as there is room for, one at least.

    @Override
    public Future<Integer> write(ByteBuffer from) {
        return this.<@Nullable Object>give(from, 0, TimeUnit.MILLISECONDS, null, null);
    }

    @Override
    public <A extends @Nullable Object> void write(
            ByteBuffer from, long timeout, TimeUnit unit, A attachment, CompletionHandler<Integer, ? super A> handler) {
        give(from, timeout, unit, attachment, Objects.requireNonNull(handler, "handler"));
    }

    private <A extends @Nullable Object> Future<Integer> give(
            ByteBuffer from,
            long timeout,
            TimeUnit unit,
            A attachment,
            @Nullable CompletionHandler<Integer, ? super A> handler) {
        ensureConnected();
        return out.begin(
                () -> {
                    ensureOutput();
                    return channel.write(from);
                },
                timeout,
                unit,
                attachment,
                handler);
    }

    @Override
    public <A extends @Nullable Object> void write(
            ByteBuffer[] from,
            int offset,
            int length,
            long timeout,
            TimeUnit unit,
            A attachment,
            CompletionHandler<Long, ? super A> handler) {
        Objects.requireNonNull(handler, "handler");
        Objects.checkFromIndexSize(offset, length, from.length);
        ByteBuffer[] some = Arrays.copyOfRange(from, offset, offset + length);
        ensureConnected();
        out.begin(
                () -> {
                    ensureOutput();
                    return channel.write(some);
                },
                timeout,
                unit,
                attachment,
                handler);
    }

    private void ensureOutput() throws ClosedChannelException {
        if (outputShut) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public AsynchronousSocketChannel shutdownInput() throws IOException {
        channel.shutdownInput();
        inputShut = true;
        return this;
    }

    @Override
    public AsynchronousSocketChannel shutdownOutput() throws IOException {
        channel.shutdownOutput();
        outputShut = true;
        return this;
    }

    // Addresses, options, its end.

    @Override
    public AsynchronousSocketChannel bind(@Nullable SocketAddress local) throws IOException {
        synchronized (this) {
            if (connecting && !channel.isConnected()) {
                throw new ConnectionPendingException();
            }
        }
        channel.bind(local);
        return this;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        return channel.getRemoteAddress();
    }

    @Override
    public <T> AsynchronousSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        channel.setOption(name, value);
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return channel.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        group.left(this);
    }

    @Override
    public String toString() {
        return channel.toString();
    }
}
