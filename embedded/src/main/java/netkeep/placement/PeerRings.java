package netkeep.placement;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import netkeep.domain.Shared;
import netkeep.engine.socket.Claims;
import netkeep.engine.socket.Share;
import netkeep.ring.FrameConsumer;
import netkeep.ring.FrameProducer;
import netkeep.ring.Region;
import netkeep.stack.PeerPort;

/// What stacks share that have the same addresses: each has a region that it writes and the others read.
///
/// ```text
///       0  its ports, as [Claims] has them
///  131072  for each stack, by number:
///            frames to it, the producer's side
///            frames from it, the consumer's side
/// ```
///
/// @param share   which stack this is, of how many
/// @param regions by the stacks' numbers
record PeerRings(Share share, List<Region> regions) {
    /// Octets of frames each way: first frames of a flow, and what all are to see.
    private static final int CAPACITY = 1 << 20;

    private static final long CONSUMER = FrameProducer.length(CAPACITY);
    private static final long RINGS = CONSUMER + FrameProducer.CONSUMER_LENGTH;

    /// Octets of each region.
    static long length(int stacks) {
        return Claims.LENGTH + stacks * RINGS;
    }

    /// Those that a stack was granted.
    static PeerRings of(Share share, Grants grants, Arena arena) {
        List<Region> regions = new ArrayList<>();
        for (int stack = 0; stack < share.stacks(); stack++) {
            int descriptor = grants.descriptor(Grants.PEER + stack);
            regions.add(Shared.map(arena, descriptor, length(share.stacks()), stack == share.stack()));
        }
        return new PeerRings(share, regions);
    }

    /// As a stack that died has left them.
    ///
    /// @throws IllegalArgumentException if the recording lacks one
    static PeerRings of(Share share, Recording recording) {
        List<Region> regions = new ArrayList<>();
        for (int stack = 0; stack < share.stacks(); stack++) {
            regions.add(recording.region(Grants.PEER + stack));
        }
        return new PeerRings(share, regions);
    }

    private static long rings(int stack) {
        return Claims.LENGTH + stack * RINGS;
    }

    /// The same share, with the ports that the stacks show each other.
    Share shown() {
        return new Share(share.stack(), share.stacks(), 0, new Claims.Tables(regions));
    }

    /// This stack's ends of the rings that it shares with another.
    ///
    /// @param other the number of that one
    /// @param links how many there are, the loopback included
    /// @param taken the position up to which it has committed what came
    /// @param bell  wakes the other
    PeerPort port(int other, int links, long taken, Runnable bell) {
        return new PeerPort(takes(other, taken), gives(other), links, bell);
    }

    /// The taking end of what another stack sends, from the position committed on.
    private FrameConsumer takes(int from, long taken) {
        return new FrameConsumer(
                regions.get(share.stack()),
                rings(from) + CONSUMER,
                regions.get(from),
                rings(share.stack()),
                CAPACITY,
                PeerPort.LONGEST,
                taken);
    }

    /// The giving end of what goes to another stack; it goes on where a predecessor had published: what that one had
    /// laid down besides is lost, as a death may lose a frame.
    FrameProducer gives(int to) {
        Region ours = regions.get(share.stack());
        return new FrameProducer(
                ours,
                rings(to),
                regions.get(to),
                rings(share.stack()) + CONSUMER,
                CAPACITY,
                FrameProducer.published(ours, rings(to)));
    }
}
