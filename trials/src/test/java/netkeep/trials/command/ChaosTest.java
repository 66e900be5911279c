package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `netkeep chaos`, shortly: whatever dies, nothing is lost.
class ChaosTest {
    private static final int PATIENCE_S = 180;

    @TempDir
    private Path directory;

    @Test
    void nothingIsLost() throws Exception {
        try (Place place = new Place(directory)) {
            Place.Said said = place.start(Place.netkeep(List.of("chaos", "--seconds", "15", "--seed", "7", "--json")))
                    .end(PATIENCE_S);
            assertEquals(0, said.code(), said.out() + said.err());
            assertEquals(0, number(said.out(), "losses"), said.out());
            assertTrue(number(said.out(), "deaths") > 0, said.out());
            assertTrue(number(said.out(), "octets") > 0, said.out());
            assertTrue(number(said.out(), "datagrams_answered") > 0, said.out());
            assertTrue(said.out().contains("\"faults\": []"), said.out());
        }
    }

    private static long number(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\": (\\d+)").matcher(json);
        assertTrue(found.find(), name + " in " + json);
        return Long.parseLong(found.group(1));
    }
}
