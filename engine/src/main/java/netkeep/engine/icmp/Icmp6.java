package netkeep.engine.icmp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Upper;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.wire.Checksum;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Layer;
import netkeep.wire.MldMessage;
import netkeep.wire.NdpMessage;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// ICMPv6, RFC 4443.
final class Icmp6 implements Upper {
    private final Ip ip;
    private final Counters counters;
    private final Echo echo;
    private final Quotes quotes;
    private final Ndp ndp;
    private final Routers routers;
    private final Mld mld;
    // Scratch of one message of neighbor discovery that is longer than what is copied of each frame.
    private final MemorySegment whole;
    private @Nullable Echoes echoes;

    /// @param longest octets of the longest frame that holds one unfragmented packet, virtio header included
    Icmp6(Ip ip, Counters counters, Echo echo, Quotes quotes, Ndp ndp, Routers routers, Mld mld, int longest) {
        this.ip = ip;
        this.counters = counters;
        this.echo = echo;
        this.quotes = quotes;
        this.ndp = ndp;
        this.routers = routers;
        this.mld = mld;
        this.whole = Arena.ofAuto().allocate(longest, 8);
    }

    void echoes(@Nullable Echoes echoes) {
        this.echoes = echoes;
    }

    @Override
    public void arrives(Packet packet, long nowNs) {
        if (!packet.v6) {
            ip.drop(Layer.IPV4, Verdict.UNKNOWN_PROTOCOL);
            return;
        }
        counters.add(Counter.Icmp6InMsgs);
        Verdict verdict = Icmp6Message.check(packet.headers, packet.upper, packet.upperLength);
        if (verdict == Verdict.OK) {
            long sum = Checksum.pseudo(
                    packet.sourceHi,
                    packet.sourceLo,
                    packet.destinationHi,
                    packet.destinationLo,
                    IpProtocol.ICMPV6,
                    packet.upperLength);
            verdict =
                    Icmp6Message.checkSum(packet.headers, packet.upper, Messages.sum(sum, packet, Icmp6Message.LENGTH));
        }
        if (verdict == Verdict.OK) {
            verdict = message(packet, nowNs);
        }
        if (verdict != Verdict.OK) {
            ip.drop(Layer.ICMPV6, verdict);
        }
    }

    private Verdict message(Packet packet, long nowNs) {
        MemorySegment headers = packet.headers;
        int at = packet.upper;
        int type = Icmp6Message.type(headers, at);
        if (NdpMessage.isNdp(type)) {
            return discovery(packet, type, nowNs);
        }
        if (MldMessage.isMld(type)) {
            return mld.arrives(packet, nowNs);
        }
        return switch (type) {
            case Icmp6Message.ECHO_REQUEST -> {
                counters.add(Counter.Icmp6InEchos);
                echo.answer(packet, nowNs);
                yield Verdict.OK;
            }
            case Icmp6Message.ECHO_REPLY -> {
                counters.add(Counter.Icmp6InEchoReplies);
                if (echoes != null) {
                    echoes.replied(
                            packet, Icmp6Message.identifier(headers, at), Icmp6Message.sequence(headers, at), nowNs);
                }
                yield Verdict.OK;
            }
            case Icmp6Message.UNREACHABLE -> {
                counters.add(Counter.Icmp6InDestUnreachs);
                yield quotes.failed6(packet, unreachable(Icmp6Message.code(headers, at)), 0, nowNs);
            }
            case Icmp6Message.PACKET_TOO_BIG -> {
                counters.add(Counter.Icmp6InPktTooBigs);
                yield quotes.failed6(packet, Failure.Kind.TOO_BIG, Icmp6Message.mtu(headers, at), nowNs);
            }
            case Icmp6Message.TIME_EXCEEDED -> {
                counters.add(Counter.Icmp6InTimeExcds);
                Failure.Kind kind = Icmp6Message.code(headers, at) == Icmp6Message.HOP_LIMIT_EXCEEDED
                        ? Failure.Kind.HOPS_EXCEEDED
                        : Failure.Kind.REASSEMBLY_EXCEEDED;
                yield quotes.failed6(packet, kind, 0, nowNs);
            }
            case Icmp6Message.PARAMETER_PROBLEM -> {
                counters.add(Counter.Icmp6InParmProblems);
                // Code 1 at a next header: the host has no such protocol (RFC 4443 §3.4).
                Failure.Kind kind = Icmp6Message.code(headers, at) == 1
                        ? Failure.Kind.PROTOCOL_UNREACHABLE
                        : Failure.Kind.PARAMETER;
                yield quotes.failed6(packet, kind, 0, nowNs);
            }
            // RFC 4443 §2.4 (a): an unknown error goes to whoever sent what it quotes; (b): the rest is dropped.
            default ->
                Icmp6Message.isError(type)
                        ? quotes.failed6(packet, Failure.Kind.HOST_UNREACHABLE, 0, nowNs)
                        : Verdict.BAD_TYPE;
        };
    }

    private static Failure.Kind unreachable(int code) {
        return switch (code) {
            case Icmp6Message.NO_ROUTE -> Failure.Kind.NETWORK_UNREACHABLE;
            case Icmp6Message.ADMINISTRATIVELY_PROHIBITED, Icmp6Message.POLICY_FAILED, Icmp6Message.REJECT_ROUTE ->
                Failure.Kind.PROHIBITED;
            case Icmp6Message.PORT_UNREACHABLE -> Failure.Kind.PORT_UNREACHABLE;
            default -> Failure.Kind.HOST_UNREACHABLE;
        };
    }

    private Verdict discovery(Packet packet, int type, long nowNs) {
        if (packet.fragmented) {
            // RFC 6980 §5 (MUST): who filters such messages on the way cannot see them in fragments.
            return Verdict.BAD_FIELD;
        }
        int end = packet.upper + packet.upperLength;
        if (end > whole.byteSize()) {
            return Verdict.BAD_LENGTH;
        }
        if (end > Packet.COPIED) {
            copy(packet, end);
        }
        Verdict verdict = NdpMessage.check(
                packet.headers,
                packet.upper,
                packet.upperLength,
                packet.hops,
                packet.sourceHi,
                packet.sourceLo,
                packet.destinationHi,
                packet.destinationLo);
        if (verdict != Verdict.OK) {
            return verdict;
        }
        switch (type) {
            case NdpMessage.NEIGHBOR_SOLICITATION -> {
                counters.add(Counter.Icmp6InNeighborSolicits);
                return ndp.solicited(packet, nowNs);
            }
            case NdpMessage.NEIGHBOR_ADVERTISEMENT -> {
                counters.add(Counter.Icmp6InNeighborAdvertisements);
                return ndp.advertised(packet, nowNs);
            }
            case NdpMessage.ROUTER_ADVERTISEMENT -> {
                counters.add(Counter.Icmp6InRouterAdvertisements);
                return routers.advertised(packet, nowNs);
            }
            case NdpMessage.REDIRECT -> {
                counters.add(Counter.Icmp6InRedirects);
                return routers.redirected(packet, nowNs);
            }
            // RFC 4861 §6.2.6: hosts have no use for a router solicitation.
            default -> {
                return Verdict.BAD_TYPE;
            }
        }
    }

    /// Has all of a message be readable where nobody else writes: a router may tell of many prefixes, and a redirect
    /// quotes the packet that was redirected, 1280 octets in all (RFC 4861 §4.5).
    private void copy(Packet packet, int end) {
        MemorySegment.copy(packet.headers, 0, whole, 0, Packet.COPIED);
        MemorySegment.copy(
                packet.frames(), packet.at + Packet.COPIED, whole, Packet.COPIED, end - (long) Packet.COPIED);
        packet.headers = whole;
    }

    @Override
    public void failed(Failure failure, long nowNs) {
        if (echoes != null && failure.localPort >= 0) {
            echoes.failed(failure, failure.localPort, failure.remotePort, nowNs);
        }
    }
}
