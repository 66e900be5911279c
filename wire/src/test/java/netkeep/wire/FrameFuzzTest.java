package netkeep.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// The parsers under fire: nothing is thrown, and what stands around an input does not matter.
class FrameFuzzTest {
    private static final int INPUTS = 200_000;

    /// A frame for each course of verdicts that the fuzzer found.
    private static List<String> corpus() throws IOException {
        InputStream stream = FrameFuzzTest.class.getResourceAsStream("corpus.txt");
        if (stream == null) {
            throw new AssertionError("no corpus");
        }
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            return lines.lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    @Test
    void framesOfTheCorpusAreJudgedAsBefore() throws IOException {
        Dissector dissector = new Dissector();
        for (String line : corpus()) {
            String[] words = line.split(" ", 2);
            dissector.frame(Bytes.bytes(words[1]));
            assertEquals(words[0], dissector.routeText(), words[1]);
        }
    }

    @Test
    void inputsAreReadWithoutHarm() {
        FrameFuzz fuzz = new FrameFuzz(MutatedFrameTest.CORPUS);
        Seeds.each(INPUTS, luck -> fuzz.input(luck.nextLong()));
        if (Long.getLong("seed") == null) {
            assertTrue(fuzz.corpus().size() > 50, fuzz.toString());
        }
    }

    @Test
    void everyCutAndEveryValueOfEveryOctetIsReadWithoutHarm() {
        assertTrue(new FrameFuzz(MutatedFrameTest.CORPUS).sweep() > 500_000);
    }
}
