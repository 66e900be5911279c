package netkeep.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What stands behind a `java.net.Socket` that a program has made: a socket of the stack's, until it is bound or
/// connected to an address of the kernel's.
final class OpenSocketImpl extends NoSocketImpl {
    private final OpenProvider provider;
    private final Rules toward;
    private final Object deciding = new Object();
    private volatile @Nullable Socket side;
    private boolean decided;
    private volatile boolean closed;

    /// Bound to no address and no port, of which the side knows nothing yet: see [Sides].
    private volatile @Nullable InetSocketAddress wished;

    OpenSocketImpl(OpenProvider provider) {
        this.provider = provider;
        this.toward = provider.toward(Listener.class);
    }

    private Socket side() throws SocketException {
        Socket known = side;
        if (known == null) {
            throw new SocketException("Socket is closed");
        }
        return known;
    }

    @Override
    protected void create(boolean stream) throws IOException {
        if (!stream) {
            throw new IOException("a socket of datagrams is not made so");
        }
        side = provider.socket();
    }

    /// Is what a listener has accepted.
    void accepted(Socket connection) throws IOException {
        synchronized (deciding) {
            Socket before = side;
            side = connection;
            decided = true;
            if (before != null) {
                before.close();
            }
        }
    }

    // Binding and connecting.

    @Override
    protected void connect(String host, int port) throws IOException {
        connect(InetAddress.getByName(host), port);
    }

    @Override
    protected void connect(InetAddress to, int port) throws IOException {
        connect(new InetSocketAddress(to, port), 0);
    }

    @Override
    protected void connect(SocketAddress to, int millis) throws IOException {
        if (!(to instanceof InetSocketAddress internet)) {
            throw new IllegalArgumentException("Unsupported address type");
        }
        if (internet.isUnresolved()) {
            throw new UnknownHostException(internet.getHostName());
        }
        Socket with =
                Sockets.callBehind(() -> decide(toward, Addresses.remote(internet.getAddress()), internet.getPort()));
        try {
            Sockets.callBehind(() -> {
                with.connect(to, millis);
                return with;
            });
        } catch (IOException e) {
            with.close();
            // Of an interrupt only who reads, writes or accepts wants to be told.
            throw e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException)
                    ? new SocketException(e.getMessage(), e)
                    : e;
        }
    }

    private Socket decide(Rules rules, InetAddress address, int port) throws IOException {
        synchronized (deciding) {
            if (closed) {
                throw new ClosedChannelException();
            }
            Socket from = side();
            if (!decided) {
                if (!rules.ours(address, port)) {
                    Socket to = new KernelSockets.Client();
                    ConnectionChannel ours = (ConnectionChannel) Objects.requireNonNull(from.getChannel());
                    Options.CONNECTION.carry(ours.connection, to::setOption);
                    Options.carry(from, to);
                    side = to;
                    from.close();
                }
                decided = true;
                InetSocketAddress local = wished;
                wished = null;
                if (local != null) {
                    side().bind(local);
                }
            }
            return side();
        }
    }

    @Override
    protected void bind(InetAddress host, int port) throws IOException {
        synchronized (deciding) {
            if (!decided && port == 0 && host.isAnyLocalAddress()) {
                wished = new InetSocketAddress(host, port);
                return;
            }
        }
        Sockets.callBehind(() -> {
            decide(provider.rules(), host, port).bind(new InetSocketAddress(host, port));
            return host;
        });
    }

    /// The side's socket, also where nothing has decided yet.
    private Socket settled() throws SocketException {
        InetSocketAddress local = wished;
        return local == null
                ? side()
                : Sockets.socketCall(() -> decide(provider.rules(), local.getAddress(), local.getPort()));
    }

    // Streams.

    @Override
    protected InputStream getInputStream() throws IOException {
        return side() instanceof KernelSockets.Client kernels ? kernels.input() : ours().input();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        return side() instanceof KernelSockets.Client kernels ? kernels.output() : ours().output();
    }

    private SocketAdaptor ours() throws SocketException {
        return (SocketAdaptor) side();
    }

    @Override
    protected int available() throws IOException {
        return side().getInputStream().available();
    }

    @Override
    protected void shutdownInput() throws IOException {
        Sockets.callBehind(() -> {
            side().shutdownInput();
            return this;
        });
    }

    @Override
    protected void shutdownOutput() throws IOException {
        Sockets.callBehind(() -> {
            side().shutdownOutput();
            return this;
        });
    }

    @Override
    protected boolean supportsUrgentData() {
        return true;
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        Sockets.callBehind(() -> {
            side().sendUrgentData(data);
            return this;
        });
    }

    @Override
    protected void close() throws IOException {
        Socket with;
        synchronized (deciding) {
            closed = true;
            with = side;
        }
        if (with != null) {
            with.close();
        }
    }

    // Addresses and options.

    @Override
    protected @Nullable InetAddress getInetAddress() {
        Socket with = side;
        return with == null ? null : with.getInetAddress();
    }

    @Override
    protected int getPort() {
        Socket with = side;
        return with == null ? 0 : with.getPort();
    }

    @Override
    protected int getLocalPort() {
        try {
            return settled().getLocalPort();
        } catch (SocketException e) {
            return 0;
        }
    }

    @Override
    public void setOption(int option, @Nullable Object value) throws SocketException {
        ensureOpen();
        SocketNumbers.set(side(), option, value);
    }

    @Override
    public Object getOption(int option) throws SocketException {
        ensureOpen();
        return SocketNumbers.get(settled(), option);
    }

    private void ensureOpen() throws SocketException {
        if (closed) {
            throw new SocketException("Socket closed");
        }
    }

    @Override
    protected <T> void setOption(SocketOption<T> name, T value) throws IOException {
        Sockets.callBehind(() -> side().setOption(name, value));
    }

    @Override
    protected <T> @Nullable T getOption(SocketOption<T> name) throws IOException {
        return Sockets.<@Nullable T>callBehind(() -> side().getOption(name));
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        Socket with = side;
        return with == null ? Options.CONNECTION.names() : with.supportedOptions();
    }

    @Override
    public String toString() {
        return String.valueOf(side);
    }
}
