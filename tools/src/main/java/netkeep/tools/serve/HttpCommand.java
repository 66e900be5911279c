package netkeep.tools.serve;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import netkeep.servers.http.HttpServer;
import netkeep.servers.http.HttpSettings;
import netkeep.servers.loop.Time;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `netkeep serve http`: files over HTTP/1.1.
@Command(
        name = "http",
        description = "Serves the files of a directory over HTTP/1.1 until it is told to end.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class HttpCommand extends ServerCommand {
    @Option(names = "--root", paramLabel = "DIR", required = true, description = "The files.")
    private Path root = Path.of(".");

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "80", description = "Default: ${DEFAULT-VALUE}.")
    private int port = 80;

    @Option(names = "--no-listings", description = "Refuses a directory without index.html.")
    private boolean noListings;

    @Option(
            names = "--work",
            paramLabel = "NANOS",
            defaultValue = "0",
            description = "Time spent on each request on top, for measurements.")
    private long workNs;

    HttpCommand() {}

    @Override
    int port() {
        return port;
    }

    @Override
    Service open(SelectorProvider channels) throws IOException {
        if (!Files.isDirectory(root)) {
            throw usage("--root " + root + ": no directory");
        }
        if (workNs < 0) {
            throw usage("--work " + workNs + ": at least 0");
        }
        HttpSettings settings = HttpSettings.of(root).withListings(!noListings).withWorkNs(workNs);
        HttpServer server = new HttpServer(channels, settings, Time.SYSTEM, new SecureRandom());
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
        };
    }

    @Override
    String ready(List<InetSocketAddress> where) {
        return "serving " + root + " on "
                + String.join(" ", where.stream().map(HttpCommand::url).toList());
    }

    private static String url(InetSocketAddress address) {
        String host = host(address);
        String bracketed = host.contains(":") ? "[" + host + "]" : host;
        return "http://" + bracketed + (address.getPort() == 80 ? "" : ":" + address.getPort()) + "/";
    }
}
