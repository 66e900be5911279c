package netkeep.placement;

import netkeep.ring.FrameConsumer;
import netkeep.ring.FrameProducer;
import netkeep.ring.Region;

/// The ring of frames that a link gives to a stack: where it lies in the two regions that they share.
///
/// @param link  the region that the link writes: the producer's side
/// @param stack the region that the stack writes: the consumer's side
record LinkRing(Region link, Region stack) {
    /// Octets of frames: more than a turn takes, so that the link can go on meanwhile.
    private static final int CAPACITY = 1 << 20;

    /// Octets of the link's region.
    static final long UP = FrameProducer.length(CAPACITY);

    /// Octets of the stack's region.
    static final long DOWN = FrameProducer.CONSUMER_LENGTH;

    /// The link's end; it goes on where a predecessor had published.
    FrameProducer gives() {
        return new FrameProducer(link, 0, stack, 0, CAPACITY, FrameProducer.published(link, 0));
    }

    /// The stack's end, from the position committed on.
    ///
    /// @param longest octets of a frame
    FrameConsumer takes(int longest, long taken) {
        return new FrameConsumer(stack, 0, link, 0, CAPACITY, longest, taken);
    }

    /// Whether no stack has committed where it is in this ring.
    boolean fresh() {
        return !FrameConsumer.begun(stack, 0);
    }

    /// Notes that a stack has.
    void begin() {
        FrameConsumer.begin(stack, 0);
    }
}
