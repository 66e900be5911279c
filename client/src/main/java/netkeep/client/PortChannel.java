// Long: one class of java.nio, whose contract is one.
package netkeep.client;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import netkeep.session.Option;
import org.jspecify.annotations.Nullable;

/// A UDP socket.
final class PortChannel extends DatagramChannel implements SessionChannel {
    final Port port;

    private final Session session;
    private final ProtocolFamily family;
    private final Memberships memberships;

    /// One thread receives at a time; with [#sendLock] too it binds, connects, or gives the socket back.
    private final ReentrantLock receiveLock = new ReentrantLock();

    private final ReentrantLock sendLock = new ReentrantLock();
    private volatile boolean bound;
    private volatile @Nullable InetSocketAddress remote;
    private volatile @Nullable NetworkInterface multicastInterface;
    private @Nullable DatagramSocketAdaptor adaptor;

    /// See [ConnectionChannel#deafen].
    private volatile boolean deaf;

    // Where the last datagram went; the next one mostly goes there too.
    private @Nullable SocketAddress target;
    private long targetHi;
    private long targetLo;
    private int targetPort;
    private int targetLink;

    PortChannel(SelectorProvider provider, Session session, ProtocolFamily family) throws IOException {
        super(provider);
        session.check();
        this.session = session;
        this.family = family;
        this.port = new Port(session, session.take());
        this.memberships = new Memberships(this, family);
        port.channel(this);
        session.enter(port);
        port.open(Protocol.UDP, Protocol.family(family));
    }

    @Override
    public Port endpoint() {
        return port;
    }

    /// From now on no interrupt of a platform thread closes it.
    void deafen() {
        deaf = true;
    }

    boolean deaf() {
        return deaf;
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

    private boolean interruptible(boolean wait) {
        return wait && Thread.currentThread().isInterrupted() && Sockets.hears(deaf);
    }

    @Override
    public int meaningful() {
        return SelectionKey.OP_READ | SelectionKey.OP_WRITE;
    }

    // Binding and connecting.

    @Override
    public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
        lock();
        try {
            ensureOpen();
            if (bound) {
                throw new AlreadyBoundException();
            }
            bindTo(local == null ? Protocol.any(family) : Addresses.check(local, family));
        } finally {
            unlock();
        }
        return this;
    }

    private void bindTo(InetSocketAddress address) throws IOException {
        synchronized (port) {
            if (bound) {
                return;
            }
            int errno = port.bind(address.getAddress(), address.getPort());
            if (errno != Errno.OK) {
                throw Errno.socket(errno);
            }
            bound = true;
        }
    }

    private void bindAny() throws IOException {
        if (!bound) {
            bindTo(Protocol.any(family));
        }
    }

    @Override
    public DatagramChannel connect(SocketAddress to) throws IOException {
        InetSocketAddress address = Addresses.check(to, family);
        lock();
        try {
            ensureOpen();
            if (remote != null) {
                throw new AlreadyConnectedException();
            }
            connectTo(address);
        } finally {
            unlock();
        }
        return this;
    }

    /// Connects, also one that is connected already: what a `DatagramSocket` may.
    void reconnect(SocketAddress to) throws IOException {
        InetSocketAddress address = Addresses.check(to, family);
        lock();
        try {
            ensureOpen();
            connectTo(address);
        } finally {
            unlock();
        }
    }

    private void connectTo(InetSocketAddress address) throws IOException {
        if (address.getPort() == 0) {
            throw new SocketException("Can't connect to port 0");
        }
        InetAddress where = Addresses.remote(address.getAddress());
        ask(where, address.getPort());
        bound = true;
        remote = where.equals(address.getAddress()) ? address : new InetSocketAddress(where, address.getPort());
        port.drop();
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        lock();
        try {
            if (isOpen() && remote != null) {
                ask(Protocol.any(family).getAddress(), 0);
                remote = null;
            }
        } finally {
            unlock();
        }
        return this;
    }

    /// Asks the stack to connect, or with 0 to disconnect. Another thread may join a group at the same time.
    private void ask(InetAddress address, int number) throws IOException {
        synchronized (port) {
            int errno = port.connect(address, number);
            if (errno != Errno.OK) {
                throw Errno.socket(errno);
            }
        }
    }

    @Override
    public boolean isConnected() {
        return remote != null && isOpen();
    }

    // Receiving.

    @Override
    public @Nullable SocketAddress receive(ByteBuffer to) throws IOException {
        writable(to);
        receiveLock.lock();
        try {
            ensureOpen();
            bindAny();
            return receive(to, isBlocking(), Long.MAX_VALUE) == Port.NONE ? null : port.sender();
        } finally {
            receiveLock.unlock();
            left();
        }
    }

    /// Receives as a socket does: it waits, until the deadline at most.
    ///
    /// @return the sender, or null if nothing came
    @Nullable
    InetSocketAddress receive(ByteBuffer to, long deadlineNs) throws IOException {
        receiveLock.lock();
        try {
            ensureOpen();
            bindAny();
            return receive(to, true, deadlineNs) == Port.NONE ? null : port.sender();
        } finally {
            receiveLock.unlock();
            left();
        }
    }

    private int receive(ByteBuffer to, boolean wait, long deadlineNs) throws IOException {
        boolean errors = remote != null;
        if (!interruptible(wait)) {
            int length = port.receive(to, errors);
            if (length != Port.NONE || !wait) {
                return length;
            }
        }
        int length = Port.NONE;
        enter();
        try {
            boolean ready = true;
            while (ready && length == Port.NONE && isOpen()) {
                ready = port.await(SelectionKey.OP_READ, deadlineNs);
                length = isOpen() ? port.receive(to, errors) : Port.NONE;
            }
            return length;
        } finally {
            leave(length != Port.NONE);
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        Objects.requireNonNull(to);
        receiveLock.lock();
        try {
            ensureConnected();
            writable(to);
            // Into nothing nothing is read: no datagram is lost for it. Who wants to lose one receives.
            return to.hasRemaining() ? Math.max(0, receive(to, isBlocking(), Long.MAX_VALUE)) : 0;
        } finally {
            receiveLock.unlock();
            left();
        }
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, to.length);
        ensureConnected();
        int room = 0;
        for (int i = offset; i < offset + length; i++) {
            writable(to[i]);
            room = (int) Math.min(Port.MOST, (long) room + to[i].remaining());
        }
        ByteBuffer whole = ByteBuffer.allocate(room);
        long total = read(whole);
        whole.flip();
        for (int i = offset; i < offset + length && whole.hasRemaining(); i++) {
            int piece = Math.min(to[i].remaining(), whole.remaining());
            to[i].put(to[i].position(), whole, whole.position(), piece).position(to[i].position() + piece);
            whole.position(whole.position() + piece);
        }
        return total;
    }

    private static void writable(ByteBuffer to) {
        if (to.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
    }

    // Sending.

    @Override
    public int send(ByteBuffer from, SocketAddress to) throws IOException {
        Objects.requireNonNull(from);
        InetSocketAddress address = Addresses.check(to, family);
        sendLock.lock();
        try {
            ensureOpen();
            InetSocketAddress peer = remote;
            if (peer != null) {
                if (!peer.equals(address)) {
                    throw new AlreadyConnectedException();
                }
                return sendTo(peer, from);
            }
            if (address.getPort() == 0) {
                throw new SocketException("Can't send to port 0");
            }
            bindAny();
            return sendTo(address, from);
        } finally {
            sendLock.unlock();
            left();
        }
    }

    /// The datagram itself says where it goes, also of a channel that is connected: that may be disconnected, or
    /// talk to another, before the stack takes it.
    private int sendTo(InetSocketAddress address, ByteBuffer from) throws IOException {
        aim(address);
        return send(from, targetHi, targetLo, targetPort, targetLink);
    }

    private void aim(InetSocketAddress address) throws IOException {
        if (address.equals(target)) {
            return;
        }
        InetAddress where = Addresses.remote(address.getAddress());
        boolean broadcast = Addresses.lo(where) == (Addresses.MAPPED | 0xFFFF_FFFFL) && Addresses.hi(where) == 0;
        if (broadcast && port.options.get(Option.BROADCAST, 0) == 0) {
            throw new SocketException(Errno.text(Errno.EACCES));
        }
        targetHi = Addresses.hi(where);
        targetLo = Addresses.lo(where);
        targetPort = address.getPort();
        targetLink = Addresses.scope(where);
        // A broadcast is asked about each time.
        target = broadcast ? null : address;
    }

    private int send(ByteBuffer from, long hi, long lo, int to, int link) throws IOException {
        int length = from.remaining();
        int error = remote == null || !receiveLock.tryLock() ? 0 : takeError();
        if (error != 0) {
            throw Errno.datagram(error);
        }
        boolean wait = isBlocking();
        if (!interruptible(wait)) {
            boolean sent = port.send(from, hi, lo, to, link);
            if (sent || !wait) {
                return sent ? length : 0;
            }
        }
        boolean sent = false;
        enter();
        try {
            while (!sent && isOpen()) {
                sent = port.send(from, hi, lo, to, link);
                if (!sent) {
                    port.await(SelectionKey.OP_WRITE, Long.MAX_VALUE);
                }
            }
        } finally {
            leave(sent);
        }
        return length;
    }

    /// An error that came back for an earlier datagram is told now. The receive lock is held; it is given up.
    private int takeError() throws IOException {
        try {
            return port.takeError();
        } finally {
            receiveLock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        Objects.requireNonNull(from);
        sendLock.lock();
        try {
            ensureConnected();
            return sendTo(Objects.requireNonNull(remote), from);
        } finally {
            sendLock.unlock();
            left();
        }
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            total += from[i].remaining();
        }
        if (total > Port.MOST) {
            throw new SocketException(Errno.text(Errno.EMSGSIZE));
        }
        ByteBuffer whole = ByteBuffer.allocate((int) total);
        for (int i = offset; i < offset + length; i++) {
            whole.put(from[i].duplicate());
        }
        int sent = write(whole.flip());
        if (sent == total) {
            for (int i = offset; i < offset + length; i++) {
                from[i].position(from[i].limit());
            }
        }
        return sent;
    }

    // Groups.

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on) throws IOException {
        return join(group, on, null, false);
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on, @Nullable InetAddress source) throws IOException {
        return join(group, on, Objects.requireNonNull(source), true);
    }

    private MembershipKey join(InetAddress group, NetworkInterface on, @Nullable InetAddress source, boolean one)
            throws IOException {
        memberships.check(group, on, source, one);
        // Not for who receives: that may take long. The socket is not given back meanwhile, for memberships end first.
        synchronized (memberships) {
            ensureOpen();
            return memberships.join(group, on, source);
        }
    }

    int link(NetworkInterface of) {
        return session.links.applyAsInt(of);
    }

    // Addresses and options.

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return local();
    }

    @Nullable
    InetSocketAddress local() {
        return bound ? Protocol.shown(port.local(), family) : null;
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return remote;
    }

    @Nullable
    InetSocketAddress peer() {
        return remote;
    }

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, T value) throws IOException {
        Options.PORT.check(name, value);
        synchronized (memberships) {
            ensureOpen();
            if (Options.isInterface(name)) {
                NetworkInterface link = (NetworkInterface) value;
                port.option(Option.MULTICAST_LINK, link(link));
                multicastInterface = link;
            } else {
                Options.PORT.set(port, name, value);
            }
        }
        return this;
    }

    @Override
    public <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        Options.PORT.check(name);
        ensureOpen();
        return Options.isInterface(name) ? name.type().cast(multicastInterface) : Options.PORT.get(port, name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Options.PORT.names();
    }

    @Override
    public DatagramSocket socket() {
        synchronized (memberships) {
            if (adaptor == null) {
                adaptor = new DatagramSocketAdaptor(this);
            }
            return adaptor;
        }
    }

    // Closing.

    @Override
    protected void implCloseSelectableChannel() {
        memberships.end();
        port.close();
        left();
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        lock();
        try {
            ensureOpen();
        } finally {
            unlock();
        }
    }

    /// A thread has left: the last one of a closed channel gives the socket back.
    private void left() {
        while (port.closed() && receiveLock.tryLock()) {
            try {
                if (sendLock.tryLock()) {
                    try {
                        port.giveBack(false);
                        return;
                    } finally {
                        sendLock.unlock();
                    }
                }
            } finally {
                receiveLock.unlock();
            }
            if (sendLock.isLocked()) {
                return; // whoever is in there comes by here
            }
        }
    }

    private void lock() {
        receiveLock.lock();
        sendLock.lock();
    }

    private void unlock() {
        sendLock.unlock();
        receiveLock.unlock();
        left();
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void ensureConnected() throws ClosedChannelException {
        ensureOpen();
        if (remote == null) {
            throw new NotYetConnectedException();
        }
    }

    @Override
    public String toString() {
        return "netkeep DatagramChannel[" + (isOpen() ? "" : "closed ") + "local=" + local() + " remote=" + remote
                + "]";
    }
}
