package netkeep.tools.serve;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `netkeep serve http`: the larger servers.
@Command(
        name = "serve",
        description = "Runs a server on a stack of its own.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "SERVER",
        subcommands = HttpCommand.class)
public final class ServeCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /// For picocli.
    public ServeCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which server? There is http.");
    }
}
