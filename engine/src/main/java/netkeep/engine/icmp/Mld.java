package netkeep.engine.icmp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Discovery;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Outgoing;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv6Extensions;
import netkeep.wire.Ipv6Header;
import netkeep.wire.MacAddress;
import netkeep.wire.MldMessage;
import netkeep.wire.Verdict;

/// Membership of groups of IPv6: MLDv2, RFC 3810, and version 1 where a querier speaks it.
final class Mld implements ReportWriter {
    private static final int ALERT = Ipv6Extensions.ROUTER_ALERT_LENGTH;
    private static final int LONGEST = 1500;

    private final Ip ip;
    private final Discovery discovery;
    private final Counters counters;
    private final Outgoing outgoing;
    private final Reports reports;
    // Scratch of one message.
    private final Path path = new Path();
    private final MemorySegment query = Arena.ofAuto().allocate(LONGEST, 8);
    private int link;
    private long message;
    private long next;
    private long record;
    private int records;
    private int sources;

    Mld(Ip ip, Counters counters, Outgoing outgoing) {
        this.ip = ip;
        this.discovery = ip.discovery();
        this.counters = counters;
        this.outgoing = outgoing;
        this.reports = new Reports(ip, this, true);
    }

    Reports reports() {
        return reports;
    }

    /// A message of MLD arrived; its checksum holds.
    Verdict arrives(Packet packet, long nowNs) {
        if (packet.upperLength > LONGEST) {
            return Verdict.BAD_LENGTH;
        }
        int length = packet.upperLength;
        MemorySegment.copy(packet.frames(), packet.at + packet.upper, query, 0, length);
        Verdict verdict =
                MldMessage.check(query, 0, length, packet.hops, packet.routerAlert, packet.sourceHi, packet.sourceLo);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        long hi = MldMessage.groupHi(query, 0);
        long lo = MldMessage.groupLo(query, 0);
        switch (Icmp6Message.type(query, 0)) {
            case MldMessage.QUERY -> {
                counters.add(Counter.Icmp6InMLDQueries);
                query(packet.link, length, hi, lo, nowNs);
            }
            case MldMessage.REPORT_V1 -> reports.heard(packet.link, hi, lo, nowNs);
            default -> {
                // Reports of version 2 and what says that a group is left are for routers.
            }
        }
        return Verdict.OK;
    }

    private void query(int from, int length, long hi, long lo, long nowNs) {
        int version = MldMessage.queryVersion(length);
        int responseMs = MldMessage.maxResponseTime(query, 0, version);
        if (version == 2) {
            discovery.queriers().told(from, true, MldMessage.robustness(query, 0), MldMessage.queryInterval(query, 0));
        }
        if (Address.isUnspecified(hi, lo)) {
            reports.queried(from, version, responseMs, nowNs);
            return;
        }
        int count = version == 2 ? MldMessage.sources(query, 0) : 0;
        int asked = reports.queried(from, version, hi, lo, count, responseMs, nowNs);
        for (int i = 0; asked >= 0 && i < count; i++) {
            if (!reports.asked(asked, MldMessage.sourceHi(query, 0, i), MldMessage.sourceLo(query, 0, i))) {
                return;
            }
        }
    }

    @Override
    public boolean begin(int to) {
        records = 0;
        link = to;
        if (outgoing.room() == 0 || discovery.disabled(to)) {
            message = -1;
            return false;
        }
        message = outgoing.head() + discovery.links().settings(to).headerLength() + Ipv6Header.LENGTH + ALERT;
        next = message + MldMessage.REPORT_LENGTH;
        return true;
    }

    @Override
    public int most(int of) {
        return (longest(of) - MldMessage.REPORT_LENGTH - MldMessage.RECORD_LENGTH) / 16;
    }

    /// Octets of the longest message on a link.
    private int longest(int of) {
        return Math.min(discovery.links().mtu6(of), LONGEST) - Ipv6Header.LENGTH - ALERT;
    }

    @Override
    public boolean record(int type, long hi, long lo, int count) {
        if (message < 0 || next + MldMessage.RECORD_LENGTH + 16L * count - message > longest(link)) {
            return false;
        }
        record = next;
        next = MldMessage.writeRecord(outgoing.heads(), record, type, count, hi, lo);
        records++;
        sources = 0;
        return true;
    }

    @Override
    public void source(long hi, long lo) {
        MldMessage.writeSource(outgoing.heads(), record, sources++, hi, lo);
    }

    @Override
    public void end() {
        if (message < 0 || records == 0) {
            return;
        }
        int length = (int) (next - message);
        send(Address.LINK_GROUP_HI, Address.MLD_ROUTERS_LO, MldMessage.REPORT_V2, records, length);
        counters.add(Counter.Icmp6OutMLDv2Reports);
    }

    @Override
    public void report(int to, int version, long hi, long lo) {
        if (begin(to)) {
            MldMessage.writeGroup(outgoing.heads(), message, hi, lo);
            send(hi, lo, MldMessage.REPORT_V1, 0, MldMessage.LENGTH);
        }
    }

    @Override
    public void leave(int to, int version, long hi, long lo) {
        if (begin(to)) {
            MldMessage.writeGroup(outgoing.heads(), message, hi, lo);
            send(Address.LINK_GROUP_HI, Address.ALL_ROUTERS_LO, MldMessage.DONE, 0, MldMessage.LENGTH);
        }
    }

    private void send(long hi, long lo, int type, long rest, int length) {
        MemorySegment head = outgoing.heads();
        long at = outgoing.head();
        // RFC 3810 §5.2.13: from the link-local address, or from none while that is being tested.
        long source = discovery.linkLocal(link);
        discovery.direct(
                path, link, source == 0 ? 0 : Address.LINK_LOCAL_HI, source, hi, lo, MacAddress.ofMulticast(hi, lo));
        int alert = ip.headers(path, head, at, IpProtocol.HOP_BY_HOP, ALERT + length, 0, 1, false);
        Ipv6Extensions.writeRouterAlert(head, at + alert, IpProtocol.ICMPV6);
        long sum = Checksum.pseudo(path.sourceHi, path.sourceLo, hi, lo, IpProtocol.ICMPV6, length);
        sum = Checksum.add(sum, head, message + Icmp6Message.LENGTH, length - Icmp6Message.LENGTH);
        Icmp6Message.write(head, message, type, 0, rest, sum);
        outgoing.pieces().add(head, at, alert + ALERT + length);
        outgoing.give(link);
        counters.add(Counter.Icmp6OutMsgs);
        counters.add(Counter.Ip6OutRequests);
    }
}
