package netkeep.engine.dhcp;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Configurer;
import netkeep.engine.ip.Discovery;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.engine.ledger.Luck;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.neighbor.Links;
import netkeep.ring.Ledger;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.DhcpMessage;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.UdpHeader;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;

/// A client of DHCP on each link that is to have one, RFC 2131 with the options of RFC 2132. It sees datagrams for its
/// port before IP asks whether their destination is ours. What it knows lies in records: a successor goes on with the
/// lease.
public final class Dhcp implements Configurer {
    // RFC 2131 §4.1: 4 s, doubled each time up to 64 s, each a second more or less.
    static final long FIRST_NS = SECONDS.toNanos(4);
    static final int MOST_DOUBLED = 4;

    /// How often a request is sent before the client begins anew: after a minute and a half.
    private static final int MOST_TRIES = 4;

    // RFC 2131 §4.4.5: not more often.
    static final long LEAST_RENEWAL_NS = SECONDS.toNanos(60);

    // RFC 2131 §3.1 (5).
    static final long AFTER_DECLINE_NS = SECONDS.toNanos(10);

    /// Hosts that were switched on together do not ask together. RFC 2131 §4.4.1 waits for up to ten seconds.
    static final int MOST_DELAY_MS = 1000;

    private static final long FOREVER = 0xFFFF_FFFFL;

    /// Octets of the longest message that is taken, its UDP header included.
    static final int LONGEST = 1480;

    private static final int LEAST_MTU = 68;

    private final Ip ip;
    private final Discovery discovery;
    private final Links links;
    private final Luck luck;
    private final Leases leases;
    private final Sender sender;
    // Scratch of one message.
    private final MemorySegment message = Arena.ofAuto().allocate(LONGEST, 8);
    private final long[] routers = new long[Leases.ROUTERS];
    // Derived: no later than the next step of any link.
    private long nextNs = Links.NEVER;

    /// Registers itself with `ip`.
    public Dhcp(Ledger ledger, Luck luck, Outgoing outgoing, Ip ip) {
        this.ip = ip;
        this.discovery = ip.discovery();
        this.links = discovery.links();
        this.luck = luck;
        this.leases = new Leases(ledger, links.count());
        this.sender = new Sender(ip, leases, outgoing);
        look();
        ip.configurer(this);
    }

    /// How many records the table has: for [Ledger#length].
    public static int[] counts(int links) {
        return new int[] {links};
    }

    /// Octets of its slots.
    public static int[] slots() {
        return new int[] {Leases.SLOT};
    }

    /// Begins to ask for an address on a link.
    public void begin(int link, long nowNs) {
        if (leases.state(link) == DhcpState.OFF) {
            again(link, nowNs, MOST_DELAY_MS);
        }
    }

    /// Gives the address of a link back (RFC 2131 §4.4.6), and asks for no other. Between two turns.
    public void end(int link, long nowNs) {
        DhcpState state = leases.state(link);
        if (state.bound()) {
            sender.send(link, DhcpMessage.RELEASE, nowNs);
        }
        if (state.bound() || state == DhcpState.DECLINING) {
            forget(link, nowNs);
        }
        enter(link, DhcpState.OFF, 0, Links.NEVER);
    }

    public DhcpState state(int link) {
        return leases.state(link);
    }

    /// Whose the lease of a link is, where there is one: the low half of the server's address.
    public long server(int link) {
        return Address.V4 | leases.server(link);
    }

    /// When the lease of a link ends, [Links#NEVER] for never.
    public long endNs(int link) {
        return leases.endNs(link);
    }

    /// Goes to INIT, and asks after a random time.
    private void again(int link, long nowNs, int mostMs) {
        enter(link, DhcpState.INIT, 0, nowNs + MILLISECONDS.toNanos(luck.below(mostMs + 1)));
    }

    private void enter(int link, DhcpState state, int tries, long dueNs) {
        leases.enter(link, state, tries, dueNs);
        nextNs = Math.min(nextNs, dueNs);
    }

    @Override
    public boolean listens(int link) {
        return leases.state(link) != DhcpState.OFF;
    }

    @Override
    public Verdict arrives(Packet packet, long nowNs) {
        int length = packet.upperLength;
        if (length > LONGEST) {
            return Verdict.TOO_BIG;
        }
        // What is judged must be ours alone.
        MemorySegment.copy(packet.frames(), packet.at + packet.upper, message, 0, length);
        Verdict verdict = UdpHeader.check(message, 0, length);
        // What follows the datagram is padding.
        int told = verdict == Verdict.OK ? UdpHeader.datagramLength(message, 0) - UdpHeader.LENGTH : 0;
        if (verdict == Verdict.OK && !packet.vouched) {
            int all = UdpHeader.LENGTH + told;
            long sum = Checksum.pseudo(0, packet.sourceLo, 0, packet.destinationLo, IpProtocol.UDP, all);
            verdict = UdpHeader.checkSum(message, 0, Checksum.add(sum, message, UdpHeader.LENGTH, told));
        }
        if (verdict == Verdict.OK) {
            long mac = links.settings(packet.link).mac();
            verdict = DhcpMessage.check(message, UdpHeader.LENGTH, told, mac);
        }
        if (verdict == Verdict.OK) {
            long from = EthernetHeader.source(packet.headers, VirtioNetHeader.LENGTH);
            verdict = answered(packet.link, told, from, nowNs);
        }
        return verdict;
    }

    /// A server's answer is in [#message].
    private Verdict answered(int link, int length, long mac, long nowNs) {
        if (DhcpMessage.xid(message, UdpHeader.LENGTH) != leases.xid(link)) {
            return Verdict.BAD_FIELD;
        }
        long server = DhcpMessage.number(message, UdpHeader.LENGTH, length, DhcpMessage.SERVER, 4);
        boolean its = server == leases.server(link);
        DhcpState state = leases.state(link);
        switch ((int) DhcpMessage.number(message, UdpHeader.LENGTH, length, DhcpMessage.MESSAGE_TYPE, 1)) {
            case DhcpMessage.OFFER -> {
                if (state == DhcpState.SELECTING && server > 0) {
                    return offered(link, length, server, mac, nowNs);
                }
            }
            case DhcpMessage.ACK -> {
                if (waits(state, its)) {
                    return lent(link, length, server, mac, nowNs);
                }
            }
            case DhcpMessage.NAK -> {
                if (waits(state, its)) {
                    // RFC 2131 §4.4.5: stops at once, and begins anew.
                    if (state != DhcpState.REQUESTING) {
                        forget(link, nowNs);
                    }
                    again(link, nowNs, MOST_DELAY_MS);
                    return Verdict.OK;
                }
            }
            default -> {
                return Verdict.BAD_TYPE;
            }
        }
        // Late, or another server's: RFC 2131 §4.4.1 (discarded).
        return Verdict.NOT_OURS;
    }

    /// Whether an answer to a request is waited for.
    ///
    /// @param its whether it is of the server that was asked
    private static boolean waits(DhcpState state, boolean its) {
        return state == DhcpState.REQUESTING && its || state == DhcpState.RENEWING || state == DhcpState.REBINDING;
    }

    /// The first offer is taken.
    private Verdict offered(int link, int length, long server, long mac, long nowNs) {
        long address = DhcpMessage.yiaddr(message, UdpHeader.LENGTH);
        long lease = DhcpMessage.number(message, UdpHeader.LENGTH, length, DhcpMessage.LEASE_TIME, 4);
        if (!usable(address) || lease <= 0) {
            return Verdict.BAD_FIELD;
        }
        leases.offered(link, address, server, mac);
        leases.askedNs(link, nowNs);
        enter(link, DhcpState.REQUESTING, 0, nowNs);
        return Verdict.OK;
    }

    private static boolean usable(long address) {
        long lo = Address.V4 | address;
        return Address.isUnicast(0, lo) && !Address.isLoopback(0, lo);
    }

    /// The address is ours, or ours for longer.
    private Verdict lent(int link, int length, long server, long mac, long nowNs) {
        long lease = DhcpMessage.number(message, UdpHeader.LENGTH, length, DhcpMessage.LEASE_TIME, 4);
        long address = DhcpMessage.yiaddr(message, UdpHeader.LENGTH);
        if (lease <= 0 || address != leases.address(link)) {
            return Verdict.BAD_FIELD;
        }
        // RFC 2131 §4.4.1: all times are from when the request was sent.
        long askedNs = leases.askedNs(link);
        long renewNs = Links.NEVER;
        long rebindNs = Links.NEVER;
        long endNs = Links.NEVER;
        if (lease != FOREVER) {
            endNs = askedNs + SECONDS.toNanos(lease);
            long t1 = DhcpMessage.number(message, UdpHeader.LENGTH, length, DhcpMessage.RENEWAL_TIME, 4);
            long t2 = DhcpMessage.number(message, UdpHeader.LENGTH, length, DhcpMessage.REBINDING_TIME, 4);
            boolean told = t1 > 0 && t1 < t2 && t2 < lease;
            // RFC 2131 §4.4.5.
            renewNs = askedNs + (told ? SECONDS.toNanos(t1) : SECONDS.toNanos(lease) / 2);
            rebindNs = askedNs + (told ? SECONDS.toNanos(t2) : SECONDS.toNanos(lease) / 8 * 7);
        }
        if (endNs <= nowNs) {
            return Verdict.BAD_FIELD;
        }
        leases.offered(link, address, server > 0 ? server : leases.server(link), mac);
        leases.times(link, rebindNs, endNs);
        configure(link, length, nowNs);
        enter(link, DhcpState.BOUND, 0, Math.max(renewNs, nowNs));
        return Verdict.OK;
    }

    /// Takes what the message says of the link.
    private void configure(int link, int length, long nowNs) {
        long address = leases.address(link);
        long mask = DhcpMessage.number(message, UdpHeader.LENGTH, length, DhcpMessage.SUBNET_MASK, 4);
        int prefix = prefix(mask, address);
        long mtu = DhcpMessage.number(message, UdpHeader.LENGTH, length, DhcpMessage.INTERFACE_MTU, 2);
        boolean possible = mtu >= LEAST_MTU && mtu <= links.settings(link).mtu();
        int count = 0;
        for (int i = 0; i < routers.length; i++) {
            long router = DhcpMessage.address(message, UdpHeader.LENGTH, length, DhcpMessage.ROUTER, i);
            if (router > 0 && usable(router) && router != address) {
                routers[count++] = router;
            }
        }
        for (int i = 0; i < leases.routers(link); i++) {
            discovery.endRouter(link, Address.V4 | leases.router(link, i));
        }
        leases.told(link, prefix, routers, count);
        links.lentMtu(link, possible ? (int) mtu : 0);
        long endNs = leases.endNs(link);
        ip.nameAdvice()
                .lent(
                        link,
                        DhcpMessage.nameServers(message, UdpHeader.LENGTH, length),
                        DhcpMessage.search(message, UdpHeader.LENGTH, length),
                        endNs);
        discovery.lease(link, Address.V4 | address, prefix, endNs, nowNs);
        for (int i = 0; i < count; i++) {
            // RFC 2132 §3.5: in the order of preference.
            discovery.router(link, Address.V4 | routers[i], i, endNs);
        }
    }

    /// The length of a subnet's prefix: by the mask, or by the class of the address if there is none that makes sense.
    private static int prefix(long mask, long address) {
        int ones = Integer.numberOfLeadingZeros(~(int) mask);
        if (mask > 0 && (int) mask == -1 << Integer.SIZE - ones) {
            return ones;
        }
        return address >>> 31 == 0 ? 8 : address >>> 30 == 0b10 ? 16 : 24;
    }

    /// Takes away what came with a lease.
    private void forget(int link, long nowNs) {
        for (int i = 0; i < leases.routers(link); i++) {
            discovery.endRouter(link, Address.V4 | leases.router(link, i));
        }
        links.lentMtu(link, 0);
        ip.nameAdvice().forget(link);
        discovery.endLease(link, Address.V4 | leases.address(link), leases.prefix(link), nowNs);
        leases.told(link, 0, routers, 0);
    }

    @Override
    public void duplicate(int link, long lo, long nowNs) {
        if (leases.state(link).bound() && (Address.V4 | leases.address(link)) == lo) {
            enter(link, DhcpState.DECLINING, 0, nowNs);
        }
    }

    @Override
    public long deadlineNs() {
        return nextNs;
    }

    @Override
    public void expire(long nowNs) {
        if (nowNs < nextNs) {
            return;
        }
        for (int link = 1; link < links.count(); link++) {
            if (nowNs >= leases.dueNs(link) && sender.ready()) {
                step(link, nowNs);
            }
        }
        look();
    }

    private void look() {
        nextNs = Links.NEVER;
        for (int link = 1; link < links.count(); link++) {
            nextNs = Math.min(nextNs, leases.dueNs(link));
        }
    }

    private void step(int link, long nowNs) {
        int tries = leases.tries(link);
        switch (leases.state(link)) {
            case INIT -> {
                leases.xid(link, (int) luck.next());
                leases.begunNs(link, nowNs);
                discover(link, 0, nowNs);
            }
            case SELECTING -> discover(link, tries, nowNs);
            case REQUESTING -> {
                if (tries == MOST_TRIES) {
                    // RFC 2131 §4.4.1: begins anew, and asks whoever answers.
                    again(link, nowNs, 0);
                } else {
                    sender.send(link, DhcpMessage.REQUEST, nowNs);
                    enter(link, DhcpState.REQUESTING, tries + 1, nowNs + backOff(tries));
                }
            }
            case BOUND, RENEWING, REBINDING -> renew(link, nowNs);
            case DECLINING -> {
                sender.send(link, DhcpMessage.DECLINE, nowNs);
                forget(link, nowNs);
                enter(link, DhcpState.INIT, 0, nowNs + AFTER_DECLINE_NS);
            }
            case OFF -> enter(link, DhcpState.OFF, 0, Links.NEVER);
        }
    }

    private void discover(int link, int tries, long nowNs) {
        sender.send(link, DhcpMessage.DISCOVER, nowNs);
        enter(link, DhcpState.SELECTING, tries + 1, nowNs + backOff(tries));
    }

    private long backOff(int tries) {
        return (FIRST_NS << Math.min(tries, MOST_DOUBLED)) + MILLISECONDS.toNanos(luck.below(2001) - 1000);
    }

    private void renew(int link, long nowNs) {
        long endNs = leases.endNs(link);
        if (nowNs >= endNs) {
            // RFC 2131 §4.4.5: at once.
            forget(link, nowNs);
            again(link, nowNs, 0);
            return;
        }
        boolean late = nowNs >= leases.rebindNs(link);
        if (leases.state(link) == DhcpState.BOUND) {
            leases.begunNs(link, nowNs);
        }
        // Each has a transaction of its own: an answer tells when what it answers was sent.
        leases.xid(link, (int) luck.next());
        leases.askedNs(link, nowNs);
        long untilNs = late ? endNs : leases.rebindNs(link);
        long waitNs = Math.max(LEAST_RENEWAL_NS, (untilNs - nowNs) / 2);
        enter(link, late ? DhcpState.REBINDING : DhcpState.RENEWING, 0, Math.min(untilNs, nowNs + waitNs));
        sender.send(link, DhcpMessage.REQUEST, nowNs);
    }
}
