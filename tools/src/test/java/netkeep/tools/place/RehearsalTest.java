package netkeep.tools.place;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that is wanted for something else leaves its rehearsal.
class RehearsalTest {
    private static final int FOR_EVER_MS = 3_600_000;
    private static final int PATIENCE_S = 60;
    private static final String TEMPORARY = "java.io.tmpdir";

    private static boolean asks(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("requests"));
    }

    @Test
    void whatIsLeftComesToItsEnd() throws Exception {
        Rehearsal rehearsal = new Rehearsal(FOR_EVER_MS, Integer.MAX_VALUE);
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            try {
                rehearsal.run();
            } catch (IOException itsStackIsClosed) {
                // Of no concern.
            }
        });
        while (!asks(thread) && thread.isAlive()) {
            Thread.onSpinWait();
        }
        rehearsal.leave();
        assertTrue(thread.join(Duration.ofSeconds(PATIENCE_S)));
    }

    @Test
    void whatIsLeftBeforeItBeganDoesNothing() throws Exception {
        Rehearsal rehearsal = new Rehearsal(FOR_EVER_MS, Integer.MAX_VALUE);
        rehearsal.leave();
        rehearsal.run();
    }

    /// Whoever is killed meanwhile would leave it behind.
    @Test
    void noFileIsMade(@TempDir Path directory) throws Exception {
        String before = System.getProperty(TEMPORARY);
        System.setProperty(TEMPORARY, directory.resolve("none").toString());
        try {
            new Rehearsal(1).run();
        } finally {
            System.setProperty(TEMPORARY, before);
        }
    }
}
