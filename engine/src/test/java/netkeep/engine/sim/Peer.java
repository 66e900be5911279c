package netkeep.engine.sim;

import static netkeep.wire.VirtioNetHeader.LENGTH;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import netkeep.sim.Pipe;
import netkeep.sim.Receiver;
import netkeep.sim.Station;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.NdpMessage;
import netkeep.wire.NdpOption;
import org.jspecify.annotations.Nullable;

/// The other end of a wire, moved by hand: it answers who asks for its neighbours' addresses, keeps what arrives, and
/// sends what a test makes.
public final class Peer implements Station {
    private static final int IP = LENGTH + EthernetHeader.LENGTH;

    private final List<Address> addresses = new ArrayList<>();
    private final Deque<Segment> segments = new ArrayDeque<>();
    private final Deque<MemorySegment> others = new ArrayDeque<>();
    private @Nullable Pipe out;
    private boolean deaf;

    public final long mac;
    /// The station's at the other end: learnt from what arrives.
    public long otherMac = SimHost.mac(1);

    /// @param addresses those it answers for
    public Peer(long mac, Address... addresses) {
        this.mac = mac;
        this.addresses.addAll(List.of(addresses));
    }

    @Override
    public Receiver plug(Pipe pipe) {
        out = pipe;
        return this::arrives;
    }

    /// Answers for its addresses no more, or again.
    public void deaf(boolean value) {
        deaf = value;
    }

    /// Takes the oldest segment that arrived and was not taken yet.
    public @Nullable Segment take() {
        return segments.poll();
    }

    /// Segments that arrived and were not taken yet.
    public Deque<Segment> segments() {
        return segments;
    }

    /// Frames that were neither segments nor questions for a neighbour, with their virtio header.
    public Deque<MemorySegment> others() {
        return others;
    }

    public void send(Segment segment) {
        send(segment.frame(otherMac, mac));
    }

    public void send(MemorySegment frame) {
        if (out == null) {
            throw new IllegalStateException("not plugged in");
        }
        out.send(frame, 0, (int) frame.byteSize());
    }

    /// Says as a router would that a segment which was seen is too big.
    public void sendTooBig(Segment about, Address router, int mtu) {
        MemorySegment original = about.frame(mac, otherMac);
        send(IcmpError.tooBig(original, 0, (int) original.byteSize(), router, mtu));
    }

    /// Sends an ICMP error about a segment that was seen.
    public void sendError(Segment about, Address from, int type, int code, long rest) {
        MemorySegment original = about.frame(mac, otherMac);
        send(IcmpError.about(original, 0, (int) original.byteSize(), from, type, code, rest));
    }

    private void arrives(MemorySegment frames, long at, int length, long nowNs) {
        Segment segment = Segment.parse(frames, at, length);
        if (segment != null) {
            segment.atNs = nowNs;
            otherMac = EthernetHeader.source(frames, at + LENGTH);
            segments.add(segment);
            return;
        }
        int type = EthernetHeader.etherType(frames, at + LENGTH);
        if (type == EthernetHeader.ARP) {
            answerArp(frames, at + IP);
        } else if (!solicited(frames, at, type)) {
            byte[] kept = frames.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
            others.add(MemorySegment.ofArray(kept));
        }
    }

    private void answerArp(MemorySegment frames, long arp) {
        Address target = new Address(0, ArpPacket.target(frames, arp));
        if (deaf || ArpPacket.operation(frames, arp) != ArpPacket.REQUEST || !addresses.contains(target)) {
            return;
        }
        otherMac = ArpPacket.senderMac(frames, arp);
        MemorySegment reply = MemorySegment.ofArray(new byte[IP + ArpPacket.LENGTH]);
        EthernetHeader.write(reply, LENGTH, otherMac, mac, EthernetHeader.ARP);
        ArpPacket.write(reply, IP, ArpPacket.REPLY, mac, target.lo(), otherMac, ArpPacket.sender(frames, arp));
        send(reply);
    }

    /// @return whether it was a message of neighbour discovery or of multicast listeners
    private boolean solicited(MemorySegment frames, long at, int type) {
        if (type != EthernetHeader.IPV6) {
            return type == EthernetHeader.IPV4 && Ipv4Header.protocol(frames, at + IP) == IpProtocol.IGMP;
        }
        int next = Ipv6Header.nextHeader(frames, at + IP);
        if (next == 0) {
            return true; // hop-by-hop options: a report of listeners
        }
        long icmp = at + IP + Ipv6Header.LENGTH;
        if (next != IpProtocol.ICMPV6 || !NdpMessage.isNdp(Icmp6Message.type(frames, icmp))) {
            return false;
        }
        if (Icmp6Message.type(frames, icmp) != NdpMessage.NEIGHBOR_SOLICITATION || deaf) {
            return true;
        }
        Address target = Address.of(NdpMessage.targetHi(frames, icmp), NdpMessage.targetLo(frames, icmp));
        Address asking = Address.of(Ipv6Header.sourceHi(frames, at + IP), Ipv6Header.sourceLo(frames, at + IP));
        if (addresses.contains(target) && !asking.isUnspecified()) {
            otherMac = EthernetHeader.source(frames, at + LENGTH);
            advertise(target, asking);
        }
        return true;
    }

    private void advertise(Address target, Address to) {
        int icmp = IP + Ipv6Header.LENGTH;
        int length = NdpMessage.NEIGHBOR_LENGTH + 8;
        MemorySegment frame = MemorySegment.ofArray(new byte[icmp + length]);
        EthernetHeader.write(frame, LENGTH, otherMac, mac, EthernetHeader.IPV6);
        Ipv6Header.write(
                frame,
                IP,
                0,
                0,
                length,
                IpProtocol.ICMPV6,
                NdpMessage.HOP_LIMIT,
                target.hi(),
                target.lo(),
                to.hi(),
                to.lo());
        NdpMessage.writeTarget(frame, icmp, target.hi(), target.lo());
        NdpOption.writeLinkAddress(frame, icmp + NdpMessage.NEIGHBOR_LENGTH, NdpOption.TARGET_LINK_ADDRESS, mac);
        long sum = Checksum.pseudo(target.hi(), target.lo(), to.hi(), to.lo(), IpProtocol.ICMPV6, length);
        sum = Checksum.add(sum, frame, icmp + 8, length - 8L);
        Icmp6Message.write(
                frame, icmp, NdpMessage.NEIGHBOR_ADVERTISEMENT, 0, NdpMessage.SOLICITED | NdpMessage.OVERRIDE, sum);
        send(frame);
    }
}
