package netkeep.engine.ip;

import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.neighbor.Links;
import netkeep.engine.neighbor.Neighbors;
import netkeep.wire.Address;
import netkeep.wire.MacAddress;
import org.jspecify.annotations.Nullable;

/// Finds the way of packets to a destination: link, next hop, source and MTU; and remembers it.
final class Ways {
    /// A power of two.
    private static final int REMEMBERED = 1024;

    private static final int LOOPBACK = 0;

    private final Links links;
    private final Addresses addresses;
    private final Routes routes;
    private final Destinations destinations;
    private final Neighbors neighbors;
    private final Sources sources;
    // Derived: what was found, until anything that it came from changes.
    private final @Nullable Way[] ways = new Way[REMEMBERED];
    // Derived: grows with each such change.
    private long version;

    Ways(Links links, Addresses addresses, Routes routes, Destinations destinations, Neighbors neighbors) {
        this.links = links;
        this.addresses = addresses;
        this.routes = routes;
        this.destinations = destinations;
        this.neighbors = neighbors;
        this.sources = new Sources(addresses);
    }

    /// An address, a route, an MTU or a redirect has changed.
    void changed() {
        version++;
    }

    boolean path(
            Path into, long sourceHi, long sourceLo, long destinationHi, long destinationLo, int link, long nowNs) {
        long mix = (destinationLo ^ destinationHi * 31 ^ sourceLo * 17 ^ sourceHi ^ link) * 0x9E37_79B9_7F4A_7C15L;
        Way way = ways[(int) (mix >>> 54)];
        if (way == null) {
            way = new Way();
            ways[(int) (mix >>> 54)] = way;
        }
        long current = version + neighbors.departures();
        if (way.version != current
                || nowNs >= way.untilNs
                || !way.answers(sourceHi, sourceLo, destinationHi, destinationLo, link)) {
            way.version = -1;
            way.askedHi = sourceHi;
            way.askedLo = sourceLo;
            way.askedLink = link;
            way.destinationHi = destinationHi;
            way.destinationLo = destinationLo;
            if (!find(way, nowNs)) {
                return false;
            }
            way.version = version + neighbors.departures();
        }
        tell(way, into, nowNs);
        return true;
    }

    private void tell(Way way, Path into, long nowNs) {
        LinkSettings settings = links.settings(way.link);
        into.link = way.link;
        into.mtu = way.mtu;
        into.sure = way.sure;
        into.cut = way.cut;
        into.sourceHi = way.sourceHi;
        into.sourceLo = way.sourceLo;
        into.destinationHi = way.destinationHi;
        into.destinationLo = way.destinationLo;
        into.v6 = !Address.isV4(way.destinationHi, way.destinationLo);
        into.flow = 0;
        into.neighbor = way.neighbor;
        into.checksums = settings.checksums();
        into.segments = settings.segments();
        into.udpSegments = settings.udpSegments();
        into.multicast = way.multicast;
        into.broadcast = way.broadcast;
        into.loop = way.multicast || way.broadcast;
        if (way.neighbor < 0) {
            into.mac = way.mac;
            into.resolved = true;
        } else {
            into.resolved = neighbors.use(way.neighbor, way.sourceHi, way.sourceLo, nowNs);
            into.mac = neighbors.mac(way.neighbor);
        }
    }

    /// Fills in what is found. False if there is no way.
    private boolean find(Way way, long nowNs) {
        long hi = way.destinationHi;
        long lo = way.destinationLo;
        way.multicast = false;
        way.broadcast = false;
        way.cut = false;
        way.neighbor = -1;
        way.mac = 0;
        way.untilNs = Links.NEVER;
        if (Address.isUnspecified(hi, lo) || otherFamily(way)) {
            return false;
        }
        if (Address.isLoopback(hi, lo) || addresses.usable(-1, hi, lo)) {
            way.link = LOOPBACK;
            way.mtu = links.settings(LOOPBACK).mtu();
            way.sure = way.mtu;
            return source(way, hi, lo, nowNs);
        }
        if (Address.isMulticast(hi, lo)) {
            way.multicast = true;
            return group(way, MacAddress.ofMulticast(hi, lo), nowNs);
        }
        if (Address.isBroadcast(hi, lo) || hi == 0 && addresses.broadcast(outgoing(way), lo)) {
            way.broadcast = true;
            return group(way, MacAddress.BROADCAST, nowNs);
        }
        return unicast(way, hi, lo, nowNs);
    }

    /// Whether the source that is asked for is of the other version of IP: no header holds both.
    private static boolean otherFamily(Way way) {
        return !Address.isUnspecified(way.askedHi, way.askedLo)
                && Address.isV4(way.askedHi, way.askedLo) != Address.isV4(way.destinationHi, way.destinationLo);
    }

    /// The link that packets to a group leave by if nothing else says it, -1 for none.
    int groupLink(long hi, long lo, long nowNs) {
        int route = routes.best(hi, lo, 0, nowNs);
        return route >= 0 ? routes.link(route) : first(hi, lo);
    }

    private boolean group(Way way, long mac, long nowNs) {
        way.link = outgoing(way);
        if (way.link < 0) {
            way.link = groupLink(way.destinationHi, way.destinationLo, nowNs);
        }
        if (way.link <= 0) {
            return false;
        }
        way.mac = mac;
        mtu(way, nowNs);
        return source(way, way.destinationHi, way.destinationLo, nowNs);
    }

    private boolean unicast(Way way, long hi, long lo, long nowNs) {
        long nextHi = hi;
        long nextLo = lo;
        int destination = destinations.find(hi, lo);
        int wanted = outgoing(way);
        if (destination >= 0
                && destinations.redirected(destination, nowNs)
                && (wanted < 0 || wanted == destinations.nextLink(destination))) {
            way.link = destinations.nextLink(destination);
            nextHi = destinations.nextHi(destination);
            nextLo = destinations.nextLo(destination);
            way.untilNs = Math.min(way.untilNs, destinations.nextUntilNs(destination));
        } else if (hi >>> 54 == 0x3FA) {
            // RFC 4291 §2.5.6: each link has its own fe80::/10, so that the link must be told; without that, the first.
            way.link = wanted >= 0 ? wanted : first(hi, lo);
            if (way.link <= 0) {
                return false;
            }
        } else {
            int route = routes.best(hi, lo, Math.max(wanted, 0), nowNs);
            if (route < 0) {
                return false;
            }
            way.link = routes.link(route);
            way.untilNs = Math.min(way.untilNs, routes.validNs(route));
            if (routes.nextHi(route) != 0 || routes.nextLo(route) != 0) {
                nextHi = routes.nextHi(route);
                nextLo = routes.nextLo(route);
            }
        }
        mtu(way, nowNs);
        if (!source(way, hi, lo, nowNs)) {
            return false;
        }
        way.neighbor = neighbors.enter(way.link, nextHi, nextLo, nowNs);
        return way.neighbor >= 0;
    }

    /// The link that a packet must leave by, -1 if any will do. A source that is ours ties it to the link that has the
    /// source: the strong end system model (RFC 1122 §3.3.4.2).
    private int outgoing(Way way) {
        if (way.askedLink != 0) {
            return way.askedLink < links.count() ? way.askedLink : -1;
        }
        if (Address.isUnspecified(way.askedHi, way.askedLo)) {
            return -1;
        }
        int address = addresses.find(-1, way.askedHi, way.askedLo);
        return address < 0 ? -1 : addresses.link(address);
    }

    /// The first link with an address of the destination's family, -1 for none.
    private int first(long hi, long lo) {
        boolean v4 = Address.isV4(hi, lo);
        int first = -1;
        for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
            if (addresses.v4(i) == v4 && addresses.state(i).usable() && (first < 0 || addresses.link(i) < first)) {
                first = addresses.link(i);
            }
        }
        return first;
    }

    private void mtu(Way way, long nowNs) {
        boolean v4 = Address.isV4(way.destinationHi, way.destinationLo);
        way.mtu = v4 ? links.mtu4(way.link) : links.mtu6(way.link);
        way.sure = way.mtu;
        int destination = destinations.find(way.destinationHi, way.destinationLo);
        if (destination >= 0) {
            int known = destinations.mtu(destination, nowNs);
            if (known != 0) {
                way.mtu = Math.min(way.mtu, known);
                way.cut = destinations.cut(destination);
                way.untilNs = Math.min(way.untilNs, destinations.mtuUntilNs(destination));
                way.sure = way.mtu;
            } else if (destinations.guess(destination) != 0) {
                way.sure = Math.min(way.mtu, destinations.guess(destination));
            }
        }
    }

    /// Takes the source that was asked for, or chooses one.
    private boolean source(Way way, long hi, long lo, long nowNs) {
        way.sourceHi = way.askedHi;
        way.sourceLo = way.askedLo;
        if (!Address.isUnspecified(way.askedHi, way.askedLo)) {
            // No link has a loopback address: what comes from one leaves this host no way (RFC 1122 §3.2.1.3 (g),
            // RFC 4291 §2.5.3).
            return way.link == LOOPBACK || addresses.takes(way.link, way.askedHi, way.askedLo);
        }
        if (way.link == LOOPBACK) {
            way.sourceHi = hi;
            way.sourceLo = hi == 0 && lo >>> 32 == 0xFFFF && Address.isLoopback(hi, lo) ? Address.V4 | 0x7F000001L : lo;
            return true;
        }
        int address = sources.choose(way.link, hi, lo, nowNs);
        if (address < 0) {
            return false;
        }
        way.sourceHi = addresses.hi(address);
        way.sourceLo = addresses.lo(address);
        if (addresses.preferredNs(address) > nowNs) {
            way.untilNs = Math.min(way.untilNs, addresses.preferredNs(address));
        }
        return true;
    }
}
