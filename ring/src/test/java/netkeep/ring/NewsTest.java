package netkeep.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/// Who sleeps is woken for news, once.
class NewsTest {
    private static final int CAPACITY = 4;

    private final Region giving = new Region(Arena.ofAuto().allocate(Producer.length(CAPACITY, 8), 8));
    private final Region taking = new Region(Arena.ofAuto().allocate(Producer.CONSUMER_LENGTH, 8));
    private final Producer producer = new Producer(giving, 0, taking, 0, CAPACITY, 8, 0);
    private final Consumer consumer = new Consumer(taking, 0, giving, 0, CAPACITY, 8, 0);

    private void give() throws PeerViolation {
        giving.i64(producer.free(), 1);
        producer.give();
        producer.publish();
    }

    @Test
    void sleeperIsWokenForWhatIsNew() throws PeerViolation {
        assertTrue(consumer.maySleep());

        give();

        assertTrue(producer.mustWake());
    }

    @Test
    void sleeperIsLeftAloneWithoutNews() throws PeerViolation {
        give();
        assertFalse(producer.mustWake(), "it is awake");
        consumer.take();
        assertTrue(consumer.maySleep());

        assertFalse(producer.mustWake());
        producer.publish();
        assertFalse(producer.mustWake());
    }

    @Test
    void linkAndStackAreWokenForFramesAndNotForEachOthersProgress() throws PeerViolation {
        Region frames = new Region(Arena.ofAuto().allocate(FrameProducer.length(1 << 10), 8));
        Region taken = new Region(Arena.ofAuto().allocate(FrameProducer.CONSUMER_LENGTH, 8));
        FrameProducer link = new FrameProducer(frames, 0, taken, 0, 1 << 10, 0);
        FrameConsumer stack = new FrameConsumer(taken, 0, frames, 0, 1 << 10, 64, 0);
        assertTrue(stack.maySleep());
        link.mustWake();

        link.publish();
        assertFalse(link.mustWake(), "no frame was given");

        link.free(64);
        link.give(64);
        link.publish();
        assertTrue(link.mustWake());
        assertFalse(link.mustWake(), "once");
    }

    @Test
    void otherNewsIsAskedForToo() throws PeerViolation {
        give();
        producer.mustWake();
        consumer.take();
        assertTrue(consumer.maySleep());

        producer.remind();

        assertTrue(producer.mustWake());
        assertFalse(producer.mustWake(), "once");
    }

    @Test
    void ofSeveralItIsKnownWhoSleeps() throws PeerViolation {
        int second = 1 << 3;
        taking.i32(Producer.ASLEEP, second);

        give();
        assertEquals(second, producer.asleep());
        assertEquals(0, producer.asleep(), "once");

        give();
        assertTrue(producer.mustWake());
    }

    @Test
    void successorAsksForAllThatItsPredecessorPublished() throws PeerViolation {
        give();
        consumer.take();
        assertTrue(consumer.maySleep());
        Producer successor = new Producer(giving, 0, taking, 0, CAPACITY, 8, producer.position());

        successor.publish();

        assertTrue(successor.mustWake());
    }
}
