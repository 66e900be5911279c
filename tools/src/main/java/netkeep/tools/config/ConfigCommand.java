package netkeep.tools.config;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import netkeep.tools.JsonText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `netkeep config`: what belongs to configuration files.
@Command(
        name = "config",
        description = "Looks at configuration files.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "check FILE",
        subcommands = ConfigCommand.Check.class)
public final class ConfigCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /// For picocli.
    public ConfigCommand() {}

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what of it? check FILE");
    }

    /// `netkeep config check`.
    @Command(
            name = "check",
            description = "Says what is wrong in a configuration file: exit code 0 for nothing, else 1.",
            mixinStandardHelpOptions = true)
    static final class Check implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Parameters(paramLabel = "FILE", description = "In TOML; docs/netkeep.toml tells each key.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private Path file;

        @Option(names = "--json", description = "As JSON.")
        private boolean json;

        Check() {}

        @Override
        public Integer call() throws IOException {
            ConfigFile.Read read = ConfigFile.read(Files.readString(file));
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                List<Map<String, Object>> problems = new ArrayList<>();
                for (Problem problem : read.problems()) {
                    Map<String, Object> object = new LinkedHashMap<>();
                    object.put("line", problem.line());
                    object.put("problem", problem.message());
                    problems.add(object);
                }
                out.println(JsonText.line(Map.of("problems", problems)));
            } else if (read.problems().isEmpty()) {
                out.println(file + ": nothing is wrong");
            } else {
                ConfigFile.said(file, read.problems()).forEach(out::println);
            }
            out.flush();
            return read.problems().isEmpty() ? 0 : 1;
        }
    }
}
