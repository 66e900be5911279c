package netkeep.link;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Pieces;

/// One queue of one device, seen from the thread that runs a stack.
public interface Link extends AutoCloseable {
    /// Octets of the virtio net header that each frame begins with.
    int VIRTIO = 10;

    /// Octets of a frame's headers before the IP packet: virtio net header, Ethernet header, one VLAN tag.
    int OVERHEAD = VIRTIO + 14 + 4;

    /// The deadline of a link that holds no frame.
    long NEVER = Long.MAX_VALUE;

    /// Octets of the longest IP packet, and so of the longest segment that is left to the other side to cut.
    int LONGEST_PACKET = 65535;

    /// Octets of the longest IP packet that goes over the wire as it is.
    int mtu();

    /// Our hardware address, 48 bits.
    long mac();

    /// Whether [#transmit] takes frames whose checksum is left to the device (`NEEDS_CSUM`). What is received can have
    /// such a checksum in any case, where the sender is this host.
    boolean checksumOffload();

    /// Whether [#transmit] takes TCP segments above the MTU (TSO).
    boolean segmentationOffload();

    /// Whether [#transmit] takes several UDP datagrams as one (USO).
    boolean udpSegmentation();

    /// Octets of the longest frame that [#transmit] takes and [#receive] gives.
    int maxFrame();

    /// Takes the next frame to `at`.
    ///
    /// @param frames native memory
    /// @param room   octets there, at least [#maxFrame]
    /// @return its length, or 0 when none waits
    /// @throws LinkGone when the device is there no longer
    int receive(MemorySegment frames, long at, int room);

    /// Whether [#receive(Pieces)] can be called.
    default boolean scatters() {
        return false;
    }

    /// As [#receive(MemorySegment,long,int)], to pieces of native memory in turn, which hold [#maxFrame] octets.
    default int receive(Pieces to) {
        throw new UnsupportedOperationException(toString());
    }

    /// Sends the frame that lies in these pieces; keeps no reference to them. A frame that the device refuses
    /// for good is counted and dropped.
    ///
    /// @return false when the device has no room now: the frame was not taken
    /// @throws LinkGone when the device is there no longer
    boolean transmit(Pieces frame);

    /// The descriptor to poll for input, or -1 for none.
    int descriptor();

    LinkCounters counters();

    /// When to call [#receive] next although no descriptor says so: a frame is held until then. [#NEVER] for no
    /// frame.
    default long deadlineNs() {
        return NEVER;
    }

    /// Tells why the stack dropped the frame that it received last. Captures note it; devices do not care.
    default void dropped(String reason) {}

    @Override
    void close();
}
