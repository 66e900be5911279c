package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import netkeep.sim.Rfc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContentTest {
    private static final long LIMIT = 100;

    private final Content content = new Content();

    private void begin(boolean chunked, long length) {
        Request request = new Request();
        request.chunked = chunked;
        request.contentLength = length;
        content.begin(request, LIMIT);
    }

    /// Reads a text in which `|` stands for CR LF, cut at `cut`.
    private int drain(String text, int cut) {
        byte[] octets = text.replace("|", "\r\n").getBytes(ISO_8859_1);
        ByteBuffer in = ByteBuffer.wrap(octets);
        int at = content.drain(in, 0, Math.min(cut, octets.length));
        return at < cut ? at : content.drain(in, at, octets.length);
    }

    @Rfc({
        "9112 7.1 chunks",
        "9112 7.1.1 unknown extensions",
        "9112 7.1.2 trailers discarded",
    })
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0||NEXT",
                "5|hello|0||NEXT",
                "5;ext=\"a;b\"|hello|A|0123456789|000;x|Trailer: v|T2:||NEXT",
                "00005|hello|0||NEXT",
                "5 ;x|hello|0||NEXT",
                "a|0123456789|0||NEXT",
            })
    void chunksEndWhereTheyEnd(String text) {
        int end = text.replace("|", "\r\n").length() - "NEXT".length();
        for (int cut = 0; cut <= end; cut++) {
            begin(true, Request.ABSENT);
            assertEquals(end, drain(text, cut), "cut at " + cut);
            assertTrue(content.done());
        }
    }

    @Rfc("9112 7.1 chunks")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "|",
                "x|",
                "-1|",
                "+5|hello|",
                "0x5|hello|",
                " 5|hello|",
                "5\nhello",
                "5|hello!|0||",
                "5|hello\n0||",
                "5|hell|0|||||",
                "0|\n",
                "0|\rx",
                "0| folded||",
                "0|: v||",
                "5;\u0000|",
                "5;a\nb|",
                "5\r\r\n",
                "fffffffffffffffff|",
                "0000000000000000|",
            })
    void anythingElseIsBroken(String text) {
        for (int cut = 0; cut < text.length(); cut++) {
            begin(true, Request.ABSENT);
            drain(text, cut);
            assertTrue(content.broken(), "cut at " + cut);
            assertFalse(content.done());
        }
    }

    @Test
    void lengthIsCounted() {
        for (int cut = 0; cut < 7; cut++) {
            begin(false, 5);
            assertEquals(5, drain("helloNEXT", cut));
            assertTrue(content.done());
        }
    }

    @Rfc("9112 7.1 large chunk sizes")
    @Test
    void boundIsHeld() {
        begin(false, LIMIT);
        assertFalse(content.tooLarge());
        begin(false, LIMIT + 1);
        assertTrue(content.tooLarge());
        begin(true, Request.ABSENT);
        drain("64|", 3);
        assertFalse(content.tooLarge());
        begin(true, Request.ABSENT);
        drain("65|", 3);
        assertTrue(content.tooLarge());
        begin(true, Request.ABSENT);
        drain("7fffffffffffff|", 99);
        assertTrue(content.tooLarge());
        // Small chunks count with what they cost.
        begin(true, Request.ABSENT);
        drain("1|x|".repeat(30), 999);
        assertTrue(content.tooLarge());
    }

    @Rfc("9112 7.1.1 length of extensions")
    @Test
    void overheadIsBounded() {
        for (String text : new String[] {"0;%s||", "0|T%s||"}) {
            String most = text.formatted("x".repeat(16_383));
            begin(true, Request.ABSENT);
            assertEquals(most.replace("|", "\r\n").length(), drain(most, 0));
            assertTrue(content.done());
            begin(true, Request.ABSENT);
            drain(text.formatted("x".repeat(16_384)), 0);
            assertTrue(content.broken());
        }
        begin(true, Request.ABSENT);
        drain("0|" + "T: v|".repeat(10_000), 1_000_000);
        assertTrue(content.broken());
    }
}
