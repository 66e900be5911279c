package netkeep.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketImpl;
import java.net.StandardProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The channels and sockets of a program that knows nothing of Netkeep: the stack's or the kernel's, as [Rules] say of
/// the address that each is bound or connected to. UNIX sockets, pipes and what was inherited are the kernel's.
///
/// A session is wanted as soon as a socket or a selector is opened.
public class OpenProvider extends SelectorProvider {
    /// Where the stack's channels come from.
    public interface Source {
        /// The same each time.
        ///
        /// @throws IOException if there is no stack
        NetkeepSelectorProvider provider() throws IOException;
    }

    private final Source source;
    private final SelectorProvider platform;
    private final Rules rules;

    /// @param platform the JVM's own provider
    public OpenProvider(Source source, SelectorProvider platform, Rules rules) {
        this.source = source;
        this.platform = platform;
        this.rules = rules;
    }

    Rules rules() {
        return rules;
    }

    /// As [#rules], of an address that a socket connects or sends to.
    ///
    /// @param servers which sockets of the program's may be there
    Rules toward(Class<? extends Endpoint> servers) {
        return (address, port) ->
                rules.ours(address, port) || rules.unsaid(address, port) && serves(address, port, servers);
    }

    private boolean serves(InetAddress address, int port, Class<? extends Endpoint> servers) {
        try {
            return session().serves(address, port, servers);
        } catch (IOException over) {
            return false;
        }
    }

    SelectorProvider platform() {
        return platform;
    }

    Session session() throws IOException {
        return source.provider().session();
    }

    // Channels.

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return new OpenConnection(this, StandardProtocolFamily.INET6);
    }

    @Override
    public SocketChannel openSocketChannel(@Nullable ProtocolFamily family) throws IOException {
        return unix(family)
                ? platform.openSocketChannel(family)
                : new OpenConnection(this, NetkeepSelectorProvider.internet(family));
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return new OpenListener(this, StandardProtocolFamily.INET6);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(@Nullable ProtocolFamily family) throws IOException {
        return unix(family)
                ? platform.openServerSocketChannel(family)
                : new OpenListener(this, NetkeepSelectorProvider.internet(family));
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return new OpenPort(this, StandardProtocolFamily.INET6);
    }

    @Override
    public DatagramChannel openDatagramChannel(@Nullable ProtocolFamily family) throws IOException {
        return new OpenPort(this, NetkeepSelectorProvider.internet(Objects.requireNonNull(family, "family")));
    }

    /// A channel to stand behind a `DatagramSocket`: an interrupt does not close it.
    public DatagramChannel openUninterruptible() throws IOException {
        return new OpenPort(this, StandardProtocolFamily.INET6, () -> KernelSockets.datagrams(platform), true);
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return new SessionSelector(this, session(), platform);
    }

    @Override
    public Pipe openPipe() throws IOException {
        return platform.openPipe();
    }

    @Override
    public @Nullable Channel inheritedChannel() throws IOException {
        return platform.inheritedChannel();
    }

    private static boolean unix(@Nullable ProtocolFamily family) {
        return Objects.requireNonNull(family, "family") == StandardProtocolFamily.UNIX;
    }

    // What stands behind sockets.

    /// For `java.net.Socket`.
    public SocketImpl socketImplementation() {
        return new OpenSocketImpl(this);
    }

    /// For `java.net.ServerSocket`.
    public SocketImpl serverSocketImplementation() {
        return new OpenServerSocketImpl(this);
    }

    /// A socket of the stack's that no interrupt closes.
    Socket socket() throws IOException {
        ConnectionChannel channel = new ConnectionChannel(this, session(), StandardProtocolFamily.INET6);
        channel.deafen();
        return channel.socket();
    }

    /// A listener of the stack's that no interrupt closes.
    ServerSocket serverSocket() throws IOException {
        ListenerChannel channel = new ListenerChannel(this, session(), StandardProtocolFamily.INET6);
        channel.deafen();
        return channel.socket();
    }
}
