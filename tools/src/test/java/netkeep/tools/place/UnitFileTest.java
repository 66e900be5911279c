package netkeep.tools.place;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The unit in `docs` against what it starts; what it leaves a keeper, `UnitTest` tries.
class UnitFileTest {
    private static final String TIMEOUT = "TimeoutStartSec=";

    @Test
    void startMayTakeWhatAKeeperAllowsADomain() throws IOException {
        Path here = Path.of("").toAbsolutePath();
        Path root = Files.isDirectory(here.resolve("docs")) ? here : here.getParent();
        String timeout = Files.readAllLines(root.resolve("docs/netkeep.service")).stream()
                .filter(line -> line.startsWith(TIMEOUT))
                .findFirst()
                .orElseThrow();
        long seconds = Long.parseLong(timeout.substring(TIMEOUT.length()));
        assertTrue(seconds > TimeUnit.NANOSECONDS.toSeconds(Placement.READY_NS), timeout);
    }
}
