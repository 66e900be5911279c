package netkeep.engine.ip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.ring.Pieces;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A frame that was read in pieces is whole again for whoever did not expect it, however long it is.
class LandingTest {
    private static final int AT = 7;
    private static final int LONGEST = 1000;

    private final MemorySegment frames = MemorySegment.ofArray(new byte[AT + LONGEST]);
    private final MemorySegment ring = MemorySegment.ofArray(new byte[200]);
    private final Landing landing = new Landing();

    @ParameterizedTest
    @CsvSource({"60, 0", "300, 0", "301, 1", "400, 100", "420, 120", "430, 130", "431, 130", "1000, 130"})
    void octetsThatLieElsewhereAreBrought(int length, int elsewhere) {
        Pieces pieces = landing.begin(frames, AT, 300, 3, 150);
        pieces.add(ring, 50, 100);
        pieces.add(ring, 0, 30);
        landing.end(frames, AT, LONGEST);
        assertEquals(LONGEST, pieces.total());
        byte[] frame = new byte[length];
        for (int i = 0; i < length; i++) {
            frame[i] = (byte) (1 + i % 251);
        }
        scatter(frame, pieces);

        landing.read(length);

        assertEquals(300, landing.from());
        assertEquals(elsewhere, landing.holds(3, 150));
        assertEquals(0, landing.holds(3, 149));
        assertEquals(0, landing.holds(4, 150));
        landing.gather(frames, AT);
        assertArrayEquals(frame, frames.asSlice(AT, length).toArray(ValueLayout.JAVA_BYTE));
        assertEquals(0, landing.holds(3, 150));
    }

    private static void scatter(byte[] frame, Pieces to) {
        int done = 0;
        for (int i = 0; done < frame.length; i++) {
            int run = Math.min(frame.length - done, to.length[i]);
            MemorySegment.copy(MemorySegment.ofArray(frame), done, to.memory[i], to.at[i], run);
            done += run;
        }
    }
}
