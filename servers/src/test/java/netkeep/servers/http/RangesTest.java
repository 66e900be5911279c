package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.StringJoiner;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RangesTest {
    private final Ranges ranges = new Ranges();

    private int read(String value, long size) {
        byte[] octets = value.getBytes(ISO_8859_1);
        return ranges.read(ByteBuffer.wrap(octets), 0, octets.length, size);
    }

    /// What a value says of ten octets: `none`, `ignore`, or the ranges with both ends included.
    private String said(String value, long size) {
        int count = read(value, size);
        StringJoiner said = new StringJoiner(" ");
        for (int i = 0; i < count; i++) {
            said.add(ranges.start(i) + "-" + (ranges.end(i) - 1));
        }
        return count == Ranges.IGNORE ? "ignore" : count == 0 ? "none" : said.toString();
    }

    @Rfc({
        "9110 14.1.1 range specifiers",
        "9110 14.1.2 byte ranges",
    })
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "bytes=0-0; 0-0",
                "bytes=0-9; 0-9",
                "bytes=2-5; 2-5",
                "BYTES=2-5; 2-5",
                "bytes=5-; 5-9",
                "bytes=-3; 7-9",
                "bytes=-30; 0-9",
                "bytes=5-99999999999999999999999; 5-9",
                "bytes=-99999999999999999999999; 0-9",
                "bytes=9-; 9-9",
                "bytes=10-; none",
                "bytes=10-20; none",
                "bytes=-0; none",
                "bytes=99999999999999999999999-; none",
                "bytes=0-1,3-4; 0-1 3-4",
                "bytes= 0-1 ,\t3-4 , ,-1; 0-1 3-4 9-9",
                "bytes=,0-1; 0-1",
                "bytes=3-4,0-1; 3-4 0-1",
                "bytes=0-1,20-30; 0-1",
                "bytes=0-9,0-9; ignore",
                "bytes=5-4; ignore",
                "bytes=0-1,5-4; ignore",
                "bytes=; ignore",
                "bytes=,; ignore",
                "bytes=-; ignore",
                "bytes=a-b; ignore",
                "bytes=1-2x; ignore",
                "bytes=1 -2; ignore",
                "bytes=1- 2; ignore",
                "bytes=+1-2; ignore",
                "bytes 1-2; ignore",
                "lines=1-2; ignore",
                "bytes=1; ignore"
            })
    void rangesOfTenOctets(String value, String said) {
        assertEquals(said, said(value, 10));
    }

    @Test
    void nothingHasNoRanges() {
        assertEquals("none", said("bytes=0-", 0));
        assertEquals("ignore", said("bytes=-1", 0));
    }

    @Rfc("9110 14.2 many small ranges")
    @Test
    void tooManyAreIgnored() {
        String all = "0-0,".repeat(Ranges.CAPACITY);
        assertEquals(Ranges.CAPACITY, read("bytes=" + all, 100));
        assertEquals(Ranges.IGNORE, read("bytes=" + all + "0-0", 100));
    }

    @Test
    void whateverIsReadLiesWithin() {
        String alphabet = "0123456789-,- \tbytes=";
        Seeds.each(20_000, luck -> {
            StringBuilder value = new StringBuilder("bytes=");
            for (int i = luck.nextInt(30); i > 0; i--) {
                value.append(alphabet.charAt(luck.nextInt(alphabet.length())));
            }
            long size = luck.nextInt(1000);
            int count = read(value.toString(), size);
            assertTrue(count >= Ranges.IGNORE && count <= Ranges.CAPACITY);
            for (int i = 0; i < count; i++) {
                assertTrue(ranges.start(i) >= 0 && ranges.start(i) < ranges.end(i) && ranges.end(i) <= size);
            }
        });
    }
}
