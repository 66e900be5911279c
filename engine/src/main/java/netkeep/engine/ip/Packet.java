package netkeep.engine.ip;

import java.lang.foreign.MemorySegment;
import netkeep.wire.IpProtocol;

/// A packet that arrived, as the upper protocols see it: whole, for us, its headers checked. A reused object.
///
/// `headers` is a private copy of the frame's first octets: what is judged is read there. Payload is read in `frames`,
/// where its owner may still write. An offset such as `upper` counts from the frame's begin (its virtio header) and is
/// good in both: `headers` at `upper`, `frames` at `at + upper`.
public final class Packet {
    /// Octets of a frame that `headers` holds at most.
    public static final int COPIED = 256;

    public MemorySegment headers = MemorySegment.NULL;
    public long at;

    /// Octets of the frame, virtio header included.
    public int length;

    /// The number of the link it came by.
    public int link;

    public long sourceHi;
    public long sourceLo;
    public long destinationHi;
    public long destinationLo;
    public boolean v6;

    /// TTL or hop limit.
    public int hops;

    /// Type of service or traffic class; its two low bits are ECN's.
    public int trafficClass;

    public int protocol;

    /// Where the IP header begins.
    public int ip;

    /// Where the upper protocol's header begins.
    public int upper;

    /// Octets from there to the packet's end.
    public int upperLength;

    /// Whether the upper checksum needs no check: the link vouches for it (a packet from this host, or checked by it).
    public boolean vouched;

    /// The size of the segments that were merged into this one (GRO), 0 if it is as it was sent.
    public int segmentSize;

    /// Put together from fragments, which tell no flow: it is for whoever did so.
    public boolean assembled;

    /// Of IPv6: it had a fragment header, in several fragments or all in one.
    public boolean fragmented;

    /// A fragment.
    public boolean piece;

    /// Brought by another stack: what came by the link itself may have overtaken it.
    public boolean brought;

    /// Brought as to all stacks: whoever took it from the link answers; or put together from such frames, for which one
    /// stack does.
    public boolean copy;

    /// Sent to a group or to all.
    public boolean multicast;
    public boolean broadcast;

    /// The value of an IPv6 router alert option, -1 for none.
    public int routerAlert = -1;

    /// Octets of the frame that do not lie in `frames`, if any.
    public final Landing landing = new Landing();

    private MemorySegment frames = MemorySegment.NULL;

    public Packet() {}

    /// Leaves the answer to what all stacks have put together to the one that owns its flow, if it has ports.
    void flows() {
        if (assembled && (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP)) {
            copy = false;
        }
    }

    void lies(MemorySegment memory, long where) {
        frames = memory;
        at = where;
    }

    /// Where the whole frame lies.
    public MemorySegment frames() {
        landing.gather(frames, at);
        return frames;
    }

    /// Where the frame lies, but for what [#landing] holds.
    public MemorySegment head() {
        return frames;
    }
}
