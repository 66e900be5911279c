package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Options of sockets, set and read back by an unmodified program, on the kernel's stack and on ours.
@Timeout(120)
class SettingsTest {
    @TempDir
    private Path directory;

    private Place place;

    @BeforeEach
    void begin() {
        assumeTrue(Place.has("gcc") && Place.has("ip"), "no gcc, or no ip");
        place = new Place(directory);
    }

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    /// Line by line: which values are taken, which are refused by which errno, and what is told behind each.
    @Test
    void whatIsSetIsToldAsTheKernelTellsIt() throws Exception {
        Path session = directory.resolve("session");
        new Daemon(place, session, "monolithic");
        assertEquals(0, place.run("ip", "link", "set", "lo", "up").code());
        String program = place.compile("settings").toString();
        for (String[] addresses : new String[][] {
            {"4", Place.KERNEL_4, Place.OURS_4}, {"6", Place.KERNEL_6, Place.OURS_6},
        }) {
            Place.Said kernels = place.run(program, addresses[0], addresses[1], "7300");
            assertTrue(kernels.out().endsWith("end\n"), kernels.out() + kernels.err());
            List<String> line = new ArrayList<>(Place.run(session, program, addresses[0], addresses[2], "7300"));
            Place.Said said = place.start(line).end();
            assertEquals("", said.err());
            assertEquals(kernels.out(), said.out());
        }
    }
}
