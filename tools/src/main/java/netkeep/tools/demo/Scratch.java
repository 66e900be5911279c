package netkeep.tools.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What is left behind in directories of the demo's own.
public final class Scratch {
    private Scratch() {}

    /// Makes a directory that is gone when the program ends, by a signal, too.
    public static Path directory(String prefix) throws IOException {
        Path made = Files.createTempDirectory(prefix);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                remove(made);
            } catch (IOException | UncheckedIOException e) {
                // Somebody else still ends, and takes away what he has there.
            }
        }));
        return made;
    }

    /// Removes a directory with all that is in it, if it is there.
    public static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(directory)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
