package netkeep.engine.ip;

import java.lang.foreign.MemorySegment;
import netkeep.engine.neighbor.ArpHost;
import netkeep.engine.neighbor.Resolver;
import netkeep.wire.Address;

/// What ARP and the neighbor table, which stand below, ask of this host.
final class Host implements ArpHost, Resolver {
    private final Ip ip;

    Host(Ip ip) {
        this.ip = ip;
    }

    @Override
    public boolean answers(int link, long lo) {
        return ip.addresses.usable(link, 0, lo);
    }

    @Override
    public long asks(int link, long targetLo) {
        Addresses addresses = ip.addresses;
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
    public boolean other(int link, long lo) {
        return Address.isUnicast(0, lo)
                && !Address.isLoopback(0, lo)
                && !ip.addresses.usable(-1, 0, lo)
                && !ip.addresses.broadcast(link, lo);
    }

    @Override
    public boolean onLink(int link, long lo) {
        return other(link, lo) && (ip.addresses.onLink(link, 0, lo) || onRoute(link, lo));
    }

    private boolean onRoute(int link, long lo) {
        int route = ip.routes.best(0, lo, link, Long.MIN_VALUE);
        return route >= 0 && ip.routes.nextHi(route) == 0 && ip.routes.nextLo(route) == 0;
    }

    @Override
    public void claimed(int link, long lo, boolean probe, long nowNs) {
        int address = ip.addresses.find(link, 0, lo);
        if (address >= 0) {
            ip.tests.conflict(address, probe, nowNs);
        }
    }

    @Override
    public void solicit(int link, long hi, long lo, long mac, long sourceHi, long sourceLo, long nowNs) {
        if (Address.isV4(hi, lo)) {
            ip.arp.ask(link, lo, mac);
        } else {
            ip.control().solicit(link, hi, lo, mac, sourceHi, sourceLo, nowNs);
        }
    }

    @Override
    public void failed(int link, long hi, long lo, long nowNs) {
        ip.routes.failed(link, hi, lo, nowNs);
        ip.discovery().nextFailed(link, hi, lo);
    }

    @Override
    public void undeliverable(int link, MemorySegment frame, long at, int length, long nowNs) {
        ip.failures.undeliverable(link, frame, at, length, nowNs);
    }
}
