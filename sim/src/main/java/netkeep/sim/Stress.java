package netkeep.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs stress tests of jcstress, which must be on the class path, on every compiler and as many interleavings as it
/// finds in the time given: shortly, or longer with `-Dstress=MILLISECONDS` for each.
public final class Stress {
    private static final String MILLISECONDS = System.getProperty("stress", "50");

    private Stress() {}

    /// Runs those of a package, and waits for them.
    ///
    /// @param least  how many there are at least
    /// @param folder where they may leave what they like
    /// @throws AssertionError if one has a forbidden outcome, or fails to run; the message is all that was said
    public static void run(String tests, int least, Path folder) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.openjdk.jcstress.Main"));
        command.addAll(List.of("-t", tests, "-r", folder.toString()));
        // All four compilers in both affinities, but actors compiled together.
        command.addAll(List.of("-sc", "false", "-f", "1", "-iters", "1", "-hs", "128", "-time", MILLISECONDS));
        Process stress = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended;
        try {
            ended = stress.waitFor(10, TimeUnit.MINUTES);
        } finally {
            stress.descendants().forEach(ProcessHandle::destroyForcibly);
            stress.destroyForcibly();
        }
        String told = Files.readString(output);
        Matcher matching = Pattern.compile("(\\d+) matching test results").matcher(told);
        boolean passed = ended
                && stress.exitValue() == 0
                && told.contains("Failed tests: No matches.")
                && told.contains("Error tests: No matches.")
                && matching.find()
                && Integer.parseInt(matching.group(1)) >= least;
        if (!passed) {
            throw new AssertionError(ended ? told : "still runs: " + told);
        }
    }
}
