package netkeep.engine.ip;

import java.util.ArrayList;
import java.util.List;
import netkeep.engine.neighbor.NeighborState;
import netkeep.engine.neighbor.Neighbors;
import netkeep.wire.Address;
import netkeep.wire.Prefix;
import org.jspecify.annotations.Nullable;

/// What IP knows, for people to look at: copies, made when they are asked for.
public final class Views {
    private final Ip ip;
    private final Neighbors neighbors;
    private final Destinations destinations;
    private final Groups groups;

    /// An address of this host.
    ///
    /// @param manual      somebody set it; else it was made for the link, or from what a router told
    /// @param validNs     until when it is ours, `Links.NEVER` for ever
    /// @param preferredNs until when new connections use it
    public record OwnAddress(
            int link,
            Address address,
            int prefixLength,
            AddressState state,
            boolean manual,
            long validNs,
            long preferredNs) {}

    /// A route.
    ///
    /// @param next    the next hop, null if the destinations are on the link
    /// @param told    a router told it
    /// @param validNs until when it holds
    public record Route(Prefix prefix, int link, @Nullable Address next, int metric, boolean told, long validNs) {}

    /// A host on a link.
    public record Neighbor(int link, Address address, long mac, NeighborState state, boolean router) {}

    /// What was learnt of a destination.
    ///
    /// @param mtu  0 for the link's
    /// @param next the next hop that a redirect named, null for the route's
    public record Destination(
            Address address, int mtu, @Nullable Address next) {}

    /// A group that a link listens to.
    ///
    /// @param exclude whether the sources are those that are not heard
    public record Group(int link, Address address, boolean exclude, List<Address> sources) {}

    Views(Ip ip, Neighbors neighbors, Destinations destinations, Groups groups) {
        this.ip = ip;
        this.neighbors = neighbors;
        this.destinations = destinations;
        this.groups = groups;
    }

    public List<OwnAddress> addresses() {
        Addresses all = ip.addresses;
        List<OwnAddress> views = new ArrayList<>();
        for (int i = all.after(0); i >= 0; i = all.after(i + 1)) {
            views.add(new OwnAddress(
                    all.link(i),
                    new Address(all.hi(i), all.lo(i)),
                    all.v4(i) ? all.prefix(i) - 96 : all.prefix(i),
                    all.state(i),
                    all.origin(i) == Addresses.MANUAL,
                    all.validNs(i),
                    all.preferredNs(i)));
        }
        return views;
    }

    public List<Route> routes() {
        Routes all = ip.routes;
        List<Route> views = new ArrayList<>();
        for (int i = all.after(0); i >= 0; i = all.after(i + 1)) {
            views.add(new Route(
                    new Prefix(all.hi(i), all.lo(i), all.length(i)),
                    all.link(i),
                    next(all.nextHi(i), all.nextLo(i)),
                    all.metric(i),
                    all.origin(i) == Routes.ROUTER,
                    all.validNs(i)));
        }
        return views;
    }

    public List<Neighbor> neighbors() {
        List<Neighbor> views = new ArrayList<>();
        for (int i = neighbors.after(0); i >= 0; i = neighbors.after(i + 1)) {
            views.add(new Neighbor(
                    neighbors.link(i),
                    new Address(neighbors.hi(i), neighbors.lo(i)),
                    neighbors.mac(i),
                    neighbors.state(i),
                    neighbors.router(i)));
        }
        return views;
    }

    public List<Destination> destinations(long nowNs) {
        List<Destination> views = new ArrayList<>();
        for (int i = destinations.after(0); i >= 0; i = destinations.after(i + 1)) {
            boolean redirected = destinations.redirected(i, nowNs);
            views.add(new Destination(
                    new Address(destinations.hi(i), destinations.lo(i)),
                    destinations.mtu(i, nowNs),
                    redirected ? next(destinations.nextHi(i), destinations.nextLo(i)) : null));
        }
        return views;
    }

    public List<Group> groups() {
        List<Group> views = new ArrayList<>();
        for (int i = groups.after(0); i >= 0; i = groups.after(i + 1)) {
            List<Address> sources = new ArrayList<>();
            for (int j = 0; j < groups.count(i); j++) {
                if (groups.listed(i, j)) {
                    sources.add(new Address(groups.sourceHi(i, j), groups.sourceLo(i, j)));
                }
            }
            views.add(new Group(
                    groups.link(i),
                    new Address(groups.hi(i), groups.lo(i)),
                    groups.mode(i) == Groups.EXCLUDE,
                    List.copyOf(sources)));
        }
        return views;
    }

    private static @Nullable Address next(long hi, long lo) {
        return hi == 0 && lo == 0 ? null : new Address(hi, lo);
    }
}
