package netkeep.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchCommandTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--job nonsense",
                "--rounds 0",
                "--rounds x",
                "--seconds 0",
                "--seconds NaN",
                "--idle 0",
                "--placement nowhere",
                "--placement factored,nowhere",
                "--placement all --job start",
                "--placement all --svg x.svg",
                "--placement all --ceiling",
                "--ceiling --job start",
                "--warmup 0",
                "boundaries --seconds 0",
                "--json /nonexistent/result.json",
                "--svg /",
                "--nonsense"
            })
    void wrongUsageIsSaidAndEndsWithTwo(String line) {
        StringWriter said = new StringWriter();
        CommandLine command = new CommandLine(new BenchCommand()).setErr(new PrintWriter(said));

        int code = command.execute(line.split(" ", -1));

        assertEquals(2, code);
        assertTrue(said.toString().contains("Usage:"), said.toString());
    }
}
