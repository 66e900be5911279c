package netkeep.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VisitsTest {
    private static final int ROUNDS = 100;

    @TempDir
    private Path directory;

    /// More than there is room for at a time: each is over before the next one comes. If it failed, or hung, the cache
    /// would be made without them, or not at all, and nobody be told.
    @Test
    void eachIsServedAndNothingIsLeft() throws IOException {
        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> Visits.rehearse(directory, ROUNDS));
        try (Stream<Path> left = Files.list(directory)) {
            assertEquals(List.of(), left.toList());
        }
    }
}
