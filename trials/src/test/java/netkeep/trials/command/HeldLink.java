package netkeep.trials.command;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import netkeep.link.AroundLink;
import netkeep.link.Link;
import netkeep.ring.Pieces;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.TcpHeader;

/// The kernel's end of a wire on which connections can be held: of those no segment gets through, one way or both. A
/// connection is told by the kernel's port. What else there is goes through. One thread uses it as a link, any holds.
final class HeldLink extends AroundLink {
    static final int TO_KERNEL = 1;
    static final int FROM_KERNEL = 2;

    private final AtomicIntegerArray held = new AtomicIntegerArray(1 << 16);
    private final Queue<String> resets = new ConcurrentLinkedQueue<>();
    private final MemorySegment sent;

    HeldLink(Link link) {
        super(link);
        this.sent = Arena.ofAuto().allocate(link.maxFrame(), Long.BYTES);
    }

    /// Holds a connection from now on.
    ///
    /// @param ways which, 0 to let it go
    void hold(int port, int ways) {
        held.set(port, ways);
    }

    /// What was seen of RST, held or not.
    List<String> resets() {
        return List.copyOf(resets);
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        int length = link.receive(frames, at, room);
        while (length != 0 && holds(frames, at, FROM_KERNEL)) {
            length = link.receive(frames, at, room);
        }
        return length;
    }

    @Override
    public boolean transmit(Pieces frame) {
        frame.gather(sent, 0);
        return holds(sent, 0, TO_KERNEL) || link.transmit(frame);
    }

    private boolean holds(MemorySegment frame, long at, int way) {
        long tcp = segment(frame, at + VIRTIO);
        if (tcp < 0) {
            return false;
        }
        int source = TcpHeader.sourcePort(frame, tcp);
        int destination = TcpHeader.destinationPort(frame, tcp);
        if ((TcpHeader.flags(frame, tcp) & TcpHeader.RST) != 0) {
            resets.add(source + " to " + destination);
        }
        return (held.get(way == TO_KERNEL ? destination : source) & way) != 0;
    }

    /// Where a frame's TCP header begins, -1 if it has none.
    private static long segment(MemorySegment frame, long at) {
        long packet = at + EthernetHeader.LENGTH;
        return switch (EthernetHeader.etherType(frame, at)) {
            case EthernetHeader.IPV4 ->
                Ipv4Header.protocol(frame, packet) == IpProtocol.TCP
                        ? packet + Ipv4Header.headerLength(frame, packet)
                        : -1;
            case EthernetHeader.IPV6 ->
                Ipv6Header.nextHeader(frame, packet) == IpProtocol.TCP ? packet + Ipv6Header.LENGTH : -1;
            default -> -1;
        };
    }
}
