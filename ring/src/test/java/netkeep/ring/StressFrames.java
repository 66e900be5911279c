package netkeep.ring;

import java.lang.foreign.MemorySegment;

/// A ring of frames that fill it with three, made anew for each round of a stress test.
class StressFrames {
    static final int FRAMES = 3;

    /// Two lines, with what stands before the frame.
    private static final int LENGTH = 100;

    private static final int CAPACITY = FRAMES * 2 * 64;

    private final Region producers =
            new Region(MemorySegment.ofArray(new long[(int) FrameProducer.length(CAPACITY) / 8]));
    private final Region consumers =
            new Region(MemorySegment.ofArray(new long[(int) FrameProducer.CONSUMER_LENGTH / 8]));

    final FrameConsumer consumer = new FrameConsumer(consumers, 0, producers, 0, CAPACITY, LENGTH, 0);
    final FrameProducer producer = new FrameProducer(producers, 0, consumers, 0, CAPACITY, 0);

    /// A ring in which frames are published already: 1, 2, 3 ...
    StressFrames(int count) {
        for (long value = 1; value <= count; value++) {
            give(value);
        }
        producer.publish();
    }

    /// @return whether there was room
    final boolean give(long value) {
        try {
            long at = producer.free(LENGTH);
            if (at < 0) {
                return false;
            }
            producers.i64(at, value);
            producer.give(LENGTH);
            return true;
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }

    /// What the next frame holds, or 0 while there is none.
    final long take() {
        try {
            long at = consumer.take();
            return at == FrameConsumer.EMPTY ? 0 : producers.i64(at);
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }

    final boolean mayWait() {
        try {
            return producer.mayWait(LENGTH);
        } catch (PeerViolation violation) {
            throw new AssertionError(violation);
        }
    }
}
