package netkeep.engine;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import netkeep.engine.dhcp.Dhcp;
import netkeep.engine.icmp.Icmp;
import netkeep.engine.ip.Ip;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.ip.Packet;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.ledger.Luck;
import netkeep.engine.ledger.Outgoing;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.ring.Ledger;
import netkeep.ring.Region;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Prefix;
import netkeep.wire.Verdict;

/// IP and what controls it on a table: frames in, frames out, and a clock that the test turns.
///
/// What goes out by the loopback comes back at once, as the shell does it.
public final class Lab {
    public static final long MAC = 0x02_00_00_00_00_01L;
    public static final long PEER_MAC = 0x02_00_00_00_00_02L;
    public static final Address OURS = Address.parse("198.18.0.2");
    public static final Address PEER = Address.parse("198.18.0.1");
    public static final Address ROUTER = Address.parse("198.18.0.254");
    public static final Address FAR = Address.parse("203.0.113.9");
    public static final Address OURS6 = Address.parse("fd00:198:18::2");
    public static final Address PEER6 = Address.parse("fd00:198:18::1");
    public static final Address LINK6 = Address.parse("fe80::ff:fe00:1");
    public static final Address PEER_LINK6 = Address.parse("fe80::ff:fe00:2");
    public static final Address FAR6 = Address.parse("2001:db8::9");

    private static final LinkSettings[] ONE = {LinkSettings.LOOPBACK, LinkSettings.ethernet(1, MAC, 1500)};

    public final IpSettings settings;
    public final LinkSettings[] links;
    public final Region region;
    public final Outgoing outgoing = new Outgoing(Arena.ofAuto().allocate(256L * Outgoing.HEAD));
    /// Frames that were sent: each begins with its link's number, then the virtio header.
    public final List<Frame> sent = new ArrayList<>();

    public long nowNs = SECONDS.toNanos(1_000);
    public Ledger ledger;
    public Counters counters;
    public Luck luck;
    public Ip ip;
    public Icmp icmp;
    public Dhcp dhcp;

    private final MemorySegment headers = Arena.ofAuto().allocate(Packet.COPIED);

    /// A frame that was sent by a link.
    public static final class Frame {
        private final int link;
        private final byte[] octets;

        public Frame(int link, byte[] octets) {
            this.link = link;
            this.octets = octets;
        }

        public int link() {
            return link;
        }

        public byte[] octets() {
            return octets;
        }

        public MemorySegment memory() {
            return MemorySegment.ofArray(octets);
        }

        public int type() {
            return EthernetHeader.etherType(memory(), 10);
        }

        public long to() {
            return EthernetHeader.destination(memory(), 10);
        }

        /// Octets from the IP or ARP header on.
        public byte[] packet() {
            return Frames.slice(octets, 24, octets.length - 24);
        }

        /// Octets above an IP header without options or extensions.
        public byte[] upper() {
            int header = type() == EthernetHeader.IPV6 ? 40 : 20;
            return Frames.slice(octets, 24 + header, octets.length - 24 - header);
        }

        public int u8(int at) {
            return octets[24 + at] & 0xFF;
        }

        public int u16(int at) {
            return u8(at) << 8 | u8(at + 1);
        }

        public boolean arp() {
            return type() == EthernetHeader.ARP;
        }
    }

    /// One Ethernet, IPv4 and IPv6, addresses in use at once, nothing on its way.
    public Lab() {
        this(IpSettings.DEFAULT, ONE);
        addresses();
    }

    public Lab(IpSettings settings, LinkSettings... links) {
        this.settings = settings;
        this.links = links;
        int[] counts = Ip.counts(settings, links.length);
        int[] more = Icmp.counts();
        long length = Ledger.length(new int[] {Counters.count(), 1}, new int[] {Counters.slot(), Luck.slot()})
                + Ledger.length(counts, Ip.slots())
                + Ledger.length(more, Icmp.slots())
                + Ledger.length(Dhcp.counts(links.length), Dhcp.slots());
        this.region = new Region(Arena.ofAuto().allocate(length, 64));
        open();
    }

    /// The addresses of the constants above, past their tests.
    public Lab addresses() {
        ip.addAddress(1, OURS.hi(), OURS.lo(), 24, nowNs);
        ip.addAddress(1, OURS6.hi(), OURS6.lo(), 64, nowNs);
        ip.addRoute(Prefix.ALL_V4, 1, ROUTER.hi(), ROUTER.lo(), 0);
        settle();
        sent.clear();
        return this;
    }

    /// Builds the engine from the region alone: a successor after a death.
    public void open() {
        ledger = new Ledger(region, 0x4E6B_0001);
        counters = new Counters(ledger);
        luck = new Luck(ledger, 1, 2);
        outgoing.clear();
        ip = new Ip(ledger, counters, luck, outgoing, settings, links);
        icmp = new Icmp(ledger, counters, luck, outgoing, ip);
        dhcp = new Dhcp(ledger, luck, outgoing, ip);
    }

    /// A frame arrives on link 1: the Ethernet header and what follows.
    public Verdict arrives(byte[] ethernet) {
        return arrives(1, new byte[10], ethernet);
    }

    public Verdict arrives(int link, byte[] virtio, byte[] ethernet) {
        byte[] frame = new byte[10 + ethernet.length];
        System.arraycopy(virtio, 0, frame, 0, 10);
        System.arraycopy(ethernet, 0, frame, 10, ethernet.length);
        deliver(link, frame);
        Verdict verdict = ip.verdictOfLastFrame();
        turn();
        return verdict;
    }

    private void deliver(int link, byte[] frame) {
        // Off its begin, so that an offset that forgets `at` is found.
        MemorySegment frames = Arena.ofAuto().allocate(frame.length + 64L);
        MemorySegment.copy(frame, 0, frames, ValueLayout.JAVA_BYTE, 64, frame.length);
        headers.fill((byte) 0xEE);
        MemorySegment.copy(frames, 64, headers, 0, Math.min(frame.length, Packet.COPIED));
        ip.arrives(link, headers, frames, 64, frame.length, nowNs);
    }

    /// Ends the turn: commits and takes what was laid down.
    public void turn() {
        for (int round = 0; round < 8; round++) {
            if (ip.deadlineNs() <= nowNs) {
                ip.expire(nowNs);
            }
            counters.commit();
            ledger.commit();
            List<byte[]> looped = new ArrayList<>();
            for (int i = 0; i < outgoing.count(); i++) {
                byte[] octets = new byte[outgoing.frame(i).total()];
                outgoing.frame(i).gather(MemorySegment.ofArray(octets), 0);
                sent.add(new Frame(outgoing.link(i), octets));
                if (outgoing.link(i) == 0) {
                    looped.add(octets);
                }
            }
            outgoing.clear();
            if (looped.isEmpty() && ip.deadlineNs() > nowNs) {
                return;
            }
            looped.forEach(frame -> deliver(0, frame));
        }
        throw new AssertionError("a turn without end");
    }

    /// Lets time pass, with a turn at each deadline.
    public void pass(long ns) {
        long end = nowNs + ns;
        while (ip.deadlineNs() <= end) {
            nowNs = Math.max(nowNs, ip.deadlineNs());
            turn();
        }
        nowNs = end;
        turn();
    }

    /// What went out by link 1, of one ether type, since the last call; the rest is forgotten.
    public List<Frame> taken(int type) {
        return take().stream()
                .filter(frame -> frame.link() == 1 && frame.type() == type)
                .toList();
    }

    /// The only frame that went out by link 1 since the last call.
    public Frame only() {
        List<Frame> frames = take().stream().filter(frame -> frame.link() == 1).toList();
        if (frames.size() != 1) {
            throw new AssertionError(frames.size() + " frames");
        }
        return frames.getFirst();
    }

    public void passMs(long ms) {
        pass(MILLISECONDS.toNanos(ms));
    }

    /// Lets all tests of addresses end.
    public void settle() {
        passMs(10_000);
    }

    /// What was sent since the last call.
    public List<Frame> take() {
        List<Frame> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    public long count(Counter counter) {
        return counters.get(counter);
    }

    /// Makes the peer's hardware address known, for both families.
    public Lab knowPeer() {
        ip.discovery().neighbors().set(1, PEER.hi(), PEER.lo(), PEER_MAC, nowNs);
        ip.discovery().neighbors().set(1, PEER6.hi(), PEER6.lo(), PEER_MAC, nowNs);
        ip.discovery().neighbors().set(1, PEER_LINK6.hi(), PEER_LINK6.lo(), PEER_MAC, nowNs);
        ip.discovery().neighbors().set(1, ROUTER.hi(), ROUTER.lo(), PEER_MAC, nowNs);
        return this;
    }
}
