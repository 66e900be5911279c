package netkeep.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassesTest {
    @TempDir
    private Path directory;

    /// The working directory may be somebody's home: each domain went through all of it.
    @Test
    void emptyClassPathIsNotTheWorkingDirectory() throws Exception {
        try (Stream<Path> here = Files.list(Path.of(""))) {
            assertFalse(here.toList().isEmpty());
        }
        assertEquals(Set.of(), Classes.onClassPath(""));
    }

    @Test
    void everyPlaceIsListed() throws Exception {
        Files.createDirectories(directory.resolve("one/in"));
        Files.createFile(directory.resolve("one/in/First.class"));
        Files.createDirectories(directory.resolve("two"));
        Files.createFile(directory.resolve("two/Second.class"));
        String path = directory.resolve("one") + File.pathSeparator + directory.resolve("two");
        Set<String> names = Classes.onClassPath(path);
        assertTrue(names.contains("in/First.class") && names.contains("Second.class"), names::toString);
    }
}
