package netkeep.tools.place;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that is wanted for something else leaves its rehearsal.
class RehearsalTest {
    private static final int FOR_EVER_MS = 3_600_000;
    private static final int PATIENCE_S = 60;

    @TempDir
    private Path directory;

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.toList();
        }
    }

    @Test
    void whatIsLeftComesToItsEndAndItsFilesAreGoneAtOnce() throws Exception {
        Rehearsal rehearsal = new Rehearsal(directory, FOR_EVER_MS, Integer.MAX_VALUE);
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            try {
                rehearsal.run();
            } catch (IOException itsFilesAreGone) {
                // Of no concern.
            }
        });
        while (files().isEmpty() && thread.isAlive()) {
            Thread.onSpinWait();
        }
        rehearsal.leave();
        assertEquals(List.of(), files());
        assertTrue(thread.join(Duration.ofSeconds(PATIENCE_S)));
    }

    @Test
    void whatIsLeftBeforeItBeganDoesNothing() throws Exception {
        Rehearsal rehearsal = new Rehearsal(directory, FOR_EVER_MS, Integer.MAX_VALUE);
        rehearsal.leave();
        rehearsal.run();
        assertEquals(List.of(), files());
    }
}
