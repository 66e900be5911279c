package netkeep.tools.netns;

import java.lang.foreign.MemorySegment;
import netkeep.link.Link;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.TcpHeader;

/// The answer of a port where nobody listens: `<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>`, RFC 9293 §3.10.7.1.
final class Reset {
    private static final int HOPS = 64;
    private static final int FRAME = Link.VIRTIO + EthernetHeader.LENGTH;

    private Reset() {}

    /// Lays down a reset where a SYN lies that begins a frame's only segment, and that the gate has looked at.
    ///
    /// @param at of its virtio net header
    /// @return octets of the frame
    static int inPlaceOf(MemorySegment frames, long at) {
        long ethernet = at + Link.VIRTIO;
        long ip = at + FRAME;
        int type = EthernetHeader.etherType(frames, ethernet);
        frames.asSlice(at, Link.VIRTIO).fill((byte) 0);
        EthernetHeader.write(
                frames,
                ethernet,
                EthernetHeader.source(frames, ethernet),
                EthernetHeader.destination(frames, ethernet),
                type);
        return FRAME + (type == EthernetHeader.IPV4 ? four(frames, ip) : six(frames, ip)) + TcpHeader.LENGTH;
    }

    private static int four(MemorySegment frames, long ip) {
        long from = Ipv4Header.destination(frames, ip);
        long to = Ipv4Header.source(frames, ip);
        long syn = ip + Ipv4Header.headerLength(frames, ip);
        int length = Ipv4Header.totalLength(frames, ip) - Ipv4Header.headerLength(frames, ip);
        long sum = Checksum.pseudo(0, from, 0, to, IpProtocol.TCP, TcpHeader.LENGTH);
        segment(frames, syn, length, ip + Ipv4Header.LENGTH, sum);
        Ipv4Header.write(
                frames,
                ip,
                Ipv4Header.LENGTH,
                0,
                Ipv4Header.LENGTH + TcpHeader.LENGTH,
                0,
                Ipv4Header.DONT_FRAGMENT,
                HOPS,
                IpProtocol.TCP,
                from,
                to);
        return Ipv4Header.LENGTH;
    }

    private static int six(MemorySegment frames, long ip) {
        long fromHi = Ipv6Header.destinationHi(frames, ip);
        long fromLo = Ipv6Header.destinationLo(frames, ip);
        long toHi = Ipv6Header.sourceHi(frames, ip);
        long toLo = Ipv6Header.sourceLo(frames, ip);
        long syn = ip + Ipv6Header.LENGTH;
        long sum = Checksum.pseudo(fromHi, fromLo, toHi, toLo, IpProtocol.TCP, TcpHeader.LENGTH);
        segment(frames, syn, Ipv6Header.payloadLength(frames, ip), syn, sum);
        Ipv6Header.write(frames, ip, 0, 0, TcpHeader.LENGTH, IpProtocol.TCP, HOPS, fromHi, fromLo, toHi, toLo);
        return Ipv6Header.LENGTH;
    }

    /// @param length octets of the SYN's segment
    private static void segment(MemorySegment frames, long syn, int length, long to, long sum) {
        int text = length - TcpHeader.headerLength(frames, syn);
        TcpHeader.write(
                frames,
                to,
                TcpHeader.destinationPort(frames, syn),
                TcpHeader.sourcePort(frames, syn),
                0,
                TcpHeader.seq(frames, syn) + 1 + text,
                TcpHeader.LENGTH,
                TcpHeader.RST | TcpHeader.ACK,
                0,
                0);
        TcpHeader.seal(frames, to, sum);
    }
}
