package netkeep.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import netkeep.session.Option;
import org.jspecify.annotations.Nullable;

/// A TCP socket that listens.
final class ListenerChannel extends ServerSocketChannel implements SessionChannel {
    private static final int BACKLOG = 50;

    private final Session session;
    private final Listener listener;
    private final ProtocolFamily family;

    /// One thread at a time accepts, binds, or gives the socket back.
    private final ReentrantLock lock = new ReentrantLock();

    /// Held by who sets an option: nobody waits for who accepts to do that, and the socket is not given back meanwhile.
    private final Object setting = new Object();

    /// Where it is bound, which it tells after it was closed, too.
    private volatile @Nullable InetSocketAddress bound;
    private @Nullable ServerSocketAdaptor adaptor;

    /// As of its connections: see [ConnectionChannel#deafen].
    private volatile boolean deaf;

    ListenerChannel(SelectorProvider provider, Session session, ProtocolFamily family) throws IOException {
        super(provider);
        session.check();
        this.session = session;
        this.family = family;
        this.listener = new Listener(session, session.take());
        listener.channel(this);
        session.enter(listener);
        listener.open(Protocol.TCP, Protocol.family(family));
        // A server that is started again binds while connections of its former life are in TIME-WAIT.
        listener.options = listener.options.with(Option.REUSE_ADDRESS, 1);
        listener.option(Option.REUSE_ADDRESS, 1);
    }

    @Override
    public Listener endpoint() {
        return listener;
    }

    /// From now on no interrupt of a platform thread closes it, nor what it accepts.
    void deafen() {
        deaf = true;
    }

    @Override
    public int meaningful() {
        return SelectionKey.OP_ACCEPT;
    }

    @Override
    public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
        if (bound != null && isOpen()) {
            throw new AlreadyBoundException(); // also while another thread accepts
        }
        lock.lock();
        try {
            ensureOpen();
            if (bound != null) {
                throw new AlreadyBoundException();
            }
            InetSocketAddress address = local == null ? Protocol.any(family) : Addresses.check(local, family);
            int errno = listener.bind(address.getAddress(), address.getPort());
            if (errno == Errno.OK) {
                bound = Protocol.shown(listener.local(), family);
                errno = listener.listen(backlog < 1 ? BACKLOG : backlog);
            }
            if (errno != Errno.OK) {
                throw Errno.socket(errno);
            }
        } finally {
            unlock();
        }
        return this;
    }

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        return accept(isBlocking(), Long.MAX_VALUE);
    }

    /// Takes a connection, and waits for one until the deadline if it may.
    @Nullable
    SocketChannel accept(boolean wait, long deadlineNs) throws IOException {
        lock.lock();
        try {
            ensureOpen();
            if (bound == null) {
                throw new NotYetBoundException();
            }
            int child = Listener.NONE;
            if (!wait || !Thread.currentThread().isInterrupted() || !Sockets.hears(deaf)) {
                child = listener.accept();
            }
            if (child == Listener.NONE && wait) {
                child = await(deadlineNs);
            }
            return child == Listener.NONE ? null : connection(child);
        } finally {
            unlock();
        }
    }

    private int await(long deadlineNs) throws IOException {
        int child = Listener.NONE;
        enter();
        try {
            boolean ready = true;
            while (ready && child == Listener.NONE && isOpen()) {
                ready = listener.await(SelectionKey.OP_ACCEPT, deadlineNs);
                child = isOpen() ? listener.accept() : Listener.NONE;
            }
            return child;
        } finally {
            leave(child != Listener.NONE);
        }
    }

    private void enter() {
        if (Sockets.hears(deaf)) {
            begin();
        }
    }

    private void leave(boolean done) throws AsynchronousCloseException {
        if (Sockets.hears(deaf)) {
            end(done);
        } else if (!done && !isOpen()) {
            throw new AsynchronousCloseException();
        }
    }

    private SocketChannel connection(int child) {
        Connection connection = new Connection(session, child);
        // The stack has given it the listener's.
        connection.options = listener.options;
        session.enter(connection);
        ConnectionChannel channel = new ConnectionChannel(provider(), connection);
        if (deaf) {
            channel.deafen();
        }
        return channel;
    }

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return local();
    }

    @Nullable
    InetSocketAddress local() {
        return bound;
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        options().check(name, value);
        synchronized (setting) {
            ensureOpen();
            options().set(listener, name, value);
        }
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        options().check(name);
        ensureOpen();
        return options().get(listener, name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return options().names();
    }

    /// Those that it has: more behind a `ServerSocket`.
    private Options options() {
        return deaf ? Options.SERVER_SOCKET : Options.LISTENER;
    }

    @Override
    public ServerSocket socket() {
        synchronized (listener) {
            if (adaptor == null) {
                try {
                    adaptor = new ServerSocketAdaptor(this);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
            return adaptor;
        }
    }

    @Override
    protected void implCloseSelectableChannel() {
        synchronized (setting) {
            listener.close();
        }
        left();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        lock.lock();
        try {
            ensureOpen();
        } finally {
            unlock();
        }
    }

    private void unlock() {
        lock.unlock();
        left();
    }

    /// A thread has left: the last one of a closed channel gives the socket back.
    private void left() {
        if (listener.closed() && lock.tryLock()) {
            try {
                listener.giveBack(false);
            } finally {
                lock.unlock();
            }
        }
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public String toString() {
        return "netkeep ServerSocketChannel[" + (isOpen() ? "" : "closed ") + "local=" + local() + "]";
    }
}
