package netkeep.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/// Clocks, and the two ways of waiting for descriptors.
class WaitTest {
    @Test
    void pollerFindsTheBellThatWasRung() {
        try (Bell silent = new Bell();
                Bell rung = new Bell()) {
            Poller poller = new Poller(2);
            int first = poller.add(silent.descriptor(), Poller.POLLIN);
            int second = poller.add(rung.descriptor(), Poller.POLLIN);
            assertEquals(0, poller.await(0));

            rung.ring();
            rung.ring();

            assertEquals(1, poller.await(Poller.NEVER));
            assertEquals(0, poller.ready(first));
            assertEquals(Poller.POLLIN, poller.ready(second));
            assertTrue(rung.silence());
            assertFalse(rung.silence());
            assertEquals(0, poller.await(1));
        }
    }

    @Test
    void pollerHasABound() {
        Poller poller = new Poller(1);
        poller.add(0, 0);

        assertThrows(IllegalStateException.class, () -> poller.add(0, 0));
    }

    @Test
    void epollTellsWhichBellWasRung() {
        try (Bell first = new Bell();
                Bell second = new Bell();
                Epoll epoll = new Epoll(4)) {
            epoll.add(first.descriptor(), Epoll.EPOLLIN, 0x1234_5678_9abc_def0L);
            epoll.add(second.descriptor(), Epoll.EPOLLIN, -1);
            assertEquals(0, epoll.await(0));

            first.ring();
            assertEquals(1, epoll.await(Poller.NEVER));
            assertEquals(0x1234_5678_9abc_def0L, epoll.token(0));
            assertEquals(Epoll.EPOLLIN, epoll.ready(0));

            second.ring();
            assertEquals(2, epoll.await(Poller.NEVER));
            assertEquals(0x1234_5678_9abc_deefL, epoll.token(0) + epoll.token(1));

            epoll.remove(first.descriptor());
            epoll.modify(second.descriptor(), Epoll.EPOLLIN, 5);
            assertEquals(1, epoll.await(0));
            assertEquals(5, epoll.token(0));
        }
    }

    @Test
    void timeoutIsKept() {
        Clock clock = new Clock();
        long beforeNs = clock.nowNs();
        new Poller(1).await(2_000_000);

        assertTrue(clock.nowNs() - beforeNs >= 2_000_000);
    }

    @Test
    void clocksGoOn() {
        Clock clock = new Clock();
        long nowNs = clock.nowNs();
        long threadNs = clock.threadNs();
        long processNs = clock.processNs();
        long work = 0;
        for (int turn = 0; turn < 1000; turn++) {
            long nextNs = clock.nowNs();
            assertTrue(nextNs >= nowNs);
            nowNs = nextNs;
            work += nextNs;
        }

        assertTrue(clock.threadNs() > threadNs, "work " + work);
        assertTrue(clock.processNs() > processNs);
        // Any day from 2024 on, in nanoseconds since 1970.
        assertTrue(clock.realNs() > 1_704_067_200_000_000_000L);
    }

    @Test
    void coresOfAThreadCanBeChosen() throws InterruptedException {
        int[] before = Threads.affinity();
        int last = before[before.length - 1];
        int[][] seen = new int[1][];
        Thread thread = Thread.ofPlatform().start(() -> {
            Threads.affinity(last);
            seen[0] = Threads.affinity();
        });
        thread.join();

        assertEquals(1, seen[0].length);
        assertEquals(last, seen[0][0]);
        assertEquals(before.length, Threads.affinity().length);
    }

    @Test
    void processEndsItsDescriptor() throws Exception {
        Process process = new ProcessBuilder("cat").start();
        int descriptor = Threads.pidfd(process.pid());
        try {
            Poller poller = new Poller(1);
            poller.add(descriptor, Poller.POLLIN);
            assertEquals(0, poller.await(0));

            Threads.kill(process.pid(), Threads.SIGKILL);

            assertEquals(1, poller.await(Poller.NEVER));
        } finally {
            Descriptors.close(descriptor);
            process.destroyForcibly().waitFor();
        }
    }
}
