package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `netkeep chaos`, shortly: whatever dies, nothing is lost.
class ChaosTest {
    private static final int PATIENCE_S = 180;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void nothingIsLost(int stacks) throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        // It makes a namespace of its own.
        List<String> line =
                List.of("chaos", "--seconds", "15", "--seed", "7", "--stacks", Integer.toString(stacks), "--json");
        Process chaos = new ProcessBuilder(Place.netkeep(line))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertTrue(chaos.waitFor(PATIENCE_S, TimeUnit.SECONDS), "still runs: " + Files.readString(err));
        } finally {
            chaos.destroyForcibly().waitFor();
        }
        String said = Files.readString(out);
        assertEquals(0, chaos.exitValue(), said + Files.readString(err));
        assertEquals(0, number(said, "losses"), said);
        assertTrue(number(said, "deaths") > 0, said);
        assertTrue(number(said, "octets") > 0, said);
        assertTrue(number(said, "datagrams_answered") > 0, said);
        assertTrue(said.contains("\"faults\": []"), said);
    }

    private static long number(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\": (\\d+)").matcher(json);
        assertTrue(found.find(), name + " in " + json);
        return Long.parseLong(found.group(1));
    }
}
