package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `netkeep chaos`, shortly: whatever dies, nothing is lost.
class ChaosTest {
    private static final int PATIENCE_S = 180;
    private static final String MONOLITHIC_S = System.getProperty("netkeep.chaos.seconds", "9");

    @TempDir
    private Path directory;

    /// The system property says how long a run in one process is.
    @ParameterizedTest
    @CsvSource({"factored, 1", "factored, 2", "monolithic, 1"})
    void nothingIsLost(String placement, int stacks) throws Exception {
        String seconds = placement.equals("factored") ? "15" : MONOLITHIC_S;
        String said = chaos("--seconds", seconds, "--stacks", Integer.toString(stacks), "--placement", placement);
        assertTrue(number(said, "octets") > 0, said);
        assertTrue(number(said, "datagrams_answered") > 0, said);
    }

    /// Of frames one in a hundred is lost, each way.
    @Test
    void nothingIsLostThoughFramesAre() throws Exception {
        String said = chaos("--seconds", "6", "--loss", "1");
        assertTrue(number(said, "octets") > 0, said);
        for (String name : List.of("frames_lost", "segments_sent_again", "segments_sent_again_by_kernel")) {
            assertTrue(number(said, name) > 0, said);
        }
    }

    /// What wrk, redis-benchmark and who compares every answer have seen of nginx, redis-server and the JDK's server.
    @Test
    void noRequestIsLostUnderUnmodifiedPrograms() throws Exception {
        ProgramsTest.needs("gcc", "nginx", "wrk", "redis-server", "redis-benchmark");
        String said = chaos("--seconds", "12", "--program", "nginx,redis,jvm");
        for (String program : List.of("nginx", "redis", "jvm")) {
            Matcher found = Pattern.compile(
                            "\"" + program + "\": \\{\"requests\": [1-9]\\d*, \"errors\": \\{}, .*?\"checked\": [1-9]")
                    .matcher(said);
            assertTrue(found.find(), program + " in " + said);
        }
    }

    private String chaos(String... words) throws Exception {
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        // It makes a namespace of its own.
        List<String> line = new ArrayList<>(List.of("chaos", "--seed", "7", "--json"));
        line.addAll(List.of(words));
        List<String> command = new ArrayList<>(Place.netkeep(line));
        command.add(1, "-Dnetkeep.command=" + Place.root().resolve("netkeep"));
        Process chaos = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertTrue(
                    chaos.waitFor(PATIENCE_S + Long.parseLong(MONOLITHIC_S), TimeUnit.SECONDS),
                    "still runs: " + Files.readString(err));
        } finally {
            chaos.destroyForcibly().waitFor();
        }
        String said = Files.readString(out);
        assertEquals(0, chaos.exitValue(), said + Files.readString(err));
        assertEquals(0, number(said, "losses"), said);
        long deaths = number(said, "deaths");
        assertTrue(deaths > 0, said);
        assertTrue(number(said, "reports") >= deaths, said);
        assertTrue(said.contains("\"faults\": []"), said);
        return said;
    }

    private static long number(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\": (\\d+)").matcher(json);
        assertTrue(found.find(), name + " in " + json);
        return Long.parseLong(found.group(1));
    }
}
