package netkeep.tools.serve;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import netkeep.servers.loop.Time;
import netkeep.servers.source.SourceServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `netkeep source`: sends a pattern to whoever connects, and answers datagrams with it.
@Command(
        name = "source",
        description = "Sends a pattern to whoever connects, over TCP and UDP, until it is told to end.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class SourceCommand extends ServerCommand {
    @Option(names = "--port", paramLabel = "PORT", defaultValue = "19", description = "Default: ${DEFAULT-VALUE}.")
    private int port = 19;

    @Option(
            names = {"--limit", "--octets"},
            paramLabel = "OCTETS",
            description = "Ends each connection after that many.")
    private long limit = SourceServer.ENDLESS;

    /// For picocli.
    public SourceCommand() {}

    @Override
    int port() {
        return port;
    }

    @Override
    Service open(SelectorProvider channels) throws IOException {
        if (limit < 0) {
            throw usage("--limit " + limit + ": at least 0");
        }
        SourceServer server = new SourceServer(channels, Time.SYSTEM, EchoCommand.CONNECTIONS, limit);
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
        return "source over TCP and UDP on " + list(where);
    }
}
