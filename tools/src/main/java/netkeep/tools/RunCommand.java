package netkeep.tools;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import netkeep.linux.Threads;
import netkeep.tools.netns.Confined;
import netkeep.tools.status.SessionOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `netkeep run`: an unmodified program on a stack that is kept elsewhere. Without `--netns` the script `./netkeep`
/// does it, so that the process becomes the program without the start of a JVM.
@Command(
        name = "run",
        description = "Runs an unmodified program on a stack that \"netkeep up\" keeps.",
        mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {
    @Mixin
    private SessionOption session = new SessionOption();

    @Option(
            names = "--netns",
            description = "Puts the program into a network namespace whose only link leads to that stack, instead of "
                    + "preloading a library: for programs that are linked statically, and Go's.")
    private boolean netns;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description =
                    "With --netns: the address that the program is to have, repeatable, one of each family (default: "
                            + "the stack's own, which it tells the user alone that keeps it).")
    private List<String> addresses = new ArrayList<>();

    @Option(names = "--inside", hidden = true, description = "Is in a user namespace; the program's user and group.")
    private @Nullable String inside;

    @Parameters(arity = "1..*", paramLabel = "PROGRAM", description = "The program and its arguments.")
    private List<String> program = List.of();

    /// For picocli.
    public RunCommand() {}

    @Override
    public Integer call() throws IOException {
        if (!netns) {
            throw new CannotHere("this needs no JVM: ./netkeep run -- " + String.join(" ", program));
        }
        if (inside != null) {
            return new Confined(session.path(), addresses(), asUser(inside)).run();
        }
        if (Threads.effectiveUser() == 0) {
            return new Confined(session.path(), addresses(), program).run();
        }
        String forbidden = NamespaceRoot.forbidden();
        if (!forbidden.isEmpty()) {
            throw new CannotHere("no network namespace for this user: " + forbidden);
        }
        return NamespaceRoot.again(
                "run",
                "--inside=" + Threads.effectiveUser() + ":" + Files.getAttribute(Path.of("/proc/self"), "unix:gid"));
    }

    private List<InetAddress> addresses() {
        try {
            return addresses.stream().map(InetAddress::ofLiteral).toList();
        } catch (IllegalArgumentException wrong) {
            throw new CannotHere("--address: " + wrong.getMessage());
        }
    }

    /// The program's line, in a further user namespace in which it is nobody but who started it.
    private List<String> asUser(String user) {
        String[] numbers = user.split(":", 2);
        List<String> line = new ArrayList<>(
                List.of("unshare", "--user", "--map-user=" + numbers[0], "--map-group=" + numbers[1], "--"));
        line.addAll(program);
        return line;
    }
}
