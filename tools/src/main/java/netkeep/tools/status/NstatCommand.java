package netkeep.tools.status;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import netkeep.placement.SocketLine;
import netkeep.tools.JsonText;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `netkeep nstat`: the counters of running stacks, by the names that nstat(8) prints.
@Command(
        name = "nstat",
        description = "Shows the counters of this user's running stacks, in the words of nstat: since their start.",
        sortOptions = false)
public final class NstatCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "PATTERN", arity = "0..*", description = "Counters of these names; * for any letters.")
    private List<String> patterns = new ArrayList<>();

    @Option(
            names = {"-z", "--zeros"},
            description = "Those that are 0, too.")
    private boolean zeros;

    @Option(
            names = {"-a", "--ignore"},
            description = "Since the stack's start: always so.")
    @SuppressWarnings("UnusedVariable") // what it asks for is always so
    private boolean absolute;

    @Option(
            names = {"-s", "--noupdate"},
            description = "Leaves no history: never does.")
    @SuppressWarnings("UnusedVariable") // what it asks for is always so
    private boolean noUpdate;

    @Option(names = "--stack", paramLabel = "PID", description = "Of this process alone.")
    private long pid;

    @Option(names = "--session", paramLabel = "PATH", description = "Of the daemon whose programs attach there.")
    private @Nullable Path session;

    @Option(
            names = {"-j", "--json"},
            description = "As JSON.")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    /// For picocli.
    public NstatCommand() {}

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<Map<String, @Nullable Object>> objects = new ArrayList<>();
        for (StatusClient.Answer answer : answers()) {
            Map<String, @Nullable Object> counters = new LinkedHashMap<>();
            SocketLine.fields(String.join(" ", answer.lines())).forEach((name, value) -> {
                if (wanted(name) && (zeros || !Long.valueOf(0).equals(value))) {
                    counters.put(name, value);
                }
            });
            if (json) {
                Map<String, @Nullable Object> object = new LinkedHashMap<>();
                object.put("pid", answer.pid());
                object.put("counters", counters);
                objects.add(object);
            } else {
                out.println("#netkeep " + answer.pid());
                counters.forEach(
                        (name, value) -> out.println(String.format(Locale.ROOT, "%-32s%-16s 0.0", name, value)));
            }
        }
        if (json) {
            out.println(JsonText.line(objects));
        }
        out.flush();
        return 0;
    }

    private List<StatusClient.Answer> answers() throws IOException {
        if (session == null) {
            return StatusClient.ask(StatusServer.COUNTERS, pid);
        }
        try (Daemon daemon = Daemon.at(session)) {
            List<String> counters = new ArrayList<>(daemon.ask("nstat").lines().toList());
            // Those of control: they begin anew with it.
            for (String field : daemon.ask("names").split("\\s", -1)) {
                if (field.startsWith("Names")) {
                    counters.add(field);
                }
            }
            return List.of(new StatusClient.Answer(daemon.keeper(), counters));
        }
    }

    private boolean wanted(String name) {
        return patterns.isEmpty()
                || patterns.stream()
                        .anyMatch(pattern -> name.matches(
                                pattern.replaceAll("[^A-Za-z0-9*]", "").replace("*", ".*")));
    }
}
