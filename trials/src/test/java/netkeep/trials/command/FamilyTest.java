package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What processes that share a session do for each other, by the library's own code over a session that is memory.
class FamilyTest {
    @TempDir
    private Path directory;

    private Place place;

    @BeforeEach
    void begin() {
        assumeTrue(Place.has("gcc"), "no gcc");
        place = new Place(directory);
    }

    @AfterEach
    void end() {
        if (place != null) {
            place.close();
        }
    }

    private void says(String expected, String program) throws Exception {
        Place.Said said = place.run(place.compile(program).toString());
        assertEquals("", said.err());
        assertEquals(expected, said.out());
        assertEquals(0, said.code());
    }

    /// Once is enough, but not of one who died before he has rung.
    @Test
    void whoDiesAboutToWakeTheStackLeavesThatToTheNext() throws Exception {
        says("died 1, rung 1, then 0\n", "rung");
    }

    /// It came before the stack could know that somebody sleeps, so that no bell will tell of it.
    @Test
    void whatComesAsAProcessLiesDownIsNotedBeforeItLooks() throws Exception {
        says("noted 1 of socket 2, asleep 1\n", "asleep");
    }

    /// A bell that one of several threads has heard is heard by no other.
    @Test
    void whoHearsABellAndGoesWithSomethingElseRousesAnother() throws Exception {
        says("""
                the kernel's: told 1, roused 1
                the kernel's, alone: told 1, roused 0
                a handler: told -1 EINTR, roused 1
                a handler, alone: told -1 EINTR, roused 0
                """, "roused");
    }
}
