package netkeep.engine.ip;

import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.slice;
import static netkeep.engine.Lab.MAC;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.PEER_MAC;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import netkeep.engine.Lab;
import netkeep.engine.ledger.Counter;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.ring.Pieces;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Ipv6Fragment;
import netkeep.wire.Ipv6Header;
import netkeep.wire.MacAddress;
import netkeep.wire.Prefix;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.Test;

class OutputTest {
    private static final int UDP = 17;

    private final Lab lab = new Lab().knowPeer();
    private final Path path = new Path();

    private boolean send(Lab from, Address to, byte[] payload, int hops, boolean dontFragment) {
        boolean v4 = to.isV4();
        assertTrue(from.ip.path(path, 0, v4 ? Address.V4 : 0, to.hi(), to.lo(), 0, from.nowNs));
        MemorySegment head = from.outgoing.heads();
        long at = from.outgoing.head();
        int upper = from.ip.headers(path, head, at, UDP, payload.length, 0x28, hops, dontFragment);
        MemorySegment.copy(payload, 0, head, ValueLayout.JAVA_BYTE, at + upper, Math.min(4, payload.length));
        Pieces pieces = from.outgoing.pieces();
        pieces.add(head, at, upper + Math.min(4, payload.length));
        if (payload.length > 4) {
            pieces.add(MemorySegment.ofArray(payload), 4, payload.length - 4);
        }
        return from.ip.send(path, pieces, from.nowNs);
    }

    private boolean send(Address to, byte[] payload) {
        boolean sent = send(lab, to, payload, 0, true);
        lab.turn();
        return sent;
    }

    @Rfc({
        "791 3.1 header",
        "1122 3.2.1.2 generate",
        "1122 3.2.1.7 TTL default",
        "1122 3.2.1.7 never zero",
        "1122 3.2.1.6 TOS down",
        "1122 3.4 fields"
    })
    @Test
    void headerSaysWhatWasAskedFor() {
        send(PEER, counting(0, 20));

        Lab.Frame frame = lab.only();
        MemorySegment packet = frame.memory();
        assertEquals(Verdict.OK, Ipv4Header.check(packet, 24, frame.octets().length - 24));
        assertEquals(64, Ipv4Header.ttl(packet, 24));
        assertEquals(0x28, Ipv4Header.tos(packet, 24));
        assertEquals(UDP, Ipv4Header.protocol(packet, 24));
        assertEquals(40, Ipv4Header.totalLength(packet, 24));
        assertEquals(OURS.lo(), Ipv4Header.source(packet, 24));
        assertEquals(PEER.lo(), Ipv4Header.destination(packet, 24));
        assertEquals(PEER_MAC, frame.to());
        assertEquals(MAC, EthernetHeader.source(packet, 10));
        assertArrayEquals(counting(0, 20), frame.upper());
        assertArrayEquals(new byte[10], slice(frame.octets(), 0, 10));
    }

    @Rfc("1122 3.2.1.7 TTL configurable")
    @Test
    void defaultTtlIsASetting() {
        IpSettings d = IpSettings.DEFAULT;
        IpSettings settings = new IpSettings(
                d.neighbors(),
                d.addresses(),
                d.routes(),
                d.destinations(),
                d.memberships(),
                d.exchanges(),
                d.reassemblies(),
                33,
                d.reassemblyNs(),
                true,
                d.pathMtuNs(),
                d.leastMtu4());
        Lab other = new Lab(settings, LinkSettings.LOOPBACK, LinkSettings.ethernet(1, MAC, 1500))
                .addresses()
                .knowPeer();
        send(other, PEER, counting(0, 8), 0, true);
        other.turn();
        assertEquals(33, Ipv4Header.ttl(other.only().memory(), 24));
    }

    @Rfc("1122 3.2.1.7 TTL set")
    @Test
    void hopsAreThoseOfTheTransport() {
        send(lab, PEER, counting(0, 8), 5, true);
        send(lab, PEER6, counting(0, 8), 6, true);
        lab.turn();

        List<Lab.Frame> sent = lab.take();
        assertEquals(5, Ipv4Header.ttl(sent.get(0).memory(), 24));
        assertEquals(6, Ipv6Header.hopLimit(sent.get(1).memory(), 24));
    }

    @Rfc({"791 3.2 fragmentation", "8200 4.5 fragmentation", "8200 4.5 multiples of 8", "8200 4.5 headers"})
    @Test
    void fragmentsTakenTogetherAreThePacket() {
        Seeds.each(40, luck -> {
            Lab from = new Lab().knowPeer();
            boolean v6 = luck.nextBoolean();
            byte[] payload = new byte[1481 + luck.nextInt(20_000)];
            luck.nextBytes(payload);
            assertTrue(send(from, v6 ? PEER6 : PEER, payload, 9, false));
            from.turn();

            List<Lab.Frame> sent = from.take();
            assertEquals(from.ip.frames(path, payload.length), sent.size());
            int offset = 0;
            for (Lab.Frame frame : sent) {
                boolean last = frame == sent.getLast();
                MemorySegment packet = frame.memory();
                int header = v6 ? 48 : 20;
                int length = frame.octets().length - 24 - header;
                assertTrue(frame.packet().length <= 1500);
                assertTrue(last || (length & 7) == 0);
                if (v6) {
                    assertEquals(44, Ipv6Header.nextHeader(packet, 24));
                    assertEquals(8 + length, Ipv6Header.payloadLength(packet, 24));
                    assertEquals(9, Ipv6Header.hopLimit(packet, 24));
                    assertEquals(0x28, Ipv6Header.trafficClass(packet, 24));
                    assertEquals(UDP, Ipv6Fragment.nextHeader(packet, 64));
                    assertEquals(offset, Ipv6Fragment.offset(packet, 64));
                    assertEquals(!last, Ipv6Fragment.more(packet, 64));
                } else {
                    assertEquals(Verdict.OK, Ipv4Header.check(packet, 24, 20 + length));
                    assertEquals(20 + length, Ipv4Header.totalLength(packet, 24));
                    assertEquals(9, Ipv4Header.ttl(packet, 24));
                    assertEquals(0x28, Ipv4Header.tos(packet, 24));
                    assertEquals(UDP, Ipv4Header.protocol(packet, 24));
                    assertEquals(OURS.lo(), Ipv4Header.source(packet, 24));
                    assertEquals(PEER.lo(), Ipv4Header.destination(packet, 24));
                    assertEquals(identification(sent.getFirst()), identification(frame));
                    assertEquals(offset, Ipv4Header.fragmentOffset(packet, 24));
                    assertEquals(!last, Ipv4Header.moreFragments(packet, 24));
                }
                assertArrayEquals(slice(payload, offset, length), slice(frame.octets(), 24 + header, length));
                offset += length;
            }
            assertEquals(payload.length, offset);
            assertEquals(sent.size(), from.count(v6 ? Counter.Ip6FragCreates : Counter.IpFragCreates));
        });
    }

    @Rfc({"791 3.2 same identification", "8200 4.5 identification", "1122 3.2.1.5 identification"})
    @Test
    void fragmentsShareAnIdentificationThatNoOtherPacketHas() {
        for (Address to : List.of(PEER, PEER6)) {
            Set<Long> seen = new HashSet<>();
            for (int i = 0; i < 100; i++) {
                send(lab, to, counting(0, 3_000), 0, false);
                lab.turn();
                List<Lab.Frame> sent = lab.take();
                assertEquals(3, sent.size());
                Set<Long> here = new HashSet<>();
                sent.forEach(frame -> here.add(identification(frame)));
                assertEquals(1, here.size());
                assertTrue(seen.addAll(here), "seen before");
            }
        }
    }

    /// Two destinations tell a third nothing (RFC 7739): their sequences begin elsewhere.
    @Test
    void identificationOfOneDestinationTellsNothingOfAnothers() {
        send(lab, PEER, counting(0, 3_000), 0, false);
        send(lab, Address.parse("198.18.0.254"), counting(0, 3_000), 0, false);
        lab.turn();

        List<Lab.Frame> sent = lab.take();
        long between = identification(sent.get(3)) - identification(sent.get(0));
        assertTrue(Math.abs(between) > 8, "apart by " + between);
    }

    private static long identification(Lab.Frame frame) {
        return frame.type() == EthernetHeader.IPV6
                ? Ipv6Fragment.identification(frame.memory(), 64)
                : Ipv4Header.identification(frame.memory(), 24);
    }

    @Rfc("4429 3.2 buffered")
    @Test
    void packetOfAnOptimisticAddressWaitsUntilItMayAsk() {
        Lab of = new Lab(IpSettings.DEFAULT, LinkSettings.LOOPBACK, LinkSettings.ethernet(1, MAC, 1500));
        of.ip.addAddress(1, OURS6.hi(), OURS6.lo(), 64, of.nowNs);
        send(of, PEER6, counting(0, 20), 0, false);
        of.passMs(2_100);
        of.take();
        of.ip.discovery().neighbors().advertised(1, PEER6.hi(), PEER6.lo(), PEER_MAC, true, true, false, of.nowNs);
        of.turn();

        assertArrayEquals(counting(0, 20), of.only().upper());
    }

    @Rfc({"791 2.3 don't fragment", "1191 3 DF"})
    @Test
    void packetNotToBeFragmentedIsDroppedIfTooLong() {
        assertFalse(send(PEER, counting(0, 1_481)));
        assertEquals(List.of(), lab.take());
        assertEquals(1, lab.count(Counter.IpFragFails));

        assertTrue(send(PEER, counting(0, 1_480)));
        assertTrue(Ipv4Header.dontFragment(lab.only().memory(), 24));
    }

    @Rfc({"1122 3.3.1.1 local", "1122 3.3.1.1 remote", "1122 3.3.1.2 default", "1122 3.2.2.9 static mask"})
    @Test
    void neighborsAreReachedThemselvesAndOthersByTheRouter() {
        Lab fresh = new Lab();
        assertTrue(fresh.ip.path(path, 0, Address.V4, PEER.hi(), PEER.lo(), 0, fresh.nowNs));
        assertEquals(PEER.lo(), fresh.ip.discovery().neighbors().lo(path.neighbor));
        assertTrue(fresh.ip.path(path, 0, Address.V4, Lab.FAR.hi(), Lab.FAR.lo(), 0, fresh.nowNs));
        assertEquals(Lab.ROUTER.lo(), fresh.ip.discovery().neighbors().lo(path.neighbor));
    }

    @Rfc("1122 3.3.1.1 no router")
    @Test
    void withoutARouterNeighborsAreReachedAllTheSame() {
        Lab alone = new Lab(IpSettings.DEFAULT, LinkSettings.LOOPBACK, LinkSettings.ethernet(1, MAC, 1500));
        alone.ip.addAddress(1, OURS.hi(), OURS.lo(), 24, alone.nowNs);

        assertTrue(alone.ip.path(path, 0, Address.V4, PEER.hi(), PEER.lo(), 0, alone.nowNs));
        assertFalse(alone.ip.path(path, 0, Address.V4, Lab.FAR.hi(), Lab.FAR.lo(), 0, alone.nowNs));
    }

    @Test
    void longestPrefixWinsThenTheLowestMetric() {
        Address one = Address.parse("198.18.0.11");
        Address two = Address.parse("198.18.0.12");
        Address three = Address.parse("198.18.0.13");
        lab.ip.addRoute(Prefix.parse("203.0.0.0/8"), 1, one.hi(), one.lo(), 0);
        lab.ip.addRoute(Prefix.parse("203.0.113.0/24"), 1, two.hi(), two.lo(), 9);
        lab.ip.addRoute(Prefix.parse("203.0.113.0/24"), 1, three.hi(), three.lo(), 5);
        assertEquals(three.lo(), next("203.0.113.9"));
        assertEquals(one.lo(), next("203.0.112.9"));
        assertEquals(Lab.ROUTER.lo(), next("204.0.0.1"));

        lab.ip.removeRoute(Prefix.parse("203.0.113.0/24"), 1, three.hi(), three.lo());
        assertEquals(two.lo(), next("203.0.113.9"));
    }

    private long next(String to) {
        Address address = Address.parse(to);
        assertTrue(lab.ip.path(path, 0, Address.V4, address.hi(), address.lo(), 0, lab.nowNs));
        return lab.ip.discovery().neighbors().lo(path.neighbor);
    }

    @Rfc({"1122 3.3.1.4 dead gateway", "1122 3.3.1.5 switch", "1122 3.3.1.6 several routers"})
    @Test
    void deadRouterIsLeftForAnother() {
        Address other = Address.parse("198.18.0.253");
        lab.ip.addRoute(Prefix.ALL_V4, 1, other.hi(), other.lo(), 1);
        lab.ip.discovery().neighbors().set(1, other.hi(), other.lo(), PEER_MAC + 1, lab.nowNs);
        assertEquals(Lab.ROUTER.lo(), next("203.0.113.9"));

        lab.passMs(60_000);
        next("203.0.113.9");
        for (int i = 0; i < 20; i++) {
            lab.passMs(1_000);
            lab.ip.discovery().neighbors().set(1, other.hi(), other.lo(), PEER_MAC + 1, lab.nowNs);
        }

        assertEquals(other.lo(), next("203.0.113.9"));
    }

    @Rfc({"1122 3.3.4.3 source", "1122 3.2.1.3 own source"})
    @Test
    void sourceIsOfTheLinkAndOursAlways() {
        assertTrue(lab.ip.path(path, 0, Address.V4, PEER.hi(), PEER.lo(), 0, lab.nowNs));
        assertEquals(OURS.lo(), path.sourceLo);
        assertFalse(lab.ip.path(path, PEER.hi(), PEER.lo(), PEER.hi(), PEER.lo(), 0, lab.nowNs));
        assertFalse(lab.ip.path(path, 0, Address.V4 | 0x7F000001, PEER.hi(), PEER.lo(), 0, lab.nowNs));
        Address second = Address.parse("198.18.0.5");
        lab.ip.addAddress(1, second.hi(), second.lo(), 24, lab.nowNs);
        assertTrue(lab.ip.path(path, second.hi(), second.lo(), PEER.hi(), PEER.lo(), 0, lab.nowNs));
        assertEquals(second.lo(), path.sourceLo);
    }

    @Rfc("1122 3.2.1.3 loopback stays")
    @Test
    void loopbackAddressesNeverLeaveThisHost() {
        for (String address : List.of("127.0.0.1", "127.1.2.3", "::1", "198.18.0.2", "fd00:198:18::2")) {
            Address to = Address.parse(address);
            assertTrue(lab.ip.path(path, 0, to.isV4() ? Address.V4 : 0, to.hi(), to.lo(), 0, lab.nowNs));
            assertEquals(0, path.link, address);
            assertEquals(65535, path.mtu);
        }
        Address here = Address.parse("127.0.0.1");
        Address here6 = Address.parse("::1");
        for (Address to : List.of(PEER, Address.parse("239.1.2.3"), Address.BROADCAST)) {
            assertFalse(lab.ip.path(path, here.hi(), here.lo(), to.hi(), to.lo(), 0, lab.nowNs));
            assertFalse(lab.ip.path(path, here.hi(), here.lo(), to.hi(), to.lo(), 1, lab.nowNs));
        }
        assertFalse(lab.ip.path(path, here6.hi(), here6.lo(), PEER6.hi(), PEER6.lo(), 1, lab.nowNs));
    }

    @Rfc({
        "1112 6.4 ethernet",
        "1112 6.4 group address",
        "1112 6.1 TTL",
        "1122 3.3.7 multicast",
        "1122 3.2.1.7 never zero"
    })
    @Test
    void groupHasAStationAddressOfItsOwnAndComesBackIfAnyoneHereListens() {
        Address group = Address.parse("239.129.2.3");
        Catcher catcher = new Catcher();
        lab.ip.upper(UDP, catcher);
        send(lab, group, counting(0, 8), 1, false);
        lab.turn();
        List<Lab.Frame> sent = lab.take();
        Lab.Frame out =
                sent.stream().filter(frame -> frame.link() == 1).findFirst().orElseThrow();
        assertEquals(0x0100_5E01_0203L, out.to());
        assertEquals(1, Ipv4Header.ttl(out.memory(), 24));
        assertEquals(List.of(), catcher.payloads);

        lab.ip.join(5, 1, group.hi(), group.lo(), 0, 0, 0, lab.nowNs);
        lab.turn();
        lab.take();
        send(lab, group, counting(0, 8), -1, false);
        lab.turn();
        assertArrayEquals(counting(0, 8), catcher.payloads.getFirst());
        assertEquals(1, catcher.link);
        assertTrue(lab.take().stream().noneMatch(frame -> frame.link() == 1));
    }

    @Rfc("1122 3.3.6 send broadcast")
    @Test
    void broadcastGoesToAllStations() {
        for (String all : List.of("255.255.255.255", "198.18.0.255")) {
            send(lab, Address.parse(all), counting(0, 8), 0, false);
            lab.turn();
            assertTrue(path.broadcast);
            assertEquals(MacAddress.BROADCAST, lab.only().to());
        }
    }

    @Test
    void wayIsFoundAnewWhenWhatItCameFromChanges() {
        assertEquals(Lab.ROUTER.lo(), next("203.0.113.9"));
        Address other = Address.parse("198.18.0.11");
        lab.ip.addRoute(Prefix.parse("203.0.113.0/24"), 1, other.hi(), other.lo(), 0);
        assertEquals(other.lo(), next("203.0.113.9"));
        lab.ip.removeAddress(1, OURS.hi(), OURS.lo(), lab.nowNs);
        assertFalse(lab.ip.path(path, 0, Address.V4, PEER.hi(), PEER.lo(), 0, lab.nowNs));
        assertNotEquals(0, path.link);
    }
}
