package netkeep.trials.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Clock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A stack's process is killed by the kernel at whatever instruction it is at: no connection is lost, and every octet
/// of both directions arrives, once, in order. What a compiler or a processor reordered is tried here, and only here.
class KillTest {
    private static final int KILLS = Integer.getInteger("kills", 200);
    private static final long LONGEST_NS = TimeUnit.MINUTES.toNanos(15);

    @Tag("slow")
    @Test
    void streamsOutliveTheirStack(@TempDir Path directory) throws IOException, InterruptedException {
        try (Kills kills = new Kills(directory, 1)) {
            kills.run(KILLS, new Clock().nowNs() + LONGEST_NS);

            System.out.println("kill: " + kills);
            assertEquals(KILLS, kills.kills);
            assertTrue(kills.whole(), kills.toString());
            assertTrue(kills.cut > 0, kills.toString());
        }
    }
}
