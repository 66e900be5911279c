package netkeep.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import netkeep.servers.http.HttpServer;
import netkeep.servers.http.HttpSettings;
import netkeep.servers.loop.Time;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Our server of files, unchanged, on the JDK's own channels, and so on the kernel's stack: the other side of
/// `http-same`. Runs until it is killed.
@Command(
        name = HttpOnKernel.NAME,
        hidden = true,
        description = "Serves files over the kernel's stack; bench starts it for http-same.")
final class HttpOnKernel implements Callable<Integer> {
    static final String NAME = "http-on-kernel";

    @Option(names = "--root", required = true, paramLabel = "DIR", description = "The files.")
    private Path root = Path.of(".");

    @Option(names = "--address", required = true, paramLabel = "ADDRESS", description = "Where to listen.")
    private InetAddress address = InetAddress.getLoopbackAddress();

    @Option(names = "--port", required = true, paramLabel = "PORT", description = "Where to listen.")
    private int port;

    @Option(names = "--work", paramLabel = "NANOS", description = "Time spent on each request on top.")
    private long workNs;

    HttpOnKernel() {}

    @Override
    public Integer call() throws IOException {
        try (HttpServer server = new HttpServer(
                SelectorProvider.provider(),
                HttpSettings.of(root).withWorkNs(workNs),
                Time.SYSTEM,
                new SecureRandom())) {
            server.listen(new InetSocketAddress(address, port));
            server.run();
        }
        return 0;
    }
}
