// Long: all that others see of IP.
package netkeep.engine.ip;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Luck;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.neighbor.Arp;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.neighbor.Links;
import netkeep.engine.neighbor.Neighbors;
import netkeep.ring.Ledger;
import netkeep.ring.Pieces;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Icmp4Message;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
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

    private static final int FLOW_LABEL = 0xF_FFFF;

    // Apart from all else that is hashed with the engine's key.
    private static final long LABELS = 7L << 56;

    private final Luck luck;
    private final Links links;
    private final Neighbors neighbors;
    // What [Host] reads, for those who stand below.
    final Arp arp;
    final Addresses addresses;
    final Routes routes;
    final AddressTests tests;
    final Failures failures;
    private final Reassembly reassembly;
    private final Discovery discovery;
    private final Views views;
    private final Setup setup;
    private final Ways ways;
    private final Output output;
    private final Ipv4Input v4;
    private final Ipv6Input v6;
    private final Drops drops;
    private final Filter filter;
    private final NameAdvice nameAdvice;
    private final IpSettings settings;
    private final @Nullable Upper[] uppers = new Upper[256];
    private @Nullable Control control;
    private @Nullable Configurer configurer;
    // Scratch of one frame.
    private final Packet packet = new Packet();
    // Scratch of one frame.
    private int owner;
    private boolean read;
    private boolean brought;
    private boolean copy;
    private int etherType;
    private boolean toAll;
    private boolean reports = true;

    /// @param links all links, by their numbers; the first is [LinkSettings#LOOPBACK]
    public Ip(
            Ledger ledger, Counters counters, Luck luck, Outgoing outgoing, IpSettings settings, LinkSettings[] links) {
        this.settings = settings;
        this.luck = luck;
        this.drops = new Drops(counters);
        this.links = new Links(ledger, luck, links);
        Host host = new Host(this);
        this.neighbors = new Neighbors(ledger, settings.neighbors(), this.links, luck, outgoing, host);
        this.arp = new Arp(this.links, neighbors, outgoing, host);
        this.addresses = new Addresses(ledger, settings.addresses(), luck, this.links);
        this.routes = new Routes(ledger, settings.routes(), luck, neighbors);
        Destinations destinations = new Destinations(ledger, settings.destinations(), luck);
        Identifiers identifiers = new Identifiers(ledger, luck);
        this.reassembly = new Reassembly(this, ledger, counters, luck, outgoing, settings);
        this.tests = new AddressTests(this, addresses, this.links, luck, arp, settings.optimistic());
        this.failures = new Failures(this, this.links, destinations);
        this.ways = new Ways(this.links, addresses, routes, destinations, neighbors);
        this.output = new Output(this.links, counters, neighbors, outgoing, identifiers, settings);
        Memberships memberships = new Memberships(ledger, settings, luck);
        Groups groups = new Groups(ledger, Memberships.count(settings), luck, memberships);
        Queriers queriers = new Queriers(ledger, links.length);
        this.discovery = new Discovery(
                this, this.links, neighbors, addresses, routes, destinations, tests, groups, queriers, luck);
        this.views = new Views(this, neighbors, destinations, groups);
        this.setup = new Setup(this, this.links, addresses, routes, tests, memberships, groups, queriers, ways);
        this.filter = new Filter(this, ledger, settings.exchanges(), counters, luck);
        this.nameAdvice = new NameAdvice(ledger);
        this.v4 = new Ipv4Input(this, counters, addresses, groups, reassembly);
        this.v6 = new Ipv6Input(this, counters, addresses, groups, reassembly);
    }

    /// How many records the tables have, in the order in which they are laid: for [Ledger#length].
    public static int[] counts(IpSettings settings, int links) {
        int[] reassembly = Reassembly.counts(settings);
        int[] filter = Filter.counts(settings);
        return new int[] {
            links,
            settings.neighbors(),
            settings.addresses(),
            settings.routes(),
            settings.destinations(),
            Identifiers.COUNT,
            reassembly[0],
            reassembly[1],
            Memberships.count(settings),
            Memberships.count(settings),
            2 * links,
            filter[0],
            filter[1],
            filter[2],
            filter[3],
            NameAdvice.COUNT
        };
    }

    /// Octets of their slots.
    public static int[] slots() {
        int[] reassembly = Reassembly.slots();
        int[] filter = Filter.slots();
        return new int[] {
            Links.SLOT,
            Neighbors.slot(),
            Addresses.SLOT,
            Routes.SLOT,
            Destinations.SLOT,
            Identifiers.SLOT,
            reassembly[0],
            reassembly[1],
            Memberships.SLOT,
            Groups.SLOT,
            Queriers.SLOT,
            filter[0],
            filter[1],
            filter[2],
            filter[3],
            NameAdvice.SLOT
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

    /// Registers who gets addresses from servers.
    public void configurer(Configurer by) {
        configurer = by;
    }

    /// A frame of `length` octets arrived; nothing of it is kept.
    ///
    /// @param headers a private copy of its first octets, 256 at most, from its virtio header on
    /// @param frames  where the whole frame lies, from `at` on, and its owner may still write
    public void arrives(int link, MemorySegment headers, MemorySegment frames, long at, int length, long nowNs) {
        drops.begin();
        read = false;
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
        toAll = MacAddress.isMulticast(to) && !settings.loopback();
        // 802.1Q §6.9: a tag of VLAN 0 tells a priority only.
        if (vlan != Math.max(settings.vlan(), 0) || !toAll && to != settings.mac() && !settings.loopback()) {
            drop(Layer.LINK, Verdict.NOT_OURS);
            return;
        }
        fill(link, settings, headers, frames, at, length, inner);
        etherType = type;
        read = true;
        int groupLink = settings.loopback() ? looped(headers) : link;
        switch (type) {
            case EthernetHeader.IPV4 -> v4.arrives(packet, settings.loopback(), toAll, groupLink, nowNs);
            case EthernetHeader.IPV6 -> v6.arrives(packet, settings.loopback(), toAll, groupLink, nowNs);
            case EthernetHeader.ARP -> {
                verdict = settings.loopback()
                        ? Verdict.UNKNOWN_ETHER_TYPE
                        : arp.arrives(link, headers, inner, length - inner, copy, nowNs);
                if (verdict != Verdict.OK) {
                    drop(Layer.ARP, verdict);
                }
            }
            default -> drop(Layer.LINK, Verdict.UNKNOWN_ETHER_TYPE);
        }
    }

    /// Where octets of the frame that arrives next may lie, besides.
    public Landing landing() {
        return packet.landing;
    }

    private void fill(
            int link, LinkSettings settings, MemorySegment headers, MemorySegment frames, long at, int length, int ip) {
        int flags = VirtioNetHeader.flags(headers, 0);
        packet.headers = headers;
        packet.lies(frames, at);
        packet.length = length;
        packet.link = link;
        packet.ip = ip;
        packet.vouched =
                settings.checksums() && (flags & (VirtioNetHeader.NEEDS_CSUM | VirtioNetHeader.DATA_VALID)) != 0;
        packet.segmentSize = VirtioNetHeader.gsoType(headers, 0) == VirtioNetHeader.GSO_NONE
                ? 0
                : VirtioNetHeader.gsoSize(headers, 0);
        packet.assembled = false;
        packet.protocol = 0;
        packet.piece = false;
        packet.brought = brought;
        packet.copy = copy;
        packet.multicast = false;
        packet.broadcast = false;
        packet.routerAlert = -1;
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

    /// Labels what is laid down for a path next as its flow's: the same label for all packets between these ports, also
    /// after a death, and none that can be guessed (RFC 6437 §3). IPv4 has no labels.
    public void label(Path path, int protocol, int localPort, int remotePort) {
        if (path.v6) {
            long ports = (long) protocol << 32 | (long) localPort << 16 | remotePort;
            long hash = luck.hash(path.sourceHi, path.sourceLo, path.destinationHi, path.destinationLo, LABELS | ports);
            // Zero would say that there is no label.
            path.flow = Math.max(1, (int) hash & FLOW_LABEL);
        }
    }

    /// Lays down zeros for the virtio header, the Ethernet header and the IP header, from `at` on.
    ///
    /// @param hops         0 for the default, -1 for none: it stays within this host
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
        // RFC 4862 §5.4.5: nothing of IPv6 leaves by a link on which it is disabled.
        return path.v6 && addresses.disabled(path.link) ? output.discard(path) : output.send(path, frame);
    }

    /// Whether an address is one of this host, or of those that it stands for.
    public boolean local(long hi, long lo) {
        return Address.isLoopback(hi, lo) || addresses.takes(-1, hi, lo);
    }

    /// Has this host stand for all others: from now on what comes by a link is for it, whatever unicast address it has,
    /// and sockets may have any address there. For a gateway that ends connections, whose other side is one host.
    /// No record tells a successor of this: there is none.
    public void standForAll(int link) {
        addresses.standForAll(link);
        ways.changed();
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

    /// What is above hears nothing from a destination behind a neighbor: advice to look whether it is alive.
    ///
    /// @param neighbor of a [Path]
    public void doubted(int neighbor) {
        if (neighbor >= 0) {
            neighbors.doubt(neighbor);
        }
    }

    /// Why the last frame was dropped, [Verdict#OK] if it was not.
    public Verdict verdictOfLastFrame() {
        return drops.last();
    }

    /// Whether the stack of number `stack` may take a packet whose flow `owner` owns: it is its own, or came from this
    /// host or in fragments, unless these are brought to the right one. If not, nobody here takes it or answers it.
    ///
    /// @param exact whether they are
    public boolean mayTake(Packet packet, int stack, int owner, boolean exact) {
        if (owner == stack || !exact && (packet.link == LOOPBACK || packet.assembled)) {
            return true;
        }
        this.owner = owner;
        drops.elsewhere();
        return false;
    }

    /// Frames from now on were taken by another stack, or are this stack's own again.
    ///
    /// @param copies whether they are brought to all stacks: nothing that answers a question, or says what is wrong
    ///               with a packet, is sent here
    public void brings(boolean another, boolean copies) {
        brought = another;
        copy = copies;
    }

    /// Whether all stacks are to see the last frame: answers of neighbors and routers, fragments, what is sent to many,
    /// and what ICMP tells, but for a request for an echo, which one of them answers.
    public boolean spreads() {
        boolean all = toAll || packet.multicast || packet.broadcast || packet.piece;
        return read && (all || etherType == EthernetHeader.ARP || told());
    }

    private boolean told() {
        boolean icmp = packet.protocol == (packet.v6 ? IpProtocol.ICMPV6 : IpProtocol.ICMPV4);
        if (!icmp || packet.upper >= Packet.COPIED) {
            return false;
        }
        int echo = packet.v6 ? Icmp6Message.ECHO_REQUEST : Icmp4Message.ECHO_REQUEST;
        return Icmp4Message.type(packet.headers, packet.upper) != echo;
    }

    /// Has senders told of fragments that did not come, and what came in fragments answered, or leaves it to another
    /// stack, which gets all that this one does.
    public void reports(boolean fragments) {
        reports = fragments;
    }

    boolean reports() {
        return reports;
    }

    /// The stack that is to have the last frame, where its verdict was [Verdict#ELSEWHERE].
    public int ownerOfLastFrame() {
        return owner;
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

    /// Which packets pass.
    public Filter filter() {
        return filter;
    }

    /// What others on our links say of names.
    public NameAdvice nameAdvice() {
        return nameAdvice;
    }

    /// Whether a packet belongs to what its protocol has admitted before.
    boolean knows(Packet packet, int protocol) {
        Upper upper = uppers[protocol];
        return upper != null && upper.knows(packet);
    }

    /// Whether a packet is for a session that a rule means.
    boolean reaches(Packet packet, int protocol, Rule rule) {
        Upper upper = uppers[protocol];
        return upper != null && upper.reaches(packet, rule);
    }

    /// Tells the sender of a packet that a rule refuses it, as often as errors may be told.
    void refuse(Packet packet, int protocol, long nowNs) {
        Upper upper = uppers[protocol];
        if (protocol != IpProtocol.TCP) {
            problem(packet, Problem.PROHIBITED, 0, nowNs);
        } else if (upper != null && control().mayAnswer(packet, nowNs)) {
            upper.refuse(packet, nowNs);
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
        return failures.pathMtu(hi, lo, mtu, true, nowNs);
    }

    /// A packet of `mtu` octets arrived at a destination, larger than [Path#sure].
    public void passed(long hi, long lo, int mtu, long nowNs) {
        failures.passed(hi, lo, mtu, nowNs);
    }

    /// What the protocols that control IP read and change of it.
    public Discovery discovery() {
        return discovery;
    }

    /// What IP knows, for people to look at.
    public Views views() {
        return views;
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

    /// Whether somebody waits for what servers say on a link.
    @Nullable
    Configurer configurer(int link) {
        return configurer != null && configurer.listens(link) ? configurer : null;
    }

    /// Something that ways come from has changed.
    void changed() {
        ways.changed();
    }

    public long deadlineNs() {
        long nextNs = Math.min(neighbors.deadlineNs(), tests.deadlineNs());
        nextNs = Math.min(nextNs, Math.min(routes.deadlineNs(), reassembly.deadlineNs()));
        nextNs = control == null ? nextNs : Math.min(nextNs, control.deadlineNs());
        return configurer == null ? nextNs : Math.min(nextNs, configurer.deadlineNs());
    }

    public void expire(long nowNs) {
        neighbors.expire(nowNs);
        if (control != null) {
            // Before an address is asked for, its group is told: else a switch would not bring the answer.
            control.expire(nowNs);
        }
        tests.expire(nowNs);
        discovery.expire(nowNs);
        reassembly.expire(nowNs);
        if (configurer != null) {
            configurer.expire(nowNs);
        }
    }

    /// Adds an address, and the route to its subnet.
    ///
    /// @param prefixLength as written: 0..32 or 0..128
    /// @return false if there is no room
    /// @throws IllegalArgumentException if no host can have that address
    public boolean addAddress(int link, long hi, long lo, int prefixLength, long nowNs) {
        return setup.addAddress(link, hi, lo, prefixLength, nowNs);
    }

    /// Removes an address, and the route to its subnet if it was the last one there.
    public void removeAddress(int link, long hi, long lo, long nowNs) {
        setup.removeAddress(link, hi, lo, nowNs);
    }

    /// Adds a route or changes it.
    ///
    /// @param nextHi the next hop, 0 and 0 if the destinations are on the link
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

    /// Several sessions share the room for joins: one of them may have half of what the others leave.
    ///
    /// @param sockets in a row that are one session's, from 0 on
    public void shareJoins(int sockets) {
        setup.shareJoins(sockets);
    }

    /// A socket joins a group, or one source of it.
    ///
    /// @param owner the socket, 0 or more
    /// @param link  0 for the one that the group's packets leave by
    /// @param what  0 any source, 1 only `source`, 2 all but `source` from now on, 3 that one again
    public Joined join(int owner, int link, long hi, long lo, int what, long sourceHi, long sourceLo, long nowNs) {
        return setup.join(owner, link, hi, lo, what, sourceHi, sourceLo, nowNs);
    }

    /// A socket leaves a group (`what` 0) or one source of it (1).
    public Joined leave(int owner, int link, long hi, long lo, int what, long sourceHi, long sourceLo, long nowNs) {
        return setup.leave(owner, link, hi, lo, what, sourceHi, sourceLo, nowNs);
    }

    /// A socket goes: it leaves all groups.
    public void leaveAll(int owner, long nowNs) {
        setup.leaveAll(owner, nowNs);
    }

    /// Whether a socket wants what a source sends to a group, arriving on a link.
    public boolean accepts(int owner, int link, long hi, long lo, long sourceHi, long sourceLo) {
        return setup.accepts(owner, link, hi, lo, sourceHi, sourceLo);
    }

    /// Whether routers of a link are listened to.
    public boolean acceptsAdvertisements(int link) {
        return links.acceptsAdvertisements(link);
    }

    /// Turns router advertisements on a link on or off: routers, prefixes and addresses come from them (RFC 4861
    /// §6.3).
    public void acceptAdvertisements(int link, boolean accept, long nowNs) {
        links.acceptAdvertisements(link, accept);
        if (accept) {
            setup.linkLocal(link, nowNs);
            control().discover(link, nowNs);
        } else {
            links.solicit(link, 0, Links.NEVER);
        }
        changed();
    }

    Setup setup() {
        return setup;
    }
}
