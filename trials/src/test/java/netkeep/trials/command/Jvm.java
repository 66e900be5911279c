package netkeep.trials.command;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Programs of [netkeep.trials.jvm], with the agent, and with nothing of ours on their class path.
final class Jvm {
    private Jvm() {}

    /// A command line.
    static List<String> withAgent(String options, String name, String... arguments) {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.contains("trials") || entry.contains("repository"))
                .collect(Collectors.joining(File.pathSeparator));
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-javaagent:" + Place.root().resolve("dist/netkeep.jar") + "=" + options));
        line.addAll(List.of("-cp", path, "netkeep.trials.jvm." + name));
        line.addAll(List.of(arguments));
        return line;
    }
}
