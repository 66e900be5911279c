package netkeep.tools.place;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import netkeep.tools.config.AtStart;
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
    private static final int MOST_STANDBYS = 8;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private StackOptions stack = new StackOptions();

    @Option(
            names = "--placement",
            paramLabel = "WHICH",
            defaultValue = "monolithic",
            converter = PlacementWord.class,
            description = "monolithic: link, stack and control are one process; factored: a process each. (A stack in "
                    + "the program's own process, embedded, needs none: \"netkeep serve http --link\" has one.)")
    private Placement placement = Placement.MONOLITHIC;

    @Option(
            names = "--session",
            paramLabel = "PATH",
            description = "Where programs attach (default: \"session\" in this user's directory for stacks).")
    private @Nullable Path session;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Takes links, addresses, routes, limits and the rest from there: docs/netkeep.toml tells "
                    + "each key. Repeatable: each file is a stack with a session path of its own.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--standbys",
            paramLabel = "N",
            defaultValue = "1",
            description = "Processes that wait to take over, 1 to 8 (default: ${DEFAULT-VALUE}). With two, a successor "
                    + "may die as it takes over, and nobody waits for a process to start.")
    private int standbys = 1;

    @Option(names = "--json", description = "Says what happens in JSON, a line each.")
    private boolean json;

    @Option(
            names = "--reports",
            paramLabel = "DIRECTORY",
            description = "Where a report of each death of a domain is written, and a recording beside it, whatever a "
                    + "file says of it; \"\" for nowhere (default: a directory beside the session's path, which is "
                    + "called as that and -reports). The last 64 stay there, of 128 MiB together.")
    private @Nullable Path reports;

    /// For picocli.
    public UpCommand() {}

    @Override
    public Integer call() throws IOException {
        if (standbys < 1 || standbys > MOST_STANDBYS) {
            throw new ParameterException(spec.commandLine(), "--standbys is 1 to " + MOST_STANDBYS);
        }
        List<@Nullable Path> all = files.isEmpty() ? Collections.singletonList(null) : List.copyOf(files);
        List<Kit> kits = new ArrayList<>();
        for (Path file : all) {
            kits.add(kit(file));
        }
        int count = kits.stream().mapToInt(Kit::stacks).sum();
        Readiness readiness = Readiness.ofEnvironment(count);
        try (Ending ending = new Ending();
                Lines lines = new Lines(spec.commandLine().getOut());
                Archive archive = new Archive(line -> lines.add(line, false))) {
            List<KeptStack> stacks = new ArrayList<>();
            List<Junction> junctions = new ArrayList<>();
            try {
                for (Kit kit : kits) {
                    Junction junction = new Junction(kit.stacks());
                    junctions.add(junction);
                    Reports written = archive.at(reports(kit), named(kit.config()) == null);
                    add(stacks, kit, junction, path -> {
                        Path whose = count > 1 ? path : null;
                        return new Chronicle(lines, json, whose, written, readiness);
                    });
                }
                ending.by(() -> stacks.forEach(KeptStack::end));
                keep(stacks);
                readiness.stopping();
            } finally {
                stacks.forEach(KeptStack::close);
                junctions.forEach(Junction::close);
            }
        }
        return 0;
    }

    /// Keeps all, each in a thread of its own, until they are told to end; one that fails ends the others.
    private static void keep(List<KeptStack> stacks) {
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (KeptStack stack : stacks) {
            running.add(CompletableFuture.runAsync(stack::run, Thread.ofPlatform()::start)
                    .whenComplete((none, failure) -> {
                        if (failure != null) {
                            stacks.forEach(KeptStack::end);
                        }
                    }));
        }
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
    }

    /// What one configuration says.
    ///
    /// @param file   null, as
    /// @param config is, for the command line's
    /// @param path   where programs attach to its first stack
    private record Kit(@Nullable Path file, @Nullable Config config, Path path) {
        int stacks() {
            return config == null ? 1 : Math.max(1, config.stacks().size());
        }

        /// Where programs attach to one of its stacks.
        Path path(int number) {
            return config == null ? path : config.path(path, number);
        }
    }

    private Kit kit(@Nullable Path file) throws IOException {
        Config config = config(file);
        Kit kit = new Kit(file, config, path(config));
        for (int number = 0; number < kit.stacks(); number++) {
            KeptStack.removeDead(kit.path(number));
        }
        return kit;
    }

    /// Opens what the stacks of a configuration need.
    private void add(List<KeptStack> stacks, Kit kit, Junction junction, Function<Path, Chronicle> chronicles)
            throws IOException {
        List<String> start = new ArrayList<>(atStart(kit.config()));
        Path reported = reports(kit);
        start.add("reports " + (reported == null ? "" : reported));
        List<Devices> devices = kit.file() == null || kit.config() == null
                ? List.of(Devices.of(stack, start))
                : Devices.of(kit.config(), kit.file(), kit.path(), start);
        for (int number = 0; number < devices.size(); number++) {
            Path path = kit.path(number);
            Chronicle chronicle = chronicles.apply(path);
            stacks.add(new KeptStack(
                    path, placement(kit.config()), standbys, devices.get(number), junction.of(number), chronicle));
            if (number == 0) {
                // From there programs are led to their stack.
                chronicle.up(path);
            }
        }
    }

    /// What a file says, if there is one.
    private @Nullable Config config(@Nullable Path file) throws IOException {
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
        return placed() || config == null
                ? placement
                : Placement.valueOf(config.placement().toUpperCase(Locale.ROOT));
    }

    private boolean placed() {
        return spec.commandLine().getParseResult().hasMatchedOption("--placement");
    }

    /// Where reports go, null for nowhere.
    private @Nullable Path reports(Kit kit) {
        Path named = named(kit.config());
        if (named == null) {
            return Path.of(kit.path() + "-reports").toAbsolutePath();
        }
        return named.toString().isEmpty() ? null : named.toAbsolutePath();
    }

    /// Where command line or file say that reports go: empty for nowhere, null if neither does.
    private @Nullable Path named(@Nullable Config config) {
        return reports != null || config == null ? reports : config.reports();
    }

    /// What only a start takes. What the command line says a file cannot change: of that it is not said what was.
    private List<String> atStart(@Nullable Config config) {
        if (config == null) {
            return List.of(
                    AtStart.placement(placement.word()),
                    AtStart.session(session),
                    AtStart.reports(reports),
                    AtStart.hosts(Config.Names.DEFAULT.hosts()));
        }
        List<String> lines = new ArrayList<>(config.atStart());
        if (placed()) {
            lines.remove(AtStart.placement(config.placement()));
        }
        if (session != null) {
            lines.remove(AtStart.session(config.session()));
        }
        if (reports != null) {
            lines.remove(AtStart.reports(config.reports()));
        }
        return lines;
    }

    private Path path(@Nullable Config config) throws IOException {
        if (session != null && files.size() > 1) {
            throw new ParameterException(spec.commandLine(), "--session is for one stack: each file names its own");
        }
        Path named = session != null || config == null ? session : config.session();
        return named == null ? Places.own("session") : named;
    }
}
