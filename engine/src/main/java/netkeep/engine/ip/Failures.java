package netkeep.engine.ip;

import java.lang.foreign.MemorySegment;
import netkeep.engine.neighbor.Links;
import netkeep.wire.Address;
import netkeep.wire.Icmp4Message;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Fragment;
import netkeep.wire.Ipv6Header;
import netkeep.wire.Octets;

/// What becomes of errors about our packets: path MTUs are learned, and who sent the packet is told.
public final class Failures {
    private final Ip ip;
    private final Links links;
    private final Destinations destinations;
    // Scratch of one error.
    private final Failure own = new Failure();

    Failures(Ip ip, Links links, Destinations destinations) {
        this.ip = ip;
        this.links = links;
        this.destinations = destinations;
    }

    /// An error arrived. It counts only if the protocol that it concerns expects it.
    boolean failed(Failure failure, long nowNs) {
        Upper upper = ip.upper(failure.protocol);
        if (upper == null || !upper.expects(failure)) {
            return false;
        }
        if (failure.kind == Failure.Kind.TOO_BIG) {
            int mtu = pathMtu(failure.remoteHi, failure.remoteLo, failure.mtu, false, nowNs);
            if (mtu == 0) {
                return false;
            }
            failure.mtu = mtu;
        }
        upper.failed(failure, nowNs);
        return true;
    }

    /// Lowers the path MTU of a destination.
    ///
    /// @param guessed nobody told it
    /// @return what it is now, 0 if the claim is not believed
    int pathMtu(long hi, long lo, int mtu, boolean guessed, long nowNs) {
        boolean v4 = Address.isV4(hi, lo);
        // RFC 8201 §4 (MUST): no IPv6 link has less than 1280; RFC 791: no link of IPv4 less than 68.
        if (mtu < (v4 ? 68 : Ipv6Header.LEAST_MTU)) {
            return 0;
        }
        int least = v4 ? ip.settings().leastMtu4() : Ipv6Header.LEAST_MTU;
        int destination = destinations.find(hi, lo);
        int known = destination < 0 ? 0 : destinations.mtu(destination, nowNs);
        // RFC 1191 §3 (MUST NOT), RFC 8201 §4 (MUST NOT): a message never raises it, whatever it claims.
        if (known != 0 && mtu >= known) {
            return known;
        }
        int widest = 0;
        for (int link = 1; link < links.count(); link++) {
            widest = Math.max(widest, links.settings(link).mtu());
        }
        if (mtu >= widest) {
            return 0;
        }
        boolean cut = mtu < least;
        destinations.mtu(
                hi,
                lo,
                Math.max(mtu, least),
                cut,
                guessed,
                nowNs + ip.settings().pathMtuNs(),
                nowNs);
        ip.changed();
        return Math.max(mtu, least);
    }

    /// A packet that was larger than a guess arrived.
    void passed(long hi, long lo, int mtu, long nowNs) {
        int destination = destinations.find(hi, lo);
        if (destination >= 0 && destinations.guess(destination) != 0 && destinations.guess(destination) < mtu) {
            destinations.passed(destination, mtu, nowNs);
            ip.changed();
        }
    }

    /// Reads from an upper header whose packet it was.
    ///
    /// @param whole whether its first 8 octets can be read
    public static void quote(Failure failure, MemorySegment bytes, long upper, boolean whole) {
        boolean tcp = failure.protocol == IpProtocol.TCP;
        boolean ports = tcp || failure.protocol == IpProtocol.UDP;
        int type = whole ? Octets.u8(bytes, upper) : -1;
        boolean request = failure.protocol == IpProtocol.ICMPV4 && type == Icmp4Message.ECHO_REQUEST
                || failure.protocol == IpProtocol.ICMPV6 && type == Icmp6Message.ECHO_REQUEST;
        // Identifier and sequence number stand behind four octets where ports stand in front.
        long at = request ? upper + 4 : upper;
        boolean readable = whole && (ports || request);
        failure.localPort = readable ? Octets.u16(bytes, at) : ports ? 0 : -1;
        failure.remotePort = readable ? Octets.u16(bytes, at + 2) : ports ? 0 : -1;
        failure.seq = readable && tcp ? Octets.i32(bytes, upper + 4) : 0;
    }

    /// A frame of ours found no neighbor: its sender learns it as it would learn an ICMP error (RFC 4861 §7.2.2).
    void undeliverable(int link, MemorySegment frame, long at, int length, long nowNs) {
        long packet = at + links.settings(link).headerLength();
        boolean v6 = Octets.u8(frame, packet) >>> 4 == 6;
        long upper = packet + (v6 ? Ipv6Header.LENGTH : Ipv4Header.headerLength(frame, packet));
        int protocol = v6 ? Ipv6Header.nextHeader(frame, packet) : Ipv4Header.protocol(frame, packet);
        boolean later = !v6 && Ipv4Header.fragmentOffset(frame, packet) != 0;
        if (v6 && protocol == IpProtocol.FRAGMENT) {
            later = Ipv6Fragment.offset(frame, upper) != 0;
            protocol = Ipv6Fragment.nextHeader(frame, upper);
            upper += Ipv6Fragment.LENGTH;
        }
        if (later) {
            // Only the first fragment tells whose it is.
            return;
        }
        own.kind = Failure.Kind.HOST_UNREACHABLE;
        own.own = true;
        own.mtu = 0;
        own.type = v6 ? Icmp6Message.UNREACHABLE : Icmp4Message.UNREACHABLE;
        own.code = v6 ? Icmp6Message.ADDRESS_UNREACHABLE : Icmp4Message.HOST_UNREACHABLE;
        own.quoted = frame;
        own.quotedAt = upper + 8;
        own.quotedLength = (int) Math.max(0, at + length - upper - 8);
        own.protocol = protocol;
        own.localHi = v6 ? Ipv6Header.sourceHi(frame, packet) : 0;
        own.localLo = v6 ? Ipv6Header.sourceLo(frame, packet) : Ipv4Header.source(frame, packet);
        own.remoteHi = v6 ? Ipv6Header.destinationHi(frame, packet) : 0;
        own.remoteLo = v6 ? Ipv6Header.destinationLo(frame, packet) : Ipv4Header.destination(frame, packet);
        own.reporterHi = own.localHi;
        own.reporterLo = own.localLo;
        quote(own, frame, upper, upper + 8 <= at + length);
        Upper above = ip.upper(own.protocol);
        if (above != null) {
            above.failed(own, nowNs);
        }
    }
}
