package netkeep.engine.fuzz;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import netkeep.ring.Pieces;
import netkeep.wire.ArpPacket;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.NdpMessage;
import netkeep.wire.NdpOption;
import netkeep.wire.Octets;
import netkeep.wire.TcpHeader;
import netkeep.wire.TcpOptions;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;
import org.jspecify.annotations.Nullable;

/// What the peers hear: every frame that the engine sends is checked, and held against what was said before.
final class Ears {
    private static final int IP = Shot.IP;
    private static final int LONGEST = 1 << 17;
    private static final int MOST_ANSWERS = 64;

    /// An answer to a question for a neighbor.
    record Answer(int link, MemorySegment frame) {}

    final Deque<Answer> answers = new ArrayDeque<>();
    private final MemorySegment heard = Arena.global().allocate(LONGEST, 8);
    private final TcpOptions options = new TcpOptions();
    private final Peers peers;
    private final Pattern pattern;
    private final Tally tally;
    /// Whether the engine has sent SYN cookies: the same SYN once more may find room, and another answer.
    boolean cookies;

    private int link;
    private int count;
    private int length;
    /// A frame with a segment, as it was sent last: ICMP errors quote it.
    final MemorySegment quoted = Arena.global().allocate(LONGEST, 8);
    int quotedLength;
    int quotedLink;

    Ears(Peers peers, Pattern pattern, Tally tally) {
        this.peers = peers;
        this.pattern = pattern;
        this.tally = tally;
    }

    /// A frame leaves the engine.
    void hear(int byLink, Pieces pieces) {
        tally.answers++;
        count++;
        link = byLink;
        length = pieces.gather(heard, 0);
        ok(VirtioNetHeader.check(heard, 0, length), "virtio header");
        switch (EthernetHeader.etherType(heard, VirtioNetHeader.LENGTH)) {
            case EthernetHeader.ARP -> arp();
            case EthernetHeader.IPV4 -> ipv4();
            case EthernetHeader.IPV6 -> ipv6();
            default -> throw new AssertionError("a frame of an unknown type");
        }
    }

    /// The frame that was heard last, for the loopback.
    byte[] octets() {
        return heard.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static void ok(Verdict verdict, String what) {
        if (verdict != Verdict.OK) {
            throw new AssertionError("the engine sent a bad " + what + ": " + verdict);
        }
    }

    private void ipv4() {
        ok(Ipv4Header.check(heard, IP, length - IP), "IPv4 header");
        if (Ipv4Header.protocol(heard, IP) == IpProtocol.TCP && !Ipv4Header.isFragment(heard, IP)) {
            int at = IP + Ipv4Header.headerLength(heard, IP);
            int tcpLength = Ipv4Header.totalLength(heard, IP) + IP - at;
            long pseudo = Checksum.pseudo(
                    0, Ipv4Header.source(heard, IP), 0, Ipv4Header.destination(heard, IP), IpProtocol.TCP, tcpLength);
            tcp(at, tcpLength, pseudo);
        }
    }

    private void ipv6() {
        ok(Ipv6Header.check(heard, IP, length - IP), "IPv6 header");
        int next = Ipv6Header.nextHeader(heard, IP);
        int at = IP + Ipv6Header.LENGTH;
        int rest = Ipv6Header.payloadLength(heard, IP);
        if (next == IpProtocol.TCP) {
            long pseudo = Checksum.pseudo(
                    Ipv6Header.sourceHi(heard, IP),
                    Ipv6Header.sourceLo(heard, IP),
                    Ipv6Header.destinationHi(heard, IP),
                    Ipv6Header.destinationLo(heard, IP),
                    IpProtocol.TCP,
                    rest);
            tcp(at, rest, pseudo);
        } else if (next == IpProtocol.ICMPV6
                && Icmp6Message.type(heard, at) == NdpMessage.NEIGHBOR_SOLICITATION
                && Ipv6Header.sourceHi(heard, IP) != 0) {
            advertise(at);
        }
    }

    private void tcp(int at, int tcpLength, long pseudo) {
        ok(TcpHeader.check(heard, at, tcpLength), "TCP header");
        int headerLength = TcpHeader.headerLength(heard, at);
        int text = tcpLength - headerLength;
        if ((VirtioNetHeader.flags(heard, 0) & VirtioNetHeader.NEEDS_CSUM) != 0) {
            if (TcpHeader.checksum(heard, at) != Checksum.partial(pseudo)) {
                throw new AssertionError("the engine sent a bad partial checksum, " + told(at));
            }
        } else if ((count & 7) == 0) {
            long sum = Checksum.add(pseudo, heard, at + headerLength, text);
            if (TcpHeader.checkSum(heard, at, sum) != Verdict.OK) {
                throw new AssertionError("the engine sent a bad checksum, " + told(at));
            }
        }
        if (!options.read(heard, at, headerLength)) {
            throw new AssertionError("the engine sent bad options");
        }
        Talk talk = peers.byPort(TcpHeader.destinationPort(heard, at));
        if (talk == null || talk.link != link) {
            return;
        }
        if ((count & 0xFF) == 0) {
            MemorySegment.copy(heard, 0, quoted, 0, length);
            quotedLength = length;
            quotedLink = link;
        }
        segment(talk, at, headerLength, text);
    }

    private String told(int at) {
        StringBuilder told = new StringBuilder("link " + link + " length " + length + ": ");
        for (int i = 0; i < Math.min(length, at + TcpHeader.MAX_LENGTH); i++) {
            told.append("%02x".formatted(Octets.u8(heard, i)));
        }
        return told.toString();
    }

    private void segment(Talk talk, int at, int headerLength, int text) {
        int flags = TcpHeader.flags(heard, at);
        int seq = TcpHeader.seq(heard, at);
        if ((flags & TcpHeader.RST) != 0 || TcpHeader.sourcePort(heard, at) != talk.enginePort && talk.engineIss != 0) {
            return;
        }
        if ((flags & TcpHeader.SYN) != 0) {
            synchronises(talk, at, flags, seq);
            return;
        }
        if (talk.phase != Talk.UP) {
            return;
        }
        if (options.hasTimestamps()) {
            talk.engineStamp = options.tsVal();
        }
        int space = text + ((flags & TcpHeader.FIN) != 0 ? 1 : 0);
        if (seq - talk.engineNxt > 0) {
            throw new AssertionError("a gap of " + (seq - talk.engineNxt) + " in what the engine sends: " + talk);
        }
        text(talk, at + headerLength, seq, text);
        if (seq + space - talk.engineNxt > 0) {
            if (talk.engineFin) {
                throw new AssertionError("the engine sends more behind its FIN: " + talk);
            }
            talk.engineNxt = seq + space;
        }
        talk.engineFin |= (flags & TcpHeader.FIN) != 0;
        if ((flags & TcpHeader.ACK) != 0) {
            talk.promises(TcpHeader.ack(heard, at), TcpHeader.window(heard, at) << talk.engineScale);
        }
    }

    private void text(Talk talk, int at, int seq, int text) {
        // A keepalive probe may carry an octet of garbage (RFC 9293 §3.8.4).
        boolean probe = text <= 1 && seq - talk.taken < 0;
        if (text > 0 && !probe) {
            if (!pattern.holds(heard, at, Shot.position(talk, seq - talk.engineIss - 1), text)) {
                throw new AssertionError("wrong octets at " + (seq - talk.engineIss - 1) + ": " + talk);
            }
            if (seq + text - talk.engineIss - 1 - talk.written > 0) {
                throw new AssertionError("the engine sends what nobody wrote: " + talk);
            }
            // One octet may probe a window that is shut.
            if (seq + text - talk.opened > 1) {
                throw new AssertionError(
                        "the engine sends " + (seq + text - talk.opened) + " beyond the window: " + talk);
            }
        }
    }

    private void synchronises(Talk talk, int at, int flags, int seq) {
        boolean answer = (flags & TcpHeader.ACK) != 0;
        if (talk.phase == Talk.CALLED && !answer || talk.phase == Talk.CALLING && answer) {
            talk.engineIss = seq;
            talk.engineNxt = seq + 1;
            talk.enginePort = TcpHeader.sourcePort(heard, at);
            talk.taken = seq + 1;
            talk.opened = talk.taken + 0xFFFF;
            talk.engineScale = Math.max(0, options.wscale());
            talk.stamps &= options.hasTimestamps();
            talk.sacks &= options.sackPermitted();
            talk.scaling &= options.wscale() >= 0;
            talk.engineStamp = options.tsVal();
            if (!talk.scaling) {
                talk.engineScale = 0;
            }
            if (answer) {
                if (TcpHeader.ack(heard, at) != talk.iss + 1) {
                    throw new AssertionError("a SYN acknowledges what was not sent: " + talk);
                }
                talk.promises(talk.iss + 1, TcpHeader.window(heard, at));
                talk.phase = Talk.UP;
            }
        } else if (seq != talk.engineIss && talk.phase == Talk.UP && !cookies) {
            throw new AssertionError("another initial sequence number: " + talk);
        }
    }

    private void arp() {
        if (ArpPacket.operation(heard, IP) != ArpPacket.REQUEST || ArpPacket.sender(heard, IP) == 0) {
            return;
        }
        long target = ArpPacket.target(heard, IP);
        int number = (int) target & 0xFF;
        if (number < Place.FIRST_PEER || answers.size() > MOST_ANSWERS) {
            return;
        }
        MemorySegment frame = Arena.ofAuto().allocate(IP + ArpPacket.LENGTH, 8);
        long mac = Shot.PEERS_MAC + number;
        EthernetHeader.write(frame, VirtioNetHeader.LENGTH, ArpPacket.senderMac(heard, IP), mac, EthernetHeader.ARP);
        ArpPacket.write(
                frame, IP, ArpPacket.REPLY, mac, target, ArpPacket.senderMac(heard, IP), ArpPacket.sender(heard, IP));
        answers.add(new Answer(link, frame));
    }

    private void advertise(int asked) {
        long targetHi = NdpMessage.targetHi(heard, asked);
        long targetLo = NdpMessage.targetLo(heard, asked);
        int number = (int) targetLo & 0xFF;
        if (number < Place.FIRST_PEER || answers.size() > MOST_ANSWERS) {
            return;
        }
        long mac = Shot.PEERS_MAC + number;
        int icmp = IP + Ipv6Header.LENGTH;
        int icmpLength = NdpMessage.NEIGHBOR_LENGTH + 8;
        MemorySegment frame = Arena.ofAuto().allocate(icmp + icmpLength, 8);
        long toHi = Ipv6Header.sourceHi(heard, IP);
        long toLo = Ipv6Header.sourceLo(heard, IP);
        EthernetHeader.write(
                frame,
                VirtioNetHeader.LENGTH,
                EthernetHeader.source(heard, VirtioNetHeader.LENGTH),
                mac,
                EthernetHeader.IPV6);
        Ipv6Header.write(
                frame, IP, 0, 0, icmpLength, IpProtocol.ICMPV6, NdpMessage.HOP_LIMIT, targetHi, targetLo, toHi, toLo);
        NdpMessage.writeTarget(frame, icmp, targetHi, targetLo);
        NdpOption.writeLinkAddress(frame, icmp + NdpMessage.NEIGHBOR_LENGTH, NdpOption.TARGET_LINK_ADDRESS, mac);
        long sum = Checksum.pseudo(targetHi, targetLo, toHi, toLo, IpProtocol.ICMPV6, icmpLength);
        sum = Checksum.add(sum, frame, icmp + 8, icmpLength - 8L);
        Icmp6Message.write(
                frame, icmp, NdpMessage.NEIGHBOR_ADVERTISEMENT, 0, NdpMessage.SOLICITED | NdpMessage.OVERRIDE, sum);
        answers.add(new Answer(link, frame));
    }

    @Nullable
    Answer answer() {
        return answers.poll();
    }
}
