package netkeep.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The locks of a connection.
@Timeout(60)
class OctetLockTest {
    private static final int TIMES = 20_000;

    private static final MethodHandles.Lookup LOOKUP = lookup();

    private final ConnectionChannel channel = channel();
    private final OctetLock reads = OctetLock.in(LOOKUP, "reads");
    private final OctetLock writes = OctetLock.in(LOOKUP, "writes");

    /// What the locks guard; neither is atomic.
    private int readers;

    private int writers;

    private static MethodHandles.Lookup lookup() {
        try {
            return MethodHandles.privateLookupIn(ConnectionChannel.class, MethodHandles.lookup());
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    private static ConnectionChannel channel() {
        try {
            SocketChannel channel = new OverFake().get().openSocketChannel();
            return (ConnectionChannel) channel;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Threads of both kinds, on both locks, which share a monitor: nothing is counted twice, and nobody waits for
    /// ever.
    @Test
    void oneAtATimeHoldsIt() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            threads.add(Thread.ofVirtual().start(this::countReaders));
            threads.add(Thread.ofPlatform().start(this::countReaders));
            threads.add(Thread.ofPlatform().start(this::countWriters));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertEquals(6 * TIMES, readers);
        assertEquals(3 * TIMES, writers);
        assertFalse(reads.isLocked(channel));
        assertFalse(writes.isLocked(channel));
    }

    private void countReaders() {
        for (int i = 0; i < TIMES; i++) {
            reads.lock(channel);
            readers++;
            reads.unlock(channel);
        }
    }

    private void countWriters() {
        for (int i = 0; i < TIMES; i++) {
            writes.lock(channel);
            writers++;
            writes.unlock(channel);
        }
    }

    /// An interrupt does not end the wait for the lock, and is still pending once it is held.
    @Test
    void anInterruptStaysPending() throws Exception {
        reads.lock(channel);
        FutureTask<Boolean> interrupted = new FutureTask<>(() -> {
            reads.lock(channel);
            try {
                return Thread.currentThread().isInterrupted();
            } finally {
                reads.unlock(channel);
            }
        });
        Thread thread = Thread.ofPlatform().start(interrupted);
        awaitWaiting(thread);
        thread.interrupt();
        awaitWaiting(thread);

        assertFalse(interrupted.isDone());
        reads.unlock(channel);
        assertTrue(interrupted.get());
        assertTrue(reads.tryLock(channel));
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
    }
}
