package netkeep.tools.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A server of files that knows nothing of us, and how it is started on a stack that a session leads to.
public interface Program {
    /// Where it listens.
    int PORT = 80;

    /// What it calls itself.
    String name();

    /// The command that starts it.
    ///
    /// @param where   it is to serve
    /// @param session of the stack that it is to use, null for the kernel's
    /// @param ipv6    whether it is to serve over IPv6, too
    List<String> command(Where where, @Nullable Path session, boolean ipv6) throws IOException;

    /// Where a program is that may be no user's to run, as servers are.
    static Optional<Path> find(String program) {
        String path = System.getenv("PATH");
        return Stream.concat(
                        path == null ? Stream.empty() : Stream.of(path.split(":", -1)), Stream.of("/usr/sbin", "/sbin"))
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
