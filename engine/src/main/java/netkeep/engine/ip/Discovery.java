package netkeep.engine.ip;

import static java.util.concurrent.TimeUnit.SECONDS;

import netkeep.engine.ledger.Luck;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.neighbor.Links;
import netkeep.engine.neighbor.Neighbors;
import netkeep.wire.Address;
import netkeep.wire.MacAddress;
import netkeep.wire.Prefix;

/// What the protocols that control IP read and change of it: neighbors, addresses under test, routers, redirects.
public final class Discovery {
    // What routers may make us remember, so that a hostile one cannot fill the tables (RFC 6104, RFC 4861 §11).
    private static final int MOST_ROUTES = 32;
    private static final int MOST_ADDRESSES = 16;

    private static final int ROUTER_METRIC = 1024;

    private static final long TWO_HOURS_NS = SECONDS.toNanos(7200);
    private static final long INFINITE = 0xFFFF_FFFFL;

    private final Ip ip;
    private final Links links;
    private final Neighbors neighbors;
    private final Addresses addresses;
    private final Routes routes;
    private final Destinations destinations;
    private final AddressTests tests;
    private final Sources sources;
    private final Groups groups;
    private final Queriers queriers;
    private final Luck luck;

    Discovery(
            Ip ip,
            Links links,
            Neighbors neighbors,
            Addresses addresses,
            Routes routes,
            Destinations destinations,
            AddressTests tests,
            Groups groups,
            Queriers queriers,
            Luck luck) {
        this.ip = ip;
        this.links = links;
        this.neighbors = neighbors;
        this.addresses = addresses;
        this.routes = routes;
        this.destinations = destinations;
        this.tests = tests;
        this.sources = new Sources(addresses);
        this.groups = groups;
        this.queriers = queriers;
        this.luck = luck;
    }

    public Groups groups() {
        return groups;
    }

    public Queriers queriers() {
        return queriers;
    }

    public Links links() {
        return links;
    }

    public Neighbors neighbors() {
        return neighbors;
    }

    public Luck luck() {
        return luck;
    }

    /// What an address is to that link: [AddressState#FREE] if it is none of ours.
    public AddressState addressState(int link, long hi, long lo) {
        int address = addresses.find(link, hi, lo);
        return address < 0 ? AddressState.FREE : addresses.state(address);
    }

    /// Whether IPv6 is disabled on a link (RFC 4862 §5.4.5).
    public boolean disabled(int link) {
        return addresses.disabled(link);
    }

    /// What our own questions about an address carry.
    public long nonce(int link, long hi, long lo) {
        return addresses.nonce(addresses.find(link, hi, lo));
    }

    /// Somebody else uses an address of ours.
    public void conflict(int link, long hi, long lo, long nowNs) {
        tests.conflict(addresses.find(link, hi, lo), false, nowNs);
    }

    /// Fills in a path straight to a station of a link.
    public void direct(
            Path into, int link, long sourceHi, long sourceLo, long destinationHi, long destinationLo, long mac) {
        LinkSettings settings = links.settings(link);
        into.link = link;
        into.mtu = settings.mtu();
        into.sure = into.mtu;
        into.sourceHi = sourceHi;
        into.sourceLo = sourceLo;
        into.destinationHi = destinationHi;
        into.destinationLo = destinationLo;
        into.v6 = !Address.isV4(destinationHi, destinationLo);
        into.flow = 0;
        into.mac = mac;
        into.neighbor = -1;
        into.resolved = true;
        into.checksums = settings.checksums();
        into.segments = settings.segments();
        into.udpSegments = settings.udpSegments();
        into.multicast = Address.isMulticast(destinationHi, destinationLo);
        into.broadcast = false;
        into.loop = false;
        into.cut = false;
    }

    /// Fills in a path from an address of ours that may ask for `hi, lo`: the source of the packet that goes there, if
    /// it is the link's (RFC 4861 §7.2.2 (SHOULD)), else the best one that is past its test.
    ///
    /// @return false if the link has none that is
    public boolean solicitor(Path into, int link, long hi, long lo, long sourceHi, long sourceLo, long nowNs) {
        int address = addresses.find(link, sourceHi, sourceLo);
        if (address < 0 || addresses.state(address) != AddressState.ASSIGNED) {
            address = sources.choose(link, hi, lo, true, nowNs);
        }
        if (address < 0) {
            return false;
        }
        direct(into, link, addresses.hi(address), addresses.lo(address), hi, lo, 0);
        return true;
    }

    /// The link-local address of a link, past its test: what reports of groups come from.
    ///
    /// @return its low half, 0 if there is none
    public long linkLocal(int link) {
        for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
            if (addresses.link(i) == link
                    && addresses.hi(i) == Address.LINK_LOCAL_HI
                    && addresses.state(i) == AddressState.ASSIGNED) {
                return addresses.lo(i);
            }
        }
        return 0;
    }

    /// Low half of an address of IPv4 of that link, 0.0.0.0 if there is none.
    public long v4(int link) {
        for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
            if (addresses.link(i) == link
                    && addresses.v4(i)
                    && addresses.state(i).usable()) {
                return addresses.lo(i);
            }
        }
        return Address.V4;
    }

    /// Takes the MTU that a router tells for a link; the caller has checked it.
    public void mtu(int link, int mtu) {
        links.advertisedMtu(link, mtu);
        ip.changed();
    }

    /// Makes a router the next hop of what has no better route, or no more with a lifetime of 0 (RFC 4861 §6.3.4). What
    /// was set by hand stays.
    ///
    /// @param preference 1 before others, -1 after them: of routers that are as reachable (RFC 4191 §3.2)
    /// @param seconds    0..65535
    public void router(int link, long hi, long lo, int preference, int seconds, long nowNs) {
        int route = routes.find(Prefix.ALL_V6, link, hi, lo);
        if (route >= 0 && routes.origin(route) != Routes.ROUTER) {
            return;
        }
        if (seconds == 0) {
            if (route >= 0) {
                routerGone(link, hi, lo);
            }
        } else if (route >= 0 || told() < MOST_ROUTES) {
            int metric = ROUTER_METRIC - preference * (ROUTER_METRIC / 2);
            routes.put(Prefix.ALL_V6, link, hi, lo, metric, Routes.ROUTER, nowNs + SECONDS.toNanos(seconds));
            ip.changed();
        }
    }

    /// A neighbor is no router any more: all that went there finds another way (RFC 4861 §7.3.3).
    public void routerGone(int link, long hi, long lo) {
        for (int i = routes.after(0); i >= 0; i = routes.after(i + 1)) {
            if (routes.link(i) == link
                    && routes.nextHi(i) == hi
                    && routes.nextLo(i) == lo
                    && routes.origin(i) == Routes.ROUTER) {
                routes.remove(i);
            }
        }
        destinations.forgetNext(link, hi, lo);
        ip.changed();
    }

    /// Ends what has outlived what routers said of it; what was redirected to a router that is none any more goes again
    /// where its route says (RFC 4861 §6.3.5).
    void expire(long nowNs) {
        if (routes.expire(nowNs, destinations)) {
            ip.changed();
        }
    }

    /// A next hop does not answer: what was redirected there goes again where its route says (RFC 1122 §3.3.1.5, RFC
    /// 4861 §7.3.3).
    void nextFailed(int link, long hi, long lo) {
        destinations.forgetNext(link, hi, lo);
        ip.changed();
    }

    /// Notes that the hosts of a prefix are neighbors (RFC 4861 §6.3.4).
    ///
    /// @param seconds 0 ends it, 2^32-1 is for ever
    public void onLink(int link, Prefix prefix, long seconds, long nowNs) {
        int route = routes.find(prefix, link, 0, 0);
        if (route >= 0 && routes.origin(route) != Routes.ROUTER || seconds == 0 && route < 0) {
            return;
        }
        if (seconds == 0) {
            routes.remove(route);
        } else if (route >= 0 || told() < MOST_ROUTES) {
            routes.put(prefix, link, 0, 0, 256, Routes.ROUTER, ends(seconds, nowNs));
        }
        ip.changed();
    }

    /// Makes an address from a router's prefix, or changes how long it lives (RFC 4862 §5.5.3 (d), (e)).
    public void autoconfigure(int link, Prefix prefix, long validSeconds, long preferredSeconds, long nowNs) {
        long lo = MacAddress.interfaceId(links.settings(link).mac());
        int address = addresses.find(link, prefix.hi(), lo);
        if (address < 0) {
            if (validSeconds == 0 || made() >= MOST_ADDRESSES) {
                return;
            }
            address = ip.setup().enter(link, prefix.hi(), lo, 64, Addresses.ROUTER, nowNs);
            if (address < 0) {
                return;
            }
            addresses.lifetimes(address, ends(validSeconds, nowNs), ends(preferredSeconds, nowNs));
        } else if (addresses.origin(address) == Addresses.ROUTER) {
            // (e): a forged advertisement cannot end an address sooner than in two hours.
            long remainingNs = addresses.validNs(address) - nowNs;
            long toldNs = ends(validSeconds, nowNs) - nowNs;
            long validNs = addresses.validNs(address);
            if (toldNs > TWO_HOURS_NS || toldNs > remainingNs) {
                validNs = nowNs + toldNs;
            } else if (remainingNs > TWO_HOURS_NS) {
                validNs = nowNs + TWO_HOURS_NS;
            }
            addresses.lifetimes(address, validNs, ends(preferredSeconds, nowNs));
        }
        tests.wait(address);
        ip.changed();
    }

    /// Takes an address of IPv4 that a server lent, and its subnet, or has them for longer. What was set by hand stays.
    ///
    /// @param prefix as written
    public void lease(int link, long lo, int prefix, long validNs, long nowNs) {
        Prefix subnet = Prefix.around(0, lo, prefix);
        int address = addresses.find(link, 0, lo);
        if (address < 0) {
            address = ip.setup().enter(link, 0, lo, subnet.length(), Addresses.LENT, nowNs);
        }
        if (address >= 0 && addresses.origin(address) == Addresses.LENT) {
            addresses.lifetimes(address, validNs, validNs);
            tests.wait(address);
        }
        tell(subnet, link, 0, 0, validNs);
    }

    /// Gives such an address up.
    ///
    /// @param prefix as written
    public void endLease(int link, long lo, int prefix, long nowNs) {
        int address = addresses.find(link, 0, lo);
        if (address >= 0 && addresses.origin(address) == Addresses.LENT) {
            ip.setup().drop(address, nowNs);
        }
        forget(Prefix.around(0, lo, prefix), link, 0);
    }

    /// A server names a router of IPv4.
    ///
    /// @param metric the lower is preferred
    public void router(int link, long lo, int metric, long validNs) {
        tell(Prefix.ALL_V4, link, lo, metric, validNs);
    }

    /// It does so no more.
    public void endRouter(int link, long lo) {
        forget(Prefix.ALL_V4, link, lo);
    }

    private void tell(Prefix prefix, int link, long nextLo, int metric, long validNs) {
        int route = routes.find(prefix, link, 0, nextLo);
        if (route < 0 || routes.origin(route) == Routes.ROUTER) {
            routes.put(prefix, link, 0, nextLo, metric, Routes.ROUTER, validNs);
            ip.changed();
        }
    }

    private void forget(Prefix prefix, int link, long nextLo) {
        int route = routes.find(prefix, link, 0, nextLo);
        if (route >= 0 && routes.origin(route) == Routes.ROUTER) {
            routes.remove(route);
            ip.changed();
        }
    }

    /// A router names a better next hop for a destination.
    ///
    /// @param fromHi fromLo the router, which must be the next hop in use (RFC 1122 §3.2.2.2, RFC 4861 §8.1)
    /// @return whether it is believed
    public boolean redirect(
            int link, long fromHi, long fromLo, long hi, long lo, long nextHi, long nextLo, long nowNs) {
        if (!Address.isUnicast(nextHi, nextLo)
                || ip.local(nextHi, nextLo)
                || ip.local(hi, lo)
                || !isNextHop(link, fromHi, fromLo, hi, lo, nowNs)) {
            return false;
        }
        // RFC 1122 §3.2.2.2 (SHOULD): the new next hop is a neighbor on the link that the redirect came by; all hosts
        // are none.
        if (Address.isV4(nextHi, nextLo)
                && (!addresses.onLink(link, nextHi, nextLo) || addresses.broadcast(link, nextLo))) {
            return false;
        }
        destinations.redirect(
                hi, lo, link, nextHi, nextLo, nowNs + ip.settings().pathMtuNs(), nowNs);
        ip.changed();
        return true;
    }

    private boolean isNextHop(int link, long fromHi, long fromLo, long hi, long lo, long nowNs) {
        int destination = destinations.find(hi, lo);
        if (destination >= 0 && destinations.redirected(destination, nowNs)) {
            return destinations.nextLink(destination) == link
                    && destinations.nextHi(destination) == fromHi
                    && destinations.nextLo(destination) == fromLo;
        }
        int route = routes.best(hi, lo, link, nowNs);
        return route >= 0 && routes.nextHi(route) == fromHi && routes.nextLo(route) == fromLo;
    }

    private int told() {
        int told = 0;
        for (int i = routes.after(0); i >= 0; i = routes.after(i + 1)) {
            told += routes.origin(i) == Routes.ROUTER ? 1 : 0;
        }
        return told;
    }

    private int made() {
        int made = 0;
        for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
            made += addresses.origin(i) == Addresses.ROUTER ? 1 : 0;
        }
        return made;
    }

    private static long ends(long seconds, long nowNs) {
        return seconds == INFINITE ? Links.NEVER : nowNs + SECONDS.toNanos(seconds);
    }
}
