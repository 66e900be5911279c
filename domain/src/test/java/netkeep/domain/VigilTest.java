package netkeep.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Threads;
import org.junit.jupiter.api.Test;

class VigilTest {
    private static final int NICE = 7;

    @Test
    void whoTakesOverGoesBeforeOthersForAWhile() throws Exception {
        FutureTask<List<Integer>> nices = new FutureTask<>(() -> {
            int own = Threads.threadId();
            if (!Threads.prefer(own, -1)) {
                return List.of();
            }
            Threads.giveWay(NICE);
            try (Vigil vigil = new Vigil(Threads.processId(), own)) {
                vigil.signs(List.of(), 0);
                int first = Threads.nice(own);
                vigil.look(TimeUnit.MILLISECONDS.toNanos(99));
                int still = Threads.nice(own);
                vigil.look(TimeUnit.MILLISECONDS.toNanos(100));
                return List.of(first, still, Threads.nice(own));
            }
        });
        // A thread of its own: what it becomes it stays.
        Thread.ofPlatform().start(nices);
        assumeTrue(!nices.get().isEmpty(), "only root may go before others");
        assertEquals(List.of(-20, -20, NICE), nices.get());
    }
}
