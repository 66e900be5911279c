package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDateTest {
    /// Sun, 06 Nov 1994 08:49:37 GMT, the RFC's own example.
    private static final long EXAMPLE = 784_111_777;

    private static final long NOW = 1_790_000_000;

    private static long read(String text) {
        byte[] octets = text.getBytes(ISO_8859_1);
        return HttpDate.read(ByteBuffer.wrap(octets), 0, octets.length, NOW);
    }

    private static String write(long seconds) {
        byte[] out = new byte[HttpDate.LENGTH];
        HttpDate.write(seconds, out, 0);
        return new String(out, ISO_8859_1);
    }

    @Rfc("9110 5.6.7 three forms of dates")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Sun, 06 Nov 1994 08:49:37 GMT",
                "Sunday, 06-Nov-94 08:49:37 GMT",
                "Sun Nov  6 08:49:37 1994",
            })
    void threeFormsAreOneInstant(String text) {
        assertEquals(EXAMPLE, read(text));
    }

    @Rfc("9110 5.6.7 years of two digits")
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Saturday, 01-Jan-00 00:00:00 GMT; 946684800",
                "Thursday, 01-Jan-70 00:00:00 GMT; 3155760000",
                "Friday, 01-Jan-77 00:00:00 GMT; 220924800"
            })
    void twoDigitsAreAYearNotFarAhead(String text, long seconds) {
        assertEquals(seconds, read(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Sun, 06 Nov 1994 08:49:37",
                "Sun, 06 Nov 1994 08:49:37 UTC",
                "Sun, 6 Nov 1994 08:49:37 GMT",
                "Sun, 06 nov 1994 08:49:37 GMT",
                "Xxx, 06 Nov 1994 08:49:37 GMT",
                "Sun, 31 Feb 1994 08:49:37 GMT",
                "Sun, 06 Nov 1994 24:49:37 GMT",
                "Sun, 06 Nov 1994 08:60:37 GMT",
                "Sun, 06 Nov 1994 08:49:61 GMT",
                "Sun, 06 Nov -994 08:49:37 GMT",
                "Sun, 06-Nov-1994 08:49:37 GMT",
                "Sunday, 06-Nov-9x 08:49:37 GMT",
                "Sun Nov 06 08:49:37 19x4",
                "784111777",
            })
    void anythingElseIsNone(String text) {
        assertEquals(HttpDate.NONE, read(text));
    }

    @Rfc("9110 5.6.7 dates written")
    @Test
    void whatIsWrittenIsRead() {
        assertEquals("Sun, 06 Nov 1994 08:49:37 GMT", write(EXAMPLE));
        Seeds.each(2_000, luck -> {
            long seconds = luck.nextLong(253_402_300_800L);
            assertEquals(seconds, read(write(seconds)));
        });
    }
}
