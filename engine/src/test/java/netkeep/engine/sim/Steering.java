package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import netkeep.sim.Pipe;
import netkeep.sim.Receiver;
import netkeep.sim.Station;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.NdpMessage;
import netkeep.wire.UdpHeader;
import netkeep.wire.VirtioNetHeader;
import org.jspecify.annotations.Nullable;

/// A link with a queue for each of several stacks that share an address: a flow's hash says whose it is, unless one of
/// them has sent of that flow before, as a multi-queue TAP has it.
///
/// What belongs to no flow is for all: answers of neighbours, messages of ICMP, groups. Questions that one answer is
/// enough for, and fragments, are for the first.
final class Steering implements Station {
    private static final int IP = VirtioNetHeader.LENGTH + EthernetHeader.LENGTH;
    private static final int ALL = -1;
    private static final int FIRST = 0;
    private static final int ECHO4 = 8;
    private static final int ECHO6 = 128;

    /// A flow as the stacks see it.
    private record Flow(int protocol, Address local, int localPort, Address remote, int remotePort) {
        private int owner(int stacks) {
            // Any mix will do that the ports' low bits move.
            int mix = Objects.hash(protocol, local, localPort, remote, remotePort) * 0x9E37_79B1;
            return (mix >>> 1) % stacks;
        }
    }

    private final List<Pipe> queues = new ArrayList<>();
    private final Map<Flow, Integer> learned = new HashMap<>();
    private final long[] frames;
    private @Nullable Pipe outside;

    /// The wire to the outside is plugged in first, then that of each stack.
    Steering(int stacks) {
        frames = new long[stacks];
    }

    /// Which of `stacks` a TCP flow is for that none has sent of.
    static int owner(Address local, int localPort, Address remote, int remotePort, int stacks) {
        return new Flow(IpProtocol.TCP, local, localPort, remote, remotePort).owner(stacks);
    }

    /// Frames of flows that each stack got.
    long[] frames() {
        return frames.clone();
    }

    @Override
    public Receiver plug(Pipe out) {
        if (outside == null) {
            outside = out;
            return (memory, at, length, nowNs) -> arrives(memory, at, length);
        }
        int stack = queues.size();
        queues.add(out);
        Pipe away = outside;
        return (memory, at, length, nowNs) -> {
            Flow flow = flow(memory, at, true);
            if (flow != null && flow.owner(frames.length) != stack) {
                learned.put(flow, stack);
            }
            away.send(memory, at, length);
        };
    }

    private void arrives(MemorySegment memory, long at, int length) {
        Flow flow = flow(memory, at, false);
        int queue = flow == null ? unowned(memory, at) : learned.getOrDefault(flow, flow.owner(frames.length));
        if (queue != ALL) {
            frames[queue] += flow == null ? 0 : 1;
            queues.get(queue).send(memory, at, length);
            return;
        }
        for (Pipe each : queues) {
            each.send(memory, at, length);
        }
    }

    /// The flow of a frame, null if it is of none.
    ///
    /// @param leaves whether a stack sends it
    private static @Nullable Flow flow(MemorySegment memory, long at, boolean leaves) {
        int type = EthernetHeader.etherType(memory, at + VirtioNetHeader.LENGTH);
        long ip = at + IP;
        Address source;
        Address destination;
        int protocol;
        long upper;
        if (type == EthernetHeader.IPV4 && !Ipv4Header.isFragment(memory, ip)) {
            source = new Address(0, 0xFFFF_0000_0000L | Ipv4Header.source(memory, ip));
            destination = new Address(0, 0xFFFF_0000_0000L | Ipv4Header.destination(memory, ip));
            protocol = Ipv4Header.protocol(memory, ip);
            upper = ip + Ipv4Header.headerLength(memory, ip);
        } else if (type == EthernetHeader.IPV6) {
            source = Address.of(Ipv6Header.sourceHi(memory, ip), Ipv6Header.sourceLo(memory, ip));
            destination = Address.of(Ipv6Header.destinationHi(memory, ip), Ipv6Header.destinationLo(memory, ip));
            protocol = Ipv6Header.nextHeader(memory, ip);
            upper = ip + Ipv6Header.LENGTH;
        } else {
            return null;
        }
        long to = EthernetHeader.destination(memory, at + VirtioNetHeader.LENGTH);
        if ((protocol != IpProtocol.TCP && protocol != IpProtocol.UDP) || (to >>> 40 & 1) != 0) {
            return null;
        }
        // TCP's ports lie where UDP's do.
        int from = UdpHeader.sourcePort(memory, upper);
        int port = UdpHeader.destinationPort(memory, upper);
        return leaves
                ? new Flow(protocol, source, from, destination, port)
                : new Flow(protocol, destination, port, source, from);
    }

    private static int unowned(MemorySegment memory, long at) {
        int type = EthernetHeader.etherType(memory, at + VirtioNetHeader.LENGTH);
        long ip = at + IP;
        if (type == EthernetHeader.ARP) {
            return ArpPacket.operation(memory, ip) == ArpPacket.REQUEST ? FIRST : ALL;
        }
        if (type == EthernetHeader.IPV4) {
            int protocol = Ipv4Header.protocol(memory, ip);
            boolean echo = protocol == IpProtocol.ICMPV4
                    && memory.get(ValueLayout.JAVA_BYTE, ip + Ipv4Header.headerLength(memory, ip)) == ECHO4;
            return echo || protocol == IpProtocol.IGMP || Ipv4Header.isFragment(memory, ip) ? FIRST : ALL;
        }
        if (type == EthernetHeader.IPV6 && Ipv6Header.nextHeader(memory, ip) == IpProtocol.ICMPV6) {
            int message = Icmp6Message.type(memory, ip + Ipv6Header.LENGTH);
            return message == ECHO6 || message == NdpMessage.NEIGHBOR_SOLICITATION ? FIRST : ALL;
        }
        return ALL;
    }
}
