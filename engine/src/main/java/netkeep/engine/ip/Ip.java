package netkeep.engine.ip;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Luck;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.neighbor.Arp;
import netkeep.engine.neighbor.ArpHost;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.neighbor.Links;
import netkeep.engine.neighbor.Neighbors;
import netkeep.engine.neighbor.Resolver;
import netkeep.ring.Ledger;
import netkeep.ring.Pieces;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Layer;
import netkeep.wire.MacAddress;
import netkeep.wire.Prefix;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;
import netkeep.wire.VlanTag;
import org.jspecify.annotations.Nullable;

/// IP, both versions, over all links: frames in, packets up; packets down, frames out.
///
/// What stands above registers with [#upper], and asks for a [Path] before it lays down anything in [Outgoing]: finding
/// the way may lay down frames of its own.
public final class Ip {
    private static final int LOOPBACK = 0;

    private final Links links;
    private final Neighbors neighbors;
    private final Arp arp;
    private final Addresses addresses;
    private final Routes routes;
    private final Destinations destinations;
    private final Reassembly reassembly;
    private final AddressTests tests;
    private final Discovery discovery;
    private final Failures failures;
    private final Ways ways;
    private final Output output;
    private final Ipv4Input v4;
    private final Ipv6Input v6;
    private final Drops drops;
    private final IpSettings settings;
    private final @Nullable Upper[] uppers = new Upper[256];
    private @Nullable Control control;
    // Scratch of one frame.
    private final Packet packet = new Packet();

    /// @param links all links, by their numbers; the first is [LinkSettings#LOOPBACK]
    public Ip(
            Ledger ledger, Counters counters, Luck luck, Outgoing outgoing, IpSettings settings, LinkSettings[] links) {
        this.settings = settings;
        this.drops = new Drops(counters);
        this.links = new Links(ledger, luck, links);
        Host host = new Host();
        this.neighbors = new Neighbors(ledger, settings.neighbors(), this.links, luck, outgoing, host);
        this.arp = new Arp(this.links, neighbors, outgoing, host);
        this.addresses = new Addresses(ledger, settings.addresses(), luck);
        this.routes = new Routes(ledger, settings.routes(), luck, neighbors);
        this.destinations = new Destinations(ledger, settings.destinations(), luck);
        Identifiers identifiers = new Identifiers(ledger, luck);
        this.reassembly = new Reassembly(this, ledger, counters, luck, outgoing, settings);
        this.tests = new AddressTests(this, addresses, this.links, luck, arp, settings.optimistic());
        this.discovery = new Discovery(this, this.links, neighbors, addresses, routes, destinations, tests, luck);
        this.failures = new Failures(this, this.links, destinations);
        this.ways = new Ways(this.links, addresses, routes, destinations, neighbors);
        this.output = new Output(this.links, counters, neighbors, outgoing, identifiers, settings);
        Groups groups = new Groups(addresses);
        this.v4 = new Ipv4Input(this, counters, addresses, groups, reassembly);
        this.v6 = new Ipv6Input(this, counters, addresses, groups, reassembly);
    }

    /// How many records the tables have, in the order in which they are laid: for [Ledger#length].
    public static int[] counts(IpSettings settings, int links) {
        int[] reassembly = Reassembly.counts(settings);
        return new int[] {
            links,
            settings.neighbors(),
            settings.addresses(),
            settings.routes(),
            settings.destinations(),
            Identifiers.COUNT,
            reassembly[0],
            reassembly[1]
        };
    }

    /// Octets of their slots.
    public static int[] slots() {
        int[] reassembly = Reassembly.slots();
        return new int[] {
            Links.SLOT,
            Neighbors.slot(),
            Addresses.SLOT,
            Routes.SLOT,
            Destinations.SLOT,
            Identifiers.SLOT,
            reassembly[0],
            reassembly[1]
        };
    }

    /// Registers who gets the packets of a protocol.
    public void upper(int protocol, Upper upper) {
        uppers[protocol] = upper;
    }

    /// Registers the protocols that control IP.
    public void control(Control control) {
        this.control = control;
    }

    /// A frame of `length` octets arrived; nothing of it is kept.
    ///
    /// @param headers a private copy of its first octets, 256 at most, from its virtio header on
    /// @param frames  where the whole frame lies, from `at` on, and its owner may still write
    public void arrives(int link, MemorySegment headers, MemorySegment frames, long at, int length, long nowNs) {
        drops.begin();
        LinkSettings settings = links.settings(link);
        Verdict verdict = VirtioNetHeader.check(headers, 0, length);
        if (verdict == Verdict.OK) {
            verdict = EthernetHeader.check(headers, VirtioNetHeader.LENGTH, length - VirtioNetHeader.LENGTH);
        }
        if (verdict != Verdict.OK) {
            drop(Layer.LINK, verdict);
            return;
        }
        int type = EthernetHeader.etherType(headers, VirtioNetHeader.LENGTH);
        int inner = VirtioNetHeader.LENGTH + EthernetHeader.LENGTH;
        int vlan = 0;
        if (type == EthernetHeader.VLAN) {
            verdict = VlanTag.check(headers, inner, length - inner);
            if (verdict != Verdict.OK) {
                drop(Layer.LINK, verdict);
                return;
            }
            type = VlanTag.etherType(headers, inner);
            vlan = VlanTag.vlan(headers, inner);
            inner += VlanTag.LENGTH;
        }
        long to = EthernetHeader.destination(headers, VirtioNetHeader.LENGTH);
        boolean toAll = MacAddress.isMulticast(to) && !settings.loopback();
        // 802.1Q §6.9: a tag of VLAN 0 tells a priority only.
        if (vlan != Math.max(settings.vlan(), 0) || !toAll && to != settings.mac() && !settings.loopback()) {
            drop(Layer.LINK, Verdict.NOT_OURS);
            return;
        }
        fill(link, settings, headers, frames, at, length, inner);
        int groupLink = settings.loopback() ? looped(headers) : link;
        switch (type) {
            case EthernetHeader.IPV4 -> v4.arrives(packet, settings.loopback(), toAll, groupLink, nowNs);
            case EthernetHeader.IPV6 -> v6.arrives(packet, settings.loopback(), toAll, groupLink, nowNs);
            case EthernetHeader.ARP -> {
                verdict = settings.loopback()
                        ? Verdict.UNKNOWN_ETHER_TYPE
                        : arp.arrives(link, headers, inner, length - inner, nowNs);
                if (verdict != Verdict.OK) {
                    drop(Layer.ARP, verdict);
                }
            }
            default -> drop(Layer.LINK, Verdict.UNKNOWN_ETHER_TYPE);
        }
    }

    private void fill(
            int link, LinkSettings settings, MemorySegment headers, MemorySegment frames, long at, int length, int ip) {
        int flags = VirtioNetHeader.flags(headers, 0);
        packet.headers = headers;
        packet.frames = frames;
        packet.at = at;
        packet.length = length;
        packet.link = link;
        packet.ip = ip;
        packet.vouched =
                settings.checksums() && (flags & (VirtioNetHeader.NEEDS_CSUM | VirtioNetHeader.DATA_VALID)) != 0;
        packet.segmentSize = VirtioNetHeader.gsoType(headers, 0) == VirtioNetHeader.GSO_NONE
                ? 0
                : VirtioNetHeader.gsoSize(headers, 0);
        packet.multicast = false;
        packet.broadcast = false;
        packet.routerAlert = false;
    }

    /// The link that a looped packet of a group belongs to: see [Output].
    private int looped(MemorySegment headers) {
        long link = EthernetHeader.source(headers, VirtioNetHeader.LENGTH);
        return link < links.count() ? (int) link : LOOPBACK;
    }

    /// Finds the way to a destination. Cheap enough for each segment.
    ///
    /// @param into        the answer
    /// @param sourceHi    sourceLo the source that the packet has, or unspecified: one is chosen
    /// @param link        the one it must leave by, 0 for any
    /// @return false if there is no way
    public boolean path(
            Path into, long sourceHi, long sourceLo, long destinationHi, long destinationLo, int link, long nowNs) {
        return ways.path(into, sourceHi, sourceLo, destinationHi, destinationLo, link, nowNs);
    }

    /// Lays down zeros for the virtio header, the Ethernet header and the IP header, from `at` on.
    ///
    /// @param hops         0 for the default
    /// @param dontFragment never to be fragmented by routers; IPv6 packets never are
    /// @return the offset of the upper header, counted from `at`
    public int headers(
            Path path,
            MemorySegment head,
            long at,
            int protocol,
            int upperLength,
            int trafficClass,
            int hops,
            boolean dontFragment) {
        return output.headers(path, head, at, protocol, upperLength, trafficClass, hops, dontFragment);
    }

    /// How many frames of [Outgoing] a packet takes: more than one if it must be cut.
    public int frames(Path path, int upperLength) {
        return output.frames(path, upperLength) + (path.loop ? 1 : 0);
    }

    /// Sends the frame laid down in `frame`, which is `outgoing.pieces()`: to its link, or to this host, or into the
    /// queue of a neighbor that is not known yet; cut if it is too long and may be.
    ///
    /// @return false if it was dropped
    public boolean send(Path path, Pieces frame, long nowNs) {
        return output.send(path, frame);
    }

    /// Whether an address is one of this host.
    public boolean local(long hi, long lo) {
        return Address.isLoopback(hi, lo) || addresses.usable(-1, hi, lo);
    }

    /// Octets of the largest packet that a link takes.
    public int linkMtu(int link) {
        return links.settings(link).mtu();
    }

    /// What is above saw that packets arrive (RFC 4861 §7.3.1).
    ///
    /// @param neighbor of a [Path]
    public void reachable(int neighbor, long nowNs) {
        if (neighbor >= 0) {
            neighbors.confirm(neighbor, nowNs);
        }
    }

    /// Why the last frame was dropped, [Verdict#OK] if it was not.
    public Verdict verdictOfLastFrame() {
        return drops.last();
    }

    /// Counts a drop, by whoever decides it.
    public void drop(Layer layer, Verdict verdict) {
        drops.drop(layer, verdict);
    }

    /// Tells the sender of a packet what is wrong with it, where that is allowed.
    public void problem(Packet packet, Problem problem, int pointer, long nowNs) {
        if (control != null) {
            control.problem(packet, problem, pointer, nowNs);
        }
    }

    /// An ICMP message says that a packet of ours failed.
    ///
    /// @return whether that may be true
    public boolean failed(Failure failure, long nowNs) {
        return failures.failed(failure, nowNs);
    }

    /// Lowers the path MTU to a destination: a black hole was found.
    ///
    /// @return what it is now, 0 if it cannot be that
    public int pathMtu(long hi, long lo, int mtu, long nowNs) {
        return failures.pathMtu(hi, lo, mtu, nowNs);
    }

    /// What the protocols that control IP read and change of it.
    public Discovery discovery() {
        return discovery;
    }

    public IpSettings settings() {
        return settings;
    }

    @Nullable
    Upper upper(int protocol) {
        return uppers[protocol];
    }

    Control control() {
        return Objects.requireNonNull(control, "control");
    }

    /// Something that ways come from has changed.
    void changed() {
        ways.changed();
    }

    public long deadlineNs() {
        long nextNs = Math.min(neighbors.deadlineNs(), tests.deadlineNs());
        nextNs = Math.min(nextNs, Math.min(routes.deadlineNs(), reassembly.deadlineNs()));
        return control == null ? nextNs : Math.min(nextNs, control.deadlineNs());
    }

    public void expire(long nowNs) {
        neighbors.expire(nowNs);
        tests.expire(nowNs);
        if (routes.expire(nowNs)) {
            changed();
        }
        reassembly.expire(nowNs);
        if (control != null) {
            control.expire(nowNs);
        }
    }

    /// Turns router advertisements on a link on or off: routers, prefixes and addresses come from them (RFC 4861 §6.3).
    public void acceptAdvertisements(int link, boolean accept, long nowNs) {
        links.acceptAdvertisements(link, accept);
        if (accept) {
            linkLocal(link, nowNs);
            control().discover(link, nowNs);
        } else {
            links.solicit(link, 0, Links.NEVER);
        }
        changed();
    }

    /// Adds an address, and the route to its subnet.
    ///
    /// @param prefixLength as written: 0..32 or 0..128
    /// @return false if there is no room
    /// @throws IllegalArgumentException if no host can have that address
    public boolean addAddress(int link, long hi, long lo, int prefixLength, long nowNs) {
        if (!Address.isUnicast(hi, lo) || Address.isLoopback(hi, lo) || link <= LOOPBACK || link >= links.count()) {
            throw new IllegalArgumentException("address " + Address.print(hi, lo) + " on link " + link);
        }
        Prefix prefix = Prefix.around(hi, lo, prefixLength);
        boolean v4 = Address.isV4(hi, lo);
        if (addresses.find(link, hi, lo) >= 0) {
            return true;
        }
        if (!v4 && !Address.isLinkLocal(hi, lo)) {
            linkLocal(link, nowNs);
        }
        int address = addresses.add(link, hi, lo, prefix.length(), Addresses.MANUAL, tests.first(v4));
        if (address < 0) {
            return false;
        }
        tests.start(address, nowNs);
        changed();
        return prefix.length() == 128 || routes.put(prefix, link, 0, 0, 0, Routes.MANUAL, Links.NEVER) >= 0;
    }

    /// RFC 4862 §5.3: each link that speaks IPv6 has an address of its own.
    private void linkLocal(int link, long nowNs) {
        long lo = MacAddress.interfaceId(links.settings(link).mac());
        if (addresses.find(link, Address.LINK_LOCAL_HI, lo) < 0) {
            int address = addresses.add(link, Address.LINK_LOCAL_HI, lo, 64, Addresses.LINK_LOCAL, tests.first(false));
            if (address >= 0) {
                tests.start(address, nowNs);
            }
        }
    }

    public void removeAddress(int link, long hi, long lo) {
        int address = addresses.find(link, hi, lo);
        if (address >= 0) {
            addresses.remove(address);
            changed();
        }
    }

    /// Adds a route or changes it.
    ///
    /// @param nextHi nextLo the next hop, 0 and 0 if the destinations are on the link
    public boolean addRoute(Prefix prefix, int link, long nextHi, long nextLo, int metric) {
        changed();
        return routes.put(prefix, link, nextHi, nextLo, metric, Routes.MANUAL, Links.NEVER) >= 0;
    }

    public void removeRoute(Prefix prefix, int link, long nextHi, long nextLo) {
        int route = routes.find(prefix, link, nextHi, nextLo);
        if (route >= 0) {
            routes.remove(route);
            changed();
        }
    }

    /// What ARP and the neighbor table ask of this host.
    private final class Host implements ArpHost, Resolver {
        @Override
        public boolean answers(int link, long lo) {
            return addresses.usable(link, 0, lo);
        }

        @Override
        public long asks(int link, long targetLo) {
            int best = -1;
            for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
                if (addresses.link(i) == link
                        && addresses.v4(i)
                        && addresses.state(i).usable()
                        && (best < 0 || addresses.covers(i, 0, targetLo) && !addresses.covers(best, 0, targetLo))) {
                    best = i;
                }
            }
            return best < 0 ? 0 : addresses.lo(best);
        }

        @Override
        public boolean onLink(int link, long lo) {
            return Address.isUnicast(0, lo)
                    && !Address.isLoopback(0, lo)
                    && !addresses.usable(-1, 0, lo)
                    && !addresses.broadcast(link, lo)
                    && (addresses.onLink(link, 0, lo) || onRoute(link, lo));
        }

        private boolean onRoute(int link, long lo) {
            int route = routes.best(0, lo, link, Long.MIN_VALUE);
            return route >= 0 && routes.nextHi(route) == 0 && routes.nextLo(route) == 0;
        }

        @Override
        public void claimed(int link, long lo, boolean probe, long nowNs) {
            int address = addresses.find(link, 0, lo);
            if (address >= 0) {
                tests.conflict(address, probe, nowNs);
            }
        }

        @Override
        public void solicit(int link, long hi, long lo, long mac, long nowNs) {
            if (Address.isV4(hi, lo)) {
                arp.ask(link, lo, mac);
            } else if (control != null) {
                control.solicit(link, hi, lo, mac, nowNs);
            }
        }

        @Override
        public void undeliverable(int link, MemorySegment frame, long at, int length, long nowNs) {
            failures.undeliverable(link, frame, at, length, nowNs);
        }
    }
}
