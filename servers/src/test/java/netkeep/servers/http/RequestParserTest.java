package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import netkeep.servers.loop.Buffers;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {
    private static final int TARGET = 200;
    private static final int FIELDS = 10;

    private final RequestParser parser = new RequestParser(TARGET, FIELDS);
    private final Request request = new Request();

    /// Parses a text in which `|` stands for CR LF and `\t`, `\r`, `\n`, `\0` for themselves.
    private int parse(String text) {
        ByteBuffer in = buffer(octets(text));
        return parser.parse(in, 0, in.limit() - Octets.SLACK, request);
    }

    private static byte[] octets(String text) {
        return text.replace("|", "\r\n")
                .replace("\\t", "\t")
                .replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\0", "\0")
                .getBytes(ISO_8859_1);
    }

    private static ByteBuffer buffer(byte[] octets) {
        ByteBuffer in = Buffers.make(octets.length + Octets.SLACK);
        return in.put(0, octets);
    }

    @Rfc({
        "9112 2.2 empty line before a request",
        "9112 3.2.4 asterisk form",
        "9110 2.5 higher minor version",
    })
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1|Host: a||",
                "GET / HTTP/1.0||",
                "GET / HTTP/1.0|Host: a||",
                "GET / HTTP/1.1|Host:a||",
                "GET / HTTP/1.1|host: \\t a \\t ||",
                "GET / HTTP/1.1|HOST: a:80||",
                "GET / HTTP/1.1|Host: [::1]:8080||",
                "GET / HTTP/1.1|Host: ||",
                "GET / HTTP/1.7|Host: a||",
                "||GET / HTTP/1.1|Host: a||",
                "HEAD /a/b?c=d&e=%20/? HTTP/1.1|Host: a||",
                "OPTIONS * HTTP/1.1|Host: a||",
                "OPTIONS / HTTP/1.1|Host: a||",
                "CONNECT a:443 HTTP/1.1|Host: a||",
                "BREW / HTTP/1.1|Host: a||",
                "GET http://a HTTP/1.1|Host: b||",
                "GET HTTP://a:80/x?y HTTP/1.1|Host: b||",
                "GET / HTTP/1.1|Host: a|X-Empty:||",
                "GET / HTTP/1.1|Host: a|X: \u00e4\u00ff||",
                "GET / HTTP/1.1|Host: a|X: a\\tb||",
                "GET / HTTP/1.1|Host: a|!#$%&'*+-.^_`~: a||",
                "GET / HTTP/1.1|Host: a|Content-Length: 0||",
                "POST / HTTP/1.1|Host: a|Transfer-Encoding: CHUNKED||",
                "GET / HTTP/1.1|Host: a|Expect: 100-Continue||",
            })
    void wellFormedIsTaken(String text) {
        assertEquals(octets(text).length, parse(text));
    }

    @Rfc({
        "9112 2.2 bare CR",
        "9112 2.2 blank before the first field",
        "9112 2.3 case-sensitive version",
        "9112 3 request line",
        "9112 3 method too long",
        "9112 3.2 one Host",
        "9112 3.2 invalid Host",
        "9112 3.2.4 asterisk form",
        "9112 5.1 blank before the colon",
        "9112 5.2 folded line",
        "9112 6.1 coding and length together",
        "9112 6.1 coding in 1.0",
        "9112 6.1 unknown coding",
        "9112 6.3 chunked not last",
        "9112 6.3 invalid Content-Length",
        "9110 4.2.1 empty host",
        "9110 5.5 invalid octets",
        "9110 7.4 other schemes",
        "9110 10.1.1 unknown expectation",
    })
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            delimiter = '^',
            value = {
                // RFC 9112 §3: the request line
                "BAD_REQUEST ^ GET  / HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET /  HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET / HTTP/1.1 |Host: a||",
                "BAD_REQUEST ^ \" GET / HTTP/1.1|Host: a||\"",
                "BAD_REQUEST ^ G(T / HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET /|",
                "BAD_REQUEST ^ GET|",
                "BAD_REQUEST ^ GET / HTTP/1.1\\nHost: a\\n\\n",
                "BAD_REQUEST ^ GET / http/1.1|Host: a||",
                "BAD_REQUEST ^ GET / HTTP/1.1x|Host: a||",
                "BAD_REQUEST ^ GET / HTTP/11|Host: a|xx||",
                "BAD_REQUEST ^ GET / HTPP/1.1|Host: a||",
                "VERSION_NOT_SUPPORTED ^ GET / HTTP/2.0|Host: a||",
                "BAD_REQUEST ^ PRI * HTTP/2.0||SM||",
                "VERSION_NOT_SUPPORTED ^ GET / HTTP/0.9|Host: a||",
                "BAD_REQUEST ^ GET a HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET * HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET /# HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET /\\0 HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET /\\t HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET /\u00e4 HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET /<> HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET http:///x HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET http://:80/x HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ GET http://u@a/x HTTP/1.1|Host: a||",
                "MISDIRECTED_REQUEST ^ GET https://a/x HTTP/1.1|Host: a||",
                "BAD_REQUEST ^ CONNECT / HTTP/1.1|Host: a||",
                // §3.2: Host
                "BAD_REQUEST ^ GET / HTTP/1.1||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Host: a||",
                "BAD_REQUEST ^ GET / HTTP/1.0|Host: a|Host: a||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a/b||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: u@a||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a b||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a:x||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a:65536||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: [::1||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: ::1||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: %4||",
                // §5: fields
                "BAD_REQUEST ^ GET / HTTP/1.1|Host : a||",
                "BAD_REQUEST ^ GET / HTTP/1.1| Host: a||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a| folded||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|X: a\\0||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|X: a\\rb||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|X: a\\nY: b||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|X: \u007f||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|: a||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|no colon||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|X\u00e4: a||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a\\r\\r\\n",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a\\n",
                // §6: content
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Content-Length: 1|Content-Length: 1||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Content-Length: 1, 1||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Content-Length: -1||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Content-Length: +1||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Content-Length: 0x1||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Content-Length: ||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Content-Length: 1 1||",
                "CONTENT_TOO_LARGE ^ GET / HTTP/1.1|Host: a|Content-Length: 9999999999999999999||",
                "CONTENT_TOO_LARGE ^ GET / HTTP/1.1|Host: a|Content-Length: 18446744073709551617||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Content-Length: 1|Transfer-Encoding: chunked||",
                "BAD_REQUEST ^ GET / HTTP/1.0|Host: a|Transfer-Encoding: chunked||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Transfer-Encoding: identity||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Transfer-Encoding: chunked, gzip||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Transfer-Encoding: chunked, chunked||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Transfer-Encoding: x||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Transfer-Encoding: xchunked||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Transfer-Encoding: \\0chunked||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Transfer-Encoding: chunked;a=b||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Transfer-Encoding: ,chunked||",
                "BAD_REQUEST ^ GET / HTTP/1.1|Host: a|Transfer-Encoding:||",
                "NOT_IMPLEMENTED ^ GET / HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked||",
                "NOT_IMPLEMENTED ^ GET / HTTP/1.1|Host: a|Transfer-Encoding: gzip|Transfer-Encoding: chunked||",
                "EXPECTATION_FAILED ^ GET / HTTP/1.1|Host: a|Expect: everything||",
                "NOT_IMPLEMENTED ^ AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            })
    void malformedIsRefused(Status status, String text) {
        assertEquals(RequestParser.REFUSED, parse(text));
        assertEquals(status, request.refusal);
    }

    @Rfc("9110 5.3 whole header section")
    @Test
    void nothingIsCompleteBeforeItsEnd() {
        byte[] whole = octets("|GET /a?b HTTP/1.1|Host: a|X-Y: z|Content-Length: 7||");
        for (int length = 0; length < whole.length; length++) {
            byte[] part = new byte[length];
            System.arraycopy(whole, 0, part, 0, length);
            assertEquals(RequestParser.INCOMPLETE, parser.parse(buffer(part), 0, length, request), "at " + length);
        }
    }

    @Test
    void whatLiesBehindTheEndHasNoInfluence() {
        byte[] whole = octets("GET /a?b HTTP/1.1|Host: abcdefgh|Accept: text/html||");
        ByteBuffer in = Buffers.make(whole.length + Octets.SLACK);
        for (int length = 0; length < whole.length; length++) {
            for (byte filler : new byte[] {0, '\r', '\n', ' ', 'a', -1, 0x7F}) {
                for (int i = length; i < in.capacity(); i++) {
                    in.put(i, filler);
                }
                in.put(0, whole, 0, length);
                assertEquals(RequestParser.INCOMPLETE, parser.parse(in, 0, length, request), "at " + length);
            }
        }
    }

    @Rfc({
        "9112 3.2.2 absolute form",
        "9112 5.1 blanks around a value",
    })
    @Test
    void partsOfARequestAreFound() {
        String text = "GET http://a:8/p/q?r HTTP/1.0|Host: x|Connection: foo , Keep-Alive|Range: bytes=1-2|"
                + "If-None-Match: \"a\"|If-None-Match: \"b\"|Content-Length: 12||";
        assertEquals(octets(text).length, parse(text));
        assertEquals(Method.GET, request.method);
        assertEquals("/p/q", slice(text, request.pathAt, request.pathEnd));
        assertEquals("?r", slice(text, request.pathEnd, request.targetEnd));
        assertEquals("a:8", slice(text, request.authorityAt, request.authorityEnd));
        assertEquals(Cache.hash(octets("/p/q")), request.pathHash);
        assertEquals(0, request.minor);
        assertTrue(request.persistent());
        assertTrue(request.hasContent());
        assertEquals(12, request.contentLength);
        assertTrue(request.conditional);
        assertEquals(1, request.range.count());
        assertEquals("bytes=1-2", slice(text, request.range.start(0), request.range.end(0)));
        assertEquals(2, request.ifNoneMatch.count());
        assertEquals("\"b\"", slice(text, request.ifNoneMatch.start(1), request.ifNoneMatch.end(1)));
    }

    private static String slice(String text, int at, int end) {
        return new String(octets(text), at, end - at, ISO_8859_1);
    }

    @Test
    void nothingIsLeftOfTheRequestBefore() {
        parse("POST http://a/b HTTP/1.0|Host: a|Connection: close|Range: x|If-Match: *|If-Range: x|"
                + "Content-Length: 5|Expect: 100-continue||");
        assertTrue(parse("GET / HTTP/1.1|Host: a||") > 0);
        assertFalse(request.conditional);
        assertFalse(request.close);
        assertFalse(request.hasContent());
        assertEquals(1, request.minor);
        assertEquals(0, request.range.count());
        assertEquals(0, request.ifMatch.count());
        assertEquals(0, request.ifRange.count());
        assertEquals(0, request.authorityEnd);
    }

    @Rfc("9112 9.3 persistence")
    @ParameterizedTest
    @CsvSource({
        "1.1,,true",
        "1.1,close,false",
        "1.1,'a, CLOSE',false",
        "1.0,,false",
        "1.0,keep-alive,true",
        "1.0,'close, keep-alive',false",
        "1.1,keep-alive,true",
        "1.1,closed,true",
        "1.1,'x,close,',false"
    })
    void connectionStaysOrNot(String version, String option, boolean stays) {
        parse("GET / HTTP/" + version + "|Host: a|" + (option == null ? "" : "Connection: " + option + "|") + "|");
        assertEquals(stays, request.persistent());
    }

    @Rfc("9112 3 target too long")
    @Test
    void longTargetIsRefusedBeforeItsEnd() {
        String longest = "/" + "a".repeat(TARGET - 1);
        assertTrue(parse("GET " + longest + " HTTP/1.1|Host: a||") > 0);
        assertEquals(RequestParser.REFUSED, parse("GET " + longest + "a"));
        assertEquals(Status.URI_TOO_LONG, request.refusal);
    }

    @Rfc("9110 5.4 limits on fields")
    @Test
    void oneFieldTooManyIsRefused() {
        assertTrue(parse("GET / HTTP/1.1|Host: a|" + "X: y|".repeat(FIELDS - 1) + "|") > 0);
        assertEquals(RequestParser.REFUSED, parse("GET / HTTP/1.1|Host: a|" + "X: y|".repeat(FIELDS) + "|"));
        assertEquals(Status.HEADER_FIELDS_TOO_LARGE, request.refusal);
    }

    /// Whatever arrives: no exception, an answer that can be, offsets within the head, and the same answer again.
    @Test
    void mutatedRequestsAreJudgedAndNothingElse() {
        byte[][] corpus = {
            octets("GET /index.html?x=%20 HTTP/1.1|Host: a|If-None-Match: \"a\", W/\"b\"|Range: bytes=1-2,-5||"),
            octets("POST http://[::1]:80/ HTTP/1.0|Host: b:1|Content-Length: 10|Connection: close, x||"),
            octets("PUT /a HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked|Expect: 100-continue||"),
            octets("CONNECT a:1 HTTP/1.1|Host: a|X: \u00e4||"),
        };
        Seeds.each(20_000, luck -> {
            byte[] octets = corpus[luck.nextInt(corpus.length)].clone();
            for (int i = luck.nextInt(4); i >= 0; i--) {
                byte[] other = corpus[luck.nextInt(corpus.length)];
                octets[luck.nextInt(octets.length)] =
                        luck.nextBoolean() ? (byte) luck.nextInt() : other[luck.nextInt(other.length)];
            }
            ByteBuffer in = buffer(octets);
            int answer = parser.parse(in, 0, octets.length, request);
            if (answer >= 0) {
                assertTrue(answer <= octets.length);
                assertTrue(request.pathAt <= request.pathEnd && request.pathEnd <= request.targetEnd);
                assertTrue(request.targetEnd < answer);
                assertTrue(request.contentLength >= Request.ABSENT);
                assertFalse(request.chunked && request.contentLength != Request.ABSENT);
                int end = answer;
                while (end < octets.length) {
                    end++;
                    assertEquals(answer, parser.parse(in, 0, end, new Request()));
                }
            }
            Request again = new Request();
            assertEquals(answer, parser.parse(in, 0, octets.length, again));
            assertEquals(request.method, again.method);
        });
    }
}
