package netkeep.engine.fuzz;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.Octets;
import netkeep.wire.TcpHeader;
import netkeep.wire.TcpOptions;
import netkeep.wire.VirtioNetHeader;

/// The frame that is given to the engine next: a segment of a talk, whole or spoilt.
///
/// Its text is always what the pattern says for its sequence number, also after a mutation: whatever of it the engine
/// takes is right, if the engine puts it where it belongs.
final class Shot {
    static final long PEERS_MAC = 0x02_00_00_00_10_00L;
    static final long ENGINES_MAC = 0x02_00_00_00_00_00L;
    static final int IP = VirtioNetHeader.LENGTH + EthernetHeader.LENGTH;

    private static final int SALT = 7919;
    private static final int LONGEST = 1 << 17;

    final MemorySegment frame = Arena.global().allocate(LONGEST, 8);
    final TcpOptions options = new TcpOptions();
    final Pattern pattern;
    int length;
    int link;
    int flags;
    int seq;
    int ack;
    int window;
    int urgent;
    int text;
    int trafficClass;
    boolean large;
    boolean mutated;
    private int tcp;
    private final MemorySegment soup = Arena.global().allocate(64, 8);
    private int soupLength = -1;

    Shot(Pattern pattern) {
        this.pattern = pattern;
    }

    /// Begins a segment that says nothing yet.
    void begin(Talk talk, int now) {
        link = talk.link;
        flags = TcpHeader.ACK;
        seq = talk.sent;
        ack = talk.taken;
        window = 0xFFFF;
        urgent = 0;
        text = 0;
        trafficClass = 0;
        large = false;
        mutated = false;
        soupLength = -1;
        options.clear();
        if (talk.stamps && talk.phase == Talk.UP) {
            options.timestamps(now, talk.engineStamp);
        }
    }

    /// The options are octets that mean nothing, or nearly something.
    void soup(SplittableRandom luck) {
        soupLength = luck.nextInt(11) * 4;
        for (int at = 0; at < soupLength; at++) {
            int octet = luck.nextInt(3) == 0 ? luck.nextInt(9) : luck.nextInt(256);
            Octets.u8(soup, at, octet);
        }
    }

    /// Where the text of a stream of the talk stands in the pattern.
    static int position(Talk talk, int since) {
        return since + talk.port * SALT;
    }

    /// Lays the frame down.
    void write(Talk talk) {
        boolean v4 = talk.remote.isV4();
        int ipLength = v4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH;
        tcp = IP + ipLength;
        int optionsLength;
        if (soupLength >= 0) {
            optionsLength = soupLength;
            MemorySegment.copy(soup, 0, frame, tcp + TcpHeader.LENGTH, soupLength);
        } else {
            optionsLength = options.write(frame, tcp + TcpHeader.LENGTH);
        }
        int headerLength = TcpHeader.LENGTH + optionsLength;
        int tcpLength = headerLength + text;
        length = tcp + tcpLength;
        VirtioNetHeader.clear(frame, 0);
        EthernetHeader.write(
                frame,
                VirtioNetHeader.LENGTH,
                ENGINES_MAC + link,
                PEERS_MAC + (talk.remote.lo() & 0xFF),
                v4 ? EthernetHeader.IPV4 : EthernetHeader.IPV6);
        if (v4) {
            Ipv4Header.write(
                    frame,
                    IP,
                    ipLength,
                    trafficClass,
                    ipLength + tcpLength,
                    talk.age,
                    Ipv4Header.DONT_FRAGMENT,
                    64,
                    IpProtocol.TCP,
                    talk.remote.lo(),
                    talk.local.lo());
        } else {
            Ipv6Header.write(
                    frame,
                    IP,
                    trafficClass,
                    0,
                    tcpLength,
                    IpProtocol.TCP,
                    64,
                    talk.remote.hi(),
                    talk.remote.lo(),
                    talk.local.hi(),
                    talk.local.lo());
        }
        TcpHeader.write(frame, tcp, talk.port, talk.enginePort, seq, ack, headerLength, flags, window, urgent);
        if (text > 0) {
            pattern.fill(frame, tcp + headerLength, position(talk, seq - talk.iss - 1), text);
        }
        seal(talk, v4, headerLength, tcpLength);
    }

    private void seal(Talk talk, boolean v4, int headerLength, int tcpLength) {
        long pseudo = Checksum.pseudo(
                talk.remote.hi(), talk.remote.lo(), talk.local.hi(), talk.local.lo(), IpProtocol.TCP, tcpLength);
        if (large) {
            VirtioNetHeader.write(
                    frame,
                    0,
                    VirtioNetHeader.NEEDS_CSUM,
                    v4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6,
                    tcp + headerLength - VirtioNetHeader.LENGTH,
                    1400,
                    tcp - VirtioNetHeader.LENGTH,
                    TcpHeader.CHECKSUM_OFFSET);
            TcpHeader.partial(frame, tcp, pseudo);
        } else {
            TcpHeader.seal(frame, tcp, Checksum.add(pseudo, frame, tcp + headerLength, text));
        }
    }

    /// Takes the segment for sent: the peer will be held to it.
    ///
    /// @return false if it must not be sent
    boolean counts(Talk talk) {
        int space = text + ((flags & TcpHeader.FIN) != 0 ? 1 : 0);
        int first = (flags & TcpHeader.SYN) != 0 ? seq + 1 : seq;
        if ((flags & TcpHeader.SYN) == 0 && space != 0 && near(talk, first, space) && !talk.sends(first, space)) {
            return false;
        }
        talk.finSent |= (flags & TcpHeader.FIN) != 0;
        talk.mayEnd |= (flags & TcpHeader.RST) != 0;
        if ((flags & TcpHeader.ACK) != 0 && talk.phase == Talk.UP) {
            boolean scaled = talk.scaling && (flags & TcpHeader.SYN) == 0;
            int edge = ack + (window << (scaled ? talk.scale : 0));
            boolean believed = ack - talk.engineNxt <= 0 && talk.taken - ack < 1 << 20 && ack - talk.engineIss > 0;
            if (believed && edge - talk.opened > 0) {
                talk.opened = edge;
            }
        }
        return true;
    }

    /// Whether some of it may lie in the window: what is far away will never be taken.
    private static boolean near(Talk talk, int first, int space) {
        return !talk.promised || first + space - talk.acked > 0 && first - talk.edge < 1 << 17;
    }

    /// Spoils the frame that was laid down; half of those get good checksums again.
    ///
    /// @return false if it must not be sent: it would mean what the talk cannot follow
    boolean mutate(Talk talk, SplittableRandom luck) {
        mutated = true;
        int within = luck.nextInt(4) == 0 ? tcp + TcpHeader.MAX_LENGTH : tcp + TcpHeader.LENGTH;
        int from = luck.nextInt(3) == 0 ? 0 : luck.nextInt(3) == 0 ? IP : tcp;
        for (int i = luck.nextInt(4); i >= 0; i--) {
            int at = luck.nextInt(from, Math.min(within, length));
            int was = Octets.u8(frame, at);
            Octets.u8(frame, at, luck.nextBoolean() ? luck.nextInt(256) : was ^ 1 << luck.nextInt(8));
        }
        if (luck.nextInt(6) == 0) {
            length = luck.nextInt(luck.nextBoolean() ? Math.min(length, 100) : length) + 1;
        } else if (luck.nextInt(12) == 0) {
            length = Math.min(LONGEST, length + luck.nextInt(3000));
        }
        return repair(talk, luck.nextBoolean());
    }

    /// Puts the text in that the header now asks for, and perhaps the checksums.
    private boolean repair(Talk talk, boolean checksums) {
        if (length < tcp + TcpHeader.LENGTH) {
            return true;
        }
        boolean v4 = talk.remote.isV4();
        int end = v4
                ? IP + Ipv4Header.totalLength(frame, IP)
                : IP + Ipv6Header.LENGTH + Ipv6Header.payloadLength(frame, IP);
        int at = v4 ? IP + Ipv4Header.headerLength(frame, IP) : tcp;
        if (end > length || at + TcpHeader.LENGTH > end) {
            return true;
        }
        int headerLength = TcpHeader.headerLength(frame, at);
        if (headerLength < TcpHeader.LENGTH || at + headerLength > end) {
            return true;
        }
        seq = TcpHeader.seq(frame, at);
        ack = TcpHeader.ack(frame, at);
        flags = TcpHeader.flags(frame, at);
        window = TcpHeader.window(frame, at);
        text = end - at - headerLength;
        if ((flags & TcpHeader.SYN) != 0 || !counts(talk)) {
            return false;
        }
        pattern.fill(frame, at + headerLength, position(talk, seq - talk.iss - 1), text);
        if (checksums) {
            if (v4 && Ipv4Header.headerLength(frame, IP) >= Ipv4Header.LENGTH) {
                Ipv4Header.seal(frame, IP);
            }
            long pseudo = Checksum.pseudo(
                    talk.remote.hi(), talk.remote.lo(), talk.local.hi(), talk.local.lo(), IpProtocol.TCP, end - at);
            TcpHeader.seal(frame, at, Checksum.add(pseudo, frame, at + headerLength, text));
        }
        return true;
    }

    /// Where the segment's header begins in the frame.
    int tcp() {
        return tcp;
    }
}
