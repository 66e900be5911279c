package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import netkeep.servers.loop.Time;
import netkeep.sim.Seeds;

/// A server on the platform's own channels, in a thread of its own, for one test.
final class Served implements AutoCloseable {
    /// How long a test waits for anything.
    static final int DEADLINE_MS = 10_000;

    final HttpServer server;
    final InetSocketAddress address;
    final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Served(Path root) throws IOException {
        this(root, settings -> settings, Time.SYSTEM, InetAddress.getLoopbackAddress());
    }

    Served(Path root, UnaryOperator<HttpSettings> change, Time time, InetAddress host) throws IOException {
        server = new HttpServer(SelectorProvider.provider(), change.apply(HttpSettings.of(root)), time, Seeds.luck(1));
        address = server.listen(new InetSocketAddress(host, 0));
        thread = Thread.ofPlatform().name("http").start(() -> {
            try {
                server.run();
            } catch (IOException | RuntimeException | Error thrown) {
                failure.set(thrown);
            }
        });
    }

    /// A file below the root, made with its directories.
    static Path file(Path root, String name, byte[] content) {
        try {
            Path path = root.resolve(name);
            Files.createDirectories(path.getParent());
            return Files.write(path, content);
        } catch (IOException thrown) {
            throw new UncheckedIOException(thrown);
        }
    }

    static byte[] octets(String text) {
        return text.getBytes(ISO_8859_1);
    }

    Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(DEADLINE_MS);
        socket.setTcpNoDelay(true);
        socket.connect(address, DEADLINE_MS);
        return socket;
    }

    /// Sends octets, `|` standing for CR LF, and reads until the server closes.
    String exchange(String text) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(octets(text.replace("|", "\r\n")));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }

    /// One response: its head, and its content by Content-Length.
    record Response(String head, String text) {
        int status() {
            return Integer.parseInt(head.substring(9, 12));
        }

        String field(String name) {
            int at = head.indexOf("\r\n" + name + ": ");
            int start = at + name.length() + 4;
            return at < 0 ? "" : head.substring(start, head.indexOf("\r\n", start));
        }

        byte[] content() {
            return octets(text);
        }
    }

    /// Reads one response from a connection that stays open.
    static Response read(InputStream in, boolean withContent) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        String text = "";
        while (!text.endsWith("\r\n\r\n")) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("ends within a head: " + text);
            }
            head.write(octet);
            text = octet == '\n' ? head.toString(ISO_8859_1) : "";
        }
        Response response = new Response(text, "");
        String length = response.field("Content-Length");
        return withContent && !length.isEmpty()
                ? new Response(text, new String(in.readNBytes(Integer.parseInt(length)), ISO_8859_1))
                : response;
    }

    /// One request on a connection of its own.
    Response get(String target, String... fields) throws IOException {
        return request("GET", target, fields);
    }

    Response request(String method, String target, String... fields) throws IOException {
        try (Socket socket = connect()) {
            StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: test\r\n");
            for (String field : fields) {
                head.append(field).append("\r\n");
            }
            socket.getOutputStream().write(octets(head.append("\r\n").toString()));
            return read(socket.getInputStream(), !method.equals("HEAD"));
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            thread.join(DEADLINE_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive() || failure.get() != null) {
            throw new IOException("the server did not end well", failure.get());
        }
    }
}
