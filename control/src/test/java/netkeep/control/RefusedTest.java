package netkeep.control;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import org.junit.jupiter.api.Test;

class RefusedTest {
    private static final int HOSTILE = 1;
    private static final int OTHER = 2;

    @Test
    void whoseFilesDoNotCloseFillsHisOwnQueueAlone() throws IOException {
        Refused refused = new Refused();
        try (Foreign stuck = Foreign.stuck();
                Foreign free = new Foreign();
                Epoll epoll = new Epoll(1)) {
            refused.close(HOSTILE, stuck.descriptor());
            int waiting = 0;
            while (!refused.full(HOSTILE) && waiting <= Refused.MOST) {
                refused.close(HOSTILE, Descriptors.duplicate(epoll.descriptor()));
                waiting++;
            }
            assertTrue(waiting > Refused.MOST / 4 && waiting <= Refused.MOST / 2, waiting + " wait");

            assertFalse(refused.full(OTHER));
            refused.close(OTHER, free.descriptor());
            free.awaitClosed();
        }
    }
}
