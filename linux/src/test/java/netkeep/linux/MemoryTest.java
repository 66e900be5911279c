package netkeep.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class MemoryTest {
    private static final long TEBIBYTE = 1L << 40;
    private static final long PAGE = 4096;

    @Test
    void tebibyteCostsOnlyWhatIsTouched() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = Memory.sparse(arena, 2 * TEBIBYTE);
            memory.set(JAVA_LONG, 2 * TEBIBYTE - 8, 7);

            assertEquals(7, memory.get(JAVA_LONG, 2 * TEBIBYTE - 8));
            assertEquals(0, memory.get(JAVA_LONG, TEBIBYTE));
            assertThrows(IndexOutOfBoundsException.class, () -> memory.get(JAVA_BYTE, 2 * TEBIBYTE));
        }
    }

    @Test
    void mappingEndsWithItsArena() {
        Arena arena = Arena.ofConfined();
        MemorySegment memory = Memory.sparse(arena, PAGE);
        arena.close();

        assertThrows(IllegalStateException.class, () -> memory.get(JAVA_BYTE, 0));
    }

    @Test
    void discardedPagesAreZeros() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = Memory.sparse(arena, 3 * PAGE);
            memory.fill((byte) 1);

            Memory.discard(memory, PAGE, PAGE);

            assertEquals(1, memory.get(JAVA_BYTE, PAGE - 1));
            assertEquals(0, memory.get(JAVA_BYTE, PAGE));
            assertEquals(0, memory.get(JAVA_BYTE, 2 * PAGE - 1));
            assertEquals(1, memory.get(JAVA_BYTE, 2 * PAGE));
        }
    }

    @Test
    void writerAndReaderSeeOneMemory() {
        int descriptor = Descriptors.memory("netkeep-test", 2 * PAGE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ours = Memory.shared(arena, descriptor, 2 * PAGE, true);
            MemorySegment theirs = Memory.shared(arena, descriptor, 2 * PAGE, false);
            ours.set(JAVA_LONG, PAGE, 42);

            assertEquals(42, theirs.get(JAVA_LONG, PAGE));
            assertThrows(IllegalArgumentException.class, () -> theirs.set(JAVA_LONG, PAGE, 43));
        } finally {
            Descriptors.close(descriptor);
        }
    }

    @Test
    void punchedPagesAreZeros() {
        int descriptor = Descriptors.memory("netkeep-test", 2 * PAGE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = Memory.shared(arena, descriptor, 2 * PAGE, true);
            memory.fill((byte) 1);

            Descriptors.punch(descriptor, PAGE, PAGE);

            assertEquals(1, memory.get(JAVA_BYTE, PAGE - 1));
            assertEquals(0, memory.get(JAVA_BYTE, PAGE));
        } finally {
            Descriptors.close(descriptor);
        }
    }

    @Test
    void sealedSizeStays() {
        int descriptor = Descriptors.memory("netkeep-test", PAGE);
        try {
            int seals = Descriptors.F_SEAL_SEAL | Descriptors.F_SEAL_SHRINK | Descriptors.F_SEAL_GROW;
            Descriptors.seal(descriptor, seals);

            assertEquals(seals, Descriptors.seals(descriptor));
            assertEquals(Errno.EPERM, errno(() -> Descriptors.truncate(descriptor, PAGE / 2)));
            assertEquals(Errno.EPERM, errno(() -> Descriptors.truncate(descriptor, 2 * PAGE)));
            assertEquals(Errno.EPERM, errno(() -> Descriptors.seal(descriptor, Descriptors.F_SEAL_FUTURE_WRITE)));
        } finally {
            Descriptors.close(descriptor);
        }
    }

    @Test
    void missingFileIsNamed() {
        LinuxException failure =
                assertThrows(LinuxException.class, () -> Descriptors.open("/nowhere/at/all", Descriptors.O_RDONLY));

        assertEquals(Errno.ENOENT, failure.errno());
        assertTrue(failure.getMessage().contains("/nowhere/at/all"), failure.getMessage());
    }

    private static int errno(Runnable call) {
        return assertThrows(LinuxException.class, call::run).errno();
    }
}
