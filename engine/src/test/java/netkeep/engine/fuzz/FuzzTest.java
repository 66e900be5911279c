package netkeep.engine.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// The whole engine under fire: nothing is thrown, no turn goes on for ever, all is given back in the end, and the
/// peers get what they were promised.
class FuzzTest {
    private static final int SHORT = 20_000;
    private static final int STORIES = 10;

    @Test
    void storiesThatOnceEndedBadlyEndWell() throws IOException {
        Fuzz fuzz = new Fuzz();
        Corpus.replay("corpus.txt", fuzz::story);
        assertTrue(fuzz.tally().stories > 0);
    }

    @Test
    void peersGetWhatTheyWerePromised() {
        Fuzz fuzz = new Fuzz();
        Seeds.each(STORIES, luck -> fuzz.story(luck.nextLong(), SHORT));

        if (Long.getLong("seed") == null) {
            Tally tally = fuzz.tally();
            assertEquals(STORIES, tally.stories);
            assertTrue(2 * tally.synchronised() > tally.frames, tally.toString());
            assertTrue(tally.delivered > tally.frames, tally.toString());
        }
    }

    @Test
    void sameSeedSameStory() {
        String[] told = new String[2];
        for (int run = 0; run < told.length; run++) {
            Fuzz fuzz = new Fuzz();
            fuzz.story(7, SHORT);
            told[run] = fuzz.tally().toString();
        }
        assertEquals(told[0], told[1]);
    }
}
