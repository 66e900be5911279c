package netkeep.tools.place;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LinesTest {
    @Test
    void linesKeepTheirOrder() {
        StringWriter out = new StringWriter();
        try (Lines lines = new Lines(new PrintWriter(out))) {
            lines.add("one", true);
            lines.add("two", false);
            lines.add("three", true);
        }
        assertEquals(List.of("one", "two", "three"), out.toString().lines().toList());
    }

    /// A client that attaches and leaves made a keeper say so until nobody read it, and the keeper stood still.
    @Test
    void whoeverSpeaksNeverWaitsForThoseWhoRead() throws Exception {
        PipedWriter full = new PipedWriter();
        try (PipedReader reader = new PipedReader(full, 16);
                Lines lines = new Lines(new PrintWriter(full))) {
            lines.add("a death", false);
            for (int sessions = 0; sessions < 100_000; sessions++) {
                lines.add("sessions: " + sessions, true);
            }
            lines.add("another death", false);
            StringBuilder read = new StringBuilder();
            while (read.indexOf("another death\n") < 0) {
                read.append((char) reader.read());
            }
            assertTrue(read.toString().startsWith("a death\nsessions: 0\n"), read::toString);
            assertTrue(read.toString().contains("sessions: 99999\nanother death\n"), read::toString);
        }
    }
}
