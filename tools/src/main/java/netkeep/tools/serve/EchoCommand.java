package netkeep.tools.serve;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import netkeep.servers.echo.EchoServer;
import netkeep.servers.loop.Time;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `netkeep echo`: sends back what it is sent, over TCP and UDP.
@Command(
        name = "echo",
        description = "Sends back what it is sent, over TCP and UDP, until it is told to end.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class EchoCommand extends ServerCommand {
    static final int CONNECTIONS = 1 << 17;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "7", description = "Default: ${DEFAULT-VALUE}.")
    private int port = 7;

    /// For picocli.
    public EchoCommand() {}

    @Override
    int port() {
        return port;
    }

    @Override
    Service open(SelectorProvider channels) throws IOException {
        EchoServer server = new EchoServer(channels, Time.SYSTEM, CONNECTIONS);
        return new Service() {
            @Override
            public void listen(InetSocketAddress address) throws IOException {
                server.bind(server.listen(address));
            }

            @Override
            public void run() throws IOException {
                server.run();
            }

            @Override
            public void stop() {
                server.close();
            }
        };
    }

    @Override
    String ready(List<InetSocketAddress> where) {
        return "echo over TCP and UDP on " + list(where);
    }
}
