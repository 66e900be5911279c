package netkeep.asynchronous;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AcceptPendingException;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.ShutdownChannelGroupException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A listener.
@SuppressWarnings("FutureReturnValueIgnored") // what comes of it is told to the handler
final class Listener extends AsynchronousServerSocketChannel {
    private final HandlerGroup group;
    private final ServerSocketChannel channel;
    private final Way accepts;
    private volatile boolean bound;

    /// @param channel in blocking mode
    Listener(HandlerGroup group, ServerSocketChannel channel) {
        super(group.provider());
        this.group = group;
        this.channel = channel;
        this.accepts = new Way(group, this, AcceptPendingException::new);
    }

    @Override
    public AsynchronousServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
        channel.bind(local, backlog);
        bound = true;
        return this;
    }

    @Override
    public Future<AsynchronousSocketChannel> accept() {
        return this.<@Nullable Object>begin(null, null);
    }

    @Override
    public <A extends @Nullable Object> void accept(
            A attachment, CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
        begin(attachment, Objects.requireNonNull(handler, "handler"));
    }

    private <A extends @Nullable Object> Future<AsynchronousSocketChannel> begin(
            A attachment, @Nullable CompletionHandler<AsynchronousSocketChannel, ? super A> handler) {
        if (isOpen() && !bound) {
            throw new NotYetBoundException();
        }
        return accepts.begin(
                () -> entered(new Connection(group, channel.accept())), 0, TimeUnit.MILLISECONDS, attachment, handler);
    }

    /// A group that was shut down meanwhile takes no connection: here that is a failure to accept.
    private AsynchronousSocketChannel entered(Connection accepted) throws IOException {
        try {
            return group.entered(accepted);
        } catch (ShutdownChannelGroupException shut) {
            throw new IOException(shut);
        }
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public <T> AsynchronousServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
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
