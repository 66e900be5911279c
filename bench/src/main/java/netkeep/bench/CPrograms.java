package netkeep.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The small programs in C that make load or are the kernel's side: carried as source, compiled where they run.
final class CPrograms {
    private static final List<String> NAMES =
            List.of("bare", "peer", "ceiling", "pingpong", "bulk", "connects", "idle", "start", "probe");
    private static final String HEADER = "net.h";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;

    private CPrograms(Path directory) {
        this.directory = directory;
    }

    /// Compiles all of them into a directory.
    static CPrograms compile(Path directory) throws IOException, InterruptedException {
        unpack(directory, "c/" + HEADER);
        for (String name : NAMES) {
            unpack(directory, "c/" + name + ".c");
            Program.run(
                    directory,
                    PATIENCE,
                    List.of(
                            "gcc",
                            "-std=c11",
                            "-O2",
                            "-Wall",
                            "-Wextra",
                            "-Werror",
                            "-o",
                            directory.resolve(name).toString(),
                            directory.resolve(name + ".c").toString()));
        }
        return new CPrograms(directory);
    }

    /// Lays down a program's source.
    ///
    /// @param name below this package
    static Path unpack(Path directory, String name) throws IOException {
        try (InputStream source = CPrograms.class.getResourceAsStream(name)) {
            if (source == null) {
                throw new IOException("the source of " + name + " is not in the module");
            }
            Path file = directory.resolve(Path.of(name).getFileName());
            Files.copy(source, file, StandardCopyOption.REPLACE_EXISTING);
            return file;
        }
    }

    /// The command that runs one of them.
    List<String> command(String name, String... arguments) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("no program " + name);
        }
        List<String> command = new ArrayList<>(List.of(directory.resolve(name).toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
