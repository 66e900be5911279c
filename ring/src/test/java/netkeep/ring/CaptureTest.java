package netkeep.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureTest {
    private static final int LONGEST = 1 << 16;

    private final MemorySegment memory = MemorySegment.ofArray(new long[(int) CaptureWriter.LENGTH / 8]);
    private final MemorySegment octets = MemorySegment.ofArray(new byte[2 * LONGEST]);
    private final MemorySegment data = MemorySegment.ofArray(new byte[CaptureWriter.LONGEST]);
    private final Pieces pieces = new Pieces();
    private CaptureWriter writer;
    private CaptureReader reader;

    @BeforeEach
    void begin() {
        for (int i = 0; i < octets.byteSize(); i++) {
            octets.set(ValueLayout.JAVA_BYTE, i, (byte) (31 * i));
        }
        writer = new CaptureWriter(new Region(memory), 7);
        reader = new CaptureReader(new Region(memory), data);
    }

    private void give(long number, int length) {
        pieces.clear();
        int first = length / 3;
        pieces.add(octets, number % 251, first);
        pieces.add(octets, number % 251 + first, length - first);
        writer.give(2, CaptureWriter.DOWN, 3, 4, number, pieces, LONGEST, length + 1);
    }

    private void holds(long number, int length) {
        assertEquals(number, reader.instant());
        assertEquals(length, reader.captured());
        assertEquals(length + 1, reader.original());
        assertEquals(2, reader.boundary());
        assertEquals(CaptureWriter.DOWN, reader.way());
        assertEquals(3, reader.link());
        assertEquals(4, reader.verdict());
        assertEquals(-1, octets.asSlice(number % 251, length).mismatch(data.asSlice(0, length)), "entry " + number);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whoKeepsUpSeesAll(long seed) throws PeerViolation {
        SplittableRandom luck = new SplittableRandom(seed);
        for (long number = 0; number < 2_000; number++) {
            int length = luck.nextInt(LONGEST);
            give(number, length);
            assertTrue(reader.next());
            holds(number, length);
            assertFalse(reader.next());
        }
        assertEquals(0, reader.lostAtEnd());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatASlowReaderMissesIsCounted(long seed) throws PeerViolation {
        SplittableRandom luck = new SplittableRandom(seed);
        long number = 0;
        long seen = 0;
        for (int round = 0; round < 200; round++) {
            for (int i = luck.nextInt(400); i > 0; i--) {
                give(number++, (int) ((number - 1) * 7919 % LONGEST));
            }
            for (int i = luck.nextInt(400); i > 0 && reader.next(); i--) {
                seen++;
                holds(reader.instant(), (int) (reader.instant() * 7919 % LONGEST));
                assertEquals(reader.instant() + 1, seen + reader.lost());
            }
        }
        assertTrue(reader.lost() > 0);
        while (reader.next()) {
            seen++;
        }
        assertEquals(number, seen + reader.lostAtEnd());
    }

    @Test
    void whatComesAfterItsEndIsNotMissed() throws PeerViolation {
        give(0, 100);
        give(1, 200);
        reader.end();
        give(2, 300);
        assertEquals(2, reader.lostAtEnd());
        assertTrue(reader.next());
        assertFalse(reader.ended());
        assertTrue(reader.next());
        assertTrue(reader.ended());
        assertEquals(0, reader.lostAtEnd());
    }

    @Test
    void readerBeginsWithWhatComesNext() throws PeerViolation {
        give(0, 100);
        CaptureReader late = new CaptureReader(new Region(memory), data);
        assertFalse(late.next());
        give(1, 200);
        assertTrue(late.next());
        assertEquals(1, late.instant());
        assertEquals(0, late.lostAtEnd());
    }

    /// Dies at any store: what the reader gets is whole, and a successor goes on.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void deathAtAnyStoreLeavesWholeEntries(long seed) throws PeerViolation {
        SplittableRandom luck = new SplittableRandom(seed);
        long number = 0;
        long expected = 0;
        for (int life = 0; life < 500; life++) {
            Mortal region = new Mortal(memory, luck.nextInt(60));
            try {
                writer = new CaptureWriter(region, life);
                while (true) {
                    give(number, (int) (number * 7919 % LONGEST));
                    number++;
                }
            } catch (Mortal.Dead dead) {
                while (reader.next()) {
                    holds(reader.instant(), (int) (reader.instant() * 7919 % LONGEST));
                    // The one in which it died may be there twice: once before its number counted.
                    assertTrue(reader.instant() == expected || reader.instant() == expected - 1);
                    expected = reader.instant() + 1;
                }
            }
        }
        assertTrue(number > 500);
    }

    @Test
    void whatCannotBeIsRefused() {
        give(0, 100);
        for (int octet = 0; octet < 8; octet++) {
            byte was = memory.get(ValueLayout.JAVA_BYTE, 64 + octet);
            memory.set(ValueLayout.JAVA_BYTE, 64 + octet, (byte) 0xEE);
            assertThrows(PeerViolation.class, reader::next, "octet " + octet);
            memory.set(ValueLayout.JAVA_BYTE, 64 + octet, was);
        }
    }

    /// A reader that a hostile writer could lead out of the region, or round and round in it.
    @Test
    void positionsThatCannotBeAreRefused() {
        for (long tail : new long[] {-32, -CaptureWriter.CAPACITY - 8, 8, Long.MIN_VALUE}) {
            position(CaptureWriter.TAIL, tail);
            CaptureReader late = new CaptureReader(new Region(memory), data);
            position(CaptureWriter.TAIL, 1 << 20);
            position(CaptureWriter.CLAIM, 1 << 20);
            assertThrows(PeerViolation.class, late::next, "tail " + tail);
        }
        // What says that there is nothing goes to the region's end.
        memory.set(ValueLayout.JAVA_INT, CaptureWriter.ENTRIES, CaptureWriter.HEAD);
        position(CaptureWriter.TAIL, 64);
        position(CaptureWriter.CLAIM, 64);
        assertThrows(PeerViolation.class, reader::next);
        // One that does so, over and over.
        memory.set(ValueLayout.JAVA_INT, CaptureWriter.ENTRIES, CaptureWriter.CAPACITY);
        position(CaptureWriter.TAIL, 1L << 62);
        position(CaptureWriter.CLAIM, 0);
        assertThrows(PeerViolation.class, reader::next);
    }

    private void position(long at, long value) {
        memory.set(ValueLayout.JAVA_LONG, at, value);
    }

    /// It died in an entry that overwrites what a slow reader has not read yet.
    @Test
    void whatADeadWriterHadBegunToOverwriteIsLost() throws PeerViolation {
        long number = 0;
        while (memory.get(ValueLayout.JAVA_LONG, CaptureWriter.TAIL) < CaptureWriter.CAPACITY - 3 * LONGEST) {
            give(number++, LONGEST - 1);
        }
        while (memory.get(ValueLayout.JAVA_LONG, CaptureWriter.TAIL) < CaptureWriter.CAPACITY - 1024) {
            give(number++, 1000);
        }
        writer = new CaptureWriter(new Mortal(memory, 8), 8);
        long last = number;
        assertThrows(Mortal.Dead.class, () -> give(last, LONGEST - 1));

        writer = new CaptureWriter(new Region(memory), 9);
        give(number, 100);
        assertFalse(reader.next());
        assertEquals(number + 1, reader.lostAtEnd());
    }

    /// Memory whose writer dies at one of its stores.
    private static final class Mortal extends Region {
        private int left;

        private Mortal(MemorySegment memory, int stores) {
            super(memory);
            this.left = stores;
        }

        private static final class Dead extends RuntimeException {
            private static final long serialVersionUID = 1L;
        }

        private void live() {
            if (left-- == 0) {
                throw new Dead();
            }
        }

        @Override
        public void u8(long at, int value) {
            live();
            super.u8(at, value);
        }

        @Override
        public void i32(long at, int value) {
            live();
            super.i32(at, value);
        }

        @Override
        public void i64(long at, long value) {
            live();
            super.i64(at, value);
        }

        @Override
        public void i64Release(long at, long value) {
            live();
            super.i64Release(at, value);
        }

        @Override
        public void copy(long at, MemorySegment from, long fromAt, long length) {
            live();
            super.copy(at, from, fromAt, length);
        }
    }
}
