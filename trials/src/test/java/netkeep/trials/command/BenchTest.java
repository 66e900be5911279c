package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// That comparisons run to their end; what they measure here says nothing.
@Timeout(180)
class BenchTest {
    @TempDir
    private Path directory;

    private Place place;

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    @Test
    void allPlacementsRunSideBySide() throws Exception {
        assumeTrue(Place.has("gcc"), "no gcc");
        place = new Place(directory);
        Place.Said said = place.command(
                "bench", "--placement", "all", "--job", "rr", "--rounds", "1", "--seconds", "0.1", "--warmup", "0.1");
        assertEquals(0, said.code(), said.err());
        for (String placement : new String[] {"embedded", "monolithic", "factored", "kernel"}) {
            assertTrue(said.out().matches("(?s).*\nrr +" + placement + " +\\d.*"), said.out());
        }
    }

    /// Of `http` the answer is compared with the file before it counts, and `send` needs a stream that goes on.
    @Test
    void bareResponderRunsBesideBothSides() throws Exception {
        assumeTrue(Place.has("gcc"), "no gcc");
        place = new Place(directory);
        List<String> command = new ArrayList<>(List.of("bench", "--quick", "--ceiling", "--job", "http"));
        command.addAll(List.of("--job", "send", "--rounds", "1", "--seconds", "0.1", "--warmup", "0.1"));
        Place.Said said = place.command(command.toArray(String[]::new));
        assertEquals(0, said.code(), said.err());
        assertEquals(2, said.out().split("\n  ceiling +\\S*[1-9]", -1).length - 1, said.out());
    }
}
