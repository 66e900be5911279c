package netkeep.tools.netns;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import netkeep.link.AroundLink;
import netkeep.link.Link;
import netkeep.ring.Pieces;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Icmp4Message;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.TcpHeader;
import netkeep.wire.UdpHeader;
import netkeep.wire.Verdict;

/// A link around a link that asks before a flow begins: the first frame of one waits until it is said what becomes of
/// it.
final class Gate extends AroundLink {
    /// Who decides.
    interface Keeper {
        /// Whether a frame may pass: a SYN, or any datagram. On the stack's thread: it must not wait.
        ///
        /// @param frame the keeper's; [#pass] lets it in later
        boolean mayPass(Flow flow, byte[] frame);
    }

    private final Queue<byte[]> passed = new ConcurrentLinkedQueue<>();
    private final Queue<byte[]> refused = new ConcurrentLinkedQueue<>();
    private final Pieces reset = new Pieces();
    private final Address own;
    private final Keeper keeper;

    /// @param own the gateway's address of IPv4: nobody else there answers an echo
    Gate(Link link, Address own, Keeper keeper) {
        super(link);
        this.own = own;
        this.keeper = keeper;
    }

    /// Lets a frame in that waited: it is due at once, for whoever looks when the next turn is.
    void pass(byte[] frame) {
        passed.add(frame);
    }

    /// Has a SYN that waited answered by a reset, whoever listens there for others.
    void refuse(byte[] syn) {
        refused.add(syn);
    }

    /// No descriptor says that a frame was let in, or refused.
    @Override
    public long deadlineNs() {
        return passed.isEmpty() && refused.isEmpty() ? link.deadlineNs() : 0;
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        for (byte[] syn = refused.poll(); syn != null; syn = refused.poll()) {
            MemorySegment.copy(syn, 0, frames, ValueLayout.JAVA_BYTE, at, syn.length);
            reset.clear();
            reset.add(frames, at, Reset.inPlaceOf(frames, at));
            // One that the device has no room for is lost as on any wire: the SYN comes again.
            link.transmit(reset);
        }
        byte[] back = passed.poll();
        if (back != null) {
            MemorySegment.copy(back, 0, frames, ValueLayout.JAVA_BYTE, at, back.length);
            return back.length;
        }
        int length = link.receive(frames, at, room);
        while (length > 0 && !passes(frames, at, length)) {
            length = link.receive(frames, at, room);
        }
        return length;
    }

    /// What is malformed passes, too: the stack counts it.
    private boolean passes(MemorySegment frames, long at, int length) {
        long ip = at + VIRTIO + EthernetHeader.LENGTH;
        long end = at + length;
        int left = (int) (end - ip);
        return switch (left < 0 ? 0 : EthernetHeader.etherType(frames, at + VIRTIO)) {
            case EthernetHeader.IPV4 -> {
                if (Ipv4Header.check(frames, ip, left) != Verdict.OK || Ipv4Header.fragmentOffset(frames, ip) != 0) {
                    yield true;
                }
                Address to = Address.of(0, Ipv4Header.destination(frames, ip));
                Address from = Address.of(0, Ipv4Header.source(frames, ip));
                long upper = ip + Ipv4Header.headerLength(frames, ip);
                int protocol = Ipv4Header.protocol(frames, ip);
                if (protocol == IpProtocol.ICMPV4) {
                    yield to.equals(own)
                            || end - upper < Icmp4Message.LENGTH
                            || Icmp4Message.type(frames, upper) != Icmp4Message.ECHO_REQUEST;
                }
                yield begins(frames, at, length, upper, protocol, to, from);
            }
            case EthernetHeader.IPV6 -> {
                if (Ipv6Header.check(frames, ip, left) != Verdict.OK) {
                    yield true;
                }
                Address to = Address.of(Ipv6Header.destinationHi(frames, ip), Ipv6Header.destinationLo(frames, ip));
                Address from = Address.of(Ipv6Header.sourceHi(frames, ip), Ipv6Header.sourceLo(frames, ip));
                long upper = ip + Ipv6Header.LENGTH;
                int protocol = Ipv6Header.nextHeader(frames, ip);
                if (protocol == IpProtocol.ICMPV6) {
                    yield to.isLinkLocal()
                            || end - upper < Icmp6Message.LENGTH
                            || Icmp6Message.type(frames, upper) != Icmp6Message.ECHO_REQUEST;
                }
                yield begins(frames, at, length, upper, protocol, to, from);
            }
            default -> true;
        };
    }

    private boolean begins(
            MemorySegment frames, long at, int length, long upper, int protocol, Address to, Address from) {
        int left = (int) (at + length - upper);
        if (protocol == IpProtocol.TCP && left >= TcpHeader.LENGTH) {
            int flags = TcpHeader.flags(frames, upper) & (TcpHeader.SYN | TcpHeader.ACK);
            return flags != TcpHeader.SYN
                    || keeper.mayPass(
                            new Flow(
                                    protocol,
                                    socket(to, TcpHeader.destinationPort(frames, upper)),
                                    socket(from, TcpHeader.sourcePort(frames, upper))),
                            copy(frames, at, length));
        }
        if (protocol == IpProtocol.UDP && left >= UdpHeader.LENGTH) {
            return Address.isUnicast(to.hi(), to.lo())
                    && keeper.mayPass(
                            new Flow(
                                    protocol,
                                    socket(to, UdpHeader.destinationPort(frames, upper)),
                                    socket(from, UdpHeader.sourcePort(frames, upper))),
                            copy(frames, at, length));
        }
        return true;
    }

    private static byte[] copy(MemorySegment frames, long at, int length) {
        return frames.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static InetSocketAddress socket(Address address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address.octets()), port);
        } catch (UnknownHostException impossible) {
            throw new AssertionError("an address has 4 or 16 octets", impossible);
        }
    }
}
