package netkeep.tools;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `netkeep agent`: where the jar lies that puts a JVM's program on Netkeep.
@Command(
        name = "agent",
        description = "Prints the path of the jar for java -javaagent:JAR[=OPTIONS].",
        mixinStandardHelpOptions = true)
public final class AgentCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    /// For picocli.
    public AgentCommand() {}

    @Override
    public Integer call() {
        Path script = Path.of(System.getProperty("netkeep.command", "netkeep")).toAbsolutePath();
        Path jar = script.resolveSibling("dist").resolve("netkeep.jar");
        if (!Files.exists(jar)) {
            throw new CannotHere(jar + " is not there: ./netkeep builds it");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? JsonText.line(Map.of("jar", jar.toString())) : jar);
        out.flush();
        return 0;
    }
}
