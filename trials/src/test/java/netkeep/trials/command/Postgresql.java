package netkeep.trials.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The database's server, which is nobody's whose user is root.
final class Postgresql {
    /// Where Debian puts each version's programs, which are on nobody's PATH.
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    private Postgresql() {}

    /// Where its programs are, null for nowhere.
    static Path programs() throws IOException {
        if (!Files.isDirectory(VERSIONS)) {
            return null;
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(programs -> Files.isExecutable(programs.resolve("initdb")))
                    .findFirst()
                    .orElse(null);
        }
    }

    /// A command line of the database's own user.
    static List<String> as(Path program, Object... arguments) {
        List<String> line = new ArrayList<>(List.of("runuser", "-u", "postgres", "--", program.toString()));
        for (Object argument : arguments) {
            line.add(argument.toString());
        }
        return line;
    }
}
