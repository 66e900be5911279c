// Long: one class of java.nio, whose contract is one.
package netkeep.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import netkeep.session.Option;
import netkeep.session.Status;
import org.jspecify.annotations.Nullable;

/// A TCP connection.
final class ConnectionChannel extends SocketChannel implements SessionChannel {
    // Phases of its life.
    private static final byte UNCONNECTED = 0;
    private static final byte PENDING = 1;
    private static final byte CONNECTED = 2;

    private static final int RECEIVE = 1;
    private static final int SEND = 2;

    /// One thread reads at a time; with [#WRITES] too it connects, binds, or gives the socket back.
    private static final OctetLock READS = OctetLock.in(MethodHandles.lookup(), "reads");

    private static final OctetLock WRITES = OctetLock.in(MethodHandles.lookup(), "writes");

    final Connection connection;

    @SuppressWarnings("unused") // by READS
    private volatile byte reads;

    @SuppressWarnings("unused") // by WRITES
    private volatile byte writes;

    private final ProtocolFamily family;
    private volatile byte phase = UNCONNECTED;
    private volatile boolean bound;
    private volatile boolean inputShut;
    private volatile boolean outputShut;
    private volatile @Nullable InetSocketAddress remote;

    /// Where it was bound when it was closed: the words of its socket may be another's since.
    private volatile @Nullable InetSocketAddress lastLocal;

    private @Nullable SocketAdaptor adaptor;

    /// Whether an interrupt leaves it alone where a platform thread waits, as `java.net.Socket` has it.
    private volatile boolean deaf;

    ConnectionChannel(SelectorProvider provider, Session session, ProtocolFamily family) throws IOException {
        super(provider);
        session.check();
        this.family = family;
        this.connection = new Connection(session, session.take());
        connection.channel(this);
        session.enter(connection);
        connection.open(Protocol.TCP, Protocol.family(family));
    }

    /// A connection that was accepted.
    ConnectionChannel(SelectorProvider provider, Connection accepted) {
        super(provider);
        this.family = StandardProtocolFamily.INET6;
        this.connection = accepted;
        accepted.channel(this);
        this.bound = true;
        this.phase = CONNECTED;
    }

    @Override
    public Connection endpoint() {
        return connection;
    }

    /// From now on no interrupt of a platform thread closes it.
    void deafen() {
        deaf = true;
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

    /// The calling thread was interrupted before an operation that may wait: it ends before it begins.
    private void heed() throws AsynchronousCloseException {
        enter();
        leave(false);
    }

    /// Waits for an operation, as [Endpoint#await].
    private boolean await(int op, long deadlineNs) throws IOException {
        return Apart.call(blockingLock(), () -> connection.await(op, deadlineNs));
    }

    @Override
    public int meaningful() {
        return switch (phase) {
            case UNCONNECTED -> 0;
            case PENDING -> SelectionKey.OP_CONNECT;
            default -> SelectionKey.OP_READ | SelectionKey.OP_WRITE;
        };
    }

    // Binding and connecting.

    @Override
    public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
        lock();
        try {
            ensureOpen();
            if (phase == PENDING) {
                throw new ConnectionPendingException();
            }
            if (bound) {
                throw new AlreadyBoundException();
            }
            InetSocketAddress address = local == null ? Protocol.any(family) : Addresses.check(local, family);
            int errno = connection.bind(address.getAddress(), address.getPort());
            if (errno != Errno.OK) {
                throw Errno.socket(errno);
            }
            bound = true;
        } finally {
            unlock();
        }
        return this;
    }

    @Override
    public boolean connect(SocketAddress to) throws IOException {
        InetSocketAddress address = Addresses.check(to, family);
        return connect(address, Long.MAX_VALUE);
    }

    /// Connects as a socket does, which must be in blocking mode.
    ///
    /// @return whether it was done before the deadline
    boolean connectInTime(SocketAddress to, long deadlineNs) throws IOException {
        InetSocketAddress address = Addresses.check(to, family);
        if (!isBlocking()) {
            throw new IllegalBlockingModeException();
        }
        return connect(address, deadlineNs);
    }

    private boolean connect(InetSocketAddress to, long deadlineNs) throws IOException {
        lock();
        try {
            ensureOpen();
            if (phase == CONNECTED) {
                throw new AlreadyConnectedException();
            }
            if (phase == PENDING) {
                throw new ConnectionPendingException();
            }
            InetAddress where = Addresses.remote(to.getAddress());
            try {
                if (interruptible(isBlocking())) {
                    heed();
                }
                remote = where.equals(to.getAddress()) ? to : new InetSocketAddress(where, to.getPort());
                phase = PENDING;
                int errno = connection.connect(where, to.getPort());
                if (errno != Errno.OK && errno != Errno.EINPROGRESS) {
                    throw Errno.socket(errno);
                }
                bound = true;
                // Over loopback it may be done by now: who does not wait is told so by finishConnect, as with the
                // kernel.
                return isBlocking() && (connected() || awaitConnected(deadlineNs));
            } catch (IOException e) {
                close();
                throw e;
            }
        } finally {
            unlock();
        }
    }

    @Override
    public boolean finishConnect() throws IOException {
        lock();
        try {
            ensureOpen();
            if (phase == CONNECTED) {
                return true;
            }
            if (phase != PENDING) {
                throw new NoConnectionPendingException();
            }
            try {
                if (interruptible(isBlocking())) {
                    heed();
                }
                if (connected()) {
                    return true;
                }
                connection.session.pump.glance();
                return connected() || isBlocking() && awaitConnected(Long.MAX_VALUE);
            } catch (IOException e) {
                close();
                throw e;
            }
        } finally {
            unlock();
        }
    }

    /// Whether the handshake is done.
    private boolean connected() throws IOException {
        int status = connection.status();
        connection.session.check();
        if ((status & Status.FAILED) != 0) {
            throw Errno.socket(connection.error());
        }
        if (!Connection.connected(status)) {
            return false;
        }
        phase = CONNECTED;
        // What has come before that meant nothing to those who select it.
        connection.lookUp();
        return true;
    }

    private boolean awaitConnected(long deadlineNs) throws IOException {
        boolean done = false;
        enter();
        try {
            boolean ready = isOpen();
            while (ready && isOpen() && !done) {
                ready = connection.await(SelectionKey.OP_CONNECT, deadlineNs);
                done = isOpen() && connected();
            }
        } finally {
            leave(done);
        }
        return done;
    }

    @Override
    public boolean isConnected() {
        return phase == CONNECTED && isOpen();
    }

    @Override
    public boolean isConnectionPending() {
        return phase == PENDING && isOpen();
    }

    // Reading.

    @Override
    public int read(ByteBuffer to) throws IOException {
        if (!SocketEvents.reads()) {
            return take(to);
        }
        long start = SocketEvents.now();
        int octets = take(to);
        SocketEvents.read(start, octets, peer(), 0);
        return octets;
    }

    /// Reads, and tells the Flight Recorder nothing.
    int take(ByteBuffer to) throws IOException {
        Objects.requireNonNull(to);
        READS.lock(this);
        try {
            ensureConnected();
            return read(to, isBlocking(), Long.MAX_VALUE);
        } finally {
            READS.unlock(this);
            left();
        }
    }

    /// Reads what is there, and waits for something until the deadline if it may.
    ///
    /// @return how many octets, -1 at the end of the stream, 0 if nothing came
    private int read(ByteBuffer to, boolean wait, long deadlineNs) throws IOException {
        if (interruptible(wait)) {
            heed();
        }
        if (inputShut) {
            return Connection.END;
        }
        writable(to);
        if (!to.hasRemaining()) {
            return 0;
        }
        int length = connection.read(to);
        if (length != 0 || !wait) {
            return length;
        }
        enter();
        try {
            boolean ready = true;
            while (ready && length == 0 && isOpen() && !inputShut) {
                ready = await(SelectionKey.OP_READ, deadlineNs);
                length = isOpen() ? connection.read(to) : 0;
            }
            return length == 0 && inputShut ? Connection.END : length;
        } finally {
            leave(length > 0);
        }
    }

    /// As [#read(ByteBuffer)] of a stream: in blocking mode only, with a deadline.
    ///
    /// @return 0 if nothing came until the deadline
    int read(ByteBuffer to, long deadlineNs) throws IOException {
        READS.lock(this);
        try {
            ensureConnected();
            if (!isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            return read(to, true, deadlineNs);
        } finally {
            READS.unlock(this);
            left();
        }
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        if (!SocketEvents.reads()) {
            return take(to, offset, length);
        }
        long start = SocketEvents.now();
        long octets = take(to, offset, length);
        SocketEvents.read(start, octets, peer(), 0);
        return octets;
    }

    private long take(ByteBuffer[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        READS.lock(this);
        try {
            ensureConnected();
            long total = 0;
            for (int i = offset; i < offset + length && !inputShut; i++) {
                writable(to[i]);
            }
            for (int i = offset; i < offset + length; i++) {
                if (!to[i].hasRemaining()) {
                    continue;
                }
                int octets = total == 0 ? read(to[i], isBlocking(), Long.MAX_VALUE) : more(to[i]);
                if (octets <= 0) {
                    return total == 0 ? octets : total;
                }
                total += octets;
                if (to[i].hasRemaining()) {
                    break;
                }
            }
            return total == 0 && inputShut ? Connection.END : total;
        } finally {
            READS.unlock(this);
            left();
        }
    }

    /// Reads what is there; an end of the stream is left for the next call.
    private int more(ByteBuffer to) throws IOException {
        return connection.available() == 0 ? 0 : connection.read(to);
    }

    /// Octets that can be read without waiting.
    int available() throws IOException {
        ensureConnected();
        return inputShut ? 0 : connection.available();
    }

    private static void writable(ByteBuffer to) {
        if (to.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }

    // Writing.

    @Override
    public int write(ByteBuffer from) throws IOException {
        if (!SocketEvents.writes()) {
            return put(from);
        }
        long start = SocketEvents.now();
        int octets = put(from);
        SocketEvents.written(start, octets, peer());
        return octets;
    }

    /// Writes, and tells the Flight Recorder nothing.
    int put(ByteBuffer from) throws IOException {
        Objects.requireNonNull(from);
        WRITES.lock(this);
        try {
            ensureWritable();
            return write(from, isBlocking());
        } finally {
            WRITES.unlock(this);
            left();
        }
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        if (!SocketEvents.writes()) {
            return put(from, offset, length);
        }
        long start = SocketEvents.now();
        long octets = put(from, offset, length);
        SocketEvents.written(start, octets, peer());
        return octets;
    }

    private long put(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        WRITES.lock(this);
        try {
            ensureWritable();
            boolean wait = isBlocking();
            if (interruptible(wait)) {
                heed();
            }
            long total = 0;
            boolean pushed = true;
            for (int i = offset; i < offset + length; i++) {
                if (!from[i].hasRemaining()) {
                    continue;
                }
                // All pieces that find room go to the stack together.
                int octets = connection.write(from[i]);
                pushed &= octets == 0;
                total += octets;
                if (from[i].hasRemaining()) {
                    if (!wait) {
                        break;
                    }
                    pushed = true;
                    total += writeRest(from[i], total > 0);
                    if (from[i].hasRemaining()) {
                        break; // the output was shut, or the channel closed, meanwhile
                    }
                }
            }
            if (!pushed) {
                connection.push();
            }
            return total;
        } finally {
            WRITES.unlock(this);
            left();
        }
    }

    private int write(ByteBuffer from, boolean wait) throws IOException {
        if (interruptible(wait)) {
            heed();
        }
        if (!from.hasRemaining()) {
            return 0;
        }
        int length = connection.write(from);
        if (length > 0) {
            connection.push();
        }
        return wait && from.hasRemaining() ? length + writeRest(from, length > 0) : length;
    }

    /// Whether a thread is at it, or another operation that excludes it.
    boolean writing() {
        return WRITES.isLocked(this);
    }

    private boolean interruptible(boolean wait) {
        return wait && Thread.currentThread().isInterrupted() && Sockets.hears(deaf);
    }

    /// Writes all of the buffer, and waits for room. What was written before goes out first.
    ///
    /// @param some whether this operation has written something by now: then its end is no exception
    private int writeRest(ByteBuffer from, boolean some) throws IOException {
        int total = 0;
        enter();
        try {
            while (isOpen() && from.hasRemaining()) {
                if (outputShut && !some && total == 0) {
                    throw new AsynchronousCloseException();
                }
                if (outputShut) {
                    return total;
                }
                int length = connection.write(from);
                connection.push();
                total += length;
                if (from.hasRemaining()) {
                    await(SelectionKey.OP_WRITE, Long.MAX_VALUE);
                }
            }
            return total;
        } finally {
            leave(some || total > 0);
        }
    }

    /// Sends an octet of urgent data.
    void urgent(int octet) throws IOException {
        WRITES.lock(this);
        try {
            ensureWritable();
            ByteBuffer one = ByteBuffer.allocate(1).put(0, (byte) octet);
            while (connection.write(one) == 0) {
                if (!isBlocking()) {
                    throw new IOException("Socket buffer full");
                }
                connection.await(SelectionKey.OP_WRITE, Long.MAX_VALUE);
                ensureWritable();
            }
            connection.urgent();
            connection.push();
        } finally {
            WRITES.unlock(this);
            left();
        }
    }

    // Half closes.

    @Override
    public SocketChannel shutdownInput() throws IOException {
        synchronized (connection) {
            ensureConnected();
            if (inputShut) {
                return this;
            }
            inputShut = true;
            connection.shutdown(RECEIVE);
        }
        connection.lookUp();
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        synchronized (connection) {
            ensureConnected();
            if (outputShut) {
                return this;
            }
            outputShut = true;
            connection.shutdown(SEND);
        }
        connection.lookUp();
        return this;
    }

    boolean inputShut() {
        return inputShut;
    }

    boolean outputShut() {
        return outputShut;
    }

    // Addresses and options.

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return local();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return peer();
    }

    @Nullable
    InetSocketAddress local() {
        InetSocketAddress now = bound ? Protocol.shown(connection.local(), family) : null;
        InetSocketAddress last = lastLocal;
        return last != null ? last : now;
    }

    @Nullable
    InetSocketAddress peer() {
        if (phase == UNCONNECTED) {
            return null;
        }
        InetSocketAddress known = remote;
        if (known == null) {
            known = connection.remote();
            remote = known;
        }
        return known;
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, T value) throws IOException {
        Options.CONNECTION.check(name, value);
        synchronized (connection) {
            ensureOpen();
            Options.CONNECTION.set(connection, name, value);
        }
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        Options.CONNECTION.check(name);
        ensureOpen();
        return Options.CONNECTION.get(connection, name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Options.CONNECTION.names();
    }

    /// Sets an option that has no name in `java.net`.
    SocketChannel switchOption(int option, boolean on) throws IOException {
        synchronized (connection) {
            ensureOpen();
            connection.options = connection.options.with(option, on ? 1 : 0);
            connection.option(option, on ? 1 : 0);
        }
        return this;
    }

    @Override
    public Socket socket() {
        synchronized (connection) {
            if (adaptor == null) {
                try {
                    adaptor = new SocketAdaptor(this);
                } catch (SocketException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return adaptor;
        }
    }

    // Closing.

    @Override
    protected void implCloseSelectableChannel() {
        // Whoever sets an option or shuts a half, who waits for nobody that reads or writes, has done so or finds the
        // channel closed: the socket may be another's soon.
        synchronized (connection) {
            if (!connection.session.broken()) {
                lastLocal = local();
                peer();
            }
        }
        connection.close();
        left();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        // Who waits now waits on: the mode changes behind him.
        lock();
        try {
            ensureOpen();
        } finally {
            unlock();
        }
    }

    /// A thread has left: the last one of a closed channel gives the socket back.
    private void left() {
        while (connection.closed() && READS.tryLock(this)) {
            try {
                if (WRITES.tryLock(this)) {
                    try {
                        giveBack();
                        return;
                    } finally {
                        WRITES.unlock(this);
                    }
                }
            } finally {
                READS.unlock(this);
            }
            if (WRITES.isLocked(this)) {
                return; // whoever is in there comes by here
            }
        }
    }

    private void giveBack() {
        int linger = connection.options.get(Option.LINGER, -1);
        boolean first = connection.giveBack(linger == 0);
        if (first && linger > 0 && isBlocking() && phase == CONNECTED) {
            connection.awaitHeard(connection.session.pump.nowNs() + TimeUnit.SECONDS.toNanos(linger));
        }
    }

    private void lock() {
        READS.lock(this);
        WRITES.lock(this);
    }

    private void unlock() {
        WRITES.unlock(this);
        READS.unlock(this);
        left();
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void ensureConnected() throws ClosedChannelException {
        ensureOpen();
        if (phase != CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    private void ensureWritable() throws ClosedChannelException {
        ensureOpen();
        if (outputShut) {
            throw new ClosedChannelException();
        }
        ensureConnected();
    }

    @Override
    public String toString() {
        String state = !isOpen()
                ? "closed"
                : List.of("unconnected", "connection-pending", "connected").get(phase);
        return "netkeep SocketChannel[" + state + (inputShut ? " ishut" : "") + (outputShut ? " oshut" : "") + " local="
                + local() + " remote=" + peer() + "]";
    }
}
