package netkeep.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the stress tests of this package on every compiler and as many interleavings as it finds in the time given:
/// shortly, or longer with `-Dstress=MILLISECONDS` for each.
@Tag("slow")
class StressTest {
    private static final String MILLISECONDS = System.getProperty("stress", "50");
    private static final int STRESS_TESTS = 6;

    @Test
    void noForbiddenOutcomeIsSeen(@TempDir Path folder) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.openjdk.jcstress.Main"));
        command.addAll(List.of("-t", "netkeep.ring", "-r", folder.toString()));
        // All four compilers in both affinities, but actors compiled together.
        command.addAll(List.of("-sc", "false", "-f", "1", "-iters", "1", "-hs", "128", "-time", MILLISECONDS));
        Process stress = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(stress.waitFor(10, TimeUnit.MINUTES), "still runs");
        } finally {
            stress.descendants().forEach(ProcessHandle::destroyForcibly);
            stress.destroyForcibly();
        }

        String told = Files.readString(output);
        assertEquals(0, stress.exitValue(), told);
        Matcher matching = Pattern.compile("(\\d+) matching test results").matcher(told);
        assertTrue(told.contains("Failed tests: No matches."), told);
        assertTrue(told.contains("Error tests: No matches."), told);
        assertTrue(matching.find(), told);
        assertTrue(Integer.parseInt(matching.group(1)) >= STRESS_TESTS, told);
    }
}
