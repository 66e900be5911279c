package netkeep.engine.neighbor;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ledger.Outgoing;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.EthernetHeader;
import netkeep.wire.MacAddress;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;
import netkeep.wire.VlanTag;

/// The address resolution protocol, RFC 826, with the conflict detection of RFC 5227.
public final class Arp {
    private final Links links;
    private final Neighbors neighbors;
    private final Outgoing outgoing;
    private final ArpHost host;

    public Arp(Links links, Neighbors neighbors, Outgoing outgoing, ArpHost host) {
        this.links = links;
        this.neighbors = neighbors;
        this.outgoing = outgoing;
        this.host = host;
    }

    /// A packet arrived.
    ///
    /// @param at     where the ARP packet begins
    /// @param length octets from there to the frame's end
    /// @param copy   whether another stack has it, too, and answers
    public Verdict arrives(int link, MemorySegment headers, long at, int length, boolean copy, long nowNs) {
        Verdict verdict = ArpPacket.check(headers, at, length);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        long mac = ArpPacket.senderMac(headers, at);
        if (mac == links.settings(link).mac()) {
            // Our own, reflected: no conflict with anybody (RFC 5227 §2.4).
            return Verdict.BAD_SOURCE;
        }
        long sender = ArpPacket.sender(headers, at);
        long target = ArpPacket.target(headers, at);
        if (sender == Address.V4) {
            return probed(link, headers, at, target, mac, copy, nowNs);
        }
        // RFC 5227 §2.1.1, §2.4: whatever he sends, he uses that address.
        host.claimed(link, sender, false, nowNs);
        if (!host.other(link, sender)) {
            return Verdict.BAD_SOURCE;
        }
        boolean forUs = host.answers(link, target);
        // What is no neighbor by any route is answered, as RFC 826 has it, but packets never go straight there.
        if (host.onLink(link, sender)) {
            learn(link, headers, at, sender, target, forUs, nowNs);
        }
        if (forUs && !copy && ArpPacket.operation(headers, at) == ArpPacket.REQUEST) {
            lay(link, ArpPacket.REPLY, mac, target, mac, sender);
        }
        return Verdict.OK;
    }

    /// RFC 826: who is known already is updated, who asks for us becomes known.
    private void learn(int link, MemorySegment headers, long at, long sender, long target, boolean forUs, long nowNs) {
        long mac = ArpPacket.senderMac(headers, at);
        if (sender == target) {
            announced(link, sender, mac, nowNs);
        } else if (ArpPacket.operation(headers, at) == ArpPacket.REQUEST || !forUs) {
            neighbors.heard(link, 0, sender, mac, forUs, nowNs);
        } else {
            replied(link, sender, mac, nowNs);
        }
    }

    /// An announcement, request or reply, says that what others know is outdated (RFC 5227 §1.1, §3): it counts however
    /// lately that was confirmed, for traffic confirms it all the time, also when a standby takes the address over.
    private void announced(int link, long sender, long mac, long nowNs) {
        neighbors.advertised(link, 0, sender, mac, false, true, false, nowNs);
    }

    /// A probe asks whether an address is free. It is answered like any request, but nothing is learned from it.
    private Verdict probed(int link, MemorySegment headers, long at, long target, long mac, boolean copy, long nowNs) {
        if (ArpPacket.operation(headers, at) != ArpPacket.REQUEST) {
            return Verdict.BAD_SOURCE;
        }
        if (host.answers(link, target)) {
            if (copy) {
                return Verdict.OK;
            }
            lay(link, ArpPacket.REPLY, mac, target, mac, Address.V4);
        } else {
            host.claimed(link, target, true, nowNs);
        }
        return Verdict.OK;
    }

    /// An answer counts as one only if there was a question; else it is news like any other.
    private void replied(int link, long sender, long mac, long nowNs) {
        int neighbor = neighbors.find(link, 0, sender);
        if (neighbor >= 0 && neighbors.asking(neighbor)) {
            neighbors.advertised(link, 0, sender, mac, true, true, false, nowNs);
        } else {
            neighbors.heard(link, 0, sender, mac, false, nowNs);
        }
    }

    /// Asks who has an address.
    ///
    /// @param mac whom to ask, 0 for everybody
    public void ask(int link, long target, long mac) {
        long source = host.asks(link, target);
        if (source != 0) {
            lay(link, ArpPacket.REQUEST, mac == 0 ? MacAddress.BROADCAST : mac, source, 0, target);
        }
    }

    /// Asks whether an address is free, with no sender's address, so that nobody's cache takes harm (RFC 5227 §2.1.1).
    public void probe(int link, long target) {
        lay(link, ArpPacket.REQUEST, MacAddress.BROADCAST, Address.V4, 0, target);
    }

    /// Says that an address is ours (RFC 5227 §2.3).
    public void announce(int link, long address) {
        lay(link, ArpPacket.REQUEST, MacAddress.BROADCAST, address, 0, address);
    }

    private void lay(int link, int operation, long to, long sender, long targetMac, long target) {
        if (outgoing.room() == 0) {
            return;
        }
        LinkSettings settings = links.settings(link);
        MemorySegment head = outgoing.heads();
        long at = outgoing.head();
        long arp = at + ethernet(settings, head, at, to, EthernetHeader.ARP);
        ArpPacket.write(head, arp, operation, settings.mac(), sender, targetMac, target);
        outgoing.pieces().add(head, at, (int) (arp - at) + ArpPacket.LENGTH);
        outgoing.give(link);
    }

    /// Lays down all headers before the packet of a frame.
    ///
    /// @return their length
    public static int ethernet(LinkSettings link, MemorySegment head, long at, long to, int etherType) {
        VirtioNetHeader.clear(head, at);
        long ethernet = at + VirtioNetHeader.LENGTH;
        if (link.vlan() < 0) {
            EthernetHeader.write(head, ethernet, to, link.mac(), etherType);
        } else {
            EthernetHeader.write(head, ethernet, to, link.mac(), EthernetHeader.VLAN);
            VlanTag.write(head, ethernet + EthernetHeader.LENGTH, 0, link.vlan(), etherType);
        }
        return link.headerLength();
    }
}
