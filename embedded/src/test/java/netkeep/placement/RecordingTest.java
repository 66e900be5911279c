package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import netkeep.domain.Shared;
import netkeep.linux.Descriptors;
import netkeep.linux.Memory;
import netkeep.ring.Region;
import netkeep.session.SessionLayout;
import netkeep.session.Terms;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What was touched of regions comes back from a recording, and nothing else makes one.
class RecordingTest {
    private static final long LENGTH = 1L << 30;
    private static final long MIB = 1 << 20;
    private static final int PAGES = 4;
    private static final int ROUNDS = 1_000;
    private static final String SETTINGS = new Settings(List.of("stack"), 0, true, List.of(), List.of()).text();

    @TempDir
    private Path directory;

    private final Arena arena = Arena.ofShared();
    private final Map<String, Integer> regions = new LinkedHashMap<>();
    private final List<Integer> opened = new ArrayList<>();

    @AfterEach
    void end() {
        arena.close();
        regions.values().forEach(Descriptors::close);
        opened.forEach(Descriptors::close);
    }

    private Region make(String name) {
        int descriptor = Shared.make(name, LENGTH);
        regions.put(name, descriptor);
        return Shared.map(arena, Descriptors.duplicate(descriptor), LENGTH, true);
    }

    private Path write() throws IOException {
        return write(Recorder.MOST, List.of());
    }

    private Path write(int most, List<Recorder.Session> sessions) throws IOException {
        Path file = directory.resolve("recording");
        MemorySegment tray = Memory.sparse(arena, Recorder.LENGTH);
        Recorder.Dead dead = new Recorder.Dead("hung", true, 7, SETTINGS, regions, sessions);
        Recording.write(file, new Recorder(tray).copy(dead, most));
        return file;
    }

    @Test
    void whatWasTouchedComesBack() throws IOException {
        Region one = make("ledger");
        Region other = make("up.1");
        make("down.1");
        make(Grants.CAPTURES + "1");
        SplittableRandom luck = new SplittableRandom(1);
        long[] places = luck.longs(200, 0, LENGTH / 8).map(word -> 8 * word).toArray();
        for (long place : places) {
            one.i64(place, ~place);
        }
        one.i64(0, 1);
        other.i64(LENGTH - 8, 2);

        Path file = write();
        Recording read = Recording.read(file, arena);

        for (long place : places) {
            assertEquals(place == 0 ? 1 : ~place, read.region("ledger").i64(place));
        }
        assertEquals(2, read.region("up.1").i64(LENGTH - 8));
        assertEquals(LENGTH, read.region("down.1").length());
        assertFalse(read.has(Grants.CAPTURES + "1"));
        assertEquals("hung", read.cause());
        assertEquals(7, read.nowNs());
        assertTrue(read.killed());
        assertFalse(read.cut());
        assertEquals(SETTINGS, read.settings().text());
        assertTrue(Files.size(file) < 2 * MIB, "octets " + Files.size(file));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }

    /// Another user may have made it, to read what comes.
    @Test
    void fileThatIsThereIsNotWrittenTo() throws IOException {
        Path file = write();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

        assertThrows(FileAlreadyExistsException.class, this::write);
    }

    /// A client gives back what its rings do not need, at any moment.
    @Test
    void whatIsBehindAHoleThatIsMadeMeanwhileIsThere() throws Exception {
        Region one = make("client.0");
        one.i64(MIB, 7);
        int descriptor = Objects.requireNonNull(regions.get("client.0"));
        AtomicBoolean done = new AtomicBoolean();
        Thread client = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                for (long page = 0; page < PAGES; page++) {
                    one.i64(page * 4096, 1);
                }
                Descriptors.punch(descriptor, 0, PAGES * 4096);
            }
        });
        MemorySegment tray = Memory.sparse(arena, Recorder.LENGTH);
        Recorder.Dead dead = new Recorder.Dead("hung", true, 7, SETTINGS, regions, List.of());
        Path file = directory.resolve("recording");
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Recording.write(file, new Recorder(tray).copy(dead, Recorder.MOST));
                try (Arena brief = Arena.ofConfined()) {
                    Recording read = Recording.read(file, brief);
                    assertFalse(read.cut());
                    assertEquals(7, read.region("client.0").i64(MIB));
                }
                Files.delete(file);
            }
        } finally {
            done.set(true);
            client.join();
        }
    }

    @Test
    void whatIsBeyondTheBoundIsLeftOut() throws IOException {
        Region one = make("ledger");
        for (long at = 0; at < 64 * MIB; at += 4096) {
            one.i64(at, at + 1);
        }
        make("up.1").i64(0, 1);

        Path file = write();
        Recording read = Recording.read(file, arena);

        assertTrue(Files.size(file) < 33 * MIB, "octets " + Files.size(file));
        assertEquals(31 * MIB + 1, read.region("ledger").i64(31 * MIB));
        assertEquals(0, read.region("ledger").i64(33 * MIB));
        assertTrue(read.cut());
        assertEquals(0, read.region("up.1").i64(0));
    }

    /// What a turn reads of a session comes before the octets of its streams, which nobody waits long for.
    @ParameterizedTest
    @ValueSource(ints = {Recorder.FEW, Recorder.MOST})
    void ringsOfStreamsAreTheFirstToBeLeftOut(int octets) throws IOException {
        make("ledger").i64(0, 1);
        Terms terms = Terms.USUAL;
        SessionLayout layout = terms.layout();
        List<Recorder.Session> sessions = new ArrayList<>();
        for (int number = 0; number < 2; number++) {
            int client = Shared.make("client", layout.clientLength());
            int stack = Shared.make("stack", layout.stackLength());
            opened.addAll(List.of(client, stack));
            Region of = Shared.map(arena, Descriptors.duplicate(client), layout.clientLength(), true);
            for (long at = 0; at < 8 * MIB; at += 4096) {
                of.i64(layout.sendRings() + at, 1);
            }
            of.i64(layout.clientWords(3), 2);
            Shared.map(arena, Descriptors.duplicate(stack), layout.stackLength(), true)
                    .i64(layout.stackWords(4), 3);
            sessions.add(new Recorder.Session(
                    number, terms.text(), Map.of(Grants.CLIENT + number, client, Grants.STACK + number, stack)));
        }

        Path file = write(octets, sessions);
        Recording read = Recording.read(file, arena);

        assertTrue(Files.size(file) <= Recorder.FEW + 4096, "octets " + Files.size(file));
        assertTrue(read.cut());
        for (int number = 0; number < 2; number++) {
            assertEquals(2, read.region(Grants.CLIENT + number).i64(layout.clientWords(3)));
            assertEquals(3, read.region(Grants.STACK + number).i64(layout.stackWords(4)));
            assertEquals(terms, read.terms(number));
        }
        assertEquals(1, read.region(Grants.CLIENT + 0).i64(layout.sendRings()));
        assertEquals(0, read.region(Grants.CLIENT + 1).i64(layout.sendRings() + 4 * MIB));
    }

    @Test
    void whatIsCutShortOrChangedIsNone() throws IOException {
        make("ledger").i64(8, 1);
        Path file = write();
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 17) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            IOException wrong = assertThrows(IOException.class, () -> Recording.read(file, arena));
            assertTrue(wrong.getMessage().startsWith(file.toString()), wrong.getMessage());
        }
        SplittableRandom luck = new SplittableRandom(1);
        for (int round = 0; round < 200; round++) {
            byte[] bad = whole.clone();
            bad[luck.nextInt(150)] ^= (byte) (1 << luck.nextInt(8));
            Files.write(file, bad);
            try (Arena brief = Arena.ofConfined()) {
                Recording.read(file, brief);
            } catch (IOException damaged) {
                assertTrue(damaged.getMessage().startsWith(file.toString()), damaged.getMessage());
            }
        }
    }
}
