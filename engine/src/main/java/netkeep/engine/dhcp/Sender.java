package netkeep.engine.dhcp;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Outgoing;
import netkeep.ring.Pieces;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.DhcpMessage;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.MacAddress;
import netkeep.wire.UdpHeader;

/// Lays down what a client of DHCP sends: RFC 2131 table 5 says which field and which option each message has.
final class Sender {
    private static final int ALL = UdpHeader.LENGTH + DhcpMessage.LENGTH;
    private static final int MOST_SECONDS = 0xFFFF;

    private static final int[] ASKED = {
        DhcpMessage.SUBNET_MASK,
        DhcpMessage.ROUTER,
        DhcpMessage.NAME_SERVERS,
        DhcpMessage.DOMAIN_NAME,
        DhcpMessage.INTERFACE_MTU,
        DhcpMessage.LEASE_TIME,
        DhcpMessage.SERVER,
        DhcpMessage.RENEWAL_TIME,
        DhcpMessage.REBINDING_TIME,
        DhcpMessage.DOMAIN_SEARCH
    };
    private static final int[] NOTHING = {};

    private final Ip ip;
    private final Leases leases;
    private final Outgoing outgoing;
    // Scratch of one message.
    private final Path path = new Path();

    Sender(Ip ip, Leases leases, Outgoing outgoing) {
        this.ip = ip;
        this.leases = leases;
        this.outgoing = outgoing;
    }

    /// Whether there is room in this turn.
    boolean ready() {
        return outgoing.room() != 0;
    }

    /// Sends a message, as the state of the link is; without room it is lost as on a wire.
    void send(int link, int type, long nowNs) {
        if (!ready()) {
            return;
        }
        DhcpState state = leases.state(link);
        long server = leases.server(link);
        boolean has = type == DhcpMessage.RELEASE || type == DhcpMessage.REQUEST && state.bound();
        // RFC 2131 §4.4.4: to its server alone while it renews or releases, else to all.
        boolean alone = type == DhcpMessage.RELEASE || state == DhcpState.RENEWING;
        long source = has ? leases.address(link) : 0;
        long mac = ip.discovery().links().settings(link).mac();
        ip.discovery()
                .direct(
                        path,
                        link,
                        0,
                        Address.V4 | source,
                        0,
                        alone ? Address.V4 | server : Address.BROADCAST.lo(),
                        alone ? leases.serverMac(link) : MacAddress.BROADCAST);
        MemorySegment head = outgoing.heads();
        long at = outgoing.head();
        int upper = ip.headers(path, head, at, IpProtocol.UDP, ALL, 0, 0, false);
        long message = at + upper + UdpHeader.LENGTH;
        boolean silent = type == DhcpMessage.RELEASE || type == DhcpMessage.DECLINE;
        int secs = silent ? 0 : secs(link, type, state, nowNs);
        int next = DhcpMessage.write(head, message, type, leases.xid(link), secs, has ? source : 0, mac);
        if (type == DhcpMessage.DECLINE || type == DhcpMessage.REQUEST && !has) {
            next = DhcpMessage.put(head, message, next, DhcpMessage.REQUESTED_ADDRESS, 4, leases.address(link));
        }
        if (silent || type == DhcpMessage.REQUEST && !has) {
            next = DhcpMessage.put(head, message, next, DhcpMessage.SERVER, 4, server);
        }
        if (!silent) {
            next = DhcpMessage.put(
                    head, message, next, DhcpMessage.LONGEST_MESSAGE, 2, Dhcp.LONGEST + Ipv4Header.LENGTH);
        }
        DhcpMessage.end(head, message, next, silent ? NOTHING : ASKED);
        long sum = Checksum.pseudo(0, path.sourceLo, 0, path.destinationLo, IpProtocol.UDP, ALL);
        sum = Checksum.add(sum, head, message, DhcpMessage.LENGTH);
        UdpHeader.write(head, at + upper, DhcpMessage.CLIENT_PORT, DhcpMessage.SERVER_PORT, ALL, sum);
        Pieces pieces = outgoing.pieces();
        pieces.add(head, at, upper + ALL);
        ip.send(path, pieces, nowNs);
    }

    /// How long the client has been asking. RFC 2131 §3.1 (3) (MUST): the request for what was offered says what the
    /// DISCOVER did, so that the same relays pass it on.
    private int secs(int link, int type, DhcpState state, long nowNs) {
        if (state == DhcpState.REQUESTING) {
            return leases.secs(link);
        }
        int secs = (int) Math.min(MOST_SECONDS, NANOSECONDS.toSeconds(nowNs - leases.begunNs(link)));
        if (type == DhcpMessage.DISCOVER) {
            leases.secs(link, secs);
        }
        return secs;
    }
}
