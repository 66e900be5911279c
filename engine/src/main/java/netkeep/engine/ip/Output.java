package netkeep.engine.ip;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.neighbor.Arp;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.neighbor.Links;
import netkeep.engine.neighbor.Neighbors;
import netkeep.ring.Pieces;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Fragment;
import netkeep.wire.Ipv6Header;
import netkeep.wire.MacAddress;
import netkeep.wire.VirtioNetHeader;

/// The way of a packet out: its headers, and what becomes of it where its neighbor is not known, its link too small or
/// its destination this host.
final class Output {
    /// Where in a frame's head the headers of a fragment lie: behind what the packet's sender laid down there.
    private static final int FRAGMENT_HEAD = Outgoing.HEAD - 96;

    private static final int LOOPBACK = 0;

    private final Links links;
    private final Counters counters;
    private final Neighbors neighbors;
    private final Outgoing outgoing;
    private final Identifiers identifiers;
    private final int hops;
    // Scratch of one packet.
    private final Pieces whole = new Pieces();

    Output(
            Links links,
            Counters counters,
            Neighbors neighbors,
            Outgoing outgoing,
            Identifiers identifiers,
            IpSettings settings) {
        this.links = links;
        this.counters = counters;
        this.neighbors = neighbors;
        this.outgoing = outgoing;
        this.identifiers = identifiers;
        this.hops = settings.hops();
    }

    /// Lays down all headers before the upper one.
    ///
    /// @return the upper header's offset, counted from `at`
    int headers(
            Path path,
            MemorySegment head,
            long at,
            int protocol,
            int upperLength,
            int trafficClass,
            int hops,
            boolean dontFragment) {
        LinkSettings link = links.settings(path.link);
        int ip = Arp.ethernet(link, head, at, path.mac, path.v6 ? EthernetHeader.IPV6 : EthernetHeader.IPV4);
        if (path.v6) {
            Ipv6Header.write(
                    head,
                    at + ip,
                    trafficClass,
                    path.flow,
                    upperLength,
                    protocol,
                    hops == 0 ? links.hops(path.link) : Math.max(hops, 0),
                    path.sourceHi,
                    path.sourceLo,
                    path.destinationHi,
                    path.destinationLo);
            return ip + Ipv6Header.LENGTH;
        }
        boolean whole = dontFragment && !path.cut;
        // RFC 6864 §4.1: what is never fragmented needs no identification of its own.
        int identification = whole
                ? 0
                : identifiers.next(path.sourceHi, path.sourceLo, path.destinationHi, path.destinationLo, protocol);
        Ipv4Header.write(
                head,
                at + ip,
                Ipv4Header.LENGTH,
                trafficClass,
                Ipv4Header.LENGTH + upperLength,
                identification,
                whole ? Ipv4Header.DONT_FRAGMENT : 0,
                hops == 0 ? this.hops : Math.max(hops, 0),
                protocol,
                path.sourceLo,
                path.destinationLo);
        return ip + Ipv4Header.LENGTH;
    }

    /// How many frames a packet of that upper length becomes.
    int frames(Path path, int upperLength) {
        int header = path.v6 ? Ipv6Header.LENGTH : Ipv4Header.LENGTH;
        if (header + upperLength <= path.mtu) {
            return 1;
        }
        int piece = piece(path);
        return (upperLength + piece - 1) / piece;
    }

    /// Octets of payload in each fragment but the last.
    private static int piece(Path path) {
        int header = path.v6 ? Ipv6Header.LENGTH + Ipv6Fragment.LENGTH : Ipv4Header.LENGTH;
        return path.mtu - header & ~7;
    }

    /// Sends the frame in `frame`, which is [Outgoing#pieces].
    ///
    /// @return false if it was dropped
    boolean send(Path path, Pieces frame) {
        MemorySegment head = frame.memory[0];
        long at = frame.at[0];
        LinkSettings link = links.settings(path.link);
        int ip = link.headerLength();
        int length = frame.total() - ip;
        counters.add(path.v6 ? Counter.Ip6OutRequests : Counter.IpOutRequests);
        counters.add(path.v6 ? Counter.Ip6OutOctets : Counter.IpExtOutOctets, length);
        if (path.multicast) {
            counters.add(path.v6 ? Counter.Ip6OutMcastPkts : Counter.IpExtOutMcastPkts);
        } else if (path.broadcast) {
            counters.add(Counter.IpExtOutBcastPkts);
        }
        Pieces rest = frame;
        if (path.loop) {
            if (outgoing.room() < 2) {
                return discard(path);
            }
            rest = loop(path, frame, ip);
        }
        if (path.multicast && hops(path, head, at + ip) == 0) {
            // RFC 1112 §6.1: a TTL of 0 keeps it within this host.
            return true;
        }
        if (length > path.mtu && VirtioNetHeader.gsoType(head, at) == VirtioNetHeader.GSO_NONE) {
            return fragment(path, rest, ip, length);
        }
        return give(path, rest);
    }

    /// Gives a frame to its link, or keeps it until the neighbor is known.
    private boolean give(Path path, Pieces frame) {
        if (path.resolved) {
            outgoing.give(path.link);
            return true;
        }
        return neighbors.hold(path.neighbor, frame) || discard(path);
    }

    /// Counts a packet as not sent.
    boolean discard(Path path) {
        counters.add(path.v6 ? Counter.Ip6OutDiscards : Counter.IpOutDiscards);
        return false;
    }

    /// Sends a copy of a group's packet to this host. Its Ethernet header says by which link it would have come.
    ///
    /// @return the frame for the link, in the pieces of its own that it has now
    private Pieces loop(Path path, Pieces frame, int ip) {
        whole.clear();
        for (int i = 0; i < frame.count; i++) {
            whole.add(frame.memory[i], frame.at[i], frame.length[i]);
        }
        MemorySegment heads = outgoing.heads();
        long at = outgoing.head() + FRAGMENT_HEAD;
        VirtioNetHeader.clear(heads, at);
        MemorySegment.copy(whole.memory[0], whole.at[0], heads, at, VirtioNetHeader.LENGTH);
        EthernetHeader.write(
                heads,
                at + VirtioNetHeader.LENGTH,
                MacAddress.BROADCAST,
                path.link,
                path.v6 ? EthernetHeader.IPV6 : EthernetHeader.IPV4);
        Pieces copy = outgoing.pieces();
        copy.add(heads, at, VirtioNetHeader.LENGTH + EthernetHeader.LENGTH);
        addFrom(copy, ip, whole.total() - ip);
        outgoing.give(LOOPBACK);
        Pieces again = outgoing.pieces();
        for (int i = 0; i < whole.count; i++) {
            again.add(whole.memory[i], whole.at[i], whole.length[i]);
        }
        return again;
    }

    private static int hops(Path path, MemorySegment head, long ip) {
        return path.v6 ? Ipv6Header.hopLimit(head, ip) : Ipv4Header.ttl(head, ip);
    }

    /// Cuts a packet (RFC 791 §3.2, RFC 8200 §4.5). Its pieces stay where they are; each fragment has headers of its
    /// own.
    private boolean fragment(Path path, Pieces frame, int ip, int length) {
        int header = path.v6 ? Ipv6Header.LENGTH : Ipv4Header.LENGTH;
        int upperLength = length - header;
        int count = frames(path, upperLength);
        MemorySegment head = frame.memory[0];
        long at = frame.at[0] + ip;
        boolean forbidden = !path.v6 && Ipv4Header.dontFragment(head, at);
        if (forbidden || piece(path) < 8 || outgoing.room() < count) {
            counters.add(path.v6 ? Counter.Ip6FragFails : Counter.IpFragFails);
            return false;
        }
        whole.clear();
        for (int i = 0; i < frame.count; i++) {
            whole.add(frame.memory[i], frame.at[i], frame.length[i]);
        }
        int protocol = path.v6 ? Ipv6Header.nextHeader(head, at) : Ipv4Header.protocol(head, at);
        int identification = path.v6
                ? identifiers.next(path.sourceHi, path.sourceLo, path.destinationHi, path.destinationLo, protocol)
                : Ipv4Header.identification(head, at);
        int piece = piece(path);
        for (int offset = 0; offset < upperLength; offset += piece) {
            int here = Math.min(piece, upperLength - offset);
            boolean more = offset + here < upperLength;
            MemorySegment heads = outgoing.heads();
            long to = outgoing.head() + FRAGMENT_HEAD;
            int laid = path.v6
                    ? lay6(path, head, at, heads, to, protocol, identification, offset, here, more)
                    : lay4(path, head, at, heads, to, identification, offset, here, more);
            Pieces cut = outgoing.pieces();
            cut.add(heads, to, laid);
            addFrom(cut, ip + header + offset, here);
            if (!give(path, cut)) {
                return false;
            }
            counters.add(path.v6 ? Counter.Ip6FragCreates : Counter.IpFragCreates);
        }
        counters.add(path.v6 ? Counter.Ip6FragOKs : Counter.IpFragOKs);
        return true;
    }

    private int lay4(
            Path path,
            MemorySegment head,
            long at,
            MemorySegment heads,
            long to,
            int identification,
            int offset,
            int here,
            boolean more) {
        int ip = Arp.ethernet(links.settings(path.link), heads, to, path.mac, EthernetHeader.IPV4);
        Ipv4Header.write(
                heads,
                to + ip,
                Ipv4Header.LENGTH,
                Ipv4Header.tos(head, at),
                Ipv4Header.LENGTH + here,
                identification,
                offset >>> 3 | (more ? Ipv4Header.MORE_FRAGMENTS : 0),
                Ipv4Header.ttl(head, at),
                Ipv4Header.protocol(head, at),
                path.sourceLo,
                path.destinationLo);
        return ip + Ipv4Header.LENGTH;
    }

    private int lay6(
            Path path,
            MemorySegment head,
            long at,
            MemorySegment heads,
            long to,
            int protocol,
            int identification,
            int offset,
            int here,
            boolean more) {
        int ip = Arp.ethernet(links.settings(path.link), heads, to, path.mac, EthernetHeader.IPV6);
        Ipv6Header.write(
                heads,
                to + ip,
                Ipv6Header.trafficClass(head, at),
                Ipv6Header.flowLabel(head, at),
                Ipv6Fragment.LENGTH + here,
                IpProtocol.FRAGMENT,
                Ipv6Header.hopLimit(head, at),
                path.sourceHi,
                path.sourceLo,
                path.destinationHi,
                path.destinationLo);
        Ipv6Fragment.write(
                heads, to + ip + Ipv6Header.LENGTH, protocol, offset, more, Integer.toUnsignedLong(identification));
        return ip + Ipv6Header.LENGTH + Ipv6Fragment.LENGTH;
    }

    /// Adds `length` octets of [#whole] from `from` on.
    private void addFrom(Pieces to, int from, int length) {
        int skip = from;
        int rest = length;
        for (int i = 0; i < whole.count && rest > 0; i++) {
            int here = Math.min(whole.length[i] - skip, rest);
            if (here > 0) {
                to.add(whole.memory[i], whole.at[i] + skip, here);
                rest -= here;
                skip = 0;
            } else {
                skip -= whole.length[i];
            }
        }
    }
}
