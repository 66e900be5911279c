package netkeep.tools.status;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which daemon a command is about.
public final class SessionOption {
    @Option(
            names = "--session",
            paramLabel = "PATH",
            description = "Where its programs attach (default: \"session\" in this user's directory for stacks).")
    private @Nullable Path path;

    /// For picocli.
    public SessionOption() {}

    public Path path() throws IOException {
        Path named = path;
        return named == null ? Places.own("session") : named;
    }

    /// @throws IOException if nobody keeps a stack there
    public Daemon daemon() throws IOException {
        return Daemon.at(path());
    }
}
