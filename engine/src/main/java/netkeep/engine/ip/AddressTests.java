package netkeep.engine.ip;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import netkeep.engine.ledger.Luck;
import netkeep.engine.neighbor.Arp;
import netkeep.engine.neighbor.Links;
import netkeep.wire.Address;

/// Tests whether others use an address of ours, before it is used or meanwhile, and defends it: RFC 5227 for IPv4, RFC
/// 4862 §5.4 for IPv6, RFC 4429 where an address is used while it is tested, which we do over IPv4, too.
final class AddressTests {
    // RFC 5227 §1.1.
    static final int PROBE_NUM = 3;
    static final long PROBE_WAIT_NS = SECONDS.toNanos(1);
    static final long PROBE_MIN_NS = SECONDS.toNanos(1);
    static final long PROBE_MAX_NS = SECONDS.toNanos(2);
    static final long ANNOUNCE_WAIT_NS = SECONDS.toNanos(2);
    static final int ANNOUNCE_NUM = 2;
    static final long ANNOUNCE_INTERVAL_NS = SECONDS.toNanos(2);
    static final long DEFEND_INTERVAL_NS = SECONDS.toNanos(10);

    // RFC 4862 §5.1 and RFC 4861 §10.
    static final int DUP_ADDR_DETECT_TRANSMITS = 1;
    static final long MAX_DELAY_NS = SECONDS.toNanos(1);

    private final Ip ip;
    private final Addresses addresses;
    private final Links links;
    private final Luck luck;
    private final Arp arp;
    private final boolean optimistic;
    // Derived: no later than the earliest step or end of an address.
    private long nextNs;

    AddressTests(Ip ip, Addresses addresses, Links links, Luck luck, Arp arp, boolean optimistic) {
        this.ip = ip;
        this.addresses = addresses;
        this.links = links;
        this.luck = luck;
        this.arp = arp;
        this.optimistic = optimistic;
        this.nextNs = Long.MIN_VALUE;
        wait(0);
    }

    /// What an address begins as.
    AddressState first() {
        return optimistic ? AddressState.OPTIMISTIC : AddressState.TENTATIVE;
    }

    /// An address was added.
    void start(int address, long nowNs) {
        if (!addresses.v4(address) && addresses.disabled(addresses.link(address))) {
            idle(address);
            return;
        }
        if (addresses.v4(address)) {
            // RFC 5227 §2.1.1: the first probe waits, so that hosts that were switched on together do not ask together.
            addresses.step(address, 0, nowNs + random(PROBE_WAIT_NS));
        } else {
            // Sent and looped back, our own solicitation is told from another host's by this (RFC 7527 §4.1).
            addresses.nonce(address, luck.next() >>> 16);
            addresses.step(address, 0, nowNs + random(MAX_DELAY_NS));
        }
        nextNs = Math.min(nextNs, addresses.dueNs(address));
    }

    /// Nobody can be asked whether an address is free: it is not used until somebody can.
    private void idle(int address) {
        addresses.state(address, AddressState.TENTATIVE);
        addresses.step(address, 0, Links.NEVER);
    }

    /// IPv6 is disabled on a link now (RFC 4862 §5.4.5).
    private void disable(int link) {
        for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
            if (addresses.link(i) == link && !addresses.v4(i) && addresses.state(i) != AddressState.DUPLICATE) {
                idle(i);
            }
        }
    }

    /// IPv6 is disabled no more on a link: all its addresses are tested as if they were added now.
    void enable(int link, long nowNs) {
        for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
            if (addresses.link(i) == link && !addresses.v4(i) && addresses.state(i) != AddressState.DUPLICATE) {
                addresses.state(i, first());
                start(i, nowNs);
            }
        }
    }

    /// Somebody else uses an address of ours, or asks for it.
    void conflict(int address, boolean probe, long nowNs) {
        AddressState state = addresses.state(address);
        int conflicts = Math.min(addresses.conflicts(address) + 1, 255);
        if (state == AddressState.TENTATIVE || state == AddressState.OPTIMISTIC) {
            // RFC 5227 §2.1.1, RFC 4862 §5.4: not to be used.
            addresses.conflict(address, conflicts, nowNs);
            addresses.state(address, AddressState.DUPLICATE);
            addresses.step(address, 0, Links.NEVER);
            if (addresses.disabled(addresses.link(address))) {
                disable(addresses.link(address));
            }
            ip.changed();
            Configurer configurer = ip.configurer(addresses.link(address));
            if (configurer != null && addresses.v4(address)) {
                configurer.duplicate(addresses.link(address), addresses.lo(address), nowNs);
            }
        } else if (state == AddressState.ASSIGNED && addresses.v4(address) && !probe) {
            defend(address, conflicts, nowNs);
        }
    }

    /// RFC 5227 §2.4 (c): an address in use is never given up, and defended at most every 10 seconds.
    private void defend(int address, int conflicts, long nowNs) {
        long defendedNs = addresses.defendedNs(address);
        boolean due = defendedNs == Long.MIN_VALUE || nowNs - defendedNs >= DEFEND_INTERVAL_NS;
        addresses.conflict(address, conflicts, due ? nowNs : defendedNs);
        if (due) {
            arp.announce(addresses.link(address), addresses.lo(address));
        }
    }

    long deadlineNs() {
        return nextNs;
    }

    /// The lifetimes of an address have changed.
    void wait(int from) {
        nextNs = from == 0 ? Links.NEVER : nextNs;
        for (int i = addresses.after(from); i >= 0; i = addresses.after(i + 1)) {
            nextNs = Math.min(nextNs, Math.min(addresses.dueNs(i), addresses.validNs(i)));
        }
    }

    void expire(long nowNs) {
        if (nowNs < nextNs) {
            return;
        }
        for (int i = addresses.after(0); i >= 0; i = addresses.after(i + 1)) {
            if (nowNs >= addresses.validNs(i)) {
                // RFC 4862 §5.5.4: an address whose valid lifetime has ended is not used.
                ip.setup().drop(i, nowNs);
            } else if (nowNs >= addresses.dueNs(i)) {
                step(i, nowNs);
            }
        }
        wait(0);
    }

    private void step(int address, long nowNs) {
        if (addresses.v4(address)) {
            step4(address, addresses.step(address), nowNs);
        } else {
            step6(address, addresses.step(address), nowNs);
        }
    }

    private void step4(int address, int step, long nowNs) {
        int link = addresses.link(address);
        long lo = addresses.lo(address);
        if (step < PROBE_NUM) {
            arp.probe(link, lo);
            boolean last = step == PROBE_NUM - 1;
            long waitNs = last ? ANNOUNCE_WAIT_NS : PROBE_MIN_NS + random(PROBE_MAX_NS - PROBE_MIN_NS);
            addresses.step(address, step + 1, nowNs + waitNs);
            return;
        }
        if (addresses.state(address) != AddressState.ASSIGNED) {
            addresses.state(address, AddressState.ASSIGNED);
            ip.changed();
        }
        arp.announce(link, lo);
        boolean last = step == PROBE_NUM + ANNOUNCE_NUM - 1;
        addresses.step(address, step + 1, last ? Links.NEVER : nowNs + ANNOUNCE_INTERVAL_NS);
    }

    private void step6(int address, int step, long nowNs) {
        int link = addresses.link(address);
        if (step < DUP_ADDR_DETECT_TRANSMITS) {
            ip.control().test(link, addresses.hi(address), addresses.lo(address), addresses.nonce(address), nowNs);
            addresses.step(address, step + 1, nowNs + links.retransNs(link));
            return;
        }
        addresses.state(address, AddressState.ASSIGNED);
        addresses.step(address, step, Links.NEVER);
        ip.changed();
        if (Address.isLinkLocal(addresses.hi(address), addresses.lo(address))) {
            ip.control().settled(link, nowNs);
        }
    }

    private long random(long mostNs) {
        return MILLISECONDS.toNanos(luck.below((int) (mostNs / 1_000_000) + 1));
    }
}
