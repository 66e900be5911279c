package netkeep.engine.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

/// Clients that write anything: they are cut off, with a reason, and nobody else notices.
class SessionFuzzTest {
    private static final int SHORT = 20_000;
    private static final int STORIES = 12;

    @Test
    void storiesThatOnceEndedBadlyEndWell() throws IOException {
        SessionFuzz fuzz = new SessionFuzz();
        Corpus.replay("sessions.txt", fuzz::story);
        assertTrue(fuzz.tally().stories > 0);
    }

    @Test
    void whoBreaksTheLayoutHarmsNobodyElse() {
        SessionFuzz fuzz = new SessionFuzz();
        Seeds.each(STORIES, luck -> fuzz.story(luck.nextLong(), SHORT));

        if (Long.getLong("seed") == null) {
            Invasions tally = fuzz.tally();
            assertEquals(STORIES, tally.stories);
            assertTrue(2 * (tally.valid + tally.changed) > tally.operations, tally.toString());
            assertTrue(tally.cutOff > tally.operations / 1000, tally.toString());
            assertTrue(tally.delivered > tally.operations, tally.toString());
            // Each part of the layout was broken at some time.
            for (String part :
                    List.of("tail N", "head N", "snd.tail N,", "rcv.head N with", "for socket", "datagram")) {
                assertTrue(tally.reasons.keySet().stream().anyMatch(reason -> reason.contains(part)), part + tally);
            }
        }
    }

    @Test
    void sameSeedSameStory() {
        String[] told = new String[2];
        for (int run = 0; run < told.length; run++) {
            SessionFuzz fuzz = new SessionFuzz();
            fuzz.story(7, SHORT);
            told[run] = fuzz.tally().toString();
        }
        assertEquals(told[0], told[1]);
    }
}
