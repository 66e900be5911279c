package netkeep.client;

import java.io.IOException;
import java.nio.file.Path;
import netkeep.sim.Stress;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs the stress tests of a session's two sides: see [Stress].
@Tag("slow")
class StressTest {
    @Test
    void noForbiddenOutcomeIsSeen(@TempDir Path folder) throws IOException, InterruptedException {
        Stress.run("netkeep.client", 3, folder);
    }
}
