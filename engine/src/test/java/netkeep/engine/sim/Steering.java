package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import netkeep.engine.socket.Share;
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

/// A link with a queue for each of several stacks that share an address: a frame goes to the owner of its flow.
///
/// What belongs to no flow is for all: answers of neighbours, messages of ICMP, groups. Questions that one answer is
/// enough for, and fragments, are for the first.
final class Steering implements Station {
    private static final int IP = VirtioNetHeader.LENGTH + EthernetHeader.LENGTH;
    private static final int ALL = -1;
    private static final int FIRST = 0;
    private static final int ECHO4 = 8;
    private static final int ECHO6 = 128;
    private static final long KEY = 0x5EED;

    /// A flow as the stacks see it.
    private record Flow(Address local, int localPort, Address remote, int remotePort) {}

    private final List<Pipe> queues = new ArrayList<>();
    private final long[] frames;
    private @Nullable Pipe outside;

    /// The wire to the outside is plugged in first, then that of each stack.
    Steering(int stacks) {
        frames = new long[stacks];
    }

    /// What the stack of such a number owns.
    static Share share(int stack, int stacks) {
        return new Share(stack, stacks, KEY);
    }

    /// Which of `stacks` a flow is for.
    static int owner(Address local, int localPort, Address remote, int remotePort, int stacks) {
        return share(0, stacks).owner(local.hi(), local.lo(), localPort, remote.hi(), remote.lo(), remotePort);
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
        queues.add(out);
        Pipe away = outside;
        return (memory, at, length, nowNs) -> away.send(memory, at, length);
    }

    private void arrives(MemorySegment memory, long at, int length) {
        Flow flow = flow(memory, at);
        int queue = flow == null ? unowned(memory, at) : owner(flow);
        if (queue != ALL) {
            frames[queue] += flow == null ? 0 : 1;
            queues.get(queue).send(memory, at, length);
            return;
        }
        for (Pipe each : queues) {
            each.send(memory, at, length);
        }
    }

    private int owner(Flow flow) {
        return owner(flow.local, flow.localPort, flow.remote, flow.remotePort, frames.length);
    }

    /// The flow of a frame that arrives, null if it is of none.
    private static @Nullable Flow flow(MemorySegment memory, long at) {
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
        return new Flow(
                destination, UdpHeader.destinationPort(memory, upper), source, UdpHeader.sourcePort(memory, upper));
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
