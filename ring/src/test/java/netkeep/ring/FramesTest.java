package netkeep.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {
    private static final int CAPACITY = 4096;
    private static final int LONGEST = 900;
    private static final int ROUNDS = 20_000;

    private Region producers;
    private Region consumers;
    private FrameProducer producer;
    private FrameConsumer consumer;

    @BeforeEach
    void begin() {
        producers = new Region(MemorySegment.ofArray(new long[(int) FrameProducer.length(CAPACITY) / 8]));
        consumers = new Region(MemorySegment.ofArray(new long[(int) FrameProducer.CONSUMER_LENGTH / 8]));
        produceFrom(0);
        consumeFrom(0);
    }

    private void produceFrom(long position) {
        producer = new FrameProducer(producers, 0, consumers, 0, CAPACITY, position);
    }

    private void consumeFrom(long position) {
        consumer = new FrameConsumer(consumers, 0, producers, 0, CAPACITY, LONGEST, position);
    }

    /// Lays a frame down whose octets tell its number.
    private boolean give(long number, int length) throws PeerViolation {
        long at = producer.free(length);
        if (at < 0) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            producers.u8(at + i, (int) (number * 31 + i));
        }
        producer.give(length);
        return true;
    }

    private void holds(long number, long at) {
        for (int i = 0; i < consumer.length(); i++) {
            assertEquals((byte) (number * 31 + i), consumer.memory().get(ValueLayout.JAVA_BYTE, at + i), "octet " + i);
        }
    }

    /// What was laid down and not published a successor gives, where it knows how far that goes.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void successorGivesWhatWasLaidDown(long seed) throws PeerViolation {
        SplittableRandom luck = new SplittableRandom(seed);
        long given = 0;
        long taken = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int frames = luck.nextInt(6); frames > 0; frames--) {
                given += give(given, luck.nextInt(1, LONGEST + 1)) ? 1 : 0;
            }
            long noted = producer.position();
            if (luck.nextBoolean()) {
                produceFrom(FrameProducer.published(producers, 0));
                while (producer.before(noted)) {
                    producer.give(producer.laid(LONGEST));
                }
                assertEquals(noted, producer.position());
            }
            producer.publish();
            while (taken < given) {
                holds(taken++, consumer.take());
            }
            assertEquals(FrameConsumer.EMPTY, consumer.take());
            consumer.release();
        }
        assertTrue(taken > ROUNDS, "taken " + taken);
    }

    /// A ring that came in place of another one.
    @Test
    void nothingLiesInANewRing() {
        assertTrue(producer.before(FrameProducer.position(7, 7)));
        assertEquals(0, producer.laid(LONGEST));
        assertFalse(producer.before(FrameProducer.position(CAPACITY, 7)), "further than a ring is long");
        assertFalse(producer.before(0));
    }

    /// Each side dies between a publication and the next one as well: whoever follows goes on from what was published
    /// and committed.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void framesComeWholeAndInOrderAlsoToSuccessors(long seed) throws PeerViolation {
        SplittableRandom luck = new SplittableRandom(seed);
        long given = 0;
        long published = 0;
        long taken = 0;
        long committed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            switch (luck.nextInt(8)) {
                case 0, 1, 2 -> given += give(given, luck.nextInt(1, LONGEST + 1)) ? 1 : 0;
                case 3 -> {
                    producer.publish();
                    published = given;
                }
                case 4, 5 -> {
                    long at = consumer.take();
                    assertEquals(taken < published, at != FrameConsumer.EMPTY);
                    if (at != FrameConsumer.EMPTY) {
                        holds(taken++, at);
                        committed = consumer.position();
                    }
                }
                case 6 -> consumer.release();
                default -> {
                    if (luck.nextBoolean()) {
                        // What was committed is not taken again, and what was not published was never given.
                        consumeFrom(committed);
                    } else {
                        produceFrom(FrameProducer.published(producers, 0));
                        given = published;
                    }
                }
            }
        }
        assertTrue(taken > ROUNDS / 16, taken + " taken");
    }

    /// Whoever committed that frames were laid down, and died before it published, has a successor that does.
    @Test
    void whatWasCommittedIsPublishedBySuccessor() throws PeerViolation {
        give(0, 100);
        give(1, 200);
        long committed = producer.position();
        give(2, 300);
        assertEquals(FrameConsumer.EMPTY, consumer.take());
        produceFrom(committed);
        holds(0, consumer.take());
        holds(1, consumer.take());
        assertEquals(200, consumer.length());
        assertEquals(FrameConsumer.EMPTY, consumer.take());
    }

    /// A stack lays down frames until they pass this bound, and all have room.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void framesWithinTheRoomAllFit(long seed) throws PeerViolation {
        SplittableRandom luck = new SplittableRandom(seed);
        long given = 0;
        long taken = 0;
        for (int round = 0; round < ROUNDS / 10; round++) {
            int bound = producer.room() - 2 * LONGEST;
            for (int octets = 0; octets < bound; ) {
                int length = luck.nextInt(1, LONGEST + 1);
                assertTrue(give(given++, length), "frame " + given);
                octets += length + 72;
            }
            producer.publish();
            for (int frames = luck.nextInt(20); frames > 0 && taken < given; frames--) {
                holds(taken++, consumer.take());
            }
            consumer.release();
        }
    }

    @Test
    void emptyRingGoesOnAtItsBegin() throws PeerViolation {
        long first = producer.free(LONGEST);
        for (int number = 0; number < 100; number++) {
            long at = producer.free(LONGEST);
            assertTrue(at < first + CAPACITY / 2 + LONGEST, "at " + at);
            assertTrue(give(number, LONGEST));
            producer.publish();
            holds(number, consumer.take());
            consumer.release();
        }
    }

    @Test
    void producerThatWaitsForRoomIsWoken() throws PeerViolation {
        long given = 0;
        while (give(given, LONGEST)) {
            given++;
        }
        producer.publish();
        assertTrue(producer.mayWait(LONGEST));
        consumer.take();
        consumer.release();
        assertTrue(consumer.mustWake());
        producer.enough();
        assertTrue(!consumer.mustWake());
        assertTrue(!producer.mayWait(LONGEST));
    }

    /// Whatever the producer writes, the consumer takes a frame within the region, or finds the ring dead.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void hostileProducerHarmsNobody(long seed) {
        SplittableRandom luck = new SplittableRandom(seed);
        int dead = 0;
        int frames = 0;
        for (int round = 0; round < ROUNDS; round++) {
            producers.i64(0, position(luck));
            long line = FrameProducer.LINES + 64L * luck.nextInt(CAPACITY / 64);
            producers.i32(line, luck.nextInt(4) == 0 ? luck.nextInt() : luck.nextInt(-1, LONGEST + 2));
            try {
                long at = consumer.take();
                if (at != FrameConsumer.EMPTY) {
                    frames++;
                    assertTrue(consumer.length() >= 1 && consumer.length() <= LONGEST, "length");
                    assertTrue(at >= FrameProducer.LINES && at + consumer.length() <= producers.length(), "at " + at);
                }
                consumer.release();
            } catch (PeerViolation broken) {
                dead++;
                consumeFrom(0);
            }
        }
        assertTrue(dead > 0 && frames > 0, dead + " and " + frames);
    }

    /// As many lines as are there, and the next one where there is none: a successor that goes on from it gives
    /// nothing.
    @ParameterizedTest
    @ValueSource(ints = {CAPACITY / 64, (1 << 20) - 1})
    void tailInNoLineIsAViolation(int line) throws PeerViolation {
        give(0, 100);
        producer.publish();
        consumer.take();
        producers.i64(0, FrameProducer.position(FrameProducer.count(producer.position()), line));
        assertThrows(PeerViolation.class, consumer::take);
    }

    /// Whatever the consumer writes, the producer lays frames down within its region, or finds the ring dead.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void hostileConsumerHarmsNobody(long seed) {
        SplittableRandom luck = new SplittableRandom(seed);
        int dead = 0;
        int frames = 0;
        for (int round = 0; round < ROUNDS; round++) {
            consumers.i64(0, position(luck));
            try {
                int length = luck.nextInt(1, LONGEST + 1);
                int room = producer.room();
                assertTrue(room >= 0 && room <= CAPACITY, "room " + room);
                long at = producer.free(length);
                if (at >= 0) {
                    frames++;
                    assertTrue(at >= FrameProducer.LINES && at + length <= producers.length(), "at " + at);
                    producer.give(length);
                }
                producer.publish();
            } catch (PeerViolation broken) {
                dead++;
                produceFrom(0);
            }
        }
        assertTrue(dead > 0 && frames > 0, dead + " and " + frames);
    }

    /// Mostly near what can be.
    private long position(SplittableRandom luck) {
        if (luck.nextInt(8) == 0) {
            return luck.nextLong();
        }
        long near = FrameProducer.count(luck.nextBoolean() ? producer.position() : consumer.position());
        return FrameProducer.position(Math.max(0, near + luck.nextInt(-3, 4)), luck.nextInt(CAPACITY / 64 + 2));
    }

    @Test
    void frameThatIsTooLongIsRefused() {
        producers.i32(FrameProducer.LINES, LONGEST + 1);
        producers.i64(0, FrameProducer.position(FrameProducer.lines(LONGEST + 1), 0));
        assertThrows(PeerViolation.class, consumer::take);
    }
}
