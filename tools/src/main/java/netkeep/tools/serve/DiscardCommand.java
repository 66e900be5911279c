package netkeep.tools.serve;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import netkeep.servers.discard.DiscardServer;
import netkeep.servers.loop.Time;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `netkeep discard`: reads what it is sent and forgets it, over TCP and UDP.
@Command(
        name = "discard",
        description = "Reads what it is sent and forgets it, over TCP and UDP, until it is told to end.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DiscardCommand extends ServerCommand {
    @Option(names = "--port", paramLabel = "PORT", defaultValue = "9", description = "Default: ${DEFAULT-VALUE}.")
    private int port = 9;

    /// For picocli.
    public DiscardCommand() {}

    @Override
    int port() {
        return port;
    }

    @Override
    Service open(SelectorProvider channels) throws IOException {
        DiscardServer server = new DiscardServer(channels, Time.SYSTEM, EchoCommand.CONNECTIONS);
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

            @Override
            public String epitaph() {
                return server.octets() + " octets, " + server.datagrams() + " datagrams";
            }
        };
    }

    @Override
    String ready(List<InetSocketAddress> where) {
        return "discard over TCP and UDP on " + list(where);
    }
}
