package netkeep.engine.sim;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.wire.Address;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Header;
import netkeep.wire.Octets;
import netkeep.wire.TcpHeader;
import netkeep.wire.TcpOptions;
import netkeep.wire.Verdict;
import netkeep.wire.VirtioNetHeader;
import org.jspecify.annotations.Nullable;

/// One TCP segment by hand: what stands in it, written into a frame or read from one. Every field is there to be set,
/// also to what a sane sender never would.
public final class Segment {
    private static final int DEFAULT_HOPS = 64;

    public Address source = Address.UNSPECIFIED_V4;
    public Address destination = Address.UNSPECIFIED_V4;
    public int sourcePort;
    public int destinationPort;
    public int seq;
    public int ack;
    public int flags;
    /// As it stands in the header, not scaled.
    public int window = 0xFFFF;
    public int urgent;
    public int mss;
    public int wscale = -1;
    public boolean sackPermitted;
    public boolean hasTimestamps;
    public int tsVal;
    public int tsEcr;
    public int userTimeout = -1;
    public final List<int[]> sacks = new ArrayList<>();
    /// The option octets as they are, instead of the fields above.
    public byte @Nullable [] rawOptions;
    public byte[] text = {};
    public int trafficClass;
    /// Of a segment that was read; IPv4 has none.
    public int flowLabel;
    public int hops = DEFAULT_HOPS;
    public boolean dontFragment = true;
    public boolean badChecksum;
    /// For a frame of many segments: octets of text in each, else 0.
    public int gsoSize;
    /// When it was seen.
    public long atNs;

    public boolean has(int flag) {
        return (flags & flag) != 0;
    }

    public int length() {
        return text.length;
    }

    /// What it takes of the sequence space (SEG.LEN of RFC 9293).
    public int space() {
        return text.length + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
    }

    /// The frame that carries it, its virtio header before it.
    public MemorySegment frame(long destinationMac, long sourceMac) {
        // Long: a frame from its first octet to its last.
        MemorySegment options = MemorySegment.ofArray(new byte[TcpOptions.MAX_LENGTH]);
        int optionsLength = options(options);
        int headerLength = TcpHeader.LENGTH + optionsLength;
        int tcpLength = headerLength + text.length;
        boolean v4 = source.isV4();
        int ipLength = v4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH;
        int ip = VirtioNetHeader.LENGTH + EthernetHeader.LENGTH;
        int tcp = ip + ipLength;
        MemorySegment frame = MemorySegment.ofArray(new byte[tcp + tcpLength]);
        EthernetHeader.write(
                frame,
                VirtioNetHeader.LENGTH,
                destinationMac,
                sourceMac,
                v4 ? EthernetHeader.IPV4 : EthernetHeader.IPV6);
        TcpHeader.write(frame, tcp, sourcePort, destinationPort, seq, ack, headerLength, flags, window, urgent);
        MemorySegment.copy(options, 0, frame, tcp + TcpHeader.LENGTH, optionsLength);
        MemorySegment.copy(MemorySegment.ofArray(text), 0, frame, tcp + headerLength, text.length);
        if (v4) {
            Ipv4Header.write(
                    frame,
                    ip,
                    Ipv4Header.LENGTH,
                    trafficClass,
                    ipLength + tcpLength,
                    0,
                    dontFragment ? Ipv4Header.DONT_FRAGMENT : 0,
                    hops,
                    IpProtocol.TCP,
                    source.lo(),
                    destination.lo());
        } else {
            Ipv6Header.write(
                    frame,
                    ip,
                    trafficClass,
                    0,
                    tcpLength,
                    IpProtocol.TCP,
                    hops,
                    source.hi(),
                    source.lo(),
                    destination.hi(),
                    destination.lo());
        }
        long pseudo = Checksum.pseudo(
                source.hi(), source.lo(), destination.hi(), destination.lo(), IpProtocol.TCP, tcpLength);
        if (gsoSize != 0) {
            VirtioNetHeader.write(
                    frame,
                    0,
                    VirtioNetHeader.NEEDS_CSUM,
                    v4 ? VirtioNetHeader.GSO_TCPV4 : VirtioNetHeader.GSO_TCPV6,
                    tcp + headerLength - VirtioNetHeader.LENGTH,
                    gsoSize,
                    tcp - VirtioNetHeader.LENGTH,
                    TcpHeader.CHECKSUM_OFFSET);
            TcpHeader.partial(frame, tcp, pseudo);
        } else {
            TcpHeader.seal(frame, tcp, Checksum.add(pseudo, frame, tcp + headerLength, text.length));
        }
        if (badChecksum) {
            Octets.u16(frame, tcp + TcpHeader.CHECKSUM_OFFSET, TcpHeader.checksum(frame, tcp) ^ 0x5555);
        }
        return frame;
    }

    private int options(MemorySegment to) {
        byte[] raw = rawOptions;
        if (raw != null) {
            MemorySegment.copy(MemorySegment.ofArray(raw), 0, to, 0, raw.length);
            return raw.length + 3 & ~3;
        }
        TcpOptions options = new TcpOptions();
        options.mss(mss).wscale(wscale);
        if (sackPermitted) {
            options.permitSack();
        }
        if (hasTimestamps) {
            options.timestamps(tsVal, tsEcr);
        }
        if (userTimeout >= 0) {
            options.userTimeout(userTimeout);
        }
        sacks.forEach(block -> options.sack(block[0], block[1]));
        return options.write(to, 0);
    }

    /// Reads the segment in a frame and judges all its checksums: an engine must not send a bad one.
    ///
    /// @return null if it is none of TCP
    public static @Nullable Segment parse(MemorySegment frames, long at, int length) {
        long ip = at + VirtioNetHeader.LENGTH + EthernetHeader.LENGTH;
        int left = length - VirtioNetHeader.LENGTH - EthernetHeader.LENGTH;
        Segment segment = new Segment();
        int type = EthernetHeader.etherType(frames, at + VirtioNetHeader.LENGTH);
        long tcp;
        int tcpLength;
        if (type == EthernetHeader.IPV4) {
            ok(Ipv4Header.check(frames, ip, left), "IPv4 header");
            if (Ipv4Header.protocol(frames, ip) != IpProtocol.TCP) {
                return null;
            }
            segment.source = new Address(0, Ipv4Header.source(frames, ip));
            segment.destination = new Address(0, Ipv4Header.destination(frames, ip));
            segment.trafficClass = Ipv4Header.tos(frames, ip);
            segment.hops = Ipv4Header.ttl(frames, ip);
            segment.dontFragment = Ipv4Header.dontFragment(frames, ip);
            tcp = ip + Ipv4Header.headerLength(frames, ip);
            tcpLength = Ipv4Header.totalLength(frames, ip) - Ipv4Header.headerLength(frames, ip);
        } else if (type == EthernetHeader.IPV6) {
            ok(Ipv6Header.check(frames, ip, left), "IPv6 header");
            if (Ipv6Header.nextHeader(frames, ip) != IpProtocol.TCP) {
                return null;
            }
            segment.source = Address.of(Ipv6Header.sourceHi(frames, ip), Ipv6Header.sourceLo(frames, ip));
            segment.destination =
                    Address.of(Ipv6Header.destinationHi(frames, ip), Ipv6Header.destinationLo(frames, ip));
            segment.trafficClass = Ipv6Header.trafficClass(frames, ip);
            segment.flowLabel = Ipv6Header.flowLabel(frames, ip);
            segment.hops = Ipv6Header.hopLimit(frames, ip);
            tcp = ip + Ipv6Header.LENGTH;
            tcpLength = Ipv6Header.payloadLength(frames, ip);
        } else {
            return null;
        }
        segment.readTcp(frames, tcp, tcpLength);
        segment.judge(frames, at, tcp, tcpLength);
        return segment;
    }

    private void readTcp(MemorySegment frames, long tcp, int tcpLength) {
        ok(TcpHeader.check(frames, tcp, tcpLength), "TCP header");
        sourcePort = TcpHeader.sourcePort(frames, tcp);
        destinationPort = TcpHeader.destinationPort(frames, tcp);
        seq = TcpHeader.seq(frames, tcp);
        ack = TcpHeader.ack(frames, tcp);
        flags = TcpHeader.flags(frames, tcp);
        window = TcpHeader.window(frames, tcp);
        urgent = TcpHeader.urgentPointer(frames, tcp);
        int headerLength = TcpHeader.headerLength(frames, tcp);
        TcpOptions options = new TcpOptions();
        if (!options.read(frames, tcp, headerLength)) {
            throw new AssertionError("malformed TCP options");
        }
        mss = options.mss();
        wscale = options.wscale();
        sackPermitted = options.sackPermitted();
        hasTimestamps = options.hasTimestamps();
        tsVal = options.tsVal();
        tsEcr = options.tsEcr();
        userTimeout = options.userTimeout();
        for (int block = 0; block < options.sacks(); block++) {
            sacks.add(new int[] {options.left(block), options.right(block)});
        }
        text = new byte[tcpLength - headerLength];
        MemorySegment.copy(frames, tcp + headerLength, MemorySegment.ofArray(text), 0, text.length);
    }

    private void judge(MemorySegment frames, long at, long tcp, int tcpLength) {
        ok(VirtioNetHeader.check(frames, at, (int) (tcp - at) + tcpLength), "virtio header");
        long pseudo = Checksum.pseudo(
                source.hi(), source.lo(), destination.hi(), destination.lo(), IpProtocol.TCP, tcpLength);
        if ((VirtioNetHeader.flags(frames, at) & VirtioNetHeader.NEEDS_CSUM) != 0) {
            if (TcpHeader.checksum(frames, tcp) != Checksum.partial(pseudo)) {
                throw new AssertionError("bad partial checksum");
            }
        } else {
            ok(
                    TcpHeader.checkSum(
                            frames, tcp, Checksum.add(pseudo, frames, tcp + tcpLength - text.length, text.length)),
                    "TCP checksum");
        }
        if (VirtioNetHeader.gsoType(frames, at) != VirtioNetHeader.GSO_NONE) {
            gsoSize = VirtioNetHeader.gsoSize(frames, at);
        }
    }

    private static void ok(Verdict verdict, String what) {
        if (verdict != Verdict.OK) {
            throw new AssertionError(what + ": " + verdict);
        }
    }

    /// The names of flags, in the order in which scripts have them.
    public static String flags(int flags) {
        StringBuilder names = new StringBuilder();
        for (Flag flag : Flag.values()) {
            if ((flags & flag.bit) != 0) {
                names.append(names.isEmpty() ? "" : ",").append(flag);
            }
        }
        return names.isEmpty() ? "-" : names.toString();
    }

    /// The flags of `SYN,ACK`; `-` has none.
    public static int flags(String names) {
        int flags = 0;
        if (!names.equals("-")) {
            for (String name : names.split(",")) {
                flags |= Flag.valueOf(name).bit;
            }
        }
        return flags;
    }

    private enum Flag {
        FIN(TcpHeader.FIN),
        SYN(TcpHeader.SYN),
        RST(TcpHeader.RST),
        PSH(TcpHeader.PSH),
        ACK(TcpHeader.ACK),
        URG(TcpHeader.URG),
        ECE(TcpHeader.ECE),
        CWR(TcpHeader.CWR),
        AE(TcpHeader.AE);

        private final int bit;

        Flag(int bit) {
            this.bit = bit;
        }
    }

    @Override
    public String toString() {
        StringBuilder told = new StringBuilder(flags(flags))
                .append(" seq=")
                .append(Integer.toUnsignedString(seq))
                .append(" ack=")
                .append(Integer.toUnsignedString(ack))
                .append(" len=")
                .append(text.length)
                .append(" wnd=")
                .append(window);
        if (mss != 0) {
            told.append(" mss=").append(mss);
        }
        if (wscale >= 0) {
            told.append(" wscale=").append(wscale);
        }
        if (sackPermitted) {
            told.append(" sackOK");
        }
        if (hasTimestamps) {
            told.append(" ts=")
                    .append(Integer.toUnsignedString(tsVal))
                    .append(':')
                    .append(Integer.toUnsignedString(tsEcr));
        }
        for (int[] block : sacks) {
            told.append(" sack=")
                    .append(Integer.toUnsignedString(block[0]))
                    .append(':')
                    .append(Integer.toUnsignedString(block[1]));
        }
        return told.toString();
    }
}
