package netkeep.engine.icmp;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.Packet;
import netkeep.engine.ip.Path;
import netkeep.engine.ip.Problem;
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
import netkeep.wire.Ipv6Extensions;
import netkeep.wire.Ipv6Fragment;
import netkeep.wire.Ipv6Header;
import netkeep.wire.NdpMessage;

/// The errors that we send: whether one may be sent at all, what it says, and what it quotes (RFC 1122 §3.2.2, RFC
/// 4443 §2.4).
final class Errors {
    /// RFC 1812 §4.3.2.3: as much of the packet as fits in 576 octets.
    private static final int LONGEST_4 = 576;
    /// RFC 4443 §2.4 (c): as much as fits in the least MTU.
    private static final int LONGEST_6 = Ipv6Header.LEAST_MTU;

    private final Ip ip;
    private final Counters counters;
    private final Outgoing outgoing;
    private final Limiter limiter;
    // Scratch of one message.
    private final Path path = new Path();

    Errors(Ip ip, Counters counters, Outgoing outgoing, Limiter limiter) {
        this.ip = ip;
        this.counters = counters;
        this.outgoing = outgoing;
        this.limiter = limiter;
    }

    void problem(Packet packet, Problem problem, int pointer, long nowNs) {
        if (packet.copy || !mayBeAnswered(packet, problem)) {
            return;
        }
        if (!mayAnswer(packet, nowNs)) {
            return;
        }
        // The answer comes from where the packet went to; from any address of ours if that was a group.
        boolean ours = !packet.multicast && !packet.broadcast;
        long sourceHi = ours ? packet.destinationHi : 0;
        long sourceLo = ours ? packet.destinationLo : packet.v6 ? 0 : Address.V4;
        if (!ip.path(path, sourceHi, sourceLo, packet.sourceHi, packet.sourceLo, packet.link, nowNs)
                || outgoing.room() == 0) {
            return;
        }
        if (packet.v6) {
            send6(packet, problem, pointer, nowNs);
        } else {
            send4(packet, problem, pointer, nowNs);
        }
    }

    boolean mayAnswer(Packet packet, long nowNs) {
        if (packet.copy) {
            return false;
        }
        boolean may = limiter.allows(packet.sourceHi, packet.sourceLo, nowNs);
        if (!may) {
            counters.add(packet.v6 ? Counter.Icmp6OutRateLimitHost : Counter.IcmpOutRateLimitHost);
        }
        return may;
    }

    /// RFC 1122 §3.2.2 (MUST NOT), RFC 4443 §2.4 (e) (MUST NOT): no error about an error, a group's packet, a later
    /// fragment. A packet whose source is not one host has not come here (RFC 1122 §3.2.1.3, RFC 4291 §2.7), or
    /// has the unspecified address, to which nothing goes.
    private boolean mayBeAnswered(Packet packet, Problem problem) {
        boolean toMany = packet.multicast || packet.broadcast;
        if (toMany && problem != Problem.UNKNOWN_OPTION_TO_GROUP) {
            return false;
        }
        if (packet.v6) {
            return !isError6(packet);
        }
        if (Ipv4Header.fragmentOffset(packet.headers, packet.ip) != 0) {
            return false;
        }
        return packet.protocol != IpProtocol.ICMPV4
                || packet.upperLength > 0 && !Icmp4Message.isError(Icmp4Message.type(packet.headers, packet.upper));
    }

    /// Whether a packet is, or may be, an error or a redirect, whatever extension headers are before it that were not
    /// walked over, because one of them is the problem.
    private static boolean isError6(Packet packet) {
        int header = packet.protocol;
        int at = packet.upper;
        int end = packet.upper + packet.upperLength;
        while (Ipv6Extensions.isExtension(header)) {
            if (at + 2 > end) {
                return false;
            }
            if (at + 2 > Packet.COPIED) {
                return true;
            }
            int length = Ipv6Extensions.lengthOf(header, packet.headers, at);
            header = Ipv6Fragment.nextHeader(packet.headers, at);
            at += length;
        }
        if (header != IpProtocol.ICMPV6 || at >= end) {
            return false;
        }
        int type = at < Packet.COPIED ? Icmp6Message.type(packet.headers, at) : NdpMessage.REDIRECT;
        return Icmp6Message.isError(type) || type == NdpMessage.REDIRECT;
    }

    private void send4(Packet packet, Problem problem, int pointer, long nowNs) {
        int type = switch (problem) {
            case PORT_UNREACHABLE, PROTOCOL_UNREACHABLE, PROHIBITED -> Icmp4Message.UNREACHABLE;
            case REASSEMBLY_EXCEEDED -> Icmp4Message.TIME_EXCEEDED;
            default -> Icmp4Message.PARAMETER_PROBLEM;
        };
        int code = switch (problem) {
            case PORT_UNREACHABLE -> Icmp4Message.PORT_UNREACHABLE;
            case PROTOCOL_UNREACHABLE -> Icmp4Message.PROTOCOL_UNREACHABLE;
            case PROHIBITED -> Icmp4Message.ADMINISTRATIVELY_PROHIBITED;
            case REASSEMBLY_EXCEEDED -> Icmp4Message.REASSEMBLY_TIME_EXCEEDED;
            default -> 0;
        };
        long rest = type == Icmp4Message.PARAMETER_PROBLEM ? (long) pointer << 24 : 0;
        int quoted = Math.min(quotable(packet), LONGEST_4 - Ipv4Header.LENGTH - Icmp4Message.LENGTH);
        MemorySegment head = outgoing.heads();
        long at = outgoing.head();
        // RFC 1122 §3.2.2 (SHOULD): with a TOS of zero.
        int upper = ip.headers(path, head, at, IpProtocol.ICMPV4, Icmp4Message.LENGTH + quoted, 0, 0, false);
        long message = at + upper;
        quote(packet, head, message + Icmp4Message.LENGTH, quoted);
        Icmp4Message.write(
                head, message, type, code, rest, Checksum.add(0, head, message + Icmp4Message.LENGTH, quoted));
        send(head, at, upper + Icmp4Message.LENGTH + quoted, nowNs);
        counters.add(Counter.IcmpOutMsgs);
        counters.add(
                switch (type) {
                    case Icmp4Message.UNREACHABLE -> Counter.IcmpOutDestUnreachs;
                    case Icmp4Message.TIME_EXCEEDED -> Counter.IcmpOutTimeExcds;
                    default -> Counter.IcmpOutParmProbs;
                });
    }

    private void send6(Packet packet, Problem problem, int pointer, long nowNs) {
        int type = switch (problem) {
            case PORT_UNREACHABLE, PROHIBITED -> Icmp6Message.UNREACHABLE;
            case REASSEMBLY_EXCEEDED -> Icmp6Message.TIME_EXCEEDED;
            default -> Icmp6Message.PARAMETER_PROBLEM;
        };
        int code = switch (problem) {
            case PORT_UNREACHABLE -> Icmp6Message.PORT_UNREACHABLE;
            case PROHIBITED -> Icmp6Message.ADMINISTRATIVELY_PROHIBITED;
            case REASSEMBLY_EXCEEDED -> Icmp6Message.REASSEMBLY_TIME_EXCEEDED;
            case PROTOCOL_UNREACHABLE, UNKNOWN_HEADER -> Ipv6Extensions.UNKNOWN_NEXT_HEADER;
            case UNKNOWN_OPTION, UNKNOWN_OPTION_TO_GROUP -> Ipv6Extensions.UNKNOWN_OPTION;
            case INCOMPLETE_CHAIN -> Ipv6Extensions.INCOMPLETE_CHAIN;
            case BAD_FIELD -> Ipv6Extensions.ERRONEOUS_FIELD;
        };
        long rest = type == Icmp6Message.PARAMETER_PROBLEM ? pointer : 0;
        int quoted = Math.min(quotable(packet), LONGEST_6 - Ipv6Header.LENGTH - Icmp6Message.LENGTH);
        MemorySegment head = outgoing.heads();
        long at = outgoing.head();
        int length = Icmp6Message.LENGTH + quoted;
        int upper = ip.headers(path, head, at, IpProtocol.ICMPV6, length, 0, 0, false);
        long message = at + upper;
        quote(packet, head, message + Icmp6Message.LENGTH, quoted);
        long sum = Checksum.pseudo(
                path.sourceHi, path.sourceLo, path.destinationHi, path.destinationLo, IpProtocol.ICMPV6, length);
        Icmp6Message.write(
                head, message, type, code, rest, Checksum.add(sum, head, message + Icmp6Message.LENGTH, quoted));
        send(head, at, upper + length, nowNs);
        counters.add(Counter.Icmp6OutMsgs);
        counters.add(Counter.Icmp6OutErrors);
        counters.add(
                switch (type) {
                    case Icmp6Message.UNREACHABLE -> Counter.Icmp6OutDestUnreachs;
                    case Icmp6Message.TIME_EXCEEDED -> Counter.Icmp6OutTimeExcds;
                    default -> Counter.Icmp6OutParmProblems;
                });
    }

    private void send(MemorySegment head, long at, int length, long nowNs) {
        Pieces pieces = outgoing.pieces();
        pieces.add(head, at, length);
        ip.send(path, pieces, nowNs);
    }

    /// Octets of the packet from its IP header on: what the header says, as far as the frame goes.
    private static int quotable(Packet packet) {
        int told = packet.v6
                ? Ipv6Header.LENGTH + Ipv6Header.payloadLength(packet.headers, packet.ip)
                : Ipv4Header.totalLength(packet.headers, packet.ip);
        return Math.min(told, packet.length - packet.ip);
    }

    /// Copies the packet's begin: headers as they were checked, the rest as it lies in the frame.
    private static void quote(Packet packet, MemorySegment to, long at, int length) {
        int checked = Math.min(length, Packet.COPIED - packet.ip);
        MemorySegment.copy(packet.headers, packet.ip, to, at, checked);
        MemorySegment.copy(packet.frames(), packet.at + packet.ip + checked, to, at + checked, length - checked);
    }
}
