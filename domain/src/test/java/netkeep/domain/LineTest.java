package netkeep.domain;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import netkeep.linux.Bell;
import netkeep.linux.Descriptors;
import netkeep.linux.Errno;
import netkeep.linux.LinuxException;
import netkeep.ring.Region;
import org.junit.jupiter.api.Test;

class LineTest {
    @Test
    void messagesStayWholeAndDescriptorsComeWithThem() throws IOException {
        Line[] both = Line.pair();
        try (Line one = both[0];
                Line other = both[1];
                Bell bell = new Bell()) {
            one.send(new byte[] {1, 2, 3});
            one.send(new byte[] {4}, bell.descriptor());

            assertArrayEquals(new byte[] {1, 2, 3}, other.receive().octets());
            Line.Received second = other.receive();
            assertArrayEquals(new byte[] {4}, second.octets());
            assertEquals(1, second.descriptors().length);
            try (Bell same = new Bell(second.descriptors()[0])) {
                same.ring();
            }
            assertTrue(bell.silence());
            assertNull(other.poll());
        }
    }

    @Test
    void whoeverIsGoneIsSeen() throws IOException {
        Line[] both = Line.pair();
        try (Line one = both[0]) {
            both[1].close();
            assertThrows(EOFException.class, one::receive);
            assertThrows(IOException.class, () -> one.send(new byte[1]));
        }
        // With something left unread the kernel says so otherwise.
        Line[] again = Line.pair();
        try (Line one = again[0]) {
            one.send(new byte[1]);
            again[1].close();
            assertThrows(EOFException.class, one::receive);
        }
    }

    @Test
    void wordsComeBackAsTheyWere() {
        Word word = new Word(Word.WANT, 0x12345678, "4096 8192");
        assertEquals(word, Word.of(word.octets()));
        assertThrows(IllegalArgumentException.class, () -> Word.of(new byte[4]));
    }

    @Test
    void doorbellsRingTheOtherEndAndNeverMakeTheirOwnerWait() {
        int[] ends = Doorbell.pair();
        try (Doorbell one = new Doorbell(ends[0]);
                Doorbell other = new Doorbell(ends[1])) {
            assertFalse(one.silence());
            // Full long before that.
            for (int ring = 0; ring < 10_000; ring++) {
                other.ring();
            }
            assertFalse(other.silence());
            assertTrue(one.silence());
            for (int look = 0; look < 10_000 && one.silence(); look++) {
                // What is left.
            }
            assertFalse(one.silence());
        }
    }

    @Test
    void regionIsWrittenByOneAndReadByAnother() {
        int descriptor = Shared.make("test", 8192);
        int reading = Shared.readOnly(descriptor);
        try (Arena arena = Arena.ofConfined()) {
            int again = Descriptors.duplicate(reading);
            Region writer = Shared.map(arena, descriptor, 8192, true);
            Region reader = Shared.map(arena, reading, 8192, false);
            writer.i64Release(4096, 7);

            assertEquals(7, reader.i64Acquire(4096));
            assertThrows(RuntimeException.class, () -> reader.i64(0, 1));
            // Not by a mapping of its own either.
            LinuxException refused = assertThrows(LinuxException.class, () -> Shared.map(arena, again, 8192, true));
            assertEquals(Errno.EACCES, refused.errno());
        }
    }

    @Test
    void sizeOfARegionIsSealed() {
        int descriptor = Shared.make("test", 8192);
        int size = Descriptors.F_SEAL_SHRINK | Descriptors.F_SEAL_GROW;
        assertEquals(size, Descriptors.seals(descriptor) & size);
        assertThrows(LinuxException.class, () -> Descriptors.truncate(descriptor, 4096));
        Descriptors.close(descriptor);
    }
}
