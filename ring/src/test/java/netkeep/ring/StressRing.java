package netkeep.ring;

import java.lang.foreign.MemorySegment;

/// A ring whose items are one word each, made anew for each round of a stress test.
class StressRing {
    static final int CAPACITY = 4;

    private static final int ITEM = 8;

    private final Region producers =
            new Region(MemorySegment.ofArray(new long[(int) Producer.length(CAPACITY, ITEM) / 8]));
    private final Region consumers = new Region(MemorySegment.ofArray(new long[(int) Producer.CONSUMER_LENGTH / 8]));

    final Consumer consumer = new Consumer(consumers, 0, producers, 0, CAPACITY, ITEM, 0);
    final Producer producer = new Producer(producers, 0, consumers, 0, CAPACITY, ITEM, 0);

    /// A ring that is empty.
    StressRing() {}

    /// A ring in which items are published already: 1, 2, 3 ...
    StressRing(int count) {
        for (long value = 1; value <= count; value++) {
            give(value);
        }
        producer.publish();
    }

    final void give(long value) {
        try {
            producers.i64(producer.free(), value);
            producer.give();
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }

    /// The next item, or 0 while there is none.
    final long take() {
        try {
            long at = consumer.take();
            return at == Consumer.EMPTY ? 0 : producers.i64(at);
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }

    final boolean hasRoom() {
        try {
            return producer.free() >= 0;
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }

    final boolean maySleep() {
        try {
            return consumer.maySleep();
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }
}
