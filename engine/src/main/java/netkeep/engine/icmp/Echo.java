package netkeep.engine.icmp;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Path;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Outgoing;
import netkeep.ring.Pieces;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.Icmp4Message;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv4Recording;

/// Echo: answers those who ask, and asks for those here who want to know.
final class Echo {
    private static final long NANOS_A_MILLISECOND = 1_000_000;

    private final Ip ip;
    private final Counters counters;
    private final Outgoing outgoing;
    // Scratch of one message.
    private final Path path = new Path();
    private final MemorySegment options = MemorySegment.ofArray(new byte[Ipv4Recording.MOST]);

    Echo(Ip ip, Counters counters, Outgoing outgoing) {
        this.ip = ip;
        this.counters = counters;
        this.outgoing = outgoing;
    }

    /// Answers a request with all that it held; its data goes from where it lies.
    void answer(Packet packet, long nowNs) {
        if (packet.copy) {
            return;
        }
        boolean group = packet.multicast;
        long sourceHi = group ? 0 : packet.destinationHi;
        long sourceLo = group ? 0 : packet.destinationLo;
        if (!ip.path(path, sourceHi, sourceLo, packet.sourceHi, packet.sourceLo, packet.link, nowNs)
                || outgoing.room() < ip.frames(path, packet.upperLength)) {
            return;
        }
        int data = packet.upperLength - Icmp4Message.LENGTH;
        long rest = packet.v6
                ? Icmp6Message.rest(packet.headers, packet.upper)
                : Icmp4Message.rest(packet.headers, packet.upper);
        long from = packet.at + packet.upper + Icmp4Message.LENGTH;
        lay(
                path.v6 ? Icmp6Message.ECHO_REPLY : Icmp4Message.ECHO_REPLY,
                packet.trafficClass & ~3,
                rest,
                packet.frames(),
                from,
                data,
                recorded(packet, nowNs),
                nowNs);
        counters.add(packet.v6 ? Counter.Icmp6OutEchoReplies : Counter.IcmpOutEchoReps);
    }

    /// Lays what the request has recorded of its way in [#options]. Not for an answer that must be cut.
    ///
    /// @return its octets
    private int recorded(Packet packet, long nowNs) {
        int header = packet.upper - packet.ip;
        if (packet.v6 || header == Ipv4Header.LENGTH || header + packet.upperLength > path.mtu) {
            return 0;
        }
        return Ipv4Recording.take(
                packet.headers, packet.ip, header, options, 0, path.sourceLo, nowNs / NANOS_A_MILLISECOND);
    }

    /// Sends a request.
    ///
    /// @param link 0 for any
    /// @return false if there is no way there, or no room in this turn
    boolean ask(long hi, long lo, int link, int identifier, int sequence, MemorySegment data, int length, long nowNs) {
        boolean v4 = Address.isV4(hi, lo);
        if (!ip.path(path, 0, v4 ? Address.V4 : 0, hi, lo, link, nowNs)
                || outgoing.room() < ip.frames(path, Icmp4Message.LENGTH + length)) {
            return false;
        }
        long rest = (long) identifier << 16 | sequence;
        lay(v4 ? Icmp4Message.ECHO_REQUEST : Icmp6Message.ECHO_REQUEST, 0, rest, data, 0, length, 0, nowNs);
        counters.add(v4 ? Counter.IcmpOutEchos : Counter.Icmp6OutEchos);
        return true;
    }

    /// @param recorded octets of [#options] to send
    private void lay(
            int type,
            int trafficClass,
            long rest,
            MemorySegment data,
            long from,
            int length,
            int recorded,
            long nowNs) {
        MemorySegment head = outgoing.heads();
        long at = outgoing.head();
        int all = Icmp4Message.LENGTH + length;
        int protocol = path.v6 ? IpProtocol.ICMPV6 : IpProtocol.ICMPV4;
        int upper = ip.headers(path, head, at, protocol, recorded + all, trafficClass, 0, false);
        if (recorded != 0) {
            MemorySegment.copy(options, 0, head, at + upper, recorded);
            Ipv4Header.lengthen(head, at + upper - Ipv4Header.LENGTH, Ipv4Header.LENGTH + recorded);
            upper += recorded;
        }
        if (path.v6) {
            long sum = Checksum.pseudo(
                    path.sourceHi, path.sourceLo, path.destinationHi, path.destinationLo, protocol, all);
            Icmp6Message.write(head, at + upper, type, 0, rest, Checksum.add(sum, data, from, length));
        } else {
            Icmp4Message.write(head, at + upper, type, 0, rest, Checksum.add(0, data, from, length));
        }
        Pieces pieces = outgoing.pieces();
        pieces.add(head, at, upper + Icmp4Message.LENGTH);
        if (length != 0) {
            pieces.add(data, from, length);
        }
        ip.send(path, pieces, nowNs);
        counters.add(path.v6 ? Counter.Icmp6OutMsgs : Counter.IcmpOutMsgs);
    }
}
