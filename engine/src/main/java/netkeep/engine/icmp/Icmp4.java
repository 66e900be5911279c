package netkeep.engine.icmp;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Discovery;
import netkeep.engine.ip.Failure;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Upper;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.wire.Icmp4Message;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Layer;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// ICMP, RFC 792 and RFC 1122 §3.2.2.
final class Icmp4 implements Upper {
    private final Ip ip;
    private final Discovery discovery;
    private final Counters counters;
    private final Echo echo;
    private final Quotes quotes;
    private @Nullable Echoes echoes;

    Icmp4(Ip ip, Discovery discovery, Counters counters, Echo echo, Quotes quotes) {
        this.ip = ip;
        this.discovery = discovery;
        this.counters = counters;
        this.echo = echo;
        this.quotes = quotes;
    }

    void echoes(@Nullable Echoes echoes) {
        this.echoes = echoes;
    }

    @Override
    public void arrives(Packet packet, long nowNs) {
        counters.add(Counter.IcmpInMsgs);
        Verdict verdict = Icmp4Message.check(packet.headers, packet.upper, packet.upperLength);
        if (verdict == Verdict.OK) {
            verdict = Icmp4Message.checkSum(packet.headers, packet.upper, Messages.sum(0, packet, Icmp4Message.LENGTH));
        }
        if (verdict == Verdict.OK) {
            verdict = message(packet, nowNs);
        }
        if (verdict != Verdict.OK) {
            ip.drop(Layer.ICMPV4, verdict);
        }
    }

    private Verdict message(Packet packet, long nowNs) {
        MemorySegment headers = packet.headers;
        int at = packet.upper;
        return switch (Icmp4Message.type(headers, at)) {
            case Icmp4Message.ECHO_REQUEST -> {
                counters.add(Counter.IcmpInEchos);
                // RFC 1122 §3.2.2.6 (MAY): one request to all would be answered by all.
                if (packet.broadcast || packet.multicast) {
                    yield Verdict.BAD_DESTINATION;
                }
                echo.answer(packet, nowNs);
                yield Verdict.OK;
            }
            case Icmp4Message.ECHO_REPLY -> {
                counters.add(Counter.IcmpInEchoReps);
                if (echoes != null) {
                    echoes.replied(
                            packet, Icmp4Message.identifier(headers, at), Icmp4Message.sequence(headers, at), nowNs);
                }
                yield Verdict.OK;
            }
            case Icmp4Message.UNREACHABLE -> {
                counters.add(Counter.IcmpInDestUnreachs);
                yield unreachable(packet, nowNs);
            }
            case Icmp4Message.TIME_EXCEEDED -> {
                counters.add(Counter.IcmpInTimeExcds);
                Failure.Kind kind = Icmp4Message.code(headers, at) == Icmp4Message.TTL_EXCEEDED
                        ? Failure.Kind.HOPS_EXCEEDED
                        : Failure.Kind.REASSEMBLY_EXCEEDED;
                yield quotes.failed4(packet, kind, 0, nowNs);
            }
            case Icmp4Message.PARAMETER_PROBLEM -> {
                counters.add(Counter.IcmpInParmProbs);
                yield quotes.failed4(packet, Failure.Kind.PARAMETER, 0, nowNs);
            }
            case Icmp4Message.REDIRECT -> {
                counters.add(Counter.IcmpInRedirects);
                yield redirect(packet, nowNs);
            }
            // RFC 6633 §3: a source quench is dropped in silence.
            case Icmp4Message.SOURCE_QUENCH -> Verdict.BAD_TYPE;
            // RFC 1122 §3.2.2 (MUST): so is a type that nobody knows.
            default -> Verdict.BAD_TYPE;
        };
    }

    private Verdict unreachable(Packet packet, long nowNs) {
        // RFC 1122 §3.2.2.1 and RFC 1812 §5.2.7.1 list the codes.
        Failure.@Nullable Kind kind = switch (Icmp4Message.code(packet.headers, packet.upper)) {
            case 0, 5, 6, 11 -> Failure.Kind.NETWORK_UNREACHABLE;
            case 1, 7, 8, 12 -> Failure.Kind.HOST_UNREACHABLE;
            case 2 -> Failure.Kind.PROTOCOL_UNREACHABLE;
            case 3 -> Failure.Kind.PORT_UNREACHABLE;
            case 4 -> Failure.Kind.TOO_BIG;
            case 9, 10, 13, 14, 15 -> Failure.Kind.PROHIBITED;
            default -> null;
        };
        if (kind == null) {
            return Verdict.BAD_TYPE;
        }
        int mtu = kind == Failure.Kind.TOO_BIG ? Icmp4Message.nextHopMtu(packet.headers, packet.upper) : 0;
        return quotes.failed4(packet, kind, mtu, nowNs);
    }

    /// RFC 1122 §3.2.2.2: believed from the router that the packet was sent to, and if it names a neighbor.
    private Verdict redirect(Packet packet, long nowNs) {
        if (Icmp4Message.code(packet.headers, packet.upper) > 3) {
            return Verdict.BAD_TYPE;
        }
        long quote = packet.upper + Icmp4Message.LENGTH;
        if (Ipv4Header.source(packet.headers, quote) != packet.destinationLo) {
            return Verdict.BAD_FIELD;
        }
        long remote = Ipv4Header.destination(packet.headers, quote);
        long gateway = Icmp4Message.gateway(packet.headers, packet.upper);
        return discovery.redirect(packet.link, 0, packet.sourceLo, 0, remote, 0, gateway, nowNs)
                ? Verdict.OK
                : Verdict.BAD_SOURCE;
    }

    @Override
    public void failed(Failure failure, long nowNs) {
        if (echoes != null && failure.localPort >= 0) {
            echoes.failed(failure, failure.localPort, failure.remotePort, nowNs);
        }
    }
}
