package netkeep.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

class ThreadsTest {
    private static <T> T inThread(FutureTask<T> task) throws Exception {
        // One of its own: what it becomes it stays.
        Thread.ofPlatform().start(task);
        return task.get();
    }

    private static boolean may() {
        return Threads.prefer(Threads.threadId(), -1);
    }

    private static int ownNice() {
        return Threads.nice(Threads.threadId());
    }

    @Test
    void whoGoesFirstHasNobodyElseDoSo() throws Exception {
        List<Integer> nices = inThread(new FutureTask<>(() -> {
            if (!may()) {
                return List.of();
            }
            Threads.goFirst();
            return List.of(ownNice(), inThread(new FutureTask<>(ThreadsTest::ownNice)));
        }));
        assumeTrue(!nices.isEmpty(), "only root may go before others");
        assertEquals(List.of(-20, 0), nices);
    }

    @Test
    void whoHasTheNameGoesBeforeOthers() throws Exception {
        assumeTrue(inThread(new FutureTask<>(ThreadsTest::may)), "only root may go before others");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch preferred = new CountDownLatch(1);
        FutureTask<Integer> nice = new FutureTask<>(() -> {
            begun.countDown();
            preferred.await();
            return ownNice();
        });
        Thread.ofPlatform().name("netkeep-named").start(nice);
        begun.await();
        Threads.prefer(ProcessHandle.current().pid(), "netkeep-named", -7);
        preferred.countDown();
        assertEquals(-7, nice.get());
        assertEquals(0, inThread(new FutureTask<>(ThreadsTest::ownNice)));
    }
}
