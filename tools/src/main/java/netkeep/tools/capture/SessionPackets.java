package netkeep.tools.capture;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import netkeep.placement.Crossing;
import netkeep.ring.CaptureReader;
import netkeep.ring.CaptureWriter;
import netkeep.session.Datagram;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.TcpHeader;
import netkeep.wire.UdpHeader;

/// What crosses the boundary of a session, as packets of IP that were never on any wire: so every reader of captures
/// can follow streams and knows the protocols in them. A segment's number is the position of its first octet; a request
/// and an event are segments without octets, and a comment says what they are.
final class SessionPackets {
    /// Octets of the longest packet.
    static final int LONGEST = CaptureWriter.LONGEST + 256;

    private static final int HOPS = 64;

    /// Takes each packet.
    interface Each {
        /// @param length   octets of the packet that are there
        /// @param original octets that it would have
        void packet(int length, int original, List<String> comment);
    }

    private SessionPackets() {}

    /// Lays down what was read last, packet by packet.
    static void of(CaptureReader read, MemorySegment packet, Each each) {
        boolean up = read.way() == CaptureWriter.UP;
        SessionText said = SessionText.of(read);
        Crossing who = said.who();
        int length = read.captured() - Crossing.SESSION_HEAD;
        if (said.what() != Crossing.OCTETS) {
            int end = segment(packet, who, 0, TcpHeader.ACK, read, 0, 0);
            each.packet(end, end, List.of(said.text()));
        } else if (who.protocol() == IpProtocol.TCP) {
            int flags = TcpHeader.ACK | TcpHeader.PSH;
            int end = segment(packet, who, (int) said.position(), flags, read, length, read.original());
            each.packet(end, end - length + read.original(), List.of("session " + said.session()));
        } else {
            datagrams(read.data(), Crossing.SESSION_HEAD + length, said, up, packet, each);
        }
    }

    private static void datagrams(
            MemorySegment data, long end, SessionText said, boolean up, MemorySegment packet, Each each) {
        Crossing who = said.who();
        long at = Crossing.SESSION_HEAD;
        // One that was cut where a piece of the ring ended, or by the snap length, is shown as far as it is there.
        while (end - at >= Datagram.HEADER) {
            int length = Math.clamp(data.get(ValueLayout.JAVA_INT_UNALIGNED, at + Datagram.LENGTH), 0, 65_507);
            int port = data.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + Datagram.PORT) & 0xFFFF;
            Address remote = address(data, at + Datagram.REMOTE);
            Address local = address(data, at + Datagram.LOCAL);
            Address mine = local.equals(Address.UNSPECIFIED) ? up ? who.target() : who.source() : local;
            Address theirs = port == 0 ? up ? who.source() : who.target() : remote;
            int its = port != 0 ? port : Math.max(0, up ? who.sourcePort() : who.targetPort());
            int own = Math.max(0, up ? who.targetPort() : who.sourcePort());
            int begin = up
                    ? ip(packet, theirs, mine, IpProtocol.UDP, UdpHeader.LENGTH + length)
                    : ip(packet, mine, theirs, IpProtocol.UDP, UdpHeader.LENGTH + length);
            int there = (int) Math.min(length, end - at - Datagram.HEADER);
            int head = begin + UdpHeader.LENGTH;
            MemorySegment.copy(data, at + Datagram.HEADER, packet, head, there);
            long sum = Checksum.add(sum(packet, IpProtocol.UDP, UdpHeader.LENGTH + length), packet, head, there);
            UdpHeader.write(packet, begin, up ? its : own, up ? own : its, UdpHeader.LENGTH + length, sum);
            each.packet(head + there, head + length, List.of("session " + said.session()));
            at += Datagram.room(length);
        }
    }

    private static Address address(MemorySegment data, long at) {
        return Address.of(
                data.get(ValueLayout.JAVA_LONG_UNALIGNED, at), data.get(ValueLayout.JAVA_LONG_UNALIGNED, at + 8));
    }

    /// Lays down a segment, as far as its octets are there.
    ///
    /// @return its end
    private static int segment(
            MemorySegment packet, Crossing who, int seq, int flags, CaptureReader read, int there, int length) {
        int begin = ip(packet, who.source(), who.target(), IpProtocol.TCP, TcpHeader.LENGTH + length);
        int from = Math.max(0, who.sourcePort());
        int to = Math.max(0, who.targetPort());
        int octets = begin + TcpHeader.LENGTH;
        TcpHeader.write(packet, begin, from, to, seq, 0, TcpHeader.LENGTH, flags, 0xFFFF, 0);
        MemorySegment.copy(read.data(), Crossing.SESSION_HEAD, packet, octets, there);
        long sum = sum(packet, IpProtocol.TCP, TcpHeader.LENGTH + length);
        TcpHeader.seal(packet, begin, Checksum.add(sum, packet, octets, there));
        return octets + there;
    }

    private static int ip(MemorySegment packet, Address from, Address to, int protocol, int length) {
        if (from.isV4() || to.isV4()) {
            int total = Ipv4Header.LENGTH + length;
            Ipv4Header.write(packet, 0, Ipv4Header.LENGTH, 0, total, 0, 0, HOPS, protocol, from.lo(), to.lo());
            return Ipv4Header.LENGTH;
        }
        Ipv6Header.write(packet, 0, 0, 0, length, protocol, HOPS, from.hi(), from.lo(), to.hi(), to.lo());
        return Ipv6Header.LENGTH;
    }

    /// The sum of the pseudo-header of the packet that is laid down.
    private static long sum(MemorySegment packet, int protocol, int length) {
        if (Ipv4Header.version(packet, 0) == 4) {
            long from = Address.V4 | Ipv4Header.source(packet, 0);
            return Checksum.pseudo(0, from, 0, Address.V4 | Ipv4Header.destination(packet, 0), protocol, length);
        }
        return Checksum.pseudo(
                Ipv6Header.sourceHi(packet, 0),
                Ipv6Header.sourceLo(packet, 0),
                Ipv6Header.destinationHi(packet, 0),
                Ipv6Header.destinationLo(packet, 0),
                protocol,
                length);
    }
}
