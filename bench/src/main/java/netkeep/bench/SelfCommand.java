package netkeep.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The command line that runs this program once more with another subcommand: the same binary, modules and switches.
final class SelfCommand {
    private final List<String> before;

    private SelfCommand(List<String> before) {
        this.before = before;
    }

    /// Reads it from /proc, where it stands as the launcher got it.
    static SelfCommand read() throws IOException, NotPossibleException {
        String line = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        return of(Arrays.asList(line.split("\0", -1)));
    }

    /// @param line the command line of a process that runs `bench`
    static SelfCommand of(List<String> line) throws NotPossibleException {
        int at = line.indexOf("bench");
        if (at < 1) {
            throw new NotPossibleException("bench starts the other subcommands, so it runs as one: ./netkeep bench");
        }
        // What is for this one process alone, as writing a cache or listening for a debugger, is not for its children.
        List<String> before = line.subList(0, at).stream()
                .filter(word -> !word.startsWith("-XX:AOTCacheOutput")
                        && !word.startsWith("-XX:AOTMode=record")
                        && !word.startsWith("-agentlib:jdwp"))
                .toList();
        return new SelfCommand(before);
    }

    /// The same as a user starts it: by the script that said where it is, in the property `netkeep.command`.
    List<String> asUser(List<String> arguments) {
        String script = System.getProperty("netkeep.command");
        if (script == null) {
            return with(arguments.toArray(String[]::new));
        }
        List<String> command = new ArrayList<>(List.of(script));
        command.addAll(arguments);
        return command;
    }

    List<String> with(String... arguments) {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(arguments));
        return command;
    }
}
