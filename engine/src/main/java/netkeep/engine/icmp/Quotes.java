package netkeep.engine.icmp;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Failures;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.wire.Icmp4Message;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Extensions;
import netkeep.wire.Ipv6Fragment;
import netkeep.wire.Ipv6Header;
import netkeep.wire.Octets;
import netkeep.wire.UdpHeader;
import netkeep.wire.Verdict;

/// The packets that errors quote: whether we sent them, and who is told (RFC 1122 §3.2.2, RFC 4443 §2.4 (d)).
final class Quotes {
    // Plateaus of RFC 1191 §7.1: what to try where a router does not say its MTU.
    private static final int[] PLATEAUS = {65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68};

    private final Ip ip;
    // Scratch of one message.
    private final Failure failure = new Failure();
    private final Ipv6Extensions extensions = new Ipv6Extensions();

    Quotes(Ip ip) {
        this.ip = ip;
    }

    /// An error about a packet of IPv4.
    ///
    /// @param mtu for TOO_BIG what the router says, 0 if it is an old one that does not
    Verdict failed4(Packet packet, Failure.Kind kind, int mtu, long nowNs) {
        MemorySegment headers = packet.headers;
        long quote = packet.upper + Icmp4Message.LENGTH;
        failure.localHi = 0;
        failure.localLo = Ipv4Header.source(headers, quote);
        failure.remoteHi = 0;
        failure.remoteLo = Ipv4Header.destination(headers, quote);
        if (Ipv4Header.fragmentOffset(headers, quote) != 0) {
            return Verdict.BAD_FIELD;
        }
        failure.protocol = Ipv4Header.protocol(headers, quote);
        int told = kind == Failure.Kind.TOO_BIG && mtu == 0 ? plateau(Ipv4Header.totalLength(headers, quote)) : mtu;
        return fail(packet, kind, told, quote + Ipv4Header.headerLength(headers, quote), nowNs);
    }

    /// An error about a packet of IPv6.
    Verdict failed6(Packet packet, Failure.Kind kind, long mtu, long nowNs) {
        MemorySegment headers = packet.headers;
        long quote = packet.upper + Icmp6Message.LENGTH;
        int readable = (int) Math.min(packet.upperLength - Icmp6Message.LENGTH, Packet.COPIED - quote);
        if (readable < Ipv6Header.LENGTH + 8) {
            return Verdict.TRUNCATED;
        }
        failure.localHi = Ipv6Header.sourceHi(headers, quote);
        failure.localLo = Ipv6Header.sourceLo(headers, quote);
        failure.remoteHi = Ipv6Header.destinationHi(headers, quote);
        failure.remoteLo = Ipv6Header.destinationLo(headers, quote);
        Verdict verdict = extensions.walk(headers, quote, readable);
        boolean later = extensions.fragment() >= 0 && Ipv6Fragment.offset(headers, quote + extensions.fragment()) != 0;
        // Whose protocol cannot be told is dropped (RFC 4443 §2.4 (d)).
        if (verdict != Verdict.OK || later || extensions.upper() + 8 > readable) {
            return Verdict.TRUNCATED;
        }
        failure.protocol = extensions.protocol();
        return fail(packet, kind, (int) Math.min(mtu, 65535), quote + extensions.upper(), nowNs);
    }

    private Verdict fail(Packet packet, Failure.Kind kind, int mtu, long upper, long nowNs) {
        // Only what was sent to the source of the packet it quotes, and only if that was us.
        if (failure.localHi != packet.destinationHi
                || failure.localLo != packet.destinationLo
                || !ip.local(failure.localHi, failure.localLo)) {
            return Verdict.BAD_FIELD;
        }
        failure.kind = kind;
        failure.own = false;
        failure.mtu = mtu;
        // Both families have them in the same places.
        failure.type = Octets.u8(packet.headers, packet.upper);
        failure.code = Octets.u8(packet.headers, packet.upper + 1);
        failure.quoted = packet.frames();
        failure.quotedAt = packet.at + upper + 8;
        // What follows may be no payload, but extensions (RFC 4884): its own header says where it ends.
        long quoted = packet.upper + packet.upperLength - upper;
        boolean udp = failure.protocol == IpProtocol.UDP;
        failure.quotedLength =
                (int) Math.max(0, Math.min(quoted, udp ? UdpHeader.datagramLength(packet.headers, upper) : quoted) - 8);
        failure.reporterHi = packet.sourceHi;
        failure.reporterLo = packet.sourceLo;
        Failures.quote(failure, packet.headers, upper, true);
        return ip.failed(failure, nowNs) ? Verdict.OK : Verdict.BAD_FIELD;
    }

    /// RFC 1191 §5: the greatest plateau below the length of the packet that was too big.
    static int plateau(int length) {
        for (int plateau : PLATEAUS) {
            if (plateau < length) {
                return plateau;
            }
        }
        return PLATEAUS[PLATEAUS.length - 1];
    }
}
