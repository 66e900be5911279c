import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Executors;

/// A program for a JVM that takes no agent of ours: the JDK's server, at an address and a port; and its clients, old and new, for the URL of
/// the same file.
final class Older {
    private Older() {}

    public static void main(String[] arguments) throws Exception {
        byte[] content = Files.readAllBytes(Path.of(arguments[2]));
        HttpServer server = HttpServer.create(new InetSocketAddress(arguments[0], Integer.parseInt(arguments[1])), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
            exchange.close();
        });
        server.start();
        URI there = URI.create(arguments[3]);
        HttpRequest request = HttpRequest.newBuilder(there).build();
        same(content, HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray()).body());
        same(content, there.toURL().openStream().readAllBytes());
        System.out.println("serves on Java " + Runtime.version().feature());
    }

    private static void same(byte[] expected, byte[] got) throws IOException {
        if (!Arrays.equals(expected, got)) {
            throw new IOException(got.length + " octets");
        }
    }
}
