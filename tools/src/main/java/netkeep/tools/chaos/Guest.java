package netkeep.tools.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// A program that knows nothing of us, on a placement as `./netkeep run` puts it there, and who asks it from the
/// kernel's side.
interface Guest {
    /// Which there are.
    enum Kind {
        NGINX,
        REDIS,
        JVM;

        /// As the option has it.
        String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Where it listens, at all addresses of the stack.
    int port();

    /// The command that starts it on the stack that a session leads to, after that for `./netkeep` itself.
    List<String> command(Path session) throws IOException;

    /// The load generator of this kind of program, as the system has it.
    Asker generator(String address);

    /// Who asks it for what we know, and compares every answer.
    Asker checker(String address);

    /// When all have asked, and been answered: compares what it has done with what was asked.
    ///
    /// @throws IOException if that is not the same
    void settle(KernelSide side, String address) throws IOException;
}
