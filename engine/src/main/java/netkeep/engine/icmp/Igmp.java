package netkeep.engine.icmp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Discovery;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Upper;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.neighbor.Arp;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IgmpMessage;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv4Options;
import netkeep.wire.Layer;
import netkeep.wire.MacAddress;
import netkeep.wire.Verdict;

/// Membership of groups of IPv4: IGMPv3, RFC 3376, and the older versions where a querier speaks them.
final class Igmp implements Upper, ReportWriter {
    /// RFC 3376 §4: with a TTL of 1 and this type of service.
    private static final int TOS = 0xC0;

    private static final int HEADER = Ipv4Header.LENGTH + Ipv4Options.ROUTER_ALERT_LENGTH;
    private static final int LONGEST = 1500;

    private final Ip ip;
    private final Discovery discovery;
    private final Counters counters;
    private final Outgoing outgoing;
    private final Reports reports;
    // Scratch of one message.
    private final MemorySegment query = Arena.ofAuto().allocate(LONGEST, 8);
    private int link;
    private long message;
    private long next;
    private long record;
    private int records;
    private int sources;

    Igmp(Ip ip, Counters counters, Outgoing outgoing) {
        this.ip = ip;
        this.discovery = ip.discovery();
        this.counters = counters;
        this.outgoing = outgoing;
        this.reports = new Reports(ip, this, false);
    }

    Reports reports() {
        return reports;
    }

    @Override
    public void arrives(Packet packet, long nowNs) {
        int length = Math.min(packet.upperLength, LONGEST);
        // Sources may lie beyond the headers' copy: the message is copied whole before it is judged.
        MemorySegment.copy(packet.frames(), packet.at + packet.upper, query, 0, length);
        Verdict verdict = packet.upperLength > LONGEST ? Verdict.BAD_LENGTH : IgmpMessage.check(query, 0, length);
        if (verdict != Verdict.OK) {
            ip.drop(Layer.IGMP, verdict);
            return;
        }
        switch (IgmpMessage.type(query, 0)) {
            case IgmpMessage.QUERY -> {
                if (strayed(packet)) {
                    ip.drop(Layer.IGMP, Verdict.BAD_DESTINATION);
                } else {
                    query(packet.link, length, nowNs);
                }
            }
            case IgmpMessage.REPORT_V1, IgmpMessage.REPORT_V2 ->
                reports.heard(packet.link, 0, IgmpMessage.group(query, 0), nowNs);
            default -> {
                // Reports of version 3 and leaves are for routers.
            }
        }
    }

    /// RFC 3376 §9.1: a general query to another group than that of all systems is forged: routers forward such groups,
    /// so that it may come from afar, and no router asks so.
    private boolean strayed(Packet packet) {
        return packet.multicast
                && packet.destinationLo != Address.ALL_HOSTS_V4
                && IgmpMessage.group(query, 0) == Address.V4;
    }

    private void query(int from, int length, long nowNs) {
        int version = IgmpMessage.queryVersion(query, 0, length);
        // RFC 3376 §4.1.1, RFC 2236 §4: version 1 has no such field, and means 10 seconds.
        int tenths = version == 1 ? 100 : IgmpMessage.maxResponseTime(query, 0, version);
        long group = IgmpMessage.group(query, 0);
        if (version == 3) {
            discovery
                    .queriers()
                    .told(from, false, IgmpMessage.robustness(query, 0), IgmpMessage.queryInterval(query, 0));
        }
        if (group == Address.V4) {
            reports.queried(from, version, tenths * 100, nowNs);
            return;
        }
        int count = version == 3 ? IgmpMessage.sources(query, 0) : 0;
        int asked = reports.queried(from, version, 0, group, count, tenths * 100, nowNs);
        for (int i = 0; asked >= 0 && i < count; i++) {
            if (!reports.asked(asked, 0, IgmpMessage.source(query, 0, i))) {
                return;
            }
        }
    }

    @Override
    public boolean begin(int to) {
        records = 0;
        link = to;
        if (outgoing.room() == 0) {
            message = -1;
            return false;
        }
        message = outgoing.head() + discovery.links().settings(to).headerLength() + HEADER;
        next = message + IgmpMessage.LENGTH;
        return true;
    }

    @Override
    public int most(int of) {
        return (longest(of) - IgmpMessage.LENGTH - IgmpMessage.RECORD_LENGTH) / 4;
    }

    /// Octets of the longest message on a link.
    private int longest(int of) {
        return Math.min(discovery.links().mtu4(of), LONGEST) - HEADER;
    }

    @Override
    public boolean record(int type, long hi, long lo, int count) {
        if (message < 0 || next + IgmpMessage.RECORD_LENGTH + 4L * count - message > longest(link)) {
            return false;
        }
        record = next;
        next = IgmpMessage.writeRecord(outgoing.heads(), record, type, count, lo);
        records++;
        sources = 0;
        return true;
    }

    @Override
    public void source(long hi, long lo) {
        IgmpMessage.writeSource(outgoing.heads(), record, sources++, lo);
    }

    @Override
    public void end() {
        if (message < 0 || records == 0) {
            return;
        }
        IgmpMessage.writeReport(outgoing.heads(), message, records);
        IgmpMessage.seal(outgoing.heads(), message, (int) (next - message));
        send(Address.IGMP_ROUTERS_V4, (int) (next - message));
    }

    @Override
    public void report(int to, int version, long hi, long lo) {
        if (begin(to)) {
            int type = version == 1 ? IgmpMessage.REPORT_V1 : IgmpMessage.REPORT_V2;
            IgmpMessage.write(outgoing.heads(), message, type, 0, lo);
            send(lo, IgmpMessage.LENGTH);
        }
    }

    @Override
    public void leave(int to, int version, long hi, long lo) {
        // RFC 2236 §4: version 1 has no such message.
        if (version == 2 && begin(to)) {
            IgmpMessage.write(outgoing.heads(), message, IgmpMessage.LEAVE, 0, lo);
            send(Address.ALL_ROUTERS_V4, IgmpMessage.LENGTH);
        }
    }

    private void send(long destination, int length) {
        MemorySegment head = outgoing.heads();
        long at = outgoing.head();
        LinkSettings settings = discovery.links().settings(link);
        int ethernet = Arp.ethernet(settings, head, at, MacAddress.ofMulticast(0, destination), EthernetHeader.IPV4);
        Ipv4Options.writeRouterAlert(head, at + ethernet + Ipv4Header.LENGTH);
        Ipv4Header.write(
                head,
                at + ethernet,
                HEADER,
                TOS,
                HEADER + length,
                0,
                Ipv4Header.DONT_FRAGMENT,
                1,
                IpProtocol.IGMP,
                discovery.v4(link),
                destination);
        outgoing.pieces().add(head, at, ethernet + HEADER + length);
        outgoing.give(link);
        counters.add(Counter.IpOutRequests);
    }

    @Override
    public void failed(Failure failure, long nowNs) {
        // Nobody waits for our messages.
    }
}
