package netkeep.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What stands behind a `java.net.ServerSocket` that a program has made: a socket of the stack's, until it is bound to
/// an address of the kernel's.
final class OpenServerSocketImpl extends NoSocketImpl {
    private final OpenProvider provider;
    private volatile @Nullable ServerSocket side;

    /// Where it will listen.
    private @Nullable InetSocketAddress at;

    OpenServerSocketImpl(OpenProvider provider) {
        this.provider = provider;
    }

    private ServerSocket side() throws SocketException {
        ServerSocket known = side;
        if (known == null) {
            throw new SocketException("Socket is closed");
        }
        return known;
    }

    @Override
    protected void create(boolean stream) throws IOException {
        side = provider.serverSocket();
    }

    @Override
    protected void bind(InetAddress host, int port) throws IOException {
        at = new InetSocketAddress(host, port);
        if (provider.rules().ours(host, port)) {
            return;
        }
        ServerSocket from = side();
        ServerSocket to = new KernelSockets.Server();
        ListenerChannel ours = (ListenerChannel) Objects.requireNonNull(from.getChannel());
        Options.SERVER_SOCKET.carry(ours.endpoint(), to::setOption);
        to.setSoTimeout(from.getSoTimeout());
        side = to;
        from.close();
    }

    @Override
    protected void listen(int backlog) throws IOException {
        Sockets.callBehind(() -> {
            side().bind(at, backlog);
            return this;
        });
    }

    @Override
    protected void accept(SocketImpl accepted) throws IOException {
        if (!(accepted instanceof OpenSocketImpl open)) {
            throw new SocketException("cannot accept as " + accepted.getClass());
        }
        open.accepted(Sockets.callBehind(() -> side().accept()));
    }

    @Override
    protected void close() throws IOException {
        ServerSocket with = side;
        if (with != null) {
            with.close();
        }
    }

    @Override
    protected @Nullable InetAddress getInetAddress() {
        ServerSocket with = side;
        return with == null ? null : with.getInetAddress();
    }

    @Override
    protected int getLocalPort() {
        ServerSocket with = side;
        return with == null ? -1 : with.getLocalPort();
    }

    @Override
    public void setOption(int option, @Nullable Object value) throws SocketException {
        SocketNumbers.set(side(), option, value);
    }

    @Override
    public Object getOption(int option) throws SocketException {
        return SocketNumbers.get(side(), option);
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
        ServerSocket with = side;
        return with == null ? Options.SERVER_SOCKET.names() : with.supportedOptions();
    }

    @Override
    public String toString() {
        return String.valueOf(side);
    }
}
