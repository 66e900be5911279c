package netkeep.engine.sim;

import static netkeep.wire.VirtioNetHeader.LENGTH;

import java.lang.foreign.MemorySegment;
import netkeep.sim.Pipe;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Icmp4Message;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;

/// The errors that a router sends about packets that it saw.
public final class IcmpError {
    private static final int IP = LENGTH + EthernetHeader.LENGTH;
    /// Octets of the packet that an error quotes: its header, and what tells its flow.
    private static final int QUOTED = 64;
    private static final int HOPS = 64;

    private IcmpError() {}

    /// A frame with an error about the packet in a frame, to its sender.
    ///
    /// @param from the router, of the packet's family
    /// @param rest the 32 bits whose meaning hangs on the type
    public static MemorySegment about(
            MemorySegment frames, long at, int length, Address from, int type, int code, long rest) {
        boolean v4 = from.isV4();
        long packet = at + IP;
        int quoted = Math.min(length - IP, QUOTED);
        int ipLength = v4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH;
        int icmp = IP + ipLength;
        int icmpLength = Icmp4Message.LENGTH + quoted;
        MemorySegment frame = MemorySegment.ofArray(new byte[icmp + icmpLength]);
        MemorySegment.copy(frames, packet, frame, icmp + Icmp4Message.LENGTH, quoted);
        long sum = Checksum.add(0, frame, icmp + Icmp4Message.LENGTH, quoted);
        EthernetHeader.write(
                frame,
                LENGTH,
                EthernetHeader.source(frames, at + LENGTH),
                EthernetHeader.destination(frames, at + LENGTH),
                EthernetHeader.etherType(frames, at + LENGTH));
        if (v4) {
            long to = Ipv4Header.source(frames, packet);
            Ipv4Header.write(
                    frame, IP, ipLength, 0, ipLength + icmpLength, 0, 0, HOPS, IpProtocol.ICMPV4, from.lo(), to);
            Icmp4Message.write(frame, icmp, type, code, rest, sum);
        } else {
            long toHi = Ipv6Header.sourceHi(frames, packet);
            long toLo = Ipv6Header.sourceLo(frames, packet);
            Ipv6Header.write(frame, IP, 0, 0, icmpLength, IpProtocol.ICMPV6, HOPS, from.hi(), from.lo(), toHi, toLo);
            long pseudo = Checksum.pseudo(from.hi(), from.lo(), toHi, toLo, IpProtocol.ICMPV6, icmpLength);
            Icmp6Message.write(frame, icmp, type, code, rest, pseudo + sum);
        }
        return frame;
    }

    /// As [#about], of a packet that is too big for the way on.
    public static MemorySegment tooBig(MemorySegment frames, long at, int length, Address from, int mtu) {
        return from.isV4()
                ? about(frames, at, length, from, Icmp4Message.UNREACHABLE, Icmp4Message.FRAGMENTATION_NEEDED, mtu)
                : about(frames, at, length, from, Icmp6Message.PACKET_TOO_BIG, 0, mtu);
    }

    /// Octets of the IP packet in a frame.
    public static int packetLength(MemorySegment frames, long at) {
        return switch (EthernetHeader.etherType(frames, at + LENGTH)) {
            case EthernetHeader.IPV4 -> Ipv4Header.totalLength(frames, at + IP);
            case EthernetHeader.IPV6 -> Ipv6Header.LENGTH + Ipv6Header.payloadLength(frames, at + IP);
            default -> 0;
        };
    }

    /// Makes a pipe a way on which packets longer than `mtu` are lost.
    ///
    /// @param back   the other direction, by which the sender is told
    /// @param silent whether it is not told: a black hole
    public static void narrow(Pipe pipe, Pipe back, int mtu, boolean silent) {
        pipe.censor((frames, at, length) -> {
            if (packetLength(frames, at) <= mtu) {
                return true;
            }
            if (!silent) {
                boolean v4 = EthernetHeader.etherType(frames, at + LENGTH) == EthernetHeader.IPV4;
                Address router = v4 ? SimHost.address4(254) : SimHost.address6(254);
                MemorySegment error = tooBig(frames, at, length, router, mtu);
                back.send(error, 0, (int) error.byteSize());
            }
            return false;
        });
    }
}
