package netkeep.wire;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Looks at a frame as a stack does, one layer after the other: asks the checks and then calls every reader. It keeps
/// nothing but how often it came to the end of each layer; checksums are asked for and do not
/// stop it: where one would, it is mended in the frame.
final class Dissector {
    private final Map<Layer, Integer> reached = new EnumMap<>(Layer.class);
    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private final TcpOptions options = new TcpOptions();
    /// What the readers gave: so that none is left out.
    private long mixed;
    /// The verdicts on the last frame, in their order.
    private final List<Verdict> verdicts = new ArrayList<>();
    private int route;

    int reached(Layer layer) {
        return reached.getOrDefault(layer, 0);
    }

    private void reach(Layer layer) {
        reached.merge(layer, 1, Integer::sum);
    }

    /// Forgets the last frame's verdicts.
    void begin() {
        verdicts.clear();
        route = 0;
    }

    /// Whether a check let it pass.
    private boolean passes(Verdict verdict) {
        verdicts.add(verdict);
        route = route * 31 + verdict.ordinal() + 1;
        return verdict == Verdict.OK;
    }

    /// The verdicts on the last frame, as one number.
    int route() {
        return route;
    }

    /// The verdicts on the last frame.
    String routeText() {
        return String.join(".", verdicts.stream().map(Verdict::name).toList());
    }

    private void mix(long value) {
        mixed = mixed * 31 + value;
    }

    long mixed() {
        return mixed;
    }

    void frame(MemorySegment bytes) {
        frame(bytes, 0, (int) bytes.byteSize());
    }

    /// A frame that lies among other octets.
    void frame(MemorySegment bytes, int from, int size) {
        begin();
        int length = from + size;
        if (!passes(VirtioNetHeader.check(bytes, from, size))) {
            return;
        }
        mix(VirtioNetHeader.flags(bytes, from) + VirtioNetHeader.headerLength(bytes, from));
        if ((VirtioNetHeader.flags(bytes, from) & VirtioNetHeader.NEEDS_CSUM) != 0) {
            long field = from + 10L + VirtioNetHeader.csumStart(bytes, from) + VirtioNetHeader.csumOffset(bytes, from);
            mix(Octets.u16(bytes, field));
        }
        int at = from + VirtioNetHeader.LENGTH;
        if (!passes(EthernetHeader.check(bytes, at, length - at))) {
            return;
        }
        mix(EthernetHeader.destination(bytes, at) + EthernetHeader.source(bytes, at));
        int type = EthernetHeader.etherType(bytes, at);
        at += EthernetHeader.LENGTH;
        if (type == EthernetHeader.VLAN) {
            if (!passes(VlanTag.check(bytes, at, length - at))) {
                return;
            }
            mix(VlanTag.vlan(bytes, at) + VlanTag.priority(bytes, at));
            type = VlanTag.etherType(bytes, at);
            at += VlanTag.LENGTH;
        }
        reach(Layer.LINK);
        switch (type) {
            case EthernetHeader.ARP -> arp(bytes, at, length - at);
            case EthernetHeader.IPV4 -> ipv4(bytes, at, length - at);
            case EthernetHeader.IPV6 -> ipv6(bytes, at, length - at);
            default -> {}
        }
    }

    void arp(MemorySegment bytes, int at, int length) {
        if (passes(ArpPacket.check(bytes, at, length))) {
            mix(ArpPacket.senderMac(bytes, at) + ArpPacket.targetMac(bytes, at));
            mix(ArpPacket.isAnnouncement(bytes, at) || ArpPacket.isProbe(bytes, at) ? 1 : 0);
            reach(Layer.ARP);
        }
    }

    void ipv4(MemorySegment bytes, int at, int length) {
        Verdict verdict = Ipv4Header.check(bytes, at, length);
        if (verdict == Verdict.BAD_CHECKSUM) {
            Ipv4Header.seal(bytes, at);
            verdict = Ipv4Header.check(bytes, at, length);
        }
        if (!passes(verdict)) {
            return;
        }
        int headerLength = Ipv4Header.headerLength(bytes, at);
        passes(Ipv4Header.checkAddresses(bytes, at));
        if (!passes(Ipv4Options.check(bytes, at, headerLength))) {
            return;
        }
        mix(Ipv4Options.isSourceRouted(bytes, at, headerLength) ? 1 : 0);
        reach(Layer.IPV4);
        if (Ipv4Header.isFragment(bytes, at)) {
            return;
        }
        int upper = at + headerLength;
        int octets = Ipv4Header.totalLength(bytes, at) - headerLength;
        long pseudo = Checksum.pseudo(
                0,
                Ipv4Header.source(bytes, at),
                0,
                Ipv4Header.destination(bytes, at),
                Ipv4Header.protocol(bytes, at),
                octets);
        switch (Ipv4Header.protocol(bytes, at)) {
            case IpProtocol.ICMPV4 -> icmp4(bytes, upper, octets);
            case IpProtocol.IGMP -> igmp(bytes, upper, octets);
            case IpProtocol.UDP -> udp(bytes, upper, octets, pseudo, Layer.UDP);
            case IpProtocol.TCP -> tcp(bytes, upper, octets, pseudo);
            default -> {}
        }
    }

    void ipv6(MemorySegment bytes, int at, int length) {
        if (!passes(Ipv6Header.check(bytes, at, length))) {
            return;
        }
        passes(Ipv6Header.checkAddresses(bytes, at));
        if (!passes(extensions.walk(bytes, at, length))) {
            return;
        }
        reach(Layer.IPV6);
        if (extensions.fragment() >= 0) {
            mix(Ipv6Fragment.identification(bytes, at + extensions.fragment()));
            return;
        }
        int upper = at + extensions.upper();
        int octets = Ipv6Header.LENGTH + Ipv6Header.payloadLength(bytes, at) - extensions.upper();
        long pseudo = Checksum.pseudo(
                Ipv6Header.sourceHi(bytes, at),
                Ipv6Header.sourceLo(bytes, at),
                Ipv6Header.destinationHi(bytes, at),
                Ipv6Header.destinationLo(bytes, at),
                extensions.protocol(),
                octets);
        switch (extensions.protocol()) {
            case IpProtocol.ICMPV6 -> icmp6(bytes, at, upper, octets, pseudo);
            case IpProtocol.UDP -> udp(bytes, upper, octets, pseudo, Layer.UDPV6);
            case IpProtocol.TCP -> tcp(bytes, upper, octets, pseudo);
            default -> {}
        }
    }

    void icmp4(MemorySegment bytes, int at, int length) {
        if (!passes(Icmp4Message.check(bytes, at, length))) {
            return;
        }
        passes(Icmp4Message.checkSum(bytes, at, Checksum.add(0, bytes, at + 8, length - 8)));
        mix(Icmp4Message.rest(bytes, at));
        if (Icmp4Message.isError(Icmp4Message.type(bytes, at))) {
            mix(Ipv4Header.destination(bytes, at + 8));
            mix(TcpHeader.seq(bytes, at + 8 + Ipv4Header.headerLength(bytes, at + 8)));
        }
        reach(Layer.ICMPV4);
    }

    void icmp6(MemorySegment bytes, int ip, int at, int length, long pseudo) {
        if (!passes(Icmp6Message.check(bytes, at, length))) {
            return;
        }
        passes(Icmp6Message.checkSum(bytes, at, Checksum.add(pseudo, bytes, at + 8, length - 8)));
        int type = Icmp6Message.type(bytes, at);
        long srcHi = Ipv6Header.sourceHi(bytes, ip);
        long srcLo = Ipv6Header.sourceLo(bytes, ip);
        int hops = Ipv6Header.hopLimit(bytes, ip);
        if (Icmp6Message.isError(type)) {
            // What is quoted is walked as far as it goes.
            mix(extensions.walk(bytes, at + 8, length - 8).index());
        } else if (NdpMessage.isNdp(type)) {
            long dstHi = Ipv6Header.destinationHi(bytes, ip);
            long dstLo = Ipv6Header.destinationLo(bytes, ip);
            if (!passes(NdpMessage.check(bytes, at, length, hops, srcHi, srcLo, dstHi, dstLo))) {
                return;
            }
            ndp(bytes, at, length, type);
        } else if (MldMessage.isMld(type)) {
            if (!passes(MldMessage.check(bytes, at, length, hops, extensions.routerAlert(), srcHi, srcLo))) {
                return;
            }
            mld(bytes, at, length, type);
        }
        reach(Layer.ICMPV6);
    }

    private void ndp(MemorySegment bytes, int at, int length, int type) {
        long end = at + length;
        for (long option = at + NdpMessage.lengthOf(type); option < end; option += NdpOption.length(bytes, option)) {
            mix(NdpOption.linkAddress(bytes, option) + NdpOption.mtu(bytes, option));
            if (!NdpOption.isWhole(bytes, option)) {
                continue;
            }
            if (NdpOption.type(bytes, option) == NdpOption.PREFIX) {
                mix(Prefix.maskHi(NdpOption.prefixBits(bytes, option)) & NdpOption.prefixHi(bytes, option));
                mix(NdpOption.prefixLo(bytes, option));
            }
            if (NdpOption.type(bytes, option) == NdpOption.DNS_SERVERS) {
                mix(NdpOption.dnsServerLo(bytes, option, NdpOption.dnsServers(bytes, option) - 1));
            }
        }
        if (type == NdpMessage.REDIRECT) {
            mix(NdpMessage.redirectedLo(bytes, at));
        } else if (type >= NdpMessage.NEIGHBOR_SOLICITATION) {
            mix(NdpMessage.targetLo(bytes, at));
        } else if (type == NdpMessage.ROUTER_ADVERTISEMENT) {
            mix(NdpMessage.retransTimer(bytes, at));
        }
    }

    private void mld(MemorySegment bytes, int at, int length, int type) {
        if (type != MldMessage.REPORT_V2) {
            mix(MldMessage.groupLo(bytes, at));
            if (type == MldMessage.QUERY && MldMessage.queryVersion(length) == 2) {
                int sources = MldMessage.sources(bytes, at);
                mix(sources == 0 ? 0 : MldMessage.sourceLo(bytes, at, sources - 1));
            }
            return;
        }
        long record = MldMessage.firstRecord(at);
        for (int left = MldMessage.records(bytes, at); left > 0; left--) {
            int sources = MldMessage.recordSources(bytes, record);
            mix(MldMessage.recordGroupLo(bytes, record) + sources);
            record = MldMessage.nextRecord(bytes, record);
        }
        reach(Layer.IGMP);
    }

    void igmp(MemorySegment bytes, int at, int length) {
        if (length >= IgmpMessage.LENGTH) {
            IgmpMessage.seal(bytes, at, length);
        }
        if (!passes(IgmpMessage.check(bytes, at, length))) {
            return;
        }
        mix(IgmpMessage.group(bytes, at));
        if (IgmpMessage.type(bytes, at) == IgmpMessage.QUERY && IgmpMessage.queryVersion(bytes, at, length) == 3) {
            int sources = IgmpMessage.sources(bytes, at);
            mix(sources == 0 ? 0 : IgmpMessage.source(bytes, at, sources - 1));
        }
        if (IgmpMessage.type(bytes, at) == IgmpMessage.REPORT_V3) {
            long record = IgmpMessage.firstRecord(at);
            for (int left = IgmpMessage.records(bytes, at); left > 0; left--) {
                int sources = IgmpMessage.recordSources(bytes, record);
                mix(sources == 0 ? 0 : IgmpMessage.recordSource(bytes, record, sources - 1));
                record = IgmpMessage.nextRecord(bytes, record);
            }
        }
        reach(Layer.IGMP);
    }

    void udp(MemorySegment bytes, int at, int length, long pseudo, Layer layer) {
        if (!passes(UdpHeader.check(bytes, at, length))) {
            return;
        }
        int payload = UdpHeader.datagramLength(bytes, at) - UdpHeader.LENGTH;
        passes(UdpHeader.checkSum(bytes, at, Checksum.add(pseudo, bytes, at + UdpHeader.LENGTH, payload)));
        mix(UdpHeader.sourcePort(bytes, at) + UdpHeader.destinationPort(bytes, at));
        reach(layer);
    }

    void tcp(MemorySegment bytes, int at, int length, long pseudo) {
        if (!passes(TcpHeader.check(bytes, at, length))) {
            return;
        }
        int headerLength = TcpHeader.headerLength(bytes, at);
        passes(options.read(bytes, at, headerLength) ? Verdict.OK : Verdict.BAD_LENGTH);
        long sum = Checksum.add(pseudo, bytes, at + headerLength, length - headerLength);
        passes(TcpHeader.checkSum(bytes, at, sum));
        mix(TcpHeader.seq(bytes, at) + TcpHeader.ack(bytes, at) + TcpHeader.window(bytes, at));
        reach(Layer.TCP);
    }
}
