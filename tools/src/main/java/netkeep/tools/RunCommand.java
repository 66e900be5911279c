package netkeep.tools;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `netkeep run`: an unmodified program on a stack that is kept elsewhere. The script `./netkeep` does it, so that the
/// process becomes the program without the start of a JVM; here it is for those who ask what there is.
@Command(
        name = "run",
        description = "Runs an unmodified program on a stack that \"netkeep up\" keeps.",
        mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {
    @Option(
            names = "--session",
            paramLabel = "PATH",
            description = "Where that stack is (default: \"session\" in this user's directory for stacks).")
    private @Nullable String session;

    @Parameters(arity = "1..*", paramLabel = "PROGRAM", description = "The program and its arguments.")
    private List<String> program = List.of();

    /// For picocli.
    public RunCommand() {}

    @Override
    public Integer call() {
        String where = session == null ? "" : " --session " + session;
        throw new CannotHere("this needs no JVM: ./netkeep run" + where + " -- " + String.join(" ", program));
    }
}
