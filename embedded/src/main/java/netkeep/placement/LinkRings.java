package netkeep.placement;

import netkeep.ring.FrameConsumer;
import netkeep.ring.FrameProducer;
import netkeep.ring.Region;

/// Where the rings between a link and a stack lie, in the two regions that they share.
///
/// ```text
/// the link's region                       the stack's region
///   frames up, the producer's side          frames down, the producer's side
///   frames down, the consumer's side        frames up, the consumer's side
/// ```
///
/// @param link  the region that the link writes
/// @param stack the region that the stack writes
record LinkRings(Region link, Region stack) {
    /// Octets of frames each way: more than a turn takes, so that the link can go on meanwhile.
    private static final int CAPACITY = 1 << 20;

    private static final long CONSUMER = FrameProducer.length(CAPACITY);

    /// Octets of each region.
    static final long LENGTH = CONSUMER + FrameProducer.CONSUMER_LENGTH;

    /// The link's giving end; it goes on where a predecessor had published.
    FrameProducer linkGives() {
        return new FrameProducer(link, 0, stack, CONSUMER, CAPACITY, FrameProducer.published(link, 0));
    }

    /// The link's taking end; it goes on where a predecessor had noted.
    FrameConsumer linkTakes(int longest) {
        return new FrameConsumer(link, CONSUMER, stack, 0, CAPACITY, longest, FrameConsumer.noted(link, CONSUMER));
    }

    /// Whether no stack has committed where it is in these rings.
    boolean fresh() {
        return !FrameProducer.begun(stack, 0);
    }

    /// Notes that a stack has.
    void begin() {
        FrameProducer.begin(stack, 0);
    }

    /// The stack's giving end, from the position committed on.
    FrameProducer stackGives(long laid) {
        return new FrameProducer(stack, 0, link, CONSUMER, CAPACITY, laid);
    }

    /// The stack's taking end, from the position committed on.
    FrameConsumer stackTakes(int longest, long taken) {
        return new FrameConsumer(stack, CONSUMER, link, 0, CAPACITY, longest, taken);
    }
}
