package netkeep.tools.config;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import netkeep.placement.Settings;
import netkeep.tools.CannotHere;
import netkeep.tools.JsonText;
import netkeep.tools.status.Daemon;
import netkeep.tools.status.SessionOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `netkeep reload`: a daemon becomes what its configuration file says now, as far as it can while it runs.
@Command(
        name = "reload",
        description = "Reads the configuration file again: adds and removes addresses and routes, lets the filter's "
                + "rules hold, and says what else is different.",
        mixinStandardHelpOptions = true)
public final class ReloadCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    private SessionOption session = new SessionOption();

    @Option(names = "--config", paramLabel = "FILE", description = "Another one than it was started with.")
    private @Nullable Path file;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    /// For picocli.
    public ReloadCommand() {}

    @Override
    public Integer call() throws IOException {
        try (Daemon daemon = session.daemon()) {
            Settings started = Settings.parse(daemon.ask("settings"));
            Config config = ConfigFile.of(file(started));
            if (started.beside().isEmpty()) {
                reload(daemon, started, config, "");
            }
            // Those on the same links are one daemon.
            for (Settings.Beside one : started.beside()) {
                try (Daemon each = Daemon.at(Path.of(one.path()))) {
                    Settings its = Settings.parse(each.ask("settings"));
                    int number = its.share().stack();
                    boolean there = number < config.stacks().size();
                    reload(each, its, there ? config.stack(number) : config, one.name());
                }
            }
        }
        return 0;
    }

    /// @param name of the stack, empty for the only one
    private void reload(Daemon daemon, Settings started, Config config, String name) throws IOException {
        Difference difference = Difference.of(
                config,
                started,
                daemon.lines("status"),
                daemon.ask("filter list").lines().toList(),
                NameFiles.settings(config.names()));
        for (String line : difference.remove()) {
            daemon.ask("remove " + line);
        }
        for (String line : difference.add()) {
            daemon.ask("add " + line);
        }
        if (difference.filter() != null) {
            List<String> change = new ArrayList<>(List.of("filter clear"));
            difference.filter().forEach(line -> change.add("add " + line));
            change.add("filter apply");
            daemon.change(change);
        }
        say(difference, name);
    }

    private Path file(Settings started) {
        if (file != null) {
            return file;
        }
        String named = started.file();
        if (named.isEmpty()) {
            throw new CannotHere("it was started without a file: name one with --config");
        }
        return Path.of(named);
    }

    private void say(Difference difference, String name) {
        PrintWriter out = spec.commandLine().getOut();
        String which = name.isEmpty() ? "" : name + ": ";
        if (json) {
            Map<String, @Nullable Object> said = new LinkedHashMap<>();
            if (!name.isEmpty()) {
                said.put("stack", name);
            }
            said.put("removed", difference.remove());
            said.put("added", difference.add());
            said.put("filter", difference.filter());
            said.put("fixed", difference.fixed());
            out.println(JsonText.line(said));
        } else {
            difference.remove().forEach(line -> out.println(which + "removed " + line));
            difference.add().forEach(line -> out.println(which + "added " + line));
            if (difference.filter() != null) {
                out.println(which + "the filter has " + difference.filter().size() + " rules");
            }
            difference.fixed().forEach(what -> out.println(which + "until it is started again, " + what));
            if (difference.none()) {
                out.println(which + "nothing is different");
            }
        }
        out.flush();
    }
}
