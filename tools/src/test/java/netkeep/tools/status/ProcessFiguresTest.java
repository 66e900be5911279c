package netkeep.tools.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import netkeep.domain.Pulse;
import netkeep.domain.Shared;
import netkeep.linux.Descriptors;
import netkeep.tools.place.Placement;
import org.junit.jupiter.api.Test;

class ProcessFiguresTest {
    private static final String SUFFIX = " /of/this/test";

    /// As a keeper holds them, and a domain writes one.
    @Test
    void signOfLifeIsReadWhereTheKeeperHoldsIt() {
        int region = Shared.make(Placement.pulse("link 1") + SUFFIX, Pulse.LENGTH);
        int other = Shared.make("ledger of another", Pulse.LENGTH);
        try (Arena arena = Arena.ofConfined()) {
            Pulse pulse = new Pulse(Shared.map(arena, Descriptors.duplicate(region), Pulse.LENGTH, true));
            for (int round = 0; round < 3; round++) {
                pulse.beat();
            }
            Map<String, Path> regions =
                    ProcessFigures.regions(ProcessHandle.current().pid(), SUFFIX);
            // As the keeper tells the domain's name.
            String name = Placement.pulse("link-1");
            assertEquals(Set.of(name), regions.keySet());
            assertEquals(3, ProcessFigures.rounds(regions.get(name)));
            assertTrue(ProcessFigures.touched(regions.get(name)) >= Pulse.LENGTH);
        } finally {
            Descriptors.close(region);
            Descriptors.close(other);
        }
        assertEquals(0, ProcessFigures.rounds(null));
        assertEquals(0, ProcessFigures.touched(Path.of("/proc/self/fd/none")));
    }
}
