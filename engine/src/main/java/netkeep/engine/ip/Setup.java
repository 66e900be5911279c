package netkeep.engine.ip;

import netkeep.engine.neighbor.Links;
import netkeep.wire.Address;
import netkeep.wire.MacAddress;
import netkeep.wire.Prefix;

/// What is set by hand, and what follows from it: addresses with their routes and groups, routes, memberships.
final class Setup {
    /// Who joins the group in which an address of ours is asked for: no socket has such a number.
    private static final int OWN = 1 << 31;

    private final Ip ip;
    private final Links links;
    private final Addresses addresses;
    private final Routes routes;
    private final AddressTests tests;
    private final Memberships memberships;
    private final Groups groups;
    private final Queriers queriers;
    private final Ways ways;

    Setup(
            Ip ip,
            Links links,
            Addresses addresses,
            Routes routes,
            AddressTests tests,
            Memberships memberships,
            Groups groups,
            Queriers queriers,
            Ways ways) {
        this.ip = ip;
        this.links = links;
        this.addresses = addresses;
        this.routes = routes;
        this.tests = tests;
        this.memberships = memberships;
        this.groups = groups;
        this.queriers = queriers;
        this.ways = ways;
    }

    boolean addAddress(int link, long hi, long lo, int prefixLength, long nowNs) {
        if (!Address.isUnicast(hi, lo) || Address.isLoopback(hi, lo) || link <= 0 || link >= links.count()) {
            throw new IllegalArgumentException("address " + Address.print(hi, lo) + " on link " + link);
        }
        Prefix prefix = Prefix.around(hi, lo, prefixLength);
        if (addresses.find(link, hi, lo) >= 0) {
            return true;
        }
        if (!Address.isV4(hi, lo) && !Address.isLinkLocal(hi, lo)) {
            linkLocal(link, nowNs);
        }
        return enter(link, hi, lo, prefix.length(), Addresses.MANUAL, nowNs) >= 0
                && (prefix.length() == 128 || routes.put(prefix, link, 0, 0, 0, Routes.MANUAL, Links.NEVER) >= 0);
    }

    /// Gives a link the address that each one has which speaks IPv6 (RFC 4862 §5.3).
    void linkLocal(int link, long nowNs) {
        long lo = MacAddress.interfaceId(links.settings(link).mac());
        if (addresses.find(link, Address.LINK_LOCAL_HI, lo) < 0) {
            enter(link, Address.LINK_LOCAL_HI, lo, 64, Addresses.LINK_LOCAL, nowNs);
        }
    }

    /// Enters an address and begins its test.
    ///
    /// @param prefix bits of the subnet, of the address as held
    /// @return its record, -1 if there is no room
    int enter(int link, long hi, long lo, int prefix, int origin, long nowNs) {
        boolean v4 = Address.isV4(hi, lo);
        int address = addresses.add(link, hi, lo, prefix, origin, tests.first());
        if (address < 0) {
            return -1;
        }
        tests.start(address, nowNs);
        if (!v4) {
            // RFC 4862 §5.4.2 (MUST), RFC 4291 §2.8: before the first question about it. It is told just before that,
            // so that hosts which hear one router do not tell together (SHOULD).
            long askedNs = addresses.dueNs(address);
            long toldNs = askedNs == Links.NEVER ? nowNs : askedNs;
            join(OWN | address, link, Address.LINK_GROUP_HI, Address.solicitedNodeLo(lo), 0, 0, 0, toldNs);
        }
        ip.changed();
        return address;
    }

    void removeAddress(int link, long hi, long lo, long nowNs) {
        int address = addresses.find(link, hi, lo);
        if (address < 0) {
            return;
        }
        Prefix prefix = new Prefix(
                hi & Prefix.maskHi(addresses.prefix(address)),
                lo & Prefix.maskLo(addresses.prefix(address)),
                addresses.prefix(address));
        drop(address, nowNs);
        boolean needed = false;
        for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
            needed |= addresses.link(i) == link
                    && addresses.prefix(i) == prefix.length()
                    && prefix.contains(addresses.hi(i), addresses.lo(i));
        }
        int route = routes.find(prefix, link, 0, 0);
        if (!needed && route >= 0 && routes.origin(route) == Routes.MANUAL) {
            routes.remove(route);
        }
    }

    /// Takes an address away, and its group with it; and the reason why IPv6 is disabled on its link, if it was that.
    void drop(int address, long nowNs) {
        if (!addresses.v4(address)) {
            leave(
                    OWN | address,
                    addresses.link(address),
                    Address.LINK_GROUP_HI,
                    Address.solicitedNodeLo(addresses.lo(address)),
                    0,
                    0,
                    0,
                    nowNs);
        }
        int link = addresses.link(address);
        boolean disabled = addresses.disabled(link);
        addresses.remove(address);
        if (disabled && !addresses.disabled(link)) {
            tests.enable(link, nowNs);
        }
        ip.changed();
    }

    void shareJoins(int sockets) {
        memberships.share(sockets);
    }

    Joined join(int owner, int link, long hi, long lo, int what, long sourceHi, long sourceLo, long nowNs) {
        if (!Address.isMulticast(hi, lo)) {
            return Joined.MISMATCH;
        }
        int on = link != 0 ? link : ways.groupLink(hi, lo, nowNs);
        if (on <= 0 || on >= links.count()) {
            return Joined.NO_LINK;
        }
        Joined answer = memberships.join(owner, on, hi, lo, what, sourceHi, sourceLo);
        return answer == Joined.OK && !merge(on, hi, lo, nowNs) ? undo(owner, on, hi, lo) : answer;
    }

    private Joined undo(int owner, int link, long hi, long lo) {
        int membership = memberships.find(owner, link, hi, lo);
        if (membership >= 0) {
            memberships.remove(membership);
        }
        return Joined.FULL;
    }

    Joined leave(int owner, int link, long hi, long lo, int what, long sourceHi, long sourceLo, long nowNs) {
        int on = link != 0 ? link : ways.groupLink(hi, lo, nowNs);
        Joined answer = memberships.leave(owner, on, hi, lo, what, sourceHi, sourceLo);
        if (answer == Joined.OK) {
            merge(on, hi, lo, nowNs);
        }
        return answer;
    }

    /// A socket goes: it leaves all groups.
    void leaveAll(int owner, long nowNs) {
        for (int i = memberships.of(owner, 0); i >= 0; i = memberships.of(owner, i + 1)) {
            int link = memberships.link(i);
            long hi = memberships.hi(i);
            long lo = memberships.lo(i);
            memberships.remove(i);
            merge(link, hi, lo, nowNs);
        }
    }

    /// Makes the state of a group from its memberships.
    ///
    /// @return false if there is no room for the group
    private boolean merge(int link, long hi, long lo, long nowNs) {
        int group = groups.changed(link, hi, lo, queriers.robustness(link, hi != 0));
        if (group >= 0) {
            ip.control().changed(group, nowNs);
        }
        return memberships.first(link, hi, lo) < 0 || groups.find(link, hi, lo) >= 0;
    }

    /// Whether a socket wants what a source sends to a group.
    boolean accepts(int owner, int link, long hi, long lo, long sourceHi, long sourceLo) {
        int membership = memberships.find(owner, link, hi, lo);
        return membership >= 0 && memberships.accepts(membership, sourceHi, sourceLo);
    }
}
