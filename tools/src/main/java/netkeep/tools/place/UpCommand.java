package netkeep.tools.place;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import netkeep.domain.Line;
import netkeep.keeper.Keeper;
import netkeep.keeper.Plan;
import netkeep.linux.Descriptors;
import netkeep.linux.LinuxException;
import netkeep.placement.Settings;
import netkeep.tools.CannotHere;
import netkeep.tools.config.Config;
import netkeep.tools.config.ConfigFile;
import netkeep.tools.serve.Ending;
import netkeep.tools.serve.StackOptions;
import netkeep.tools.status.Places;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `netkeep up`: a stack in a domain of its own, which programs attach to, and the keeper that replaces it.
@Command(
        name = "up",
        description = "Runs a stack in a process of its own, and another one should it die, until it is told to end.",
        mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private StackOptions stack = new StackOptions();

    @Option(
            names = "--placement",
            paramLabel = "WHICH",
            defaultValue = "monolithic",
            description = "monolithic: link, stack and control are one process; factored: a process each.")
    private Placement placement = Placement.MONOLITHIC;

    @Option(
            names = "--session",
            paramLabel = "PATH",
            description = "Where programs attach (default: \"session\" in this user's directory for stacks).")
    private @Nullable Path session;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Takes links, addresses, routes, limits and the rest from there: docs/netkeep.toml tells each key.")
    private @Nullable Path file;

    @Option(names = "--json", description = "Says what happens in JSON, a line each.")
    private boolean json;

    @Option(
            names = "--reports",
            paramLabel = "DIRECTORY",
            description = "Where a file is written about each death of a domain (default: none is).")
    private @Nullable Path reports;

    /// For picocli.
    public UpCommand() {}

    @Override
    public Integer call() throws IOException {
        Config config = config();
        Path path = path(config);
        removeDead(path);
        Chronicle chronicle = new Chronicle(spec.commandLine().getOut(), json, reports, Readiness.ofEnvironment());
        try (Ending ending = new Ending();
                Devices devices = file == null || config == null ? Devices.of(stack) : Devices.of(config, file)) {
            Settings settings = devices.settings();
            int listener = listen(path);
            Plan plan = placement(config).plan(ThisProgram.domain(), settings, devices.descriptors(), listener);
            try (Keeper keeper = new Keeper(plan, chronicle)) {
                ending.by(keeper::end);
                chronicle.up(path);
                keeper.run();
                chronicle.stopping();
            } finally {
                Descriptors.close(listener);
                Files.deleteIfExists(path);
            }
        }
        return 0;
    }

    /// What the file says, if there is one.
    private @Nullable Config config() throws IOException {
        if (file == null) {
            return null;
        }
        if (stack.linked()) {
            throw new ParameterException(spec.commandLine(), "--link is for who has no --config: the file names links");
        }
        return ConfigFile.of(file);
    }

    /// What the command line says goes before what the file says.
    private Placement placement(@Nullable Config config) {
        boolean said = spec.commandLine().getParseResult().hasMatchedOption("--placement");
        return said || config == null
                ? placement
                : Placement.valueOf(config.placement().toUpperCase(Locale.ROOT));
    }

    private Path path(@Nullable Config config) throws IOException {
        Path named = session != null || config == null ? session : config.session();
        return named == null ? Places.own("session") : named;
    }

    /// What a keeper that was killed has left.
    private static void removeDead(Path path) throws IOException {
        try {
            Line.to(path.toString()).close();
        } catch (LinuxException nobody) {
            Files.deleteIfExists(path);
            return;
        }
        throw new CannotHere("somebody keeps a stack at " + path + " already: choose another --session");
    }

    private static int listen(Path path) {
        try {
            return Line.listen(path.toString());
        } catch (RuntimeException refused) {
            Path directory = path.toAbsolutePath().getParent();
            if (directory != null && !Files.isDirectory(directory)) {
                throw new CannotHere("cannot listen at " + path + ": make the directory " + directory
                        + ", for this user alone, or choose another --session");
            }
            throw new CannotHere("cannot listen at " + path + ": " + refused.getMessage());
        }
    }
}
