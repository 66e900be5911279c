package netkeep.tools.capture;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Map;
import netkeep.placement.CaptureFilter;
import netkeep.placement.Crossing;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.MacAddress;
import netkeep.wire.TcpHeader;
import netkeep.wire.UdpHeader;
import netkeep.wire.VlanTag;

/// A frame in a line, in the words of tcpdump; numbers of sequence are as they stand in the segment.
public final class FrameText {
    private static final String FLAGS = "FSRP.UEW";

    private FrameText() {}

    /// Of a whole frame, from its Ethernet header on.
    public static String of(MemorySegment frame) {
        int length = (int) frame.byteSize();
        Crossing who = new Crossing();
        who.frame(frame, 0, length);
        return of(frame, 0, length, who);
    }

    /// @param at     where its Ethernet header begins
    /// @param length octets of it that are there
    static String of(MemorySegment frame, long at, int length, Crossing who) {
        return switch (who.etherType()) {
            case EthernetHeader.ARP -> arp(frame, at, length, who);
            case EthernetHeader.IPV4 -> "IP " + parties(frame, at, length, who);
            case EthernetHeader.IPV6 -> "IP6 " + parties(frame, at, length, who);
            default -> "ethertype 0x" + HexFormat.of().toHexDigits((short) who.etherType());
        };
    }

    private static String arp(MemorySegment frame, long at, int length, Crossing who) {
        int before = before(frame, at);
        if (length < before + ArpPacket.LENGTH) {
            return "ARP";
        }
        long header = at + before;
        return ArpPacket.operation(frame, header) == ArpPacket.REQUEST
                ? "ARP, Request who-has " + who.target() + " tell " + who.source()
                : "ARP, Reply " + who.source() + " is-at " + MacAddress.print(ArpPacket.senderMac(frame, header));
    }

    private static String parties(MemorySegment frame, long at, int length, Crossing who) {
        if (who.protocol() < 0) {
            return "truncated";
        }
        String both = end(who.source(), who.sourcePort()) + " > " + end(who.target(), who.targetPort()) + ": ";
        return both + upper(frame, at, length, who);
    }

    private static String upper(MemorySegment frame, long at, int length, Crossing who) {
        if (who.upper() < 0) {
            return "fragment of " + name(who.protocol());
        }
        int carried = carried(frame, at, who);
        long header = at + who.upper();
        int there = length - who.upper();
        return switch (who.protocol()) {
            case IpProtocol.TCP -> there < TcpHeader.LENGTH ? "tcp" : tcp(frame, header, carried);
            case IpProtocol.UDP -> "UDP, length " + Math.max(0, carried - UdpHeader.LENGTH);
            case IpProtocol.ICMPV4, IpProtocol.ICMPV6 -> {
                String kind = who.protocol() == IpProtocol.ICMPV4 ? "ICMP" : "ICMP6";
                yield there < 2
                        ? kind
                        : kind + " type " + octet(frame, header) + " code " + octet(frame, header + 1) + ", length "
                                + carried;
            }
            default -> name(who.protocol()) + ", length " + carried;
        };
    }

    private static String tcp(MemorySegment frame, long header, int carried) {
        int octets = carried - TcpHeader.headerLength(frame, header);
        int flags = TcpHeader.flags(frame, header);
        StringBuilder text = new StringBuilder("Flags [");
        for (int bit = 0; bit < FLAGS.length(); bit++) {
            text.append((flags >>> bit & 1) != 0 ? FLAGS.substring(bit, bit + 1) : "");
        }
        long seq = Integer.toUnsignedLong(TcpHeader.seq(frame, header));
        text.append("], seq ").append(seq);
        if (octets > 0) {
            text.append(':').append(seq + octets & 0xFFFF_FFFFL);
        }
        if ((flags & TcpHeader.ACK) != 0) {
            text.append(", ack ").append(Integer.toUnsignedString(TcpHeader.ack(frame, header)));
        }
        text.append(", win ").append(TcpHeader.window(frame, header));
        return text.append(", length ").append(Math.max(0, octets)).toString();
    }

    /// Octets behind the headers of IP, as they say themselves.
    private static int carried(MemorySegment frame, long at, Crossing who) {
        int ip = before(frame, at);
        int end = who.etherType() == EthernetHeader.IPV4
                ? Ipv4Header.totalLength(frame, at + ip)
                : Ipv6Header.LENGTH + Ipv6Header.payloadLength(frame, at + ip);
        return ip + end - who.upper();
    }

    /// Octets of the Ethernet header, with a tag if there is one.
    private static int before(MemorySegment frame, long at) {
        boolean tagged = EthernetHeader.etherType(frame, at) == EthernetHeader.VLAN;
        return EthernetHeader.LENGTH + (tagged ? VlanTag.LENGTH : 0);
    }

    private static int octet(MemorySegment frame, long at) {
        return frame.get(java.lang.foreign.ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    static String name(int protocol) {
        return CaptureFilter.PROTOCOLS.entrySet().stream()
                .filter(entry -> entry.getValue() == protocol)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("protocol " + protocol);
    }

    /// As tcpdump has it: a dot before the port.
    static String end(Address address, int port) {
        return port < 0 ? address.toString() : address + "." + port;
    }
}
