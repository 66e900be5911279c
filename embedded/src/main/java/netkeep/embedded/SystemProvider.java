package netkeep.embedded;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An embedded stack as the JVM's default provider:
/// `-Djava.nio.channels.spi.SelectorProvider=netkeep.embedded.SystemProvider`.
///
/// Its stack is described by system properties: `netkeep.link` (like `tap:nk0`), `netkeep.address` (one or several,
/// separated by commas), `netkeep.router` (for all that is not on the link), `netkeep.spin` (microseconds).
public final class SystemProvider extends SelectorProvider {
    private final SelectorProvider provider;

    /// Starts the stack, which lasts as long as the JVM.
    public SystemProvider() {
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
        this.provider = plan.start().provider();
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
