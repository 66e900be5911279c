package netkeep.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// Messages of the domain name system under fire.
class DnsFuzzTest {
    private static final int INPUTS = 100_000;

    static final List<MemorySegment> GOOD = Stream.of(
                    DnsMessageTest.ALIAS,
                    DnsMessageTest.SIX,
                    DnsMessageTest.NONE,
                    DnsMessageTest.POINTER,
                    DnsMessageTest.REFUSED)
            .map(Bytes::bytes)
            .toList();

    @Test
    void messagesOfTheCorpusAreJudgedAsBefore() throws IOException {
        InputStream stream = DnsFuzzTest.class.getResourceAsStream("dns-corpus.txt");
        if (stream == null) {
            throw new AssertionError("no corpus");
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line : lines.lines().toList()) {
                String[] words = line.split(" ", -1);
                MemorySegment message = Bytes.bytes(words[1]);
                assertEquals(words[0], DnsFuzz.course(message, 0, (int) message.byteSize()), line);
            }
        }
    }

    @Test
    void inputsAreReadWithoutHarm() {
        DnsFuzz fuzz = new DnsFuzz(GOOD);
        Seeds.each(INPUTS, luck -> fuzz.input(luck.nextLong()));
        if (Long.getLong("seed") == null) {
            assertTrue(
                    fuzz.corpus().size() > 40, () -> "courses " + fuzz.corpus().size());
        }
    }

    @Test
    void everyCutAndEveryValueOfEveryOctetIsReadWithoutHarm() {
        assertTrue(new DnsFuzz(GOOD).sweep() > 100_000);
    }
}
