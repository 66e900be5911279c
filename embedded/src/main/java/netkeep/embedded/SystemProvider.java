package netkeep.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import netkeep.client.Attached;
import org.jspecify.annotations.Nullable;

/// A stack as the JVM's default provider:
/// `-Djava.nio.channels.spi.SelectorProvider=netkeep.embedded.SystemProvider`.
///
/// System properties say which. With `netkeep.session` it is the one that a daemon keeps, which lets programs in at
/// that path. Else it is embedded: `netkeep.link` (like `tap:nk0`), `netkeep.address` (one or several, separated by
/// commas), `netkeep.router` (for all that is not on the link), `netkeep.spin` (microseconds).
public final class SystemProvider extends SelectorProvider {
    /// The property that names a daemon's path.
    public static final String SESSION = "netkeep.session";

    private final SelectorProvider provider;

    /// Starts the stack, or the session, which lasts as long as the JVM.
    ///
    /// @throws UncheckedIOException if nobody listens at the session's path
    public SystemProvider() {
        String session = System.getProperty(SESSION);
        this.provider = session == null ? embedded() : attached(session);
    }

    private static SelectorProvider attached(String session) {
        try {
            return Attached.to(session).provider();
        } catch (IOException nobody) {
            throw new UncheckedIOException(nobody);
        }
    }

    private static SelectorProvider embedded() {
        EmbeddedBuilder plan = Embedded.builder();
        String link = System.getProperty("netkeep.link");
        if (link != null) {
            plan.link(link, List.of(System.getProperty("netkeep.address", "").split(",")));
            String router = System.getProperty("netkeep.router");
            if (router != null) {
                plan.route(router.contains(":") ? "::/0" : "0.0.0.0/0", router);
            }
        }
        Long spin = Long.getLong("netkeep.spin");
        if (spin != null) {
            plan.spinMicros(spin);
        }
        return plan.start().provider();
    }

    @Override
    public SocketChannel openSocketChannel() throws IOException {
        return provider.openSocketChannel();
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        return provider.openSocketChannel(family);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() throws IOException {
        return provider.openServerSocketChannel();
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        return provider.openServerSocketChannel(family);
    }

    @Override
    public DatagramChannel openDatagramChannel() throws IOException {
        return provider.openDatagramChannel();
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) throws IOException {
        return provider.openDatagramChannel(family);
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return provider.openSelector();
    }

    @Override
    public Pipe openPipe() throws IOException {
        return provider.openPipe();
    }

    @Override
    public @Nullable Channel inheritedChannel() throws IOException {
        return provider.inheritedChannel();
    }
}
