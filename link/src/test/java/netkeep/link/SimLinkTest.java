package netkeep.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import netkeep.ring.Pieces;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class SimLinkTest {
    private static final int CAPACITY = 1 << 17;
    private static final SimLink.Settings SMALL = new SimLink.Settings(1500, true, true, true, CAPACITY);

    /// Whatever lengths go in, in whatever rhythm, across the end of the circle many times.
    @Test
    void whatGoesInComesOutInOrder() {
        Seeds.each(50, luck -> {
            SimLink.Pair ends = SimLink.pair(SMALL, 0x02_00_00_00_00_01L, 0x02_00_00_00_00_02L);
            Deque<byte[]> wire = new ArrayDeque<>();
            int octets = 0;
            for (int step = 0; step < 400; step++) {
                if (luck.nextInt(5) < 3) {
                    int length = luck.nextBoolean() ? 24 + luck.nextInt(1500) : 24 + luck.nextInt(65_000);
                    byte[] frame = Frames.numbered(step, length);
                    if (ends.left().transmit(Frames.one(frame))) {
                        wire.add(frame);
                        octets += length;
                    } else {
                        // What the end of the circle made unusable counts as well, for this frame and for one before.
                        int used = octets + 8 * wire.size() + 65_024;
                        assertTrue(used + 2 * (length + 8) > CAPACITY, "refused with room");
                    }
                } else {
                    byte[] expected = wire.isEmpty() ? new byte[0] : wire.remove();
                    assertArrayEquals(expected, Frames.receive(ends.right()));
                    octets -= expected.length;
                }
            }
            assertEquals(0, Frames.receive(ends.left()).length);
        });
    }

    @Test
    void bothDirectionsAreApart() {
        SimLink.Pair ends = SimLink.pair(SMALL, 1L << 41, 1L << 41 | 1);
        ends.left().transmit(Frames.one(Frames.numbered(1, 60)));
        ends.right().transmit(Frames.one(Frames.numbered(2, 70)));

        assertEquals(2, Frames.number(Frames.receive(ends.left())));
        assertEquals(1, Frames.number(Frames.receive(ends.right())));
        assertEquals(50, ends.left().counters().sentOctets);
        assertEquals(60, ends.left().counters().receivedOctets);
    }

    @Test
    void piecesBecomeOneFrame() {
        SimLink.Pair ends = SimLink.pair(SMALL, 1L << 41, 1L << 41 | 1);
        byte[] whole = Frames.numbered(7, 100);
        MemorySegment memory = Frames.memory(whole);
        Pieces pieces = new Pieces();
        pieces.add(memory, 0, 10);
        pieces.add(memory, 10, 31);
        pieces.add(memory, 41, 59);
        ends.left().transmit(pieces);

        assertArrayEquals(whole, Frames.receive(ends.right()));
    }

    @Test
    void fullWireRefusesAndKeepsWhatItHas() {
        SimLink.Pair ends = SimLink.pair(SMALL, 1L << 41, 1L << 41 | 1);
        assertTrue(ends.left().transmit(Frames.one(Frames.numbered(1, 65_000))));
        assertTrue(ends.left().transmit(Frames.one(Frames.numbered(2, 65_000))));
        assertFalse(ends.left().transmit(Frames.one(Frames.numbered(3, 65_000))));
        assertEquals(1, ends.left().counters().sentWaits);

        assertEquals(1, Frames.number(Frames.receive(ends.right())));
        assertTrue(ends.left().transmit(Frames.one(Frames.numbered(3, 60_000))));
        assertEquals(2, Frames.number(Frames.receive(ends.right())));
        assertEquals(3, Frames.number(Frames.receive(ends.right())));
    }

    @Test
    void withoutSegmentationAFrameAboveTheMtuIsDropped() {
        SimLink.Settings plain = new SimLink.Settings(1500, false, false, false, CAPACITY);
        SimLink.Pair ends = SimLink.pair(plain, 1L << 41, 1L << 41 | 1);

        assertTrue(ends.left().transmit(Frames.one(new byte[Link.OVERHEAD + 1501])));
        assertEquals(1, ends.left().counters().sentDrops);
        assertEquals(0, Frames.receive(ends.right()).length);
    }

    @Test
    void roomForTheLongestFrameIsAskedFor() {
        SimLink.Pair ends = SimLink.pair(SMALL, 1L << 41, 1L << 41 | 1);
        MemorySegment memory = Arena.ofAuto().allocate(1000);

        assertThrows(IllegalArgumentException.class, () -> ends.left().receive(memory, 0, 1000));
    }
}
