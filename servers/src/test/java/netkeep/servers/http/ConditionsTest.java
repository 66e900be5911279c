package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
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

/// Conditional requests and ranges, RFC 9110 §13 and §14, over a connection.
@Timeout(60)
class ConditionsTest {
    private static final String BEFORE = "Sun, 06 Nov 1994 08:49:36 GMT";
    private static final String MODIFIED = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final String AFTER = "Sun, 06 Nov 1994 08:49:38 GMT";
    private static final byte[] CONTENT = new byte[200_000];

    static {
        Seeds.luck(3).nextBytes(CONTENT);
    }

    @TempDir
    Path root;

    private Served served;
    private String etag = "";

    @BeforeEach
    void begin() throws IOException {
        for (String name : new String[] {"big", "small"}) {
            Path file = Served.file(root, name, name.equals("big") ? CONTENT : Served.octets("0123456789"));
            Files.setLastModifiedTime(file, FileTime.from(Instant.parse("1994-11-06T08:49:37.5Z")));
        }
        served = new Served(root);
        etag = served.get("/small").field("ETag");
    }

    @AfterEach
    void end() throws IOException {
        served.close();
    }

    /// In the fields, E stands for the right entity tag, and B, M, A for a date before, at and after the last change.
    private Response get(String fields, String target) throws IOException {
        String said = fields.replaceAll("\\bE\\b", etag)
                .replaceAll("\\bB\\b", BEFORE)
                .replaceAll("\\bM\\b", MODIFIED)
                .replaceAll("\\bA\\b", AFTER);
        return served.get(target, said.split("\\|", -1));
    }

    @Rfc({
        "9110 8.8.2.1 Last-Modified",
        "9110 8.8.3.1 ETag",
        "9110 13.1.1 If-Match",
        "9110 13.1.2 If-None-Match",
        "9110 13.1.3 If-Modified-Since",
        "9110 13.1.4 If-Unmodified-Since",
        "9110 13.1.5 If-Range",
        "9110 13.2.2 precedence",
        "9110 14.2 unknown units",
        "9110 14.4 Content-Range",
        "9110 15.3.7 fields of a 206",
        "9110 15.4.5 fields of a 304",
        "9110 15.5.17 fields of a 416",
    })
    @ParameterizedTest
    @CsvSource(
            delimiter = '^',
            quoteCharacter = '~',
            value = {
                "304 ^ If-None-Match: E",
                "304 ^ If-None-Match: W/E",
                "304 ^ If-None-Match: \"x\", E",
                "304 ^ If-None-Match: \"x\" , , W/E,\"y\"",
                "304 ^ If-None-Match: \"x\"|If-None-Match: E",
                "304 ^ If-None-Match: *",
                "200 ^ If-None-Match: \"x\"",
                "200 ^ If-None-Match: x, E",
                "200 ^ If-None-Match: \"x",
                "200 ^ If-None-Match:",
                "304 ^ If-Modified-Since: M",
                "304 ^ If-Modified-Since: A",
                "200 ^ If-Modified-Since: B",
                "200 ^ If-Modified-Since: yesterday",
                "200 ^ If-Modified-Since: M|If-Modified-Since: M",
                // §13.2.2: the tag decides alone.
                "200 ^ If-None-Match: \"x\"|If-Modified-Since: A",
                "304 ^ If-None-Match: E|If-Modified-Since: B",
                "200 ^ If-Match: E",
                "200 ^ If-Match: *",
                "200 ^ If-Match: \"x\", E",
                "412 ^ If-Match: \"x\"",
                "412 ^ If-Match: W/E",
                "200 ^ If-Unmodified-Since: M",
                "200 ^ If-Unmodified-Since: A",
                "412 ^ If-Unmodified-Since: B",
                "200 ^ If-Unmodified-Since: yesterday",
                "200 ^ If-Match: E|If-Unmodified-Since: B",
                "412 ^ If-Match: \"x\"|If-None-Match: E",
                "304 ^ If-Match: E|If-None-Match: E",
                // Ranges
                "206 ^ Range: bytes=1-2",
                "416 ^ Range: bytes=10-",
                "200 ^ Range: lines=1-2",
                "200 ^ Range: bytes=1-2|Range: bytes=3-4",
                "304 ^ Range: bytes=1-2|If-None-Match: E",
                "412 ^ Range: bytes=1-2|If-Match: \"x\"",
                "206 ^ Range: bytes=1-2|If-Range: E",
                "206 ^ Range: bytes=1-2|If-Range: M",
                "200 ^ Range: bytes=1-2|If-Range: \"x\"",
                "200 ^ Range: bytes=1-2|If-Range: W/E",
                "200 ^ Range: bytes=1-2|If-Range: A",
                "200 ^ Range: bytes=1-2|If-Range: B",
                "200 ^ Range: bytes=10-|If-Range: \"x\"",
                "200 ^ If-Range: E",
            })
    void answerIsWhatTheConditionsLeave(int status, String fields) throws IOException {
        Response response = get(fields, "/small");
        assertEquals(status, response.status());
        if (status == 206) {
            assertEquals("12", response.text());
            assertEquals("bytes 1-2/10", response.field("Content-Range"));
        }
        if (status == 416) {
            assertEquals("bytes */10", response.field("Content-Range"));
        }
        if (status == 304) {
            assertEquals("", response.text());
            assertEquals("", response.field("Content-Length"));
        }
        if (status == 304 || status == 206 || status == 200) {
            assertEquals(etag, response.field("ETag"));
            assertEquals(MODIFIED, response.field("Last-Modified"));
        }
        assertEquals(29, response.field("Date").length());
    }

    @Rfc("9110 14.2 ranges for GET alone")
    @Test
    void rangesAreForGet() throws IOException {
        Response response = served.request("HEAD", "/small", "Range: bytes=1-2");
        assertEquals(200, response.status());
        assertEquals("10", response.field("Content-Length"));
    }

    @Rfc("9110 13.2.1 no condition on an error")
    @Test
    void rangeOfAMissingFileIsMissing() throws IOException {
        assertEquals(404, get("Range: bytes=1-2|If-None-Match: *", "/none").status());
    }

    @Rfc({"9110 14.6 multipart", "9110 15.3.7.2 several parts"})
    @Test
    void anyRangesOfALargeFileAreItsOctets() {
        Seeds.each(60, luck -> {
            int parts = 1 + luck.nextInt(5);
            StringBuilder asked = new StringBuilder("Range: bytes=");
            int[] starts = new int[parts];
            int[] ends = new int[parts];
            int at = 0;
            for (int i = 0; i < parts; i++) {
                starts[i] = at + luck.nextInt(20_000);
                ends[i] = starts[i] + 1 + luck.nextInt(19_000);
                at = ends[i];
                asked.append(i == 0 ? "" : ", ").append(starts[i]).append('-').append(ends[i] - 1);
            }
            try {
                Response response = served.get("/big", asked.toString());
                assertEquals(206, response.status());
                byte[] content = response.content();
                if (parts == 1) {
                    assertArrayEquals(Arrays.copyOfRange(CONTENT, starts[0], ends[0]), content);
                } else {
                    multipart(response, starts, ends);
                }
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        });
    }

    private static void multipart(Response response, int[] starts, int[] ends) {
        String type = response.field("Content-Type");
        String intro = "multipart/byteranges; boundary=";
        assertTrue(type.startsWith(intro), type);
        assertEquals("", response.field("Content-Range"));
        String delimiter = "--" + type.substring(intro.length());
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < starts.length; i++) {
            expected.append(i == 0 ? "" : "\r\n")
                    .append(delimiter)
                    .append("\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes ")
                    .append(starts[i] + "-" + (ends[i] - 1) + "/" + CONTENT.length)
                    .append("\r\n\r\n")
                    .append(new String(CONTENT, starts[i], ends[i] - starts[i], ISO_8859_1));
        }
        assertEquals(expected + "\r\n" + delimiter + "--\r\n", response.text());
    }

    @Rfc("9110 8.8.3 strong ETag")
    @Test
    void changedFileIsServedAnewAfterASecond() throws IOException {
        assertEquals("0123456789", served.get("/small").text());
        Served.file(root, "small", Served.octets("changed"));
        long deadlineNs = System.nanoTime() + 10_000_000_000L;
        Response response = served.get("/small");
        while (response.text().startsWith("0") && System.nanoTime() < deadlineNs) {
            response = served.get("/small");
        }
        assertEquals("changed", response.text());
        assertTrue(response.field("ETag").startsWith("\""), response.field("ETag"));
        assertTrue(!response.field("ETag").equals(etag));
    }

    @Rfc("9110 8.8.2.1 no Last-Modified in the future")
    @Test
    void fileFromTheFutureHasNoDate() throws IOException {
        Path file = Served.file(root, "future", Served.octets("x"));
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2100-01-01T00:00:00Z")));
        Response response = served.get("/future");
        assertEquals(200, response.status());
        assertEquals("", response.field("Last-Modified"));
        assertEquals(
                304, get("If-None-Match: " + response.field("ETag"), "/future").status());
    }

    /// In the second of the last change the file could change again, and its date would stay the same.
    @Rfc("9110 8.8.2.2 date as strong validator")
    @Test
    void dateIsNoProofBeforeItsSecondIsOver() throws IOException {
        long modifiedMs = Instant.parse("1994-11-06T08:49:37.500Z").toEpochMilli();
        assertEquals(200, atTime(modifiedMs + 400));
        assertEquals(206, atTime(modifiedMs + 500));
    }

    /// How the server answers a range on condition of a date, if its calendar says so.
    private int atTime(long ms) throws IOException {
        Time time = new Time() {
            @Override
            public long nowNs() {
                return Time.SYSTEM.nowNs();
            }

            @Override
            public long sinceEpochMs() {
                return ms;
            }
        };
        try (Served then = new Served(root, settings -> settings, time, InetAddress.getLoopbackAddress())) {
            return then.get("/small", "Range: bytes=1-2", "If-Range: " + MODIFIED)
                    .status();
        }
    }
}
