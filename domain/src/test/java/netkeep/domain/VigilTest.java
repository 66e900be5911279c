package netkeep.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import netkeep.linux.Descriptors;
import netkeep.linux.Threads;
import netkeep.ring.Region;
import org.junit.jupiter.api.Test;

class VigilTest {
    private static final int NICE = 7;
    private static final int SIGNS = 1000;
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(5);

    @Test
    void whoComputesIsInALoopIfItGivesNoSign() throws Exception {
        // No thread of a JVM: those sleep now and then, for others of it.
        Process computes = new ProcessBuilder("sh", "-c", "ulimit -t 60; echo; while :; do :; done").start();
        computes.getInputStream().read();
        int process = Math.toIntExact(computes.pid());
        int descriptor = Shared.make("sign", Long.BYTES);
        try (Arena arena = Arena.ofConfined();
                Vigil vigil = new Vigil(process, process)) {
            Region sign = Shared.mapped(arena, descriptor, Long.BYTES, true);
            long nowNs = 0;
            vigil.signs(List.of(new Vigil.Sign(descriptor, 0)), nowNs);
            for (long given = 1; given <= SIGNS; given++) {
                sign.i64Release(0, given);
                nowNs += LOOK_NS;
                vigil.look(nowNs);
                assertNull(vigil.fault(nowNs));
                assertTrue(vigil.busy());
            }
            // Of the first look without a sign less counts than a loop's.
            nowNs += LOOK_NS;
            vigil.look(nowNs);
            assertNull(vigil.fault(nowNs));
            int looks = 1;
            for (; vigil.fault(nowNs) == null; looks++) {
                nowNs += LOOK_NS;
                vigil.look(nowNs);
                assertTrue(vigil.busy());
            }
            assertEquals("hung, in an endless loop", vigil.fault(nowNs));
            // No look counts for more than 8 ms of 15.
            assertTrue(looks > 1, "looks: " + looks);
            sign.i64Release(0, -1);
            vigil.look(nowNs + LOOK_NS);
            assertNull(vigil.fault(nowNs + LOOK_NS));
        } finally {
            computes.destroyForcibly().waitFor();
            Descriptors.close(descriptor);
        }
    }

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
