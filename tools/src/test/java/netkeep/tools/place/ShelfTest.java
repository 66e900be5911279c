package netkeep.tools.place;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShelfTest {
    private static final MemorySegment OCTETS = MemorySegment.ofArray(new byte[] {1, 2, 3});

    @TempDir
    private Path directory;

    /// What an earlier keeper has left.
    private Path earlier(String name, long octets, int second) throws IOException {
        Path file = directory.resolve(name);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(octets);
        }
        Files.setLastModifiedTime(file, FileTime.fromMillis(1000L * second));
        return file;
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void filesAndTheirDirectoriesAreTheirUsersAlone() throws IOException {
        Path own = directory.resolve("session-reports");
        Path file = own.resolve("other").resolve("stack-1.json");

        new Shelf(own, true).write(file, OCTETS);

        assertEquals(3, Files.size(file));
        assertEquals("rw-------", mode(file));
        assertEquals("rwx------", mode(file.getParent()));
        assertEquals("rwx------", mode(own));
    }

    /// Where anybody may make directories, somebody may have made this one, or made it lead elsewhere.
    @Test
    void directoryThatIsOpenToOthersIsNotUsed() throws IOException {
        Path open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-x---"));
        Path leads =
                Files.createSymbolicLink(directory.resolve("leads"), Files.createTempDirectory(directory, "elsewhere"));

        assertThrows(IOException.class, () -> new Shelf(open, true).write(open.resolve("stack-1.json"), OCTETS));
        assertThrows(IOException.class, () -> new Shelf(leads, true).write(leads.resolve("stack-1.json"), OCTETS));
        new Shelf(open, false).write(open.resolve("stack-1.json"), OCTETS);
        assertTrue(Files.exists(open.resolve("stack-1.json")), "it was named");
    }

    @Test
    void soManyDeathsStayAndTheOldestGo() throws IOException {
        Path named = earlier("stack-notes.json", 1, 0);
        Path oldest = earlier("stack-7.recording", 1, 1);
        Path itsReport = earlier("stack-7.json", 1, 1);
        for (int number = 1; number < Shelf.MOST; number++) {
            earlier("link-" + number + ".recording", 1, 2);
        }
        Shelf shelf = new Shelf(directory, false);

        shelf.write(directory.resolve("control-1.recording"), OCTETS);
        assertFalse(Files.exists(oldest));
        assertFalse(Files.exists(itsReport));
        shelf.write(directory.resolve("control-1.json"), OCTETS);

        long deaths = 0;
        for (int number = 1; number < Shelf.MOST; number++) {
            deaths += Files.exists(directory.resolve("link-" + number + ".recording")) ? 1 : 0;
        }
        assertEquals(Shelf.MOST - 1, deaths);
        assertTrue(Files.exists(named), "it is none of ours");
        assertEquals(directory.resolve("control-1.json"), Shelf.last(directory));
    }

    @Test
    void soManyOctetsStayAndTheOldestGo() throws IOException {
        Path oldest = earlier("stack-9.recording", Shelf.MOST_OCTETS / 2, 1);
        Path next = earlier("stack-2.recording", Shelf.MOST_OCTETS / 2, 2);

        new Shelf(directory, false).write(directory.resolve("link-1.recording"), OCTETS);

        assertFalse(Files.exists(oldest));
        assertTrue(Files.exists(next));
        assertTrue(Files.exists(directory.resolve("link-1.recording")));
        assertNull(Shelf.last(directory.resolve("none")));
    }
}
