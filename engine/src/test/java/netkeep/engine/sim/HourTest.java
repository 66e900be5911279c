package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// [Hour]: the same hosts and wires, the same octets in every run. Streams are compared octet by octet as they arrive.
class HourTest {
    private static final int SECONDS = 30;
    private static final int HOUR = 3600;
    /// Octets that a host may be behind at any instant: what it was offered for a second.
    private static final long BEHIND = Hour.RATE;

    @Test
    void everyHostOfACrowdGetsItsRate() {
        Hour hour = new Hour(1, true);
        hour.play(TimeUnit.SECONDS.toNanos(SECONDS));
        check(hour, SECONDS);
    }

    /// Prints how long the hour took: nothing asks for that here, for a machine may be busy.
    @Tag("slow")
    @Test
    void wholeHourHasExactStreamsAndItsFirstMinutesAreTheSameAgain() {
        List<String> story = new ArrayList<>();
        Hour hour = Hour.timed(HOUR, atTwoMinutes -> story.add(atTwoMinutes.story()));
        check(hour, HOUR);

        Hour again = new Hour(1, false);
        again.play(Hour.BEGIN_NS);
        assertEquals(story, List.of(again.story()));
    }

    private static void check(Hour hour, int seconds) {
        assertEquals(Hour.HOSTS, hour.received().size());
        for (long octets : hour.received()) {
            assertTrue(octets <= Hour.RATE * seconds, "received " + octets);
            assertTrue(octets > Hour.RATE * seconds - BEHIND, "received " + octets);
        }
        assertTrue(hour.lost() > hour.frames() / 200, "lost " + hour.lost() + " of " + hour.frames());
    }
}
