package netkeep.engine.ip;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.wire.Address;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv6Extensions;
import netkeep.wire.Ipv6Fragment;
import netkeep.wire.Ipv6Header;
import netkeep.wire.Layer;
import netkeep.wire.NdpMessage;
import netkeep.wire.Verdict;

/// The way of an IPv6 packet in, RFC 8200.
final class Ipv6Input {
    private final Ip ip;
    private final Counters counters;
    private final Addresses addresses;
    private final Groups groups;
    private final Reassembly reassembly;
    // Scratch of one packet.
    private final Ipv6Extensions extensions = new Ipv6Extensions();

    Ipv6Input(Ip ip, Counters counters, Addresses addresses, Groups groups, Reassembly reassembly) {
        this.ip = ip;
        this.counters = counters;
        this.addresses = addresses;
        this.groups = groups;
        this.reassembly = reassembly;
    }

    /// A packet begins at `packet.ip`.
    void arrives(Packet packet, boolean loopback, boolean toAll, int groupLink, long nowNs) {
        MemorySegment headers = packet.headers;
        int at = packet.ip;
        counters.add(Counter.Ip6InReceives);
        Verdict verdict = Ipv6Header.check(headers, at, packet.length - at);
        if (verdict != Verdict.OK) {
            ip.drop(Layer.IPV6, verdict);
            return;
        }
        counters.add(Counter.Ip6InOctets, Ipv6Header.LENGTH + Ipv6Header.payloadLength(headers, at));
        packet.v6 = true;
        packet.sourceHi = Ipv6Header.sourceHi(headers, at);
        packet.sourceLo = Ipv6Header.sourceLo(headers, at);
        packet.destinationHi = Ipv6Header.destinationHi(headers, at);
        packet.destinationLo = Ipv6Header.destinationLo(headers, at);
        packet.hops = Ipv6Header.hopLimit(headers, at);
        packet.trafficClass = Ipv6Header.trafficClass(headers, at);
        verdict = loopback ? looped(packet, groupLink) : placed(packet, toAll);
        if (verdict != Verdict.OK) {
            ip.drop(Layer.IPV6, verdict);
            return;
        }
        walk(packet, loopback, nowNs);
    }

    /// Goes over the extension headers to the protocol above, or to the fragment that it is.
    private void walk(Packet packet, boolean loopback, long nowNs) {
        int at = packet.ip;
        int readable = Math.min(Packet.COPIED, packet.length) - at;
        Verdict verdict = extensions.walk(packet.headers, at, readable);
        packet.protocol = extensions.protocol();
        packet.upper = at + extensions.upper();
        packet.upperLength = Ipv6Header.LENGTH + Ipv6Header.payloadLength(packet.headers, at) - extensions.upper();
        if (verdict != Verdict.OK) {
            ip.drop(Layer.IPV6, verdict);
            if (extensions.problemCode() >= 0) {
                ip.problem(packet, problem(), extensions.problemPointer(), nowNs);
            }
            return;
        }
        if (extensions.fragment() >= 0) {
            packet.piece = true;
            fragment(packet, loopback, nowNs);
            return;
        }
        packet.routerAlert = extensions.routerAlert();
        packet.fragmented = packet.assembled || extensions.atomic();
        if (loopback || ip.filter().admits(packet, packet.protocol, true, nowNs)) {
            deliver(packet, nowNs);
        }
    }

    private Problem problem() {
        return switch (extensions.problemCode()) {
            case Ipv6Extensions.UNKNOWN_NEXT_HEADER -> Problem.UNKNOWN_HEADER;
            case Ipv6Extensions.UNKNOWN_OPTION ->
                extensions.problemToGroups() ? Problem.UNKNOWN_OPTION_TO_GROUP : Problem.UNKNOWN_OPTION;
            case Ipv6Extensions.INCOMPLETE_CHAIN -> Problem.INCOMPLETE_CHAIN;
            default -> Problem.BAD_FIELD;
        };
    }

    private void deliver(Packet packet, long nowNs) {
        counters.add(Counter.Ip6InDelivers);
        packet.flows();
        Upper upper = ip.upper(packet.protocol);
        // The ICMP and IGMP of IPv4 are no protocols of IPv6.
        if (upper != null && packet.protocol != IpProtocol.ICMPV4 && packet.protocol != IpProtocol.IGMP) {
            upper.arrives(packet, nowNs);
            return;
        }
        if (packet.protocol == IpProtocol.NONE) {
            // RFC 8200 §4.7: nothing follows.
            return;
        }
        ip.drop(Layer.IPV6, Verdict.UNKNOWN_PROTOCOL);
        // RFC 8200 §4 (should).
        ip.problem(packet, Problem.UNKNOWN_HEADER, extensions.protocolField(), nowNs);
    }

    /// Whether this may be the word of the owner of an address that we use while we test it: he advertises it with
    /// that address as the source (RFC 4861 §7.2.4, RFC 4429 §3.3).
    private boolean disputed(Packet packet) {
        int address = addresses.find(packet.link, packet.sourceHi, packet.sourceLo);
        return address >= 0
                && addresses.state(address) == AddressState.OPTIMISTIC
                && packet.hops == NdpMessage.HOP_LIMIT
                && Ipv6Header.nextHeader(packet.headers, packet.ip) == IpProtocol.ICMPV6;
    }

    private Verdict placed(Packet packet, boolean toAll) {
        if (addresses.disabled(packet.link)) {
            return Verdict.FILTERED;
        }
        Verdict verdict = Ipv6Header.checkAddresses(packet.headers, packet.ip);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        long hi = packet.destinationHi;
        long lo = packet.destinationLo;
        if (addresses.usable(-1, packet.sourceHi, packet.sourceLo) && !disputed(packet)) {
            return Verdict.BAD_SOURCE;
        }
        if (hi >>> 56 == 0xFF) {
            packet.multicast = true;
            counters.add(Counter.Ip6InMcastPkts);
            return groups.member(packet.link, hi, lo) ? Verdict.OK : Verdict.NO_MEMBER;
        }
        if (!addresses.takes(packet.link, hi, lo)) {
            return Verdict.NOT_OURS;
        }
        return toAll ? Verdict.BAD_DESTINATION : Verdict.OK;
    }

    private Verdict looped(Packet packet, int groupLink) {
        long hi = packet.destinationHi;
        long lo = packet.destinationLo;
        if (Address.isLoopback(hi, lo) || addresses.usable(-1, hi, lo)) {
            return Verdict.OK;
        }
        packet.link = groupLink;
        if (hi >>> 56 != 0xFF) {
            return Verdict.NOT_OURS;
        }
        packet.multicast = true;
        return groups.member(groupLink, hi, lo) ? Verdict.OK : Verdict.NO_MEMBER;
    }

    private void fragment(Packet packet, boolean loopback, long nowNs) {
        if (packet.assembled) {
            // Nobody cuts what was cut: a fragment in fragments only costs whoever puts it together.
            ip.drop(Layer.IPV6, Verdict.BAD_FIELD);
            ip.problem(packet, Problem.BAD_FIELD, extensions.fragment(), nowNs);
            return;
        }
        int fragment = packet.ip + extensions.fragment();
        MemorySegment headers = packet.headers;
        int offset = Ipv6Fragment.offset(headers, fragment);
        boolean more = Ipv6Fragment.more(headers, fragment);
        // RFC 8200 §4.5: only the last fragment may be of any length; and none has nothing in it.
        if (more && (packet.upperLength == 0 || (packet.upperLength & 7) != 0)) {
            counters.add(Counter.Ip6ReasmReqds);
            ip.drop(Layer.IPV6, Verdict.FRAGMENT_LENGTH);
            ip.problem(packet, Problem.BAD_FIELD, 4, nowNs);
            return;
        }
        if (offset + packet.upperLength > 65535) {
            counters.add(Counter.Ip6ReasmReqds);
            ip.drop(Layer.IPV6, Verdict.FRAGMENT_LENGTH);
            ip.problem(packet, Problem.BAD_FIELD, extensions.fragment() + 2, nowNs);
            return;
        }
        int protocol = Ipv6Fragment.nextHeader(headers, fragment);
        if (offset == 0 && protocol == IpProtocol.HOP_BY_HOP) {
            // RFC 8200 §4.1: whatever was cut came behind these options; put together they would seem to stand first.
            ip.drop(Layer.IPV6, Verdict.BAD_OPTION);
            ip.problem(packet, Problem.UNKNOWN_HEADER, extensions.fragment(), nowNs);
            return;
        }
        // Only a packet's first octets tell its ports; where options are before them, it must be whole first.
        boolean ports = protocol == IpProtocol.TCP || protocol == IpProtocol.UDP;
        if (!loopback && offset == 0 && ports && !ip.filter().admits(packet, protocol, false, nowNs)) {
            return;
        }
        Packet whole = reassembly.arrives(
                packet, Ipv6Fragment.identification(headers, fragment), offset, more, protocol, nowNs);
        if (whole != null) {
            walk(whole, loopback, nowNs);
            reassembly.release(nowNs);
        }
    }
}
