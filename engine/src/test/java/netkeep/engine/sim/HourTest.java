package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The first seconds of [Hour]: the same hosts and wires, the same octets in every run.
class HourTest {
    private static final int SECONDS = 30;

    @Test
    void everyHostOfACrowdGetsItsRate() {
        Hour hour = new Hour(1);
        hour.play(TimeUnit.SECONDS.toNanos(SECONDS));
        assertEquals(Hour.HOSTS, hour.received().size());
        for (long octets : hour.received()) {
            assertTrue(octets > Hour.RATE * (SECONDS - 1), "received " + octets);
        }
        assertTrue(hour.lost() > hour.frames() / 200, "lost " + hour.lost() + " of " + hour.frames());
    }
}
