package netkeep.servers.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import netkeep.servers.http.Served.Response;
import netkeep.servers.loop.Time;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class HttpServerTest {
    private static final byte[] BIG = new byte[3_000_017];
    private static final String DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";

    static {
        Seeds.luck(7).nextBytes(BIG);
    }

    @TempDir
    Path directory;

    private Path root;
    private Served served;

    @BeforeEach
    void begin() throws IOException {
        root = Files.createDirectory(directory.resolve("root"));
        Served.file(directory, "secret", Served.octets("secret"));
        Served.file(root, "index.html", Served.octets("<p>index</p>"));
        Served.file(root, "digits.txt", Served.octets(DIGITS));
        Served.file(root, "big.bin", BIG);
        Served.file(root, "empty", new byte[0]);
        Served.file(root, "with space/\u00e4&<\"'>.txt", Served.octets("odd"));
        Served.file(root, "list/a:b.txt", Served.octets("colon"));
        Served.file(root, "list/.hidden", Served.octets("hidden"));
        Files.createDirectory(root.resolve("list/below"));
        Files.createSymbolicLink(root.resolve("out"), directory.resolve("secret"));
        Files.createSymbolicLink(root.resolve("outside"), directory);
        Files.createSymbolicLink(root.resolve("inside"), root.resolve("digits.txt"));
        served = new Served(root);
    }

    @AfterEach
    void end() throws IOException {
        served.close();
    }

    @Rfc({"9110 14.3 Accept-Ranges", "9110 8.3 Content-Type"})
    @Test
    void smallFileComesWhole() throws IOException {
        Response response = served.get("/digits.txt");
        assertEquals(200, response.status());
        assertEquals(DIGITS, response.text());
        assertEquals("text/plain", response.field("Content-Type"));
        assertEquals("bytes", response.field("Accept-Ranges"));
    }

    @Rfc("9110 6.6.1 Date")
    @Test
    void eachResponseHasTheDateOfItsSecond() throws IOException {
        AtomicLong calendarMs = new AtomicLong(784_111_777_000L);
        Time time = new Time() {
            @Override
            public long nowNs() {
                return 1_000_000 * calendarMs.get();
            }

            @Override
            public long sinceEpochMs() {
                return calendarMs.get();
            }
        };
        try (Served dated = new Served(root, settings -> settings, time, InetAddress.getLoopbackAddress())) {
            for (String target : new String[] {"/digits.txt", "/none", "/list", "/%zz"}) {
                assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", dated.get(target).field("Date"), target);
            }
            assertTrue(dated.exchange("GET / HTTP/1.1|Host: a|Host: b||")
                    .contains("\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"));
            calendarMs.addAndGet(1000);
            // What the server does just now may have begun in the second before.
            String date = dated.get("/").field("Date");
            for (int more = 0; more < 100 && date.equals("Sun, 06 Nov 1994 08:49:37 GMT"); more++) {
                date = dated.get("/").field("Date");
            }
            assertEquals("Sun, 06 Nov 1994 08:49:38 GMT", date);
        }
    }

    @Test
    void bigFileComesWhole() throws IOException {
        assertArrayEquals(BIG, served.get("/big.bin").content());
    }

    @Rfc({
        "9110 8.6 Content-Length",
        "9110 9.3.2 HEAD",
    })
    @Test
    void headHasTheSameFieldsAndNoContent() throws IOException {
        for (String target : new String[] {"/digits.txt", "/big.bin", "/list/"}) {
            String get = served.get(target).head().replaceAll("Date: .*", "");
            String whole = served.exchange("HEAD " + target + " HTTP/1.1|Host: a|Connection: close||");
            assertEquals(get, whole.replaceAll("Date: .*", "").replace("Connection: close\r\n", ""));
        }
    }

    @Rfc("9110 8.6 Content-Length")
    @Test
    void emptyFileHasNoContent() throws IOException {
        Response response = served.get("/empty");
        assertEquals(200, response.status());
        assertEquals("0", response.field("Content-Length"));
    }

    @Rfc("9110 9.3.2 HEAD")
    @Test
    void refusalOfHeadHasNoContent() throws IOException {
        for (String target : new String[] {"/none", "/list", "/%zz"}) {
            String answer = served.exchange("HEAD " + target + " HTTP/1.1|Host: a|Connection: close||");
            assertTrue(answer.endsWith("\r\n\r\n"), answer);
        }
    }

    @Test
    void directoryIsItsIndex() throws IOException {
        assertEquals("<p>index</p>", served.get("/").text());
        assertEquals("text/html", served.get("/").field("Content-Type"));
    }

    @Rfc("9110 15.4.2 Location")
    @Test
    void directoryWithoutSlashIsRedirected() throws IOException {
        Response response = served.get("/list?a=b");
        assertEquals(301, response.status());
        assertEquals("/list/?a=b", response.field("Location"));
        // Two slashes would lead to a host of that name.
        assertEquals("/list/", served.get("//list").field("Location"));
        assertEquals("/with%20space/", served.get("/with%20space").field("Location"));
    }

    @Test
    void listIsEscaped() throws IOException {
        String list = served.get("/list/").text();
        assertTrue(list.contains("<a href=\"a%3Ab.txt\">a:b.txt</a>"), list);
        assertTrue(list.contains("<a href=\"below/\">below/</a>"), list);
        assertFalse(list.contains("hidden"), list);
        String odd = served.get("/with%20space/").text();
        assertTrue(odd.contains("&amp;&lt;&quot;&#39;&gt;.txt</a>"), odd);
        assertTrue(odd.contains("href=\"%C3%A4&amp;%3C%22%27%3E.txt\""), odd);
        assertEquals("odd", served.get("/with%20space/%C3%A4&%3C%22%27%3E.txt").text());
    }

    /// A file system holds any octets: those that are no text cannot be asked for, so they are not listed either.
    @Test
    void nameThatIsNoTextIsNotListed() throws Exception {
        Process touch = new ProcessBuilder("sh", "-c", "touch \"$(printf 'odd\\377')\" even")
                .directory(root.resolve("list").toFile())
                .start();
        assertEquals(0, touch.waitFor());
        String list = served.get("/list/").text();
        assertTrue(list.contains("even"), list);
        assertFalse(list.contains("odd"), list);
    }

    @Rfc("9112 3.2.2 absolute form")
    @ParameterizedTest
    @CsvSource({
        "/none,404",
        "/digits.txt/,404",
        "/digits.txt/x,404",
        "/out,404",
        "/outside/secret,404",
        "/outside/,404",
        "/inside,200",
        "/../secret,400",
        "/%2e%2e/secret,400",
        "/list/../../secret,400",
        "/list/../digits.txt,200",
        "/./digits.txt,200",
        "//digits.txt,200",
        "/list/%2e%2e/digits.txt,200",
        "/d%69gits.txt,200",
        "/list%2f..%2f..%2fsecret,404",
        "/..%2fsecret,404",
        "/..%5csecret,404",
        "/digits.txt%00,400",
        "/digits.txt%00.html,400",
        "/%,400",
        "/%zz,400",
        "/%ff,404",
        "/a%0ab,404",
        "/list/.hidden,200",
        "/list/..,200",
        "/digits.txt?x/../y,200",
        "http://other/digits.txt,200",
        "http://other,200"
    })
    void pathsLeadNowhereElse(String target, int status) throws IOException {
        Response response = served.get(target);
        assertEquals(status, response.status());
        assertFalse(response.text().contains("secret"));
    }

    @Rfc("9112 9.3.2 pipelining")
    @Test
    void requestsInOneWriteAreAnsweredInOrder() throws IOException {
        String answers = served.exchange("GET /digits.txt HTTP/1.1|Host: a||".repeat(50)
                + "GET /none HTTP/1.1|Host: a||HEAD / HTTP/1.1|Host: a||"
                + "GET / HTTP/1.1|Host: a|Connection: close||");
        assertEquals(51, answers.split(DIGITS, -1).length);
        assertTrue(answers.endsWith("<p>index</p>"));
        assertTrue(answers.indexOf("404") > answers.lastIndexOf(DIGITS));
    }

    @Test
    void pipelinedBigFilesComeOneAfterTheOther() throws IOException {
        try (Socket socket = served.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(Served.octets("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3)
                    + "GET /digits.txt HTTP/1.1\r\nHost: a\r\n\r\nGET /"));
            InputStream in = socket.getInputStream();
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(BIG, Served.read(in, true).content());
            }
            assertEquals(DIGITS, Served.read(in, true).text());
            out.write(Served.octets("empty HTTP/1.1\r\nHost: a\r\n\r\n"));
            assertEquals(0, Served.read(in, true).content().length);
        }
    }

    @Test
    void requestMayComeOctetByOctet() throws IOException {
        try (Socket socket = served.connect()) {
            for (byte octet : Served.octets("GET /digits.txt HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n")) {
                socket.getOutputStream().write(octet);
            }
            assertEquals(DIGITS, Served.read(socket.getInputStream(), true).text());
        }
    }

    @Rfc("9112 6.3 content before the next request")
    @Test
    void requestsMayBeCutAnywhere() throws IOException {
        String text = "GET /digits.txt HTTP/1.1\r\nHost: a\r\n\r\n"
                + "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
                + "GET /empty HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n";
        byte[] octets = Served.octets(text);
        Seeds.each(50, luck -> {
            try (Socket socket = served.connect()) {
                int at = 0;
                while (at < octets.length) {
                    int length = Math.min(octets.length - at, 1 + luck.nextInt(40));
                    socket.getOutputStream().write(octets, at, length);
                    at += length;
                }
                InputStream in = socket.getInputStream();
                assertEquals(DIGITS, Served.read(in, true).text());
                assertEquals(405, Served.read(in, true).status());
                assertEquals(200, Served.read(in, true).status());
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        });
    }

    @Rfc("9112 9.3 persistence")
    @Test
    void oldClientsAreClosedUnlessTheyAskToStay() throws IOException {
        String closed = served.exchange("GET /digits.txt HTTP/1.0||");
        assertTrue(closed.startsWith("HTTP/1.1 200 OK\r\n") && closed.contains("Connection: close\r\n"));
        try (Socket socket = served.connect()) {
            for (int i = 0; i < 2; i++) {
                socket.getOutputStream()
                        .write(Served.octets("GET /digits.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
                assertEquals(
                        "keep-alive", Served.read(socket.getInputStream(), true).field("Connection"));
            }
        }
    }

    @Rfc({"9112 9.6 no response after close", "9112 9.6 close is told"})
    @ParameterizedTest
    @CsvSource({"Host: b,400", "Connection: close,200"})
    void refusalAndCloseEndTheConnection(String field, int status) throws IOException {
        String answer = served.exchange("GET /digits.txt HTTP/1.1|Host: a|" + field + "||GET / HTTP/1.1|Host: a||");
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
        assertTrue(answer.contains("\r\nConnection: close\r\n"), answer);
        assertEquals(-1, answer.indexOf("HTTP/1.1", 1));
    }

    @Rfc({
        "9110 9.1 unknown and refused methods",
        "9110 9.3.7 OPTIONS",
        "9110 8.6 none in a 204",
        "9110 10.2.1 Allow",
    })
    @ParameterizedTest
    @CsvSource({"POST,405", "PUT,405", "DELETE,405", "TRACE,405", "PATCH,405", "BREW,501", "OPTIONS,204", "get,501"})
    void otherMethodsAreRefused(String method, int status) throws IOException {
        Response response = served.request(method, "/");
        assertEquals(status, response.status());
        assertEquals(status == 501 ? "" : "GET, HEAD, OPTIONS", response.field("Allow"));
        assertEquals(status != 204, response.head().contains("Content-Length"));
    }

    @Rfc({"9110 10.1.1 100-continue", "9110 8.6 none in a 204"})
    @Test
    void contentIsAskedForOrNot() throws IOException {
        try (Socket socket = served.connect()) {
            OutputStream out = socket.getOutputStream();
            InputStream in = socket.getInputStream();
            out.write(Served.octets(
                    "GET /digits.txt HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
            assertEquals("HTTP/1.1 100 Continue\r\n\r\n", Served.read(in, false).head());
            out.write(Served.octets("abc"));
            assertEquals(DIGITS, Served.read(in, true).text());
        }
        // In a 1.0 request it means nothing.
        String old = served.exchange("GET /digits.txt HTTP/1.0|Expect: 100-continue|Content-Length: 3||abc");
        assertTrue(old.startsWith("HTTP/1.1 200 "), old);
        try (Socket socket = served.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(Served.octets("GET / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
            served.get("/");
            out.write(Served.octets("abc"));
            assertEquals(200, Served.read(socket.getInputStream(), true).status());
        }
        String refused = served.exchange("POST / HTTP/1.1|Host: a|Expect: 100-continue|Content-Length: 3||");
        assertTrue(refused.startsWith("HTTP/1.1 405 ") && refused.contains("Connection: close\r\n"));
    }

    @Rfc({
        "9112 3 target too long",
        "9112 3 8000 octets",
        "9110 5.4 limits on fields",
        "9110 15.5.14 content too large",
    })
    @Test
    void tooMuchIsRefused() throws IOException {
        assertEquals(414, served.get("/" + "a".repeat(8192)).status());
        assertEquals(404, served.get("/" + "a".repeat(8191)).status());
        assertEquals(431, served.get("/", "X: " + "a".repeat(33_000)).status());
        assertEquals(431, served.get("/", "X: y\r\n".repeat(100) + "X: y").status());
        assertEquals(200, served.get("/", "X: " + "a".repeat(30_000)).status());
        assertEquals(413, served.get("/", "Content-Length: 1048577").status());
        assertEquals(
                413, served.get("/", "Transfer-Encoding: chunked", "", "100001").status());
    }

    @Test
    void listsNobodyWantsAreNotShown() throws IOException {
        try (Served bare = new Served(
                root,
                settings -> settings.withListings(false),
                netkeep.servers.loop.Time.SYSTEM,
                java.net.InetAddress.getLoopbackAddress())) {
            assertEquals(403, bare.get("/list/").status());
            assertEquals(200, bare.get("/").status());
        }
    }
}
