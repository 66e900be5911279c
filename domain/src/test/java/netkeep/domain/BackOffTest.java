package netkeep.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackOffTest {
    private static final long SHORT_MS = 999;
    private static final long LONG_MS = 1000;

    private final BackOff backOff = new BackOff();
    private long nowNs = -1;

    /// What it says after lives of so many milliseconds.
    private List<Long> pausesMs(long... livesMs) {
        List<Long> pauses = new ArrayList<>();
        for (long life : livesMs) {
            backOff.begins(nowNs);
            nowNs += TimeUnit.MILLISECONDS.toNanos(life);
            pauses.add(TimeUnit.NANOSECONDS.toMillis(backOff.ends(nowNs)));
        }
        return pauses;
    }

    @Test
    void whoDiesAtOnceAgainAndAgainIsReplacedLaterAndLater() {
        assertEquals(
                List.of(0L, 0L, 100L, 200L, 400L, 800L, 1600L, 2000L, 2000L),
                pausesMs(0, SHORT_MS, SHORT_MS, 0, 1, SHORT_MS, 0, 0, 0));
    }

    @Test
    void whoLivedForAWhileIsReplacedAtOnce() {
        assertEquals(
                List.of(0L, 0L, 100L, 0L, 0L, 0L, 100L, 0L),
                pausesMs(0, 0, 0, LONG_MS, SHORT_MS, SHORT_MS, SHORT_MS, LONG_MS));
    }
}
