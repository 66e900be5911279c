package netkeep.engine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Icmp4Message;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Fragment;
import netkeep.wire.Ipv6Header;
import netkeep.wire.MacAddress;

/// Frames of the peer, from their Ethernet header on, as octets.
public final class Frames {
    private Frames() {}

    public static byte[] hex(String octets) {
        return HexFormat.of().parseHex(octets.replaceAll("\\s", ""));
    }

    public static byte[] cat(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /// Octets that count up from `first`.
    public static byte[] counting(int first, int length) {
        byte[] octets = new byte[length];
        for (int i = 0; i < length; i++) {
            octets[i] = (byte) (first + i);
        }
        return octets;
    }

    public static byte[] ethernet(long to, long from, int type, byte[] payload) {
        byte[] frame = new byte[EthernetHeader.LENGTH + payload.length];
        EthernetHeader.write(MemorySegment.ofArray(frame), 0, to, from, type);
        System.arraycopy(payload, 0, frame, EthernetHeader.LENGTH, payload.length);
        return frame;
    }

    public static byte[] arp(int operation, long senderMac, Address sender, long targetMac, Address target) {
        byte[] packet = new byte[ArpPacket.LENGTH];
        ArpPacket.write(MemorySegment.ofArray(packet), 0, operation, senderMac, sender.lo(), targetMac, target.lo());
        long to = operation == ArpPacket.REQUEST ? MacAddress.BROADCAST : Lab.MAC;
        return ethernet(to, senderMac, EthernetHeader.ARP, packet);
    }

    /// An IPv4 packet from the peer to us, in its frame.
    public static byte[] v4(int protocol, byte[] payload) {
        return v4(Lab.PEER, Lab.OURS, protocol, payload);
    }

    public static byte[] v4(Address source, Address destination, int protocol, byte[] payload) {
        return v4(source, destination, protocol, 7, 0, 64, new byte[0], payload);
    }

    /// @param fragment flags and offset as they stand in the header
    public static byte[] v4(
            Address source,
            Address destination,
            int protocol,
            int identification,
            int fragment,
            int ttl,
            byte[] options,
            byte[] payload) {
        int header = Ipv4Header.LENGTH + options.length;
        byte[] packet = new byte[header + payload.length];
        System.arraycopy(options, 0, packet, Ipv4Header.LENGTH, options.length);
        System.arraycopy(payload, 0, packet, header, payload.length);
        Ipv4Header.write(
                MemorySegment.ofArray(packet),
                0,
                header,
                0,
                packet.length,
                identification,
                fragment,
                ttl,
                protocol,
                source.lo(),
                destination.lo());
        return ethernet(station(destination), Lab.PEER_MAC, EthernetHeader.IPV4, packet);
    }

    /// An IPv6 packet from the peer to us, in its frame.
    public static byte[] v6(int nextHeader, byte[] payload) {
        return v6(Lab.PEER6, Lab.OURS6, nextHeader, 64, payload);
    }

    public static byte[] v6(Address source, Address destination, int nextHeader, int hops, byte[] payload) {
        byte[] packet = new byte[Ipv6Header.LENGTH + payload.length];
        System.arraycopy(payload, 0, packet, Ipv6Header.LENGTH, payload.length);
        Ipv6Header.write(
                MemorySegment.ofArray(packet),
                0,
                0,
                0,
                payload.length,
                nextHeader,
                hops,
                source.hi(),
                source.lo(),
                destination.hi(),
                destination.lo());
        return ethernet(station(destination), Lab.PEER_MAC, EthernetHeader.IPV6, packet);
    }

    public static byte[] fragment6(int nextHeader, int offset, boolean more, long identification, byte[] piece) {
        byte[] header = new byte[Ipv6Fragment.LENGTH];
        Ipv6Fragment.write(MemorySegment.ofArray(header), 0, nextHeader, offset, more, identification);
        return v6(IpProtocol.FRAGMENT, cat(header, piece));
    }

    private static long station(Address destination) {
        if (destination.isMulticast()) {
            return MacAddress.ofMulticast(destination.hi(), destination.lo());
        }
        return destination.isV4() && (destination.lo() & 0xFF) == 0xFF ? MacAddress.BROADCAST : Lab.MAC;
    }

    public static byte[] icmp4(int type, int code, long rest, byte[] data) {
        byte[] message = cat(new byte[Icmp4Message.LENGTH], data);
        MemorySegment memory = MemorySegment.ofArray(message);
        Icmp4Message.write(memory, 0, type, code, rest, Checksum.add(0, memory, Icmp4Message.LENGTH, data.length));
        return message;
    }

    public static byte[] icmp6(Address source, Address destination, int type, int code, long rest, byte[] data) {
        byte[] message = cat(new byte[Icmp6Message.LENGTH], data);
        MemorySegment memory = MemorySegment.ofArray(message);
        long sum = Checksum.pseudo(
                source.hi(), source.lo(), destination.hi(), destination.lo(), IpProtocol.ICMPV6, message.length);
        Icmp6Message.write(memory, 0, type, code, rest, Checksum.add(sum, memory, Icmp6Message.LENGTH, data.length));
        return message;
    }

    /// A whole ICMPv6 message in its frame.
    public static byte[] icmp6In(
            Address source, Address destination, int hops, int type, int code, long rest, byte[] data) {
        return v6(source, destination, IpProtocol.ICMPV6, hops, icmp6(source, destination, type, code, rest, data));
    }

    public static byte[] slice(byte[] from, int at, int length) {
        return MemorySegment.ofArray(from).asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
    }
}
