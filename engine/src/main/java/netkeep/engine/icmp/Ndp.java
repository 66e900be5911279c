package netkeep.engine.icmp;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.AddressState;
import netkeep.engine.ip.Discovery;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.neighbor.Neighbors;
import netkeep.ring.Pieces;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.MacAddress;
import netkeep.wire.NdpMessage;
import netkeep.wire.NdpOption;
import netkeep.wire.Verdict;

/// Neighbor solicitations and advertisements, RFC 4861 §7, and the test whether an address is free, RFC 4862 §5.4.
final class Ndp {
    private final Ip ip;
    private final Discovery discovery;
    private final Counters counters;
    private final Outgoing outgoing;
    // Scratch of one message.
    private final Path path = new Path();

    Ndp(Ip ip, Discovery discovery, Counters counters, Outgoing outgoing) {
        this.ip = ip;
        this.discovery = discovery;
        this.counters = counters;
        this.outgoing = outgoing;
    }

    /// A valid solicitation arrived (RFC 4861 §7.2.3, RFC 4862 §5.4.3).
    Verdict solicited(Packet packet, long nowNs) {
        MemorySegment headers = packet.headers;
        int at = packet.upper;
        long hi = NdpMessage.targetHi(headers, at);
        long lo = NdpMessage.targetLo(headers, at);
        AddressState state = discovery.addressState(packet.link, hi, lo);
        boolean anonymous = Address.isUnspecified(packet.sourceHi, packet.sourceLo);
        switch (state) {
            case FREE, DUPLICATE -> {
                return Verdict.NOT_OURS;
            }
            case TENTATIVE, OPTIMISTIC -> {
                if (anonymous) {
                    tested(packet, hi, lo, nowNs);
                    return Verdict.OK;
                }
                // RFC 4862 §5.4.3: who asks for a tentative address is ignored.
                if (state == AddressState.TENTATIVE) {
                    return Verdict.NOT_OURS;
                }
            }
            case ASSIGNED -> {}
        }
        if (!anonymous) {
            long option = option(packet, NdpMessage.NEIGHBOR_LENGTH, NdpOption.SOURCE_LINK_ADDRESS);
            if (option >= 0 && !MacAddress.isMulticast(NdpOption.linkAddress(headers, option))) {
                discovery
                        .neighbors()
                        .heard(
                                packet.link,
                                packet.sourceHi,
                                packet.sourceLo,
                                NdpOption.linkAddress(headers, option),
                                true,
                                nowNs);
            }
        }
        if (!packet.copy) {
            answer(packet, hi, lo, state, anonymous, nowNs);
        }
        return Verdict.OK;
    }

    /// Somebody else asks whether a tentative address of ours is free: both have lost it. Our own question, looped
    /// back, has our nonce (RFC 7527 §4.2).
    private void tested(Packet packet, long hi, long lo, long nowNs) {
        long nonce = option(packet, NdpMessage.NEIGHBOR_LENGTH, NdpOption.NONCE);
        if (nonce >= 0 && NdpOption.nonce(packet.headers, nonce) == discovery.nonce(packet.link, hi, lo)) {
            return;
        }
        discovery.conflict(packet.link, hi, lo, nowNs);
    }

    /// RFC 4861 §7.2.4. An optimistic address overrides nobody (RFC 4429 §3.2).
    private void answer(Packet packet, long hi, long lo, AddressState state, boolean anonymous, long nowNs) {
        long flags = state == AddressState.OPTIMISTIC ? 0 : NdpMessage.OVERRIDE;
        if (anonymous) {
            discovery.direct(
                    path,
                    packet.link,
                    hi,
                    lo,
                    Address.LINK_GROUP_HI,
                    Address.ALL_NODES_LO,
                    MacAddress.ofMulticast(Address.LINK_GROUP_HI, Address.ALL_NODES_LO));
        } else {
            flags |= NdpMessage.SOLICITED;
            if (!ip.path(path, hi, lo, packet.sourceHi, packet.sourceLo, packet.link, nowNs)) {
                return;
            }
        }
        if (outgoing.room() == 0) {
            return;
        }
        int length = NdpMessage.NEIGHBOR_LENGTH + NdpOption.LENGTH;
        long message = begin(length);
        NdpMessage.writeTarget(outgoing.heads(), message, hi, lo);
        NdpOption.writeLinkAddress(
                outgoing.heads(),
                message + NdpMessage.NEIGHBOR_LENGTH,
                NdpOption.TARGET_LINK_ADDRESS,
                discovery.links().settings(packet.link).mac());
        end(message, NdpMessage.NEIGHBOR_ADVERTISEMENT, flags, length, nowNs);
        counters.add(Counter.Icmp6OutNeighborAdvertisements);
    }

    /// A valid advertisement arrived (RFC 4861 §7.2.5, RFC 4862 §5.4.4).
    Verdict advertised(Packet packet, long nowNs) {
        MemorySegment headers = packet.headers;
        int at = packet.upper;
        long hi = NdpMessage.targetHi(headers, at);
        long lo = NdpMessage.targetLo(headers, at);
        if (discovery.addressState(packet.link, hi, lo) != AddressState.FREE) {
            discovery.conflict(packet.link, hi, lo, nowNs);
            return Verdict.OK;
        }
        long option = option(packet, NdpMessage.NEIGHBOR_LENGTH, NdpOption.TARGET_LINK_ADDRESS);
        long mac = option < 0 ? Neighbors.NO_MAC : NdpOption.linkAddress(headers, option);
        if (option >= 0 && MacAddress.isMulticast(mac)) {
            return Verdict.BAD_OPTION;
        }
        long flags = NdpMessage.neighborFlags(headers, at);
        boolean demoted = discovery
                .neighbors()
                .advertised(
                        packet.link,
                        hi,
                        lo,
                        mac,
                        (flags & NdpMessage.SOLICITED) != 0,
                        (flags & NdpMessage.OVERRIDE) != 0,
                        (flags & NdpMessage.ROUTER) != 0,
                        nowNs);
        if (demoted) {
            // RFC 4861 §7.2.5: a router that became a host is none any more.
            discovery.routerGone(packet.link, hi, lo);
        }
        return Verdict.OK;
    }

    /// Asks for a neighbor's link address (RFC 4861 §7.2.2).
    ///
    /// @param mac      0 to ask in its group
    /// @param sourceHi sourceLo of the packet that waits for it, or unspecified
    void solicit(int link, long hi, long lo, long mac, long sourceHi, long sourceLo, long nowNs) {
        // RFC 4429 §3.2: an address that is still being tested asks nobody.
        if (outgoing.room() == 0 || !discovery.solicitor(path, link, hi, lo, sourceHi, sourceLo, nowNs)) {
            return;
        }
        if (mac == 0) {
            path.destinationHi = Address.LINK_GROUP_HI;
            path.destinationLo = Address.solicitedNodeLo(lo);
            path.mac = MacAddress.ofMulticast(path.destinationHi, path.destinationLo);
        } else {
            path.mac = mac;
        }
        int length = NdpMessage.NEIGHBOR_LENGTH + NdpOption.LENGTH;
        long message = begin(length);
        NdpMessage.writeTarget(outgoing.heads(), message, hi, lo);
        NdpOption.writeLinkAddress(
                outgoing.heads(),
                message + NdpMessage.NEIGHBOR_LENGTH,
                NdpOption.SOURCE_LINK_ADDRESS,
                discovery.links().settings(link).mac());
        end(message, NdpMessage.NEIGHBOR_SOLICITATION, 0, length, nowNs);
        counters.add(Counter.Icmp6OutNeighborSolicits);
    }

    /// Asks whether an address is free (RFC 4862 §5.4.2), with a nonce (RFC 7527 §4.1).
    void test(int link, long hi, long lo, long nonce, long nowNs) {
        if (outgoing.room() == 0) {
            return;
        }
        long group = Address.solicitedNodeLo(lo);
        discovery.direct(
                path, link, 0, 0, Address.LINK_GROUP_HI, group, MacAddress.ofMulticast(Address.LINK_GROUP_HI, group));
        int length = NdpMessage.NEIGHBOR_LENGTH + NdpOption.LENGTH;
        long message = begin(length);
        NdpMessage.writeTarget(outgoing.heads(), message, hi, lo);
        NdpOption.writeNonce(outgoing.heads(), message + NdpMessage.NEIGHBOR_LENGTH, nonce);
        end(message, NdpMessage.NEIGHBOR_SOLICITATION, 0, length, nowNs);
        counters.add(Counter.Icmp6OutNeighborSolicits);
    }

    /// Asks routers to say what they are for (RFC 4861 §6.3.7).
    void solicitRouters(int link, long nowNs) {
        if (outgoing.room() == 0) {
            return;
        }
        boolean known = discovery.solicitor(path, link, Address.LINK_GROUP_HI, Address.ALL_ROUTERS_LO, 0, 0, nowNs);
        if (!known) {
            discovery.direct(path, link, 0, 0, Address.LINK_GROUP_HI, Address.ALL_ROUTERS_LO, 0);
        }
        path.mac = MacAddress.ofMulticast(Address.LINK_GROUP_HI, Address.ALL_ROUTERS_LO);
        // Who has no address yet tells no link address (RFC 4861 §4.1).
        int length = NdpMessage.ROUTER_SOLICITATION_LENGTH + (known ? NdpOption.LENGTH : 0);
        long message = begin(length);
        if (known) {
            NdpOption.writeLinkAddress(
                    outgoing.heads(),
                    message + NdpMessage.ROUTER_SOLICITATION_LENGTH,
                    NdpOption.SOURCE_LINK_ADDRESS,
                    discovery.links().settings(link).mac());
        }
        end(message, NdpMessage.ROUTER_SOLICITATION, 0, length, nowNs);
        counters.add(Counter.Icmp6OutRouterSolicits);
    }

    /// Offset of an option of a message that is valid, -1 if it has none.
    static long option(Packet packet, int options, int type) {
        long at = packet.upper;
        return NdpOption.find(packet.headers, at + options, at + packet.upperLength, type);
    }

    /// Lays down the headers of a message, and answers where it begins.
    private long begin(int length) {
        long at = outgoing.head();
        return at + ip.headers(path, outgoing.heads(), at, IpProtocol.ICMPV6, length, 0, NdpMessage.HOP_LIMIT, false);
    }

    private void end(long message, int type, long rest, int length, long nowNs) {
        MemorySegment head = outgoing.heads();
        long sum = Checksum.pseudo(
                path.sourceHi, path.sourceLo, path.destinationHi, path.destinationLo, IpProtocol.ICMPV6, length);
        sum = Checksum.add(sum, head, message + Icmp6Message.LENGTH, length - Icmp6Message.LENGTH);
        Icmp6Message.write(head, message, type, 0, rest, sum);
        Pieces pieces = outgoing.pieces();
        pieces.add(head, outgoing.head(), (int) (message - outgoing.head()) + length);
        path.loop = false;
        ip.send(path, pieces, nowNs);
        counters.add(Counter.Icmp6OutMsgs);
    }
}
