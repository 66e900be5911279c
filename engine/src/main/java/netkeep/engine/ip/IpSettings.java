package netkeep.engine.ip;

import static java.util.concurrent.TimeUnit.SECONDS;

/// How IP behaves: bounds of its tables, and what its protocols leave to choose. Checked once, here.
///
/// @param neighbors    the most hosts on all links that are known
/// @param addresses    the most addresses
/// @param routes       the most routes
/// @param destinations the most hosts that a path MTU or a redirect is remembered for
/// @param memberships  the most joins of all sockets, over all links; what the addresses join has room besides
/// @param exchanges    the most exchanges of datagrams, begun here and as many there, of which the filter knows that
/// they
///                     go on: a power of two, 8 at least
/// @param reassemblies the most packets whose fragments are waited for, even; each has 64 KiB
/// @param hops         the TTL of what we send over IPv4, 1..255
/// @param reassemblyNs how long fragments are waited for: 60 s by RFC 8200 §4.5, 60..120 s by RFC 1122 §3.3.2
/// @param optimistic   addresses are used at once, while it is tested whether others use them (RFC 4429); else first
///                     tested, then used, which takes 1 s for IPv6 (RFC 4862) and up to 9 s for IPv4 (RFC 5227)
/// @param pathMtuNs    how long a path MTU is believed, at least 5 minutes (RFC 8201 §4)
/// @param leastMtu4    the least path MTU that an ICMP message of IPv4 may claim, 68..576
public record IpSettings(
        int neighbors,
        int addresses,
        int routes,
        int destinations,
        int memberships,
        int exchanges,
        int reassemblies,
        int hops,
        long reassemblyNs,
        boolean optimistic,
        long pathMtuNs,
        int leastMtu4) {
    // RFC 1122 §3.2.1.7: the TTL is configurable, and 64 is today's default. RFC 1191 §6.3 has 10 minutes. No path of
    // today has an MTU below 552, and an attacker's claim of 68 would turn each packet into thirty.
    public static final IpSettings DEFAULT =
            new IpSettings(1024, 64, 256, 512, 256, 1024, 16, 64, SECONDS.toNanos(60), true, SECONDS.toNanos(600), 552);

    public IpSettings {
        require(neighbors > 0 && neighbors <= 1 << 16, "neighbors", neighbors);
        require(addresses > 0 && addresses <= 1 << 12, "addresses", addresses);
        require(routes > 0 && routes <= 1 << 16, "routes", routes);
        require(destinations > 0 && destinations <= 1 << 20, "destinations", destinations);
        require(memberships > 0 && memberships <= 1 << 16, "memberships", memberships);
        require(exchanges >= 8 && exchanges <= 1 << 20 && Integer.bitCount(exchanges) == 1, "exchanges", exchanges);
        require(reassemblies > 0 && (reassemblies & 1) == 0 && reassemblies <= 1 << 12, "reassemblies", reassemblies);
        require(hops > 0 && hops < 256, "hops", hops);
        // RFC 1122 §3.3.2 (SHOULD): between 60 and 120 seconds.
        require(
                reassemblyNs >= SECONDS.toNanos(60) && reassemblyNs <= SECONDS.toNanos(120),
                "reassemblyNs",
                reassemblyNs);
        // RFC 8201 §4 (MUST NOT): an increase is not tried within 5 minutes.
        require(pathMtuNs >= SECONDS.toNanos(300), "pathMtuNs", pathMtuNs);
        // RFC 1191 §3 (MUST NOT): never below 68.
        require(leastMtu4 >= 68 && leastMtu4 <= 576, "leastMtu4", leastMtu4);
    }

    public IpSettings withOptimistic(boolean optimistic) {
        return new IpSettings(
                neighbors,
                addresses,
                routes,
                destinations,
                memberships,
                exchanges,
                reassemblies,
                hops,
                reassemblyNs,
                optimistic,
                pathMtuNs,
                leastMtu4);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }
}
