package netkeep.drive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import netkeep.client.Waiter;
import netkeep.linux.Bell;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Nobody waits for ever: whoever asks is answered, whichever thread drives.
@Timeout(120)
class DriverTest {
    private static final int ROUNDS = 3_000;

    /// A question; the echo that answers it comes back over the "wire".
    private static final class Question extends Waiter {
        private volatile boolean answered;

        @Override
        public boolean ready() {
            return answered;
        }
    }

    /// Takes questions as requests; each goes out on a wire, whose other end sends it back from a thread of its own.
    private final class Echo implements Work {
        private final ConcurrentLinkedQueue<Question> requests = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Question> wire = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Question> arrived = new ConcurrentLinkedQueue<>();
        private final Bell descriptor = new Bell();
        private final Bell far = new Bell(descriptor.descriptor());
        private final Bell farDescriptor = new Bell();
        private final AtomicInteger inside = new AtomicInteger();
        private volatile long deadlineNs = Long.MAX_VALUE;
        private long latestNs = Long.MIN_VALUE;

        /// What happens at the end of a turn.
        private Runnable behind = () -> {};

        @Override
        public int turn(long nowNs) {
            assertEquals(1, inside.incrementAndGet());
            assertTrue(nowNs >= latestNs, "time went back by " + (latestNs - nowNs) + " ns");
            latestNs = nowNs;
            descriptor.silence();
            int done = 0;
            for (Question question = arrived.poll(); question != null; question = arrived.poll()) {
                question.answered = true;
                driver.wake(question);
                done++;
            }
            inside.decrementAndGet();
            done += requestsTurn(nowNs);
            behind.run();
            return done;
        }

        @Override
        public int requestsTurn(long nowNs) {
            assertEquals(1, inside.incrementAndGet());
            assertTrue(nowNs >= latestNs, "time went back by " + (latestNs - nowNs) + " ns");
            latestNs = nowNs;
            int done = 0;
            for (Question question = requests.poll(); question != null; question = requests.poll()) {
                wire.add(question);
                done++;
            }
            if (done != 0) {
                farDescriptor.ring();
            }
            if (nowNs >= deadlineNs) {
                deadlineNs = Long.MAX_VALUE;
                expired.answered = true;
                driver.wake(expired);
                expiry.countDown();
                done++;
            }
            inside.decrementAndGet();
            return done;
        }

        @Override
        public long deadlineNs() {
            return deadlineNs;
        }

        @Override
        public void broken(Throwable why) {
            failure.set(why);
        }
    }

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Question expired = new Question();
    private final CountDownLatch expiry = new CountDownLatch(1);
    private final Echo echo = new Echo();
    private final Instants instants = new Instants();
    private volatile boolean ended;
    private Driver driver = new Driver(echo, instants, List.of(Awaited.link(echo.descriptor::descriptor)), 0, true);

    private void start(long spinNs) {
        driver = new Driver(echo, instants, List.of(Awaited.link(echo.descriptor::descriptor)), spinNs, true);
        driver.start();
        Sleeper peer = new Sleeper(List.of(Awaited.link(echo.farDescriptor::descriptor)));
        Bell silenced = new Bell(echo.farDescriptor.descriptor());
        Thread.ofPlatform().daemon().start(() -> {
            while (!ended) {
                peer.willSleep(instants.nowNs() + 100_000_000);
                peer.sleep(instants.nowNs());
                silenced.silence();
                boolean any = false;
                for (Question question = echo.wire.poll(); question != null; question = echo.wire.poll()) {
                    echo.arrived.add(question);
                    any = true;
                }
                if (any) {
                    echo.far.ring();
                }
            }
        });
    }

    @AfterEach
    void end() {
        ended = true;
        driver.close();
    }

    private FutureTask<Integer> asker(boolean virtual, int rounds) {
        FutureTask<Integer> task = new FutureTask<>(() -> {
            int answers = 0;
            for (int i = 0; i < rounds; i++) {
                Question question = new Question();
                echo.requests.add(question);
                driver.submitted();
                answers += driver.await(question, Long.MAX_VALUE) ? 1 : 0;
            }
            return answers;
        });
        if (virtual) {
            Thread.ofVirtual().start(task);
        } else {
            Thread.ofPlatform().daemon().start(task);
        }
        return task;
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 0", "1, 0, 20000", "4, 0, 0", "4, 0, 50000", "0, 1, 0", "0, 8, 20000", "3, 5, 0", "3, 5, 20000"})
    void everyQuestionIsAnswered(int platform, int virtual, long spinNs) throws Exception {
        start(spinNs);
        List<FutureTask<Integer>> askers = new ArrayList<>();
        for (int i = 0; i < platform + virtual; i++) {
            askers.add(asker(i >= platform, ROUNDS));
        }
        for (FutureTask<Integer> asker : askers) {
            assertEquals(ROUNDS, asker.get());
        }
    }

    @Test
    void aDeadlineOfTheStackIsKeptByWhoeverLeads() throws Exception {
        start(0);
        driver.between(() -> echo.deadlineNs = instants.nowNs() + 2_000_000);
        assertTrue(driver.await(expired, Long.MAX_VALUE));
    }

    /// Nobody waits, and the stack has something to do at an instant: the caretaker does it.
    @Test
    void aDeadlineIsKeptWhenNobodyWaits() throws Exception {
        start(0);
        driver.between(() -> echo.deadlineNs = instants.nowNs() + 2_000_000);
        expiry.await();
    }

    /// A leader sleeps without a deadline; then a turn of another thread sets one.
    @Test
    void aSleepingLeaderHearsOfANewDeadline() throws Exception {
        start(0);
        FutureTask<Boolean> waiting = new FutureTask<>(() -> driver.await(expired, Long.MAX_VALUE));
        Thread.ofPlatform().daemon().start(waiting);
        driver.between(() -> echo.deadlineNs = instants.nowNs() + 3_000_000);
        assertTrue(waiting.get());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aWaitEndsAtItsDeadline(boolean virtual) throws Exception {
        start(0);
        FutureTask<Boolean> waiting =
                new FutureTask<>(() -> driver.await(new Question(), instants.nowNs() + 3_000_000));
        (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(waiting);
        assertFalse(waiting.get());
    }

    @Test
    void anInterruptIsKeptAndDoesNotEndTheWait() throws Exception {
        start(0);
        FutureTask<Boolean> leading = new FutureTask<>(() -> driver.await(expired, Long.MAX_VALUE));
        Thread.ofPlatform().daemon().start(leading);
        FutureTask<Boolean> parked = new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            driver.await(new Question(), instants.nowNs() + 3_000_000);
            return Thread.currentThread().isInterrupted();
        });
        Thread.ofPlatform().daemon().start(parked);
        assertTrue(parked.get());
        driver.between(() -> echo.deadlineNs = 0);
        assertTrue(leading.get());
    }

    @Test
    void whatNobodyWaitsForGoesWithTheNextTurn() {
        driver.hold(false);
        echo.requests.add(new Question());
        driver.soon();
        driver.release();
        assertEquals(1, echo.requests.size());
        driver.glance();
        assertEquals(0, echo.requests.size());
    }

    /// Who handles channels puts a few requests before a turn takes them all, as long as he is quick.
    @Test
    void whatIsPutQuicklyWaitsForTheNext() {
        AtomicLong timeNs = new AtomicLong();
        Instants still = new Instants() {
            @Override
            public long nowNs() {
                return timeNs.get();
            }
        };
        driver = new Driver(echo, still, List.of(), 0, true);
        driver.hold(true);
        put();
        timeNs.addAndGet(10_000);
        put();
        assertEquals(2, echo.requests.size());
        driver.release();
        assertEquals(0, echo.requests.size());
        driver.hold(true);
        timeNs.addAndGet(30_000);
        put();
        assertEquals(0, echo.requests.size());
        put();
        assertEquals(1, echo.requests.size());
        timeNs.addAndGet(30_000);
        put();
        assertEquals(0, echo.requests.size());
    }

    private void put() {
        echo.requests.add(new Question());
        driver.submitted();
    }

    /// Who put it does not come back, and whoever leads may sleep.
    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void whatMayWaitIsTakenThoughNobodyComes(boolean led, boolean several) {
        start(0);
        if (led) {
            Thread.ofPlatform().daemon().start(() -> driver.await(expired, Long.MAX_VALUE));
        }
        for (int i = 0; i < 20; i++) {
            driver.hold(several);
            if (several) {
                put();
            } else {
                echo.requests.add(new Question());
                driver.soon();
            }
            while (!echo.requests.isEmpty()) {
                Thread.onSpinWait();
            }
        }
    }

    /// In the turn that ends a leader's wait; nobody else drives.
    @Test
    void whatAnotherPutsInALeadersLastTurnIsTaken() {
        echo.behind = () -> {
            echo.behind = () -> {};
            Thread other = Thread.ofPlatform().start(this::put);
            while (other.isAlive()) {
                Thread.onSpinWait();
            }
            assertEquals(1, echo.requests.size());
            expired.answered = true;
        };
        assertTrue(driver.await(expired, Long.MAX_VALUE));
        assertEquals(0, echo.requests.size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoWaitsIsToldThatTheStackIsClosed(boolean virtual) throws Exception {
        start(0);
        Thread.ofPlatform().daemon().start(() -> driver.await(expired, Long.MAX_VALUE));
        FutureTask<Boolean> waiting = new FutureTask<>(() -> driver.await(new Question(), Long.MAX_VALUE));
        Thread thread = (virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(waiting);
        // A platform thread may lead.
        while (virtual && thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        driver.close();
        assertFalse(waiting.get());
    }

    @Test
    void aTurnThatThrowsEndsTheStack() {
        driver = new Driver(echo, instants, List.of(), 0, true);
        echo.inside.set(1);
        assertThrows(AssertionError.class, driver::glance);
        assertTrue(failure.get() instanceof AssertionError);
        assertFalse(driver.await(new Question(), Long.MAX_VALUE));
    }
}
