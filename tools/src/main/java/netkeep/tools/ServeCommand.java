package netkeep.tools;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import netkeep.embedded.Embedded;
import netkeep.servers.discard.DiscardServer;
import netkeep.servers.echo.EchoServer;
import netkeep.servers.http.HttpServer;
import netkeep.servers.http.HttpSettings;
import netkeep.servers.loop.Time;
import netkeep.servers.source.SourceServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Serves files over a stack of our own: `serve http`.
@Command(
        name = "serve",
        description = "Serves over a stack of its own.",
        subcommands = ServeCommand.Http.class,
        synopsisSubcommandLabel = "WHAT")
final class ServeCommand {
    private static final int CONNECTIONS = 1 << 17;

    ServeCommand() {}

    /// A server that runs until it is told to end.
    private interface Running extends AutoCloseable {
        InetSocketAddress listen(InetSocketAddress address) throws IOException;

        void run() throws IOException;

        @Override
        void close() throws IOException;
    }

    private interface Making {
        Running make(SelectorProvider provider) throws IOException;
    }

    /// Starts the stack, makes the server on it, lets it listen on every address, and runs it until SIGINT or SIGTERM.
    private static int serve(LinkOptions options, int port, String what, Making making) throws IOException {
        CountDownLatch ended = new CountDownLatch(1);
        try (Embedded embedded = options.start();
                Running server = making.make(embedded.provider())) {
            for (String address : options.addresses) {
                String host = address.substring(0, address.indexOf('/'));
                InetSocketAddress at = server.listen(new InetSocketAddress(InetAddress.getByName(host), port));
                System.out.println(what + " on " + at.getAddress().getHostAddress() + " port " + at.getPort());
            }
            System.out.flush();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server, ended)));
            server.run();
        } finally {
            ended.countDown();
        }
        return 0;
    }

    /// The signal came: ends the server, and leaves its connections a moment to say so to their peers.
    private static void end(Running server, CountDownLatch ended) {
        try {
            server.close();
            ended.await(2, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException e) {
            System.err.println("netkeep: " + e.getMessage());
        }
    }

    @Command(name = "http", description = "Serves a directory of files by HTTP/1.1.")
    static final class Http implements Callable<Integer> {
        @Mixin
        private final LinkOptions options = new LinkOptions();

        @Option(names = "--root", required = true, paramLabel = "DIR", description = "The directory.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private Path root;

        @Option(names = "--port", paramLabel = "PORT", description = "80 by default.")
        private int port = 80;

        @Option(
                names = "--work",
                paramLabel = "NANOS",
                description = "Time to spend on each request, for measurements.")
        private long workNs;

        Http() {}

        @Override
        public Integer call() throws IOException {
            if (!Files.isDirectory(root)) {
                throw new CannotHere("--root " + root + ": there is no such directory");
            }
            HttpSettings settings = HttpSettings.of(root).withWorkNs(workNs);
            return serve(options, port, "serving " + root + " by http", provider -> {
                HttpServer server = new HttpServer(provider, settings, Time.SYSTEM, new SecureRandom());
                return running(server::listen, server::run, server::close);
            });
        }
    }

    @Command(name = "echo", description = "Sends back what it receives, RFC 862.")
    static final class Echo implements Callable<Integer> {
        @Mixin
        private final LinkOptions options = new LinkOptions();

        @Option(names = "--port", paramLabel = "PORT", description = "7 by default.")
        private int port = 7;

        Echo() {}

        @Override
        public Integer call() throws IOException {
            return serve(options, port, "echo", provider -> {
                EchoServer server = new EchoServer(provider, Time.SYSTEM, CONNECTIONS);
                return running(server::listen, server::run, server::close);
            });
        }
    }

    @Command(name = "discard", description = "Takes what it receives, RFC 863.")
    static final class Discard implements Callable<Integer> {
        @Mixin
        private final LinkOptions options = new LinkOptions();

        @Option(names = "--port", paramLabel = "PORT", description = "9 by default.")
        private int port = 9;

        Discard() {}

        @Override
        public Integer call() throws IOException {
            return serve(options, port, "discard", provider -> {
                DiscardServer server = new DiscardServer(provider, Time.SYSTEM, CONNECTIONS);
                return running(server::listen, server::run, server::close);
            });
        }
    }

    @Command(name = "source", description = "Sends a checkable pattern without end, as RFC 864 does characters.")
    static final class Source implements Callable<Integer> {
        @Mixin
        private final LinkOptions options = new LinkOptions();

        @Option(names = "--port", paramLabel = "PORT", description = "19 by default.")
        private int port = 19;

        @Option(names = "--octets", paramLabel = "COUNT", description = "Ends each connection after so many.")
        private long octets = Long.MAX_VALUE;

        Source() {}

        @Override
        public Integer call() throws IOException {
            return serve(options, port, "source", provider -> {
                SourceServer server = new SourceServer(provider, Time.SYSTEM, CONNECTIONS, octets);
                return running(server::listen, server::run, server::close);
            });
        }
    }

    private interface Listen {
        InetSocketAddress listen(InetSocketAddress address) throws IOException;
    }

    private interface Act {
        void act() throws IOException;
    }

    private static Running running(Listen listen, Act run, Act close) {
        return new Running() {
            @Override
            public InetSocketAddress listen(InetSocketAddress address) throws IOException {
                return listen.listen(address);
            }

            @Override
            public void run() throws IOException {
                run.act();
            }

            @Override
            public void close() throws IOException {
                close.act();
            }
        };
    }
}
