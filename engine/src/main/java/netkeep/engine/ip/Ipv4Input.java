package netkeep.engine.ip;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.wire.Address;
import netkeep.wire.DhcpMessage;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv4Options;
import netkeep.wire.Layer;
import netkeep.wire.UdpHeader;
import netkeep.wire.Verdict;

/// The way of an IPv4 packet in, RFC 791 and RFC 1122 §3.2.1.
final class Ipv4Input {
    private final Ip ip;
    private final Counters counters;
    private final Addresses addresses;
    private final Groups groups;
    private final Reassembly reassembly;

    Ipv4Input(Ip ip, Counters counters, Addresses addresses, Groups groups, Reassembly reassembly) {
        this.ip = ip;
        this.counters = counters;
        this.addresses = addresses;
        this.groups = groups;
        this.reassembly = reassembly;
    }

    /// A packet begins at `packet.ip`.
    ///
    /// @param toAll the frame was sent to more than one station
    void arrives(Packet packet, boolean loopback, boolean toAll, int groupLink, long nowNs) {
        MemorySegment headers = packet.headers;
        int at = packet.ip;
        counters.add(Counter.IpInReceives);
        Verdict verdict = Ipv4Header.check(headers, at, packet.length - at);
        if (verdict != Verdict.OK) {
            ip.drop(Layer.IPV4, verdict);
            return;
        }
        int headerLength = Ipv4Header.headerLength(headers, at);
        int totalLength = Ipv4Header.totalLength(headers, at);
        counters.add(Counter.IpExtInOctets, totalLength);
        packet.v6 = false;
        packet.sourceHi = 0;
        packet.sourceLo = Ipv4Header.source(headers, at);
        packet.destinationHi = 0;
        packet.destinationLo = Ipv4Header.destination(headers, at);
        packet.hops = Ipv4Header.ttl(headers, at);
        packet.trafficClass = Ipv4Header.tos(headers, at);
        packet.protocol = Ipv4Header.protocol(headers, at);
        packet.upper = at + headerLength;
        packet.upperLength = totalLength - headerLength;
        // RFC 2131 §4.1: sent to an address that is not ours yet, perhaps.
        Configurer configurer = packet.protocol == IpProtocol.UDP ? ip.configurer(packet.link) : null;
        if (configurer != null && forClient(packet)) {
            verdict = configurer.arrives(packet, nowNs);
            if (verdict != Verdict.OK) {
                ip.drop(Layer.UDP, verdict);
            }
            return;
        }
        verdict = loopback ? looped(packet, groupLink) : placed(packet, toAll);
        if (verdict != Verdict.OK) {
            ip.drop(Layer.IPV4, verdict);
            return;
        }
        if (headerLength != Ipv4Header.LENGTH && !options(packet, headerLength, nowNs)) {
            return;
        }
        boolean fragment = Ipv4Header.isFragment(headers, at);
        packet.piece = fragment;
        // Only a packet's first octets tell its ports.
        boolean first = !fragment || Ipv4Header.fragmentOffset(headers, at) == 0;
        if (!loopback && first && !ip.filter().admits(packet, packet.protocol, !fragment, nowNs)) {
            return;
        }
        if (fragment) {
            fragment(packet, loopback, nowNs);
        } else {
            deliver(packet, nowNs);
        }
    }

    /// Whether it is a datagram for a client of DHCP.
    private static boolean forClient(Packet packet) {
        return !Ipv4Header.isFragment(packet.headers, packet.ip)
                && packet.upperLength >= UdpHeader.LENGTH
                && packet.upper + UdpHeader.LENGTH <= Packet.COPIED
                && UdpHeader.destinationPort(packet.headers, packet.upper) == DhcpMessage.CLIENT_PORT;
    }

    /// Hands a whole packet up.
    void deliver(Packet packet, long nowNs) {
        counters.add(Counter.IpInDelivers);
        packet.flows();
        Upper upper = ip.upper(packet.protocol);
        if (upper != null) {
            upper.arrives(packet, nowNs);
            return;
        }
        ip.drop(Layer.IPV4, Verdict.UNKNOWN_PROTOCOL);
        // RFC 1122 §3.2.2.1 (SHOULD).
        ip.problem(packet, Problem.PROTOCOL_UNREACHABLE, 0, nowNs);
    }

    /// Whether a packet from a wire is for us, and may be (RFC 1122 §3.2.1.3).
    private Verdict placed(Packet packet, boolean toAll) {
        Verdict verdict = Ipv4Header.checkAddresses(packet.headers, packet.ip);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        long source = packet.sourceLo;
        long destination = packet.destinationLo;
        // Nobody else has an address of ours, and no packet comes from all hosts of a subnet.
        if (addresses.usable(-1, 0, source) || addresses.broadcast(-1, source)) {
            return Verdict.BAD_SOURCE;
        }
        if (addresses.takes(packet.link, 0, destination)) {
            // RFC 1122 §3.3.6 (SHOULD): what was sent to all stations is meant for all hosts, or is a mistake. Who has
            // no address yet cannot be answered.
            if (toAll) {
                return Verdict.BAD_DESTINATION;
            }
            return source == Address.V4 ? Verdict.BAD_SOURCE : Verdict.OK;
        }
        if (Address.isMulticast(0, destination)) {
            packet.multicast = true;
            counters.add(Counter.IpExtInMcastPkts);
            return groups.member(packet.link, 0, destination) ? Verdict.OK : Verdict.NO_MEMBER;
        }
        if (Address.isBroadcast(0, destination) || addresses.broadcast(packet.link, destination)) {
            packet.broadcast = true;
            counters.add(Counter.IpExtInBcastPkts);
            return Verdict.OK;
        }
        return Verdict.NOT_OURS;
    }

    /// Whether a packet that never left this host is for a program here.
    private Verdict looped(Packet packet, int groupLink) {
        long destination = packet.destinationLo;
        if (Address.isLoopback(0, destination) || addresses.usable(-1, 0, destination)) {
            return Verdict.OK;
        }
        packet.link = groupLink;
        if (Address.isMulticast(0, destination)) {
            packet.multicast = true;
            return groups.member(groupLink, 0, destination) ? Verdict.OK : Verdict.NO_MEMBER;
        }
        if (Address.isBroadcast(0, destination) || addresses.broadcast(-1, destination)) {
            packet.broadcast = true;
            return Verdict.OK;
        }
        return Verdict.NOT_OURS;
    }

    private boolean options(Packet packet, int headerLength, long nowNs) {
        int pointer = Ipv4Options.problem(packet.headers, packet.ip, headerLength);
        if (pointer != 0) {
            ip.drop(Layer.IPV4, Verdict.BAD_OPTION);
            // RFC 1122 §3.2.2.5 (SHOULD).
            ip.problem(packet, Problem.BAD_FIELD, pointer, nowNs);
            return false;
        }
        // RFC 7126 §4.3, §4.4: source routes are refused.
        if (Ipv4Options.isSourceRouted(packet.headers, packet.ip, headerLength)) {
            ip.drop(Layer.IPV4, Verdict.BAD_OPTION);
            return false;
        }
        return true;
    }

    private void fragment(Packet packet, boolean loopback, long nowNs) {
        MemorySegment headers = packet.headers;
        int at = packet.ip;
        Packet whole = reassembly.arrives(
                packet,
                Ipv4Header.identification(headers, at),
                Ipv4Header.fragmentOffset(headers, at),
                Ipv4Header.moreFragments(headers, at),
                packet.protocol,
                nowNs);
        if (whole != null) {
            if (loopback || ip.filter().admits(whole, whole.protocol, true, nowNs)) {
                deliver(whole, nowNs);
            }
            reassembly.release(nowNs);
        }
    }
}
