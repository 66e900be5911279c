package netkeep.servers.iperf3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final String GOOD =
            "{\"udp\":true,\"len\":1460,\"x\":[1,-2.5e3,null,{\"a\":\"b\"}],\"e\":{},\"l\":[]}";

    @Test
    void objectIsRead() throws BadPeer {
        Map<String, ?> read = Json.object(" {\"a\" : 1 , \"b\":[true,false,null,\"x\\u0041\\n\\\"\"],\"c\":{}} ");
        assertEquals(1.0, read.get("a"));
        assertEquals(Arrays.asList(true, false, null, "xA\n\""), read.get("b"));
        assertEquals(Map.of(), read.get("c"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "1",
                "{}x",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\":tru}",
                "{\"a\":1 2}",
                "{\"a\":\"\\q\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":[1}",
                "{\"a\":\"\n\"}",
                "{\"a\":--1}"
            })
    void anythingElseIsRefused(String text) {
        assertThrows(BadPeer.class, () -> Json.object(text));
    }

    @Test
    void depthIsBounded() {
        assertThrows(BadPeer.class, () -> Json.object("{\"a\":" + "[".repeat(10_000)));
        assertThrows(BadPeer.class, () -> Json.object("{\"a\":".repeat(10_000)));
    }

    /// Whatever comes, it is read or refused.
    @Test
    void changedTextIsReadOrRefused() {
        SplittableRandom luck = new SplittableRandom(1);
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder(GOOD);
            for (int changes = luck.nextInt(1, 4); changes > 0; changes--) {
                text.setCharAt(luck.nextInt(text.length()), GOOD.charAt(luck.nextInt(GOOD.length())));
            }
            try {
                Terms.read(Json.object(text.toString()));
            } catch (BadPeer bad) {
                refused++;
            }
        }
        assertTrue(refused > 10_000 && refused < 100_000, "refused " + refused);
    }

    @Test
    void termsAreReadAsTheyWereWritten() throws BadPeer {
        for (Terms terms : List.of(
                Terms.tcp(3_000_000_000L),
                Terms.tcp(0).withOctets(5).withStreams(7).reversed(),
                Terms.udp(1_000_000_000L, 1400, 1_000_000).reversed())) {
            assertEquals(terms, Terms.read(Json.object(terms.json())));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"tcp\":true,\"len\":0}",
                "{\"tcp\":true,\"len\":1e9}",
                "{\"tcp\":true,\"len\":1,\"parallel\":129}",
                "{\"udp\":true,\"len\":15}",
                "{\"udp\":true,\"len\":65508}",
                "{\"tcp\":true,\"len\":1,\"num\":-1}",
                "{\"tcp\":true,\"len\":1,\"time\":-1}",
                "{\"tcp\":true,\"len\":1,\"window\":-1}",
                "{\"tcp\":true,\"len\":1,\"bidirectional\":true}",
                "{\"tcp\":true,\"len\":1,\"omit\":1}",
                "{\"sctp\":true,\"len\":1}"
            })
    void termsThatCannotBeMetAreRefused(String text) {
        assertThrows(BadPeer.class, () -> Terms.read(Json.object(text)));
    }
}
