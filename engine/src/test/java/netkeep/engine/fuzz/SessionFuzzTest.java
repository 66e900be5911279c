package netkeep.engine.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import netkeep.session.Request;
import netkeep.session.SessionLayout;
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
            assertEquals(tally.operations, tally.valid + tally.changed + tally.wild);
            assertTrue(2 * (tally.valid + tally.changed) > tally.operations, tally.toString());
            for (int op = Request.OPEN; op <= Request.INFO; op++) {
                assertTrue(tally.ops.getOrDefault(op, 0L) > STORIES, "op " + op + " of " + tally.ops);
            }
            assertTrue(tally.cutOff > tally.operations / 1000, tally.toString());
            assertTrue(tally.delivered > tally.operations, tally.toString());
            // Each part of the layout was broken at some time.
            for (String part :
                    List.of("tail N", "head N", "snd.tail N,", "rcv.head N with", "for socket", "datagram")) {
                assertTrue(tally.reasons.keySet().stream().anyMatch(reason -> reason.contains(part)), part + tally);
            }
        }
    }

    /// Of requests for which the ring has no room nothing is written.
    @Test
    void whatIsNotWrittenCountsForNothing() {
        SessionLayout layout = new SessionLayout(16, 64, 16, 1 << 15);
        Invasions tally = new Invasions();
        Intruder intruder = new Intruder(
                layout,
                MemorySegment.ofArray(new long[(int) (layout.clientLength() / 8)]),
                MemorySegment.ofArray(new long[(int) (layout.stackLength() / 8)]),
                new SplittableRandom(1),
                tally);
        for (int act = 0; act < SHORT; act++) {
            intruder.act();
        }

        long given = tally.ops.values().stream().mapToLong(Long::longValue).sum();
        assertEquals(layout.requests(), given);
        assertTrue(tally.operations < SHORT / 2, tally.toString());
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
