package netkeep.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import netkeep.linux.Epoll;
import netkeep.linux.LinuxException;
import netkeep.linux.Poller;
import netkeep.linux.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpawnedTest {
    private static final int SESSIONS = 10_000;

    private final Epoll watcher = new Epoll(1);

    @AfterEach
    void end() {
        watcher.close();
    }

    /// Nobody would reap it.
    @Test
    void whoCannotBeWatchedIsNotLeftBehind() {
        long before = ProcessHandle.current().children().count();
        Epoll closed = new Epoll(1);
        closed.close();
        assertThrows(LinuxException.class, () -> Spawned.start(List.of("sleep", "1000"), closed));
        assertEquals(before, ProcessHandle.current().children().count());
    }

    /// How many words it may say in a second.
    private static int words(Spawned life, long nowNs) {
        int words = 0;
        try {
            while (true) {
                life.said(nowNs);
                words++;
            }
        } catch (IllegalArgumentException flood) {
            return words;
        }
    }

    /// Whose thread that serves has ended is dead, and of what is known; it is reaped when all of it is gone.
    @Test
    void endOfTheServerIsADeath() {
        Spawned life = Spawned.start(List.of("sleep", "1000"), watcher);
        try {
            life.serves(life.process());
            assertFalse(life.ended());
        } finally {
            life.kill();
            Poller poller = new Poller(1);
            poller.add(life.end(), Poller.POLLIN);
            while (!life.ended()) {
                poller.await(Poller.NEVER);
            }
            assertEquals("signal 9", life.cause());
            assertFalse(life.diedOfItself());
            life.await();
            life.close();
            assertTrue(life.reap());
        }
    }

    @Test
    void whoIsLeftIsForgotten() {
        Spawned life = Spawned.start(List.of("sleep", "1000"), watcher);
        life.kill();
        life.leave(watcher).join();
        assertTrue(life.reap());
        life.leave(watcher).join();
        assertEquals("signal 9", life.cause());
        assertFalse(ProcessHandle.of(life.process()).isPresent());
        life.close();
    }

    /// The end of its line tells a domain that its keeper is gone.
    @Test
    void whoIsDismissedEndsByItself() {
        Spawned life = Spawned.start(List.of("sh", "-c", "exec cat <&3"), watcher);
        assertFalse(life.ended());

        Spawned.dismiss(List.of(life));

        assertTrue(life.reap());
        assertEquals("exit code 0", life.cause());
        life.close();
    }

    /// Who is awaited goes before others until it can be told what to be.
    @Test
    void whoIsAwaitedHurries() {
        Spawned life = Spawned.start(List.of("sleep", "1000"), watcher);
        try {
            assumeTrue(Threads.prefer(life.process(), -1), "only root may go before others");
            Threads.prefer(life.process(), 0);
            life.hurry();
            assertEquals(-20, Threads.nice(life.process()));
            life.serves(life.process());
            assertEquals(0, Threads.nice(life.process()));
            life.hurry();
            assertEquals(0, Threads.nice(life.process()));
        } finally {
            life.kill();
            life.await();
            life.close();
        }
    }

    /// Clients that come and go as fast as they can are no fault of whoever lets them in.
    @Test
    void wordsAboutSessionsAreNoFlood() {
        Spawned life = Spawned.start(List.of("sleep", "1000"), watcher);
        try {
            long first = 10_000_000_000L;
            int bound = words(life, first);
            assertTrue(bound > 1_000, "words " + bound);

            long second = 2 * first;
            life.said(second);
            for (int session = 0; session < SESSIONS; session++) {
                life.session();
            }

            assertEquals(bound - 1 + 4 * SESSIONS, words(life, second));
            assertEquals(bound, words(life, 3 * first));
        } finally {
            life.kill();
            life.await();
            life.close();
        }
    }
}
