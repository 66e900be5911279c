package netkeep.engine.fuzz;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import netkeep.engine.sim.IcmpError;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.Checksum;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Icmp4Message;
import netkeep.wire.Icmp6Message;
import netkeep.wire.IpProtocol;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Fragment;
import netkeep.wire.Ipv6Header;
import netkeep.wire.NdpMessage;
import netkeep.wire.Octets;
import netkeep.wire.TcpHeader;
import netkeep.wire.VirtioNetHeader;

/// Frames of nobody's connection: errors about those that live, fragments, questions and lies about neighbors, noise.
final class Junk {
    private static final int IP = Shot.IP;
    private static final int MAC = VirtioNetHeader.LENGTH;
    private static final int KINDS = 10;

    /// A datagram that comes in fragments, one after the other.
    private static final class Fragmented {
        private final int link;
        private final Address from;
        private final int id;
        private final int protocol;
        private int left;
        private int at;

        private Fragmented(int link, Address from, int id, int protocol, int fragments) {
            this.link = link;
            this.from = from;
            this.id = id;
            this.protocol = protocol;
            this.left = fragments;
        }
    }

    private final SplittableRandom luck;
    private final Shot shot;
    private final Ears ears;
    private final Peers peers;
    private MemorySegment frame;
    private int length;
    private Fragmented whole = new Fragmented(1, Place.remote(1, true, 0), 0, IpProtocol.UDP, 0);

    Junk(SplittableRandom luck, Shot shot, Ears ears, Peers peers) {
        this.luck = luck;
        this.shot = shot;
        this.ears = ears;
        this.peers = peers;
        this.frame = shot.frame;
    }

    /// Puts a frame into the shot.
    ///
    /// @return false if there is nothing to say
    boolean next() {
        frame = shot.frame;
        shot.link = 1 + luck.nextInt(Place.LINKS);
        int kind = luck.nextInt(KINDS);
        switch (kind) {
            case 0, 1 -> {
                return error();
            }
            case 2, 3 -> fragment();
            case 4 -> arp();
            case 5 -> discovery();
            case 6 -> stray();
            case 7 -> datagram();
            case 8 -> icmp();
            default -> noise();
        }
        if (luck.nextInt(3) == 0) {
            spoil();
        }
        shot.length = length;
        return true;
    }

    private void spoil() {
        for (int i = luck.nextInt(4); i >= 0; i--) {
            int at = luck.nextInt(luck.nextInt(5) == 0 ? 0 : IP, Math.max(IP + 1, Math.min(length, 160)));
            Octets.u8(frame, at, luck.nextInt(256));
        }
        if (luck.nextInt(4) == 0) {
            length = 1 + luck.nextInt(length);
        }
    }

    private Address peer(boolean v4) {
        return Place.remote(shot.link, v4, luck.nextInt(13));
    }

    /// An ICMP error about a segment that was sent.
    private boolean error() {
        if (ears.quotedLength == 0) {
            return false;
        }
        boolean v4 = EthernetHeader.etherType(ears.quoted, MAC) == EthernetHeader.IPV4;
        int port = Octets.u16(ears.quoted, IP + (v4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH) + 2);
        Talk talk = peers.byPort(port);
        if (talk == null || !talk.established) {
            return false;
        }
        shot.link = ears.quotedLink;
        Address from = peer(v4);
        int type = v4 ? luck.nextInt(2) == 0 ? 3 : luck.nextInt(14) : 1 + luck.nextInt(luck.nextInt(4) == 0 ? 255 : 4);
        // A claim of a small MTU now and then: segments of 500 octets are enough for all.
        long rest = luck.nextInt(4) == 0 ? luck.nextInt(1, 2000) : luck.nextInt(1 << luck.nextInt(17));
        MemorySegment error = IcmpError.about(ears.quoted, 0, ears.quotedLength, from, type, luck.nextInt(16), rest);
        length = (int) error.byteSize();
        MemorySegment.copy(error, 0, frame, 0, length);
        if (luck.nextInt(4) == 0) {
            spoil();
        }
        shot.length = length;
        return true;
    }

    private void ethernet(int type, long source) {
        VirtioNetHeader.clear(frame, 0);
        EthernetHeader.write(frame, MAC, Shot.ENGINES_MAC + shot.link, source, type);
    }

    private void fill(int at, int octets) {
        for (int i = 0; i < octets; i++) {
            Octets.u8(frame, at + i, luck.nextInt(256));
        }
    }

    /// What a fragment's data may be, or pretend to be: also what has another fragment in it.
    private int protocol() {
        return switch (luck.nextInt(8)) {
            case 0 -> IpProtocol.FRAGMENT;
            case 1 -> IpProtocol.ICMPV6;
            case 2 -> luck.nextInt(256);
            case 3, 4, 5 -> IpProtocol.TCP;
            default -> IpProtocol.UDP;
        };
    }

    /// Mostly the next one of a datagram that will be whole.
    private void fragment() {
        boolean fits = luck.nextInt(3) != 0;
        if (!fits || whole.left == 0) {
            Address sender = peer(luck.nextBoolean());
            whole = new Fragmented(shot.link, sender, luck.nextInt(20), protocol(), luck.nextInt(1, 5));
        }
        shot.link = whole.link;
        int octets = 8 * luck.nextInt(1, 150);
        int offset = fits ? whole.at : 8 * luck.nextInt(luck.nextInt(4) == 0 ? 8190 : 300);
        boolean more = fits ? --whole.left > 0 : luck.nextInt(3) != 0;
        whole.at = fits ? offset + octets : whole.at;
        boolean v4 = whole.from.isV4();
        int id = whole.id;
        Address from = whole.from;
        Address to = Place.local(shot.link, v4);
        ethernet(v4 ? EthernetHeader.IPV4 : EthernetHeader.IPV6, Shot.PEERS_MAC + 1);
        int at;
        if (v4) {
            at = IP + Ipv4Header.LENGTH;
            Ipv4Header.write(
                    frame,
                    IP,
                    Ipv4Header.LENGTH,
                    0,
                    Ipv4Header.LENGTH + octets,
                    id,
                    (more ? Ipv4Header.MORE_FRAGMENTS : 0) | offset / 8,
                    64,
                    whole.protocol,
                    from.lo(),
                    to.lo());
        } else {
            at = IP + Ipv6Header.LENGTH + Ipv6Fragment.LENGTH;
            Ipv6Header.write(
                    frame,
                    IP,
                    0,
                    0,
                    octets + Ipv6Fragment.LENGTH,
                    IpProtocol.FRAGMENT,
                    64,
                    from.hi(),
                    from.lo(),
                    to.hi(),
                    to.lo());
            int header = IP + Ipv6Header.LENGTH;
            fragmentHeader(header, whole.protocol, offset, more, id);
        }
        fill(at, Math.min(octets, 64));
        if (whole.protocol == IpProtocol.FRAGMENT && offset == 0) {
            fragmentHeader(at, protocol(), 8 * luck.nextInt(3), luck.nextBoolean(), luck.nextInt(20));
        }
        length = at + octets;
    }

    private void fragmentHeader(int at, int protocol, int offset, boolean more, int id) {
        Octets.u8(frame, at, protocol);
        Octets.u8(frame, at + 1, 0);
        Octets.u16(frame, at + 2, offset & 0xFFF8 | (more ? 1 : 0));
        Octets.i32(frame, at + 4, id);
    }

    private void arp() {
        long mac = Shot.PEERS_MAC + luck.nextInt(256);
        ethernet(EthernetHeader.ARP, mac);
        long sender = peer(true).lo();
        long target = luck.nextBoolean()
                ? Place.local(shot.link, true).lo()
                : peer(true).lo();
        ArpPacket.write(frame, IP, luck.nextInt(3), mac, sender, luck.nextInt(4) == 0 ? mac : 0, target);
        length = IP + ArpPacket.LENGTH;
    }

    private void discovery() {
        Address from = luck.nextInt(3) == 0 ? Address.of(0xFE80L << 48, 2 + luck.nextInt(9)) : peer(false);
        Address to = luck.nextInt(3) == 0 ? Address.of(0xFF02L << 48, 1) : Place.local(shot.link, false);
        int type = NdpMessage.NEIGHBOR_SOLICITATION + luck.nextInt(3);
        Address about = type == NdpMessage.NEIGHBOR_SOLICITATION ? to : peer(false);
        int icmp = IP + Ipv6Header.LENGTH;
        int icmpLength = NdpMessage.NEIGHBOR_LENGTH + 8 * luck.nextInt(4);
        ethernet(EthernetHeader.IPV6, Shot.PEERS_MAC + luck.nextInt(256));
        Ipv6Header.write(
                frame,
                IP,
                0,
                0,
                icmpLength,
                IpProtocol.ICMPV6,
                NdpMessage.HOP_LIMIT,
                from.hi(),
                from.lo(),
                to.hi(),
                to.lo());
        NdpMessage.writeTarget(frame, icmp, about.hi(), about.lo());
        int options = icmp + NdpMessage.NEIGHBOR_LENGTH;
        for (int at = options; at < icmp + icmpLength; at += 8) {
            fill(at, 8);
            Octets.u8(frame, at, luck.nextInt(6));
            Octets.u8(frame, at + 1, 1);
        }
        seal6(from, to, icmp, icmpLength, type, luck.nextInt());
    }

    private void seal6(Address from, Address to, int icmp, int icmpLength, int type, int rest) {
        long sum = Checksum.pseudo(from.hi(), from.lo(), to.hi(), to.lo(), IpProtocol.ICMPV6, icmpLength);
        sum = Checksum.add(sum, frame, icmp + 8, icmpLength - 8L);
        Icmp6Message.write(frame, icmp, type, 0, rest & 0xFFFF_FFFFL, sum);
        length = icmp + icmpLength;
    }

    private void icmp() {
        boolean v4 = luck.nextBoolean();
        Address from = peer(v4);
        Address to = Place.local(shot.link, v4);
        int octets = 8 + luck.nextInt(200);
        int at = IP + (v4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH);
        ip(from, to, v4 ? IpProtocol.ICMPV4 : IpProtocol.ICMPV6, octets);
        fill(at + 8, octets - 8);
        if (v4) {
            int type = luck.nextInt(2) == 0 ? Icmp4Message.ECHO_REQUEST : luck.nextInt(20);
            Icmp4Message.write(
                    frame, at, type, 0, luck.nextInt() & 0xFFFF_FFFFL, Checksum.add(0, frame, at + 8, octets - 8));
            length = at + octets;
        } else {
            seal6(from, to, at, octets, luck.nextBoolean() ? 128 : luck.nextInt(126, 134), luck.nextInt());
        }
    }

    private void ip(Address from, Address to, int protocol, int octets) {
        boolean v4 = from.isV4();
        ethernet(v4 ? EthernetHeader.IPV4 : EthernetHeader.IPV6, Shot.PEERS_MAC + 1);
        if (v4) {
            Ipv4Header.write(
                    frame,
                    IP,
                    Ipv4Header.LENGTH,
                    0,
                    Ipv4Header.LENGTH + octets,
                    0,
                    0,
                    64,
                    protocol,
                    from.lo(),
                    to.lo());
        } else {
            Ipv6Header.write(frame, IP, 0, 0, octets, protocol, 64, from.hi(), from.lo(), to.hi(), to.lo());
        }
    }

    /// A segment of nobody: some want to begin something.
    private void stray() {
        boolean v4 = luck.nextBoolean();
        Address from = peer(v4);
        Address to = Place.local(shot.link, v4);
        int at = IP + (v4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH);
        ip(from, to, IpProtocol.TCP, TcpHeader.LENGTH);
        int flags = luck.nextInt(16) == 0 ? TcpHeader.SYN : luck.nextInt(512) & ~TcpHeader.SYN;
        // Ports that no talk has.
        int port = 1 + luck.nextInt(1000);
        TcpHeader.write(
                frame,
                at,
                port,
                Peers.PORTS[luck.nextInt(2)] + (luck.nextInt(4) == 0 ? 5 : 0),
                luck.nextInt(),
                luck.nextInt(),
                TcpHeader.LENGTH,
                flags,
                luck.nextInt(1 << 16),
                0);
        TcpHeader.seal(
                frame, at, Checksum.pseudo(from.hi(), from.lo(), to.hi(), to.lo(), IpProtocol.TCP, TcpHeader.LENGTH));
        length = at + TcpHeader.LENGTH;
    }

    private void datagram() {
        boolean v4 = luck.nextBoolean();
        int octets = 8 + luck.nextInt(300);
        int at = IP + (v4 ? Ipv4Header.LENGTH : Ipv6Header.LENGTH);
        ip(peer(v4), Place.local(shot.link, v4), IpProtocol.UDP, octets);
        fill(at, Math.min(octets, 16));
        Octets.u16(frame, at + 4, luck.nextInt(4) == 0 ? luck.nextInt(1 << 16) : octets);
        if (v4 && luck.nextBoolean()) {
            Octets.u16(frame, at + 6, 0);
        }
        length = at + octets;
    }

    private void noise() {
        length = 1 + luck.nextInt(200);
        fill(0, length);
        if (length > IP && luck.nextBoolean()) {
            VirtioNetHeader.clear(frame, 0);
            Octets.u16(frame, MAC + 12, luck.nextBoolean() ? EthernetHeader.IPV4 : EthernetHeader.IPV6);
        }
    }
}
