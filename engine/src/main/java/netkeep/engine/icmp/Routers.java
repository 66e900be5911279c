package netkeep.engine.icmp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Discovery;
import netkeep.engine.ip.NameAdvice;
import netkeep.engine.ip.Packet;
import netkeep.engine.neighbor.Links;
import netkeep.engine.neighbor.Neighbors;
import netkeep.wire.Address;
import netkeep.wire.DomainName;
import netkeep.wire.Ipv6Header;
import netkeep.wire.MacAddress;
import netkeep.wire.NdpMessage;
import netkeep.wire.NdpOption;
import netkeep.wire.Prefix;
import netkeep.wire.Verdict;

/// Router discovery, address autoconfiguration and redirects of IPv6: RFC 4861 §6.3 and §8, RFC 4862 §5.5; and
/// what routers say of names, RFC 8106.
final class Routers {
    // RFC 4861 §10.
    static final int MAX_RTR_SOLICITATIONS = 3;
    static final long RTR_SOLICITATION_INTERVAL_NS = SECONDS.toNanos(4);
    static final int MAX_RTR_SOLICITATION_DELAY_MS = 1000;

    private final Discovery discovery;
    private final NameAdvice names;
    private final Links links;
    private final Ndp ndp;

    Routers(Discovery discovery, NameAdvice names, Ndp ndp) {
        this.discovery = discovery;
        this.names = names;
        this.links = discovery.links();
        this.ndp = ndp;
    }

    /// A valid advertisement arrived (RFC 4861 §6.3.4).
    Verdict advertised(Packet packet, long nowNs) {
        int link = packet.link;
        if (!links.acceptsAdvertisements(link)) {
            return Verdict.FILTERED;
        }
        MemorySegment headers = packet.headers;
        int at = packet.upper;
        int lifetime = NdpMessage.routerLifetime(headers, at);
        discovery.router(link, packet.sourceHi, packet.sourceLo, NdpMessage.preference(headers, at), lifetime, nowNs);
        links.advertised(
                link,
                NdpMessage.curHopLimit(headers, at),
                NdpMessage.reachableTime(headers, at),
                NdpMessage.retransTimer(headers, at),
                nowNs);
        if (lifetime != 0 && links.solicited(link) != 0) {
            // RFC 4861 §6.3.7: enough is known; but asked once (SHOULD), for unasked a router may say less.
            links.solicit(link, MAX_RTR_SOLICITATIONS, Links.NEVER);
        }
        neighbor(packet, nowNs);
        long end = at + packet.upperLength;
        for (long option = at + NdpMessage.ROUTER_ADVERTISEMENT_LENGTH;
                option < end;
                option += NdpOption.length(headers, option)) {
            if (!NdpOption.isWhole(headers, option)) {
                continue;
            }
            switch (NdpOption.type(headers, option)) {
                case NdpOption.MTU -> mtu(link, NdpOption.mtu(headers, option));
                case NdpOption.PREFIX -> prefix(link, headers, option, nowNs);
                case NdpOption.DNS_SERVERS -> nameServers(link, headers, option, nowNs);
                case NdpOption.DNS_SEARCH -> {
                    long seconds = NdpOption.dnsLifetime(headers, option);
                    for (DomainName name : NdpOption.dnsSearch(headers, option)) {
                        names.advertised(link, name, seconds, nowNs);
                    }
                }
                default -> {
                    // RFC 4861 §9 (MUST): what we do not know is passed over.
                }
            }
        }
        return Verdict.OK;
    }

    /// RFC 8106 §5.1. One with a link-local address could be asked over this link alone, which a question does not
    /// know: it is passed over.
    private void nameServers(int link, MemorySegment headers, long option, long nowNs) {
        for (int i = 0; i < NdpOption.dnsServers(headers, option); i++) {
            long hi = NdpOption.dnsServerHi(headers, option, i);
            long lo = NdpOption.dnsServerLo(headers, option, i);
            if (Address.isUnicast(hi, lo) && !Address.isLinkLocal(hi, lo) && !Address.isLoopback(hi, lo)) {
                names.advertised(link, Address.of(hi, lo), NdpOption.dnsLifetime(headers, option), nowNs);
            }
        }
    }

    private void neighbor(Packet packet, long nowNs) {
        long option = Ndp.option(packet, NdpMessage.ROUTER_ADVERTISEMENT_LENGTH, NdpOption.SOURCE_LINK_ADDRESS);
        Neighbors neighbors = discovery.neighbors();
        int neighbor;
        if (option >= 0 && !MacAddress.isMulticast(NdpOption.linkAddress(packet.headers, option))) {
            long mac = NdpOption.linkAddress(packet.headers, option);
            neighbor = neighbors.heard(packet.link, packet.sourceHi, packet.sourceLo, mac, true, nowNs);
        } else {
            neighbor = neighbors.find(packet.link, packet.sourceHi, packet.sourceLo);
        }
        if (neighbor >= 0) {
            neighbors.router(neighbor, true);
        }
    }

    /// RFC 4861 §6.3.4: between the least of IPv6 and the link's own.
    private void mtu(int link, long mtu) {
        if (mtu >= Ipv6Header.LEAST_MTU && mtu <= links.settings(link).mtu()) {
            discovery.mtu(link, (int) mtu);
        }
    }

    private void prefix(int link, MemorySegment headers, long option, long nowNs) {
        long hi = NdpOption.prefixHi(headers, option);
        long lo = NdpOption.prefixLo(headers, option);
        int bits = NdpOption.prefixBits(headers, option);
        long valid = NdpOption.validLifetime(headers, option);
        long preferred = NdpOption.preferredLifetime(headers, option);
        int flags = NdpOption.prefixFlags(headers, option);
        // RFC 4861 §6.3.4, RFC 4862 §5.5.3 (b): not the link-local prefix; and none of groups or of IPv4.
        if (bits > 128 || Address.isLinkLocal(hi, lo) || Address.isMulticast(hi, lo) || Address.isV4(hi, lo)) {
            return;
        }
        Prefix prefix = Prefix.around(hi, lo, bits);
        if ((flags & NdpOption.ON_LINK) != 0) {
            discovery.onLink(link, prefix, valid, nowNs);
        }
        // RFC 4862 §5.5.3 (c), (d): lifetimes that make sense, and a prefix that leaves 64 bits.
        if ((flags & NdpOption.AUTONOMOUS) != 0 && preferred <= valid && bits == 64) {
            discovery.autoconfigure(link, prefix, valid, preferred, nowNs);
        }
    }

    /// A valid redirect arrived (RFC 4861 §8.3).
    Verdict redirected(Packet packet, long nowNs) {
        MemorySegment headers = packet.headers;
        int at = packet.upper;
        long nextHi = NdpMessage.targetHi(headers, at);
        long nextLo = NdpMessage.targetLo(headers, at);
        long hi = NdpMessage.redirectedHi(headers, at);
        long lo = NdpMessage.redirectedLo(headers, at);
        if (!discovery.redirect(packet.link, packet.sourceHi, packet.sourceLo, hi, lo, nextHi, nextLo, nowNs)) {
            return Verdict.BAD_SOURCE;
        }
        long option = Ndp.option(packet, NdpMessage.REDIRECT_LENGTH, NdpOption.TARGET_LINK_ADDRESS);
        Neighbors neighbors = discovery.neighbors();
        int neighbor = neighbors.find(packet.link, nextHi, nextLo);
        if (option >= 0 && !MacAddress.isMulticast(NdpOption.linkAddress(headers, option))) {
            long mac = NdpOption.linkAddress(headers, option);
            neighbor = neighbors.heard(packet.link, nextHi, nextLo, mac, true, nowNs);
        }
        if (neighbor >= 0 && (nextHi != hi || nextLo != lo)) {
            // What is not the destination itself is a router.
            neighbors.router(neighbor, true);
        }
        return Verdict.OK;
    }

    /// Begins to ask for routers (RFC 4861 §6.3.7): after a random delay, so that hosts do not ask together.
    void begin(int link, long nowNs) {
        int delayMs = discovery.luck().below(MAX_RTR_SOLICITATION_DELAY_MS + 1);
        links.solicit(link, 0, nowNs + MILLISECONDS.toNanos(delayMs));
    }

    long deadlineNs() {
        long nextNs = names.deadlineNs();
        for (int link = 1; link < links.count(); link++) {
            nextNs = Math.min(nextNs, links.solicitNs(link));
        }
        return nextNs;
    }

    void expire(long nowNs) {
        names.expire(nowNs);
        for (int link = 1; link < links.count(); link++) {
            if (nowNs >= links.solicitNs(link)) {
                int solicited = links.solicited(link) + 1;
                boolean last = solicited == MAX_RTR_SOLICITATIONS;
                links.solicit(link, solicited, last ? Links.NEVER : nowNs + RTR_SOLICITATION_INTERVAL_NS);
                ndp.solicitRouters(link, nowNs);
            }
        }
    }
}
