package netkeep.tools.serve;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import netkeep.servers.iperf3.Iperf3Server;
import netkeep.servers.loop.Time;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `netkeep iperf3`: a server that `iperf3 -c` measures against.
@Command(
        name = "iperf3",
        description = "A server that \"iperf3 -c\" measures against, over TCP and UDP, until it is told to end.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class Iperf3Command extends ServerCommand {
    @Option(names = "--port", paramLabel = "PORT", defaultValue = "5201", description = "Default: ${DEFAULT-VALUE}.")
    private int port = 5201;

    /// For picocli.
    public Iperf3Command() {}

    @Override
    int port() {
        return port;
    }

    @Override
    Service open(SelectorProvider channels) throws IOException {
        Iperf3Server server = new Iperf3Server(channels, Time.SYSTEM);
        return new Service() {
            @Override
            public void listen(InetSocketAddress address) throws IOException {
                server.listen(address);
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
                return server.tests() + " tests";
            }
        };
    }

    @Override
    String ready(List<InetSocketAddress> where) {
        return "iperf3 over TCP and UDP on " + list(where);
    }
}
