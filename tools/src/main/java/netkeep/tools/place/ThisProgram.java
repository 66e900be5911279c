package netkeep.tools.place;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import netkeep.linux.Threads;
import netkeep.placement.Standby;
import netkeep.tools.CannotHere;
import netkeep.tools.Main;

/// How this very program was started: to start it again.
public final class ThisProgram {
    /// Of a domain's JVM.
    private static final List<String> MEMORY = List.of("-Xmx512m", "-XX:MaxDirectMemorySize=64m");

    /// The cache's classes lie where they say: to move them all takes 45 ms of the 130 in which a JVM is there.
    private static final List<String> UNMOVED =
            List.of("-XX:+UnlockDiagnosticVMOptions", "-XX:ArchiveRelocationMode=0");

    /// The compilers of a process that stands by, or has just taken over, give way to all that serve: they are
    /// as nice as its rehearsal. To others than root, also of a user namespace, the JVM would say that it may not.
    private static final List<String> PATIENT =
            List.of("-XX:ThreadPriorityPolicy=1", "-XX:CompilerThreadPriority=" + Standby.NICE);

    /// Behind this stand as many options, of this JVM alone: its user's own, who may have it write a log. A domain
    /// behind its walls could not open that.
    private static final String OWN = "-Dnetkeep.own=";

    /// The environment's variable of options for domains, with spaces between.
    private static final String OF_DOMAINS = "NETKEEP_DOMAIN_JVM";

    private ThisProgram() {}

    /// Starts a process that can be a domain.
    ///
    /// @param options of its JVM, besides those of this one
    public static List<String> domain(String... options) throws IOException {
        List<String> all = new ArrayList<>(MEMORY);
        all.addAll(UNMOVED);
        all.addAll(List.of(options));
        if (Threads.effectiveUser() == 0) {
            all.addAll(PATIENT);
        }
        // What a user says counts.
        Optional.ofNullable(System.getenv(OF_DOMAINS)).stream()
                .flatMap(said -> Arrays.stream(said.split("\\s+")))
                .filter(option -> !option.isEmpty())
                .forEach(all::add);
        return line(all, DomainMain.class, List.of());
    }

    /// Starts this program with another command.
    public static List<String> command(List<String> words) throws IOException {
        return line(List.of(), Main.class, words);
    }

    /// Starts another program of the same modules.
    ///
    /// @param options of its JVM, besides those of this one that are not its own
    public static List<String> line(List<String> options, Class<?> main, List<String> arguments) throws IOException {
        List<String> line = new ArrayList<>();
        // The JVM would tell only so much of a long line.
        line.add(ProcessHandle.current().info().command().orElseThrow());
        String[] words = Files.readString(Path.of("/proc/self/cmdline")).split("\0");
        for (int i = 1; i < words.length; i++) {
            if (words[i].startsWith(OWN)) {
                i += Integer.parseInt(words[i], OWN.length(), words[i].length(), 10);
                continue;
            }
            if (words[i].endsWith(Main.class.getName())) {
                // What is said last counts; "-m" belongs to the program's name.
                line.addAll(line.getLast().equals("-m") ? line.size() - 1 : line.size(), options);
                line.add(words[i].replace(Main.class.getName(), main.getName()));
                line.addAll(arguments);
                return line;
            }
            line.add(words[i]);
        }
        throw new CannotHere("this program was not started as netkeep: use ./netkeep");
    }
}
