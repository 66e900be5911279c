package netkeep.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import netkeep.bench.BenchCommand;
import netkeep.domain.Build;
import netkeep.tools.capture.CaptureCommand;
import netkeep.tools.chaos.ChaosCommand;
import netkeep.tools.config.ConfigCommand;
import netkeep.tools.config.ReloadCommand;
import netkeep.tools.demo.DemoCommand;
import netkeep.tools.doctor.DoctorCommand;
import netkeep.tools.ping.PingCommand;
import netkeep.tools.place.DownCommand;
import netkeep.tools.place.ReplayCommand;
import netkeep.tools.place.UpCommand;
import netkeep.tools.place.UpgradeCommand;
import netkeep.tools.serve.DiscardCommand;
import netkeep.tools.serve.EchoCommand;
import netkeep.tools.serve.Iperf3Command;
import netkeep.tools.serve.ServeCommand;
import netkeep.tools.serve.SourceCommand;
import netkeep.tools.status.NstatCommand;
import netkeep.tools.status.ResolveCommand;
import netkeep.tools.status.SsCommand;
import netkeep.tools.status.StatusCommand;
import netkeep.tools.status.TopCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The command `netkeep`: parses, runs the subcommand, and turns its end into an exit code.
///
/// | exit code | meaning |
/// | --- | --- |
/// | 0 | done |
/// | 1 | failed |
/// | 2 | wrong usage, or not possible on this machine |
@Command(
        name = "netkeep",
        description = "A TCP/IP stack in user space on the JVM.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            EchoCommand.class,
            DiscardCommand.class,
            SourceCommand.class,
            Iperf3Command.class,
            SsCommand.class,
            NstatCommand.class,
            ResolveCommand.class,
            UpCommand.class,
            DownCommand.class,
            RunCommand.class,
            AgentCommand.class,
            StatusCommand.class,
            TopCommand.class,
            ReloadCommand.class,
            UpgradeCommand.class,
            CaptureCommand.class,
            ConfigCommand.class,
            ReplayCommand.class,
            ChaosCommand.class,
            PingCommand.class,
            DoctorCommand.class,
            RehearseCommand.class,
            BenchCommand.class
        })
public final class Main implements Runnable {
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine all = new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true);
        // What stands behind the program is its own.
        Objects.requireNonNull(all.getSubcommands().get("run")).setStopAtPositional(true);
        // One line says what is wrong; who wants to read all options can ask for them.
        all.setParameterExceptionHandler((wrong, arguments) -> {
            CommandLine at = wrong.getCommandLine();
            String name = at.getCommandSpec().qualifiedName();
            at.getErr().println("netkeep: " + wrong.getMessage() + " (" + name + " --help tells more)");
            return WRONG_USAGE;
        });
        return all.setExecutionExceptionHandler((failure, command, parsed) -> {
            PrintWriter err = command.getErr();
            if (failure instanceof CannotHere cannot) {
                err.println("netkeep: " + cannot.getMessage());
                return WRONG_USAGE;
            }
            if (failure instanceof IOException) {
                err.println("netkeep: " + said(failure));
                return FAILED;
            }
            failure.printStackTrace(err);
            return FAILED;
        });
    }

    /// What a failure says. Those of files name the file and leave the rest to their class.
    private static String said(Throwable failure) {
        if (failure instanceof FileSystemException file && file.getReason() == null) {
            String what = switch (file) {
                case NoSuchFileException none -> "no such file or directory";
                case AccessDeniedException denied -> "this user may not";
                case FileAlreadyExistsException there -> "exists already";
                default -> file.getClass().getSimpleName();
            };
            return file.getFile() + ": " + what;
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    /// Without a subcommand there is nothing to do.
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }

    /// Says which build this is.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"netkeep " + Build.own().version()};
        }
    }
}
