package netkeep.tools.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import netkeep.servers.http.HttpServer;
import netkeep.servers.http.HttpSettings;
import netkeep.servers.loop.Time;

/// The server of files on a thread of its own.
final class Serving implements AutoCloseable {
    static final int PORT = 8080;

    private final HttpServer server;
    private final Thread thread;

    /// Listens in the network namespace of the calling thread, if the channels are the kernel's.
    Serving(String name, SelectorProvider provider, Path root, List<String> addresses) throws IOException {
        server = new HttpServer(provider, HttpSettings.of(root), Time.SYSTEM, new SecureRandom());
        for (String address : addresses) {
            server.listen(new InetSocketAddress(address, PORT));
        }
        thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    private void run() {
        try {
            server.run();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        server.close();
        try {
            thread.join(2_000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
