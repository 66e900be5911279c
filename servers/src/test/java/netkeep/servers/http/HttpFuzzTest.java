package netkeep.servers.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Requests that were damaged on purpose, over connections.
@Timeout(120)
class HttpFuzzTest {
    private static final String[] CORPUS = {
        "GET /index.html?x=%20 HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"a\", W/\"b\"\r\n\r\n",
        "GET /large HTTP/1.1\r\nHost: a\r\nRange: bytes=1-2,-5,7000-\r\nConnection: keep-alive\r\n\r\n",
        "POST http://[::1]:80/ HTTP/1.0\r\nHost: b:1\r\nContent-Length: 10\r\n\r\n0123456789",
        "PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n",
        "HEAD /../%2e%2e/%00 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        "OPTIONS * HTTP/1.1\r\nHost: a\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
    };

    @TempDir
    Path root;

    /// Each is answered by responses and nothing else, and the server goes on.
    @Test
    void damagedRequestsHurtNobodyElse() throws IOException {
        Served.file(root, "index.html", Served.octets("index"));
        Served.file(root, "large", new byte[100_000]);
        try (Served served = new Served(root)) {
            Seeds.each(500, luck -> {
                try (Socket socket = served.connect()) {
                    socket.getOutputStream().write(damaged(luck));
                    socket.shutdownOutput();
                    byte[] answer = socket.getInputStream().readAllBytes();
                    assertTrue(answer.length == 0
                            || new String(answer, 0, 9, StandardCharsets.ISO_8859_1).equals("HTTP/1.1 "));
                } catch (IOException failure) {
                    throw new AssertionError(failure);
                }
            });
            assertEquals("index", served.get("/").text());
        }
    }

    private static byte[] damaged(RandomGenerator luck) {
        StringBuilder requests = new StringBuilder();
        for (int i = luck.nextInt(4); i >= 0; i--) {
            requests.append(CORPUS[luck.nextInt(CORPUS.length)]);
        }
        byte[] octets = Served.octets(requests.toString());
        for (int i = luck.nextInt(5); i > 0; i--) {
            int at = luck.nextInt(octets.length);
            octets[at] = luck.nextBoolean() ? (byte) luck.nextInt() : octets[luck.nextInt(octets.length)];
        }
        return octets;
    }
}
