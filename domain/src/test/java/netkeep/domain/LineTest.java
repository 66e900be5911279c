package netkeep.domain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import netkeep.linux.Bell;
import netkeep.linux.Call;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
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
    void lineIsCrowdedOnceHalfOfWhatFitsWaits() throws IOException {
        Line[] both = Line.pair();
        try (Line one = both[0];
                Line other = both[1]) {
            int free = 0;
            int crowded = 0;
            for (boolean full = one.crowded(); one.offer(new byte[100]); full = one.crowded()) {
                free += full ? 0 : 1;
                crowded += full ? 1 : 0;
            }
            assertTrue(free > 10 && Math.abs(free - crowded) <= 2, free + " and " + crowded);
            while (one.crowded()) {
                other.receive();
            }
            assertTrue(one.unread());
        }
    }

    @Test
    void whoeverIsGoneIsSeen() throws IOException {
        Line[] both = Line.pair();
        try (Line one = both[0]) {
            both[1].close();
            assertThrows(EOFException.class, one::receive);
            assertThrows(EOFException.class, () -> one.send(new byte[1]));
        }
        // With something left unread the kernel says so otherwise.
        Line[] again = Line.pair();
        try (Line one = again[0]) {
            one.send(new byte[1]);
            again[1].close();
            assertThrows(EOFException.class, one::receive);
        }
    }

    /// As one would send them who wants another process to run out of descriptors, or to wait while it closes them.
    @Test
    void descriptorsThatComeWithoutAnOctetAreTheReceivers() throws IOException {
        Line[] both = Line.pair();
        try (Line one = both[0];
                Line other = both[1]) {
            int[] some = new int[Line.MOST_DESCRIPTORS];
            Arrays.fill(some, one.descriptor());
            one.send(new byte[0], some);
            long before = open();

            Line.Received received = Objects.requireNonNull(other.poll());

            assertEquals(0, received.octets().length);
            assertEquals(some.length, received.descriptors().length);
            assertEquals(before + some.length, open());
            received.refuse();
            assertEquals(before, open());
            assertNull(other.poll());
        }
    }

    /// Descriptors of this process.
    private static long open() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    @Test
    void whatIsNotReceivedIsUnread() throws IOException {
        Line[] both = Line.pair();
        try (Line one = both[0];
                Line other = both[1]) {
            assertFalse(one.unread());
            one.send(new byte[1], one.descriptor());
            one.send(new byte[1]);
            assertTrue(one.unread());
            other.receive().refuse();
            assertTrue(one.unread());
            other.receive();
            assertFalse(one.unread());
            one.send(new byte[1], one.descriptor());
            other.close();
            assertFalse(one.unread());
        }
    }

    /// The kernel says so to who has no privileges; this process may have some.
    @Test
    void noneAreSentWhereTooManyAreInFlight() throws Exception {
        Process process = new ProcessBuilder(
                        "prlimit",
                        "--nofile=" + Crowded.DESCRIPTORS,
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Crowded.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertEquals(0, process.waitFor());
        assertEquals(
                List.of("some true", "more false", "octets true", "again true", "may have " + Crowded.DESCRIPTORS),
                said.lines().toList());
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
        try (Doorbell one = new Doorbell(ends[0], ends[1]);
                Doorbell other = new Doorbell(ends[2], ends[3]);
                Epoll waits = new Epoll(1)) {
            assertFalse(one.silence());
            for (int ring = 0; ring < 10_000; ring++) {
                other.ring();
            }
            assertFalse(other.silence());
            assertTrue(one.silence());
            assertFalse(one.silence());

            // Of each ring whoever waits edge-triggered is told once.
            waits.add(one.ear(), Epoll.EPOLLIN | Epoll.EPOLLET, 0);
            assertEquals(0, waits.await(0));
            for (int ring = 0; ring < 3; ring++) {
                other.ring();
                assertEquals(1, waits.await(0));
                assertEquals(0, waits.await(0));
            }
        }
    }

    /// As one would who wants the stack to wait for ever: the ear is no way to the other's voice.
    @Test
    void earIsNoWayToTheVoice() {
        int[] ends = Doorbell.pair();
        try (Doorbell victim = new Doorbell(ends[0], ends[1]);
                Doorbell hostile = new Doorbell(ends[2], ends[3]);
                Arena arena = Arena.ofConfined()) {
            MemorySegment most = arena.allocateFrom(ValueLayout.JAVA_LONG, -2L);
            assertEquals(-Errno.EINVAL, new Call().write(ends[3], most, 0, Long.BYTES));
            assertEquals(-Errno.EINVAL, new Call().read(ends[3], most, 0, Long.BYTES));
            for (int ring = 0; ring < 3; ring++) {
                victim.ring();
                assertTrue(hostile.silence());
            }
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
