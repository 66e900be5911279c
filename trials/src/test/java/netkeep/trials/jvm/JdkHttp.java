package netkeep.trials.jvm;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Executors;

/// The JDK's server, and its client, over the network and over loopback.
final class JdkHttp {
    private JdkHttp() {}

    /// @param arguments our address, port, a file to serve, the URL of the same file
    public static void main(String[] arguments) throws Exception {
        byte[] content = Files.readAllBytes(Path.of(arguments[2]));
        HttpServer server = server(arguments[0], Integer.parseInt(arguments[1]), content);
        HttpServer near = server("127.0.0.1", 0, content);
        try (HttpClient client = HttpClient.newHttpClient()) {
            same(content, get(client, arguments[3]), "from the network");
            String loopback = "http://127.0.0.1:" + near.getAddress().getPort() + "/";
            same(content, get(client, loopback), "over loopback");
            same(content, URI.create(loopback).toURL().openStream().readAllBytes(), "over loopback, by a socket");
        }
        same(content, URI.create(arguments[3]).toURL().openStream().readAllBytes(), "by a socket");
        near.stop(0);
        System.out.println("serves at " + server.getAddress());
    }

    private static HttpServer server(String address, int port, byte[] content) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static byte[] get(HttpClient client, String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray()).body();
    }

    private static void same(byte[] expected, byte[] got, String what) {
        if (!Arrays.equals(expected, got)) {
            throw new AssertionError(what + ": " + got.length + " octets");
        }
        System.out.println("got it " + what);
    }
}
