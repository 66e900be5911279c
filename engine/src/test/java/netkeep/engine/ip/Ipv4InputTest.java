package netkeep.engine.ip;

import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.v4;
import static netkeep.engine.Lab.MAC;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER_MAC;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import netkeep.engine.Frames;
import netkeep.engine.Lab;
import netkeep.engine.ledger.Counter;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Ipv4Header;
import netkeep.wire.MacAddress;
import netkeep.wire.Verdict;
import netkeep.wire.VlanTag;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Ipv4InputTest {
    private static final int PROTOCOL = 17;
    private static final byte[] PAYLOAD = counting(1, 40);

    private final Lab lab = new Lab().knowPeer();
    private final Catcher catcher = new Catcher();

    @BeforeEach
    void register() {
        lab.ip.upper(PROTOCOL, catcher);
    }

    private Verdict from(String source, String destination) {
        return lab.arrives(v4(Address.parse(source), Address.parse(destination), PROTOCOL, PAYLOAD));
    }

    @Rfc({"791 3.2 deliver", "1122 3.2.1.7 TTL up", "1122 3.2.1.6 TOS up"})
    @Test
    void packetForUsGoesUpWithItsFields() {
        byte[] frame = v4(PEER, OURS, PROTOCOL, 1, 0, 1, new byte[0], PAYLOAD);
        frame[15] = (byte) 0xB8;
        Ipv4Header.seal(MemorySegment.ofArray(frame), 14);

        assertEquals(Verdict.OK, lab.arrives(frame));

        assertArrayEquals(PAYLOAD, catcher.payloads.getFirst());
        assertArrayEquals(PAYLOAD, catcher.headers.getFirst());
        assertEquals(1, catcher.link);
        assertEquals(1, catcher.hops);
        assertEquals(0xB8, catcher.trafficClass);
        assertFalse(catcher.vouched);
        assertEquals(1, lab.count(Counter.IpInDelivers));
    }

    @Rfc("1122 3.2.1.7 low TTL")
    @Test
    void packetWithTtlZeroOrOneIsTaken() {
        for (int ttl : new int[] {0, 1}) {
            assertEquals(Verdict.OK, lab.arrives(v4(PEER, OURS, PROTOCOL, 1, 0, ttl, new byte[0], PAYLOAD)));
        }
        assertEquals(2, catcher.payloads.size());
    }

    @Rfc({"791 3.1 padding", "1122 3.2.1.1 silent", "1122 3.2.1.2 silent", "1122 1.2.3 counted"})
    @Test
    void paddingIsNoPayloadAndBrokenHeadersAreDroppedInSilence() {
        lab.arrives(Frames.cat(v4(PROTOCOL, PAYLOAD), new byte[6]));
        assertArrayEquals(PAYLOAD, catcher.payloads.getFirst());
        // Behind the end of options there are none.
        lab.arrives(v4(PEER, OURS, PROTOCOL, 1, 0, 64, hex("01 00 FF FF"), PAYLOAD));
        assertArrayEquals(PAYLOAD, catcher.payloads.removeLast());

        byte[] version = v4(PROTOCOL, PAYLOAD);
        version[14] = 0x55;
        assertEquals(Verdict.BAD_VERSION, lab.arrives(version));
        byte[] checksum = v4(PROTOCOL, PAYLOAD);
        checksum[24] ^= 1;
        assertEquals(Verdict.BAD_CHECKSUM, lab.arrives(checksum));
        assertEquals(1, catcher.payloads.size());
        assertEquals(List.of(), lab.take());
        assertEquals(1, lab.count(Counter.IpInHdrErrors));
        assertEquals(1, lab.count(Counter.IpExtInCsumErrors));
    }

    @Rfc({"1122 3.2.1.3 not ours", "1122 3.1 no forwarding"})
    @Test
    void packetForAnotherHostIsDroppedInSilence() {
        assertEquals(Verdict.NOT_OURS, from("198.18.0.1", "198.18.0.3"));
        assertEquals(Verdict.NOT_OURS, from("198.18.0.1", "203.0.113.1"));
        assertEquals(List.of(), catcher.payloads);
        assertEquals(List.of(), lab.take());
        assertEquals(2, lab.count(Counter.IpInAddrErrors));
    }

    @Test
    void whoStandsForAllTakesWhatGoesToAnyHostAndNothingElse() {
        lab.ip.standForAll(1);

        assertEquals(Verdict.OK, from("198.18.0.1", "203.0.113.1"));
        assertEquals(Verdict.OK, from("198.18.0.1", "198.18.0.3"));
        assertEquals(Verdict.NO_MEMBER, from("198.18.0.1", "224.0.0.9"));
        assertEquals(Verdict.BAD_DESTINATION, from("198.18.0.1", "127.0.0.1"));
        assertEquals(2, catcher.payloads.size());

        Address far = Address.parse("203.0.113.1");
        assertTrue(lab.ip.local(far.hi(), far.lo()));
        assertTrue(lab.ip.path(new Path(), far.hi(), far.lo(), PEER.hi(), PEER.lo(), 0, lab.nowNs));
        Address loopback = Address.parse("127.0.0.9");
        assertFalse(lab.ip.path(new Path(), loopback.hi(), loopback.lo(), PEER.hi(), PEER.lo(), 0, lab.nowNs));
    }

    @Rfc({"1122 3.2.1.3 bad source", "1122 3.2.1.3 loopback"})
    @Test
    void sourceThatNoHostHasIsDroppedInSilence() {
        for (String source : List.of(
                "0.0.0.0",
                "0.1.2.3",
                "127.0.0.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "198.18.0.255",
                "198.18.0.2")) {
            assertEquals(Verdict.BAD_SOURCE, from(source, "198.18.0.2"), source);
        }
        assertEquals(Verdict.BAD_DESTINATION, from("198.18.0.1", "127.0.0.1"));
        assertEquals(List.of(), catcher.payloads);
        assertEquals(List.of(), lab.take());
    }

    @Rfc({"1122 3.3.6 limited broadcast", "1122 3.3.6 directed broadcast", "1122 3.2.1.3 subnets"})
    @Test
    void broadcastsOfOurSubnetAreOurs() {
        assertEquals(Verdict.OK, from("198.18.0.1", "255.255.255.255"));
        assertEquals(Verdict.OK, from("198.18.0.1", "198.18.0.255"));
        assertTrue(catcher.broadcast);
        assertEquals(2, catcher.payloads.size());
        // By its class the network would be 198.18.0.0/24 as well: others are wider, and narrower.
        lab.ip.addAddress(1, 0, Address.parse("198.19.20.2").lo(), 20, lab.nowNs);
        lab.ip.addAddress(1, 0, Address.parse("198.18.9.2").lo(), 26, lab.nowNs);
        lab.settle();
        assertEquals(Verdict.OK, from("198.18.0.1", "198.19.31.255"));
        assertEquals(Verdict.NOT_OURS, from("198.18.0.1", "198.19.20.255"));
        assertEquals(Verdict.OK, from("198.18.0.1", "198.18.9.63"));
        assertEquals(Verdict.NOT_OURS, from("198.18.0.1", "198.18.9.255"));
        assertEquals(4, lab.count(Counter.IpExtInBcastPkts));
    }

    @Rfc({"1122 3.3.6 link broadcast", "1122 2.4 broadcast flag"})
    @Test
    void packetForOneHostInAFrameForAllIsDropped() {
        byte[] frame = v4(PROTOCOL, PAYLOAD);
        EthernetHeader.write(MemorySegment.ofArray(frame), 0, MacAddress.BROADCAST, PEER_MAC, EthernetHeader.IPV4);

        assertEquals(Verdict.BAD_DESTINATION, lab.arrives(frame));
    }

    @Test
    void frameForAnotherStationIsDropped() {
        byte[] frame = v4(PROTOCOL, PAYLOAD);
        EthernetHeader.write(MemorySegment.ofArray(frame), 0, MAC + 5, PEER_MAC, EthernetHeader.IPV4);

        assertEquals(Verdict.NOT_OURS, lab.arrives(frame));
        assertEquals(1, lab.count(Counter.LinkInDrops));
    }

    @Rfc({"1122 3.2.1.8 options ignored", "1122 3.2.1.8 (b) stream identifier"})
    @Test
    void unknownOptionsArePassedOver() {
        byte[] options = hex("9E 04 00 00 88 04 00 00");

        assertEquals(Verdict.OK, lab.arrives(v4(PEER, OURS, PROTOCOL, 1, 0, 64, options, PAYLOAD)));
        assertArrayEquals(PAYLOAD, catcher.payloads.getFirst());
    }

    @Rfc({"1122 3.2.2.5 generate", "792 parameter problem"})
    @Test
    void malformedOptionIsToldWithAPointer() {
        byte[] options = hex("01 07 00 00");

        assertEquals(Verdict.BAD_OPTION, lab.arrives(v4(PEER, OURS, PROTOCOL, 1, 0, 64, options, PAYLOAD)));

        byte[] message = lab.only().upper();
        assertEquals(12, message[0]);
        assertEquals(0, message[1]);
        assertEquals(22, message[4]);
    }

    @Rfc("1122 3.3.5 no forwarding")
    @Test
    void sourceRoutedPacketIsRefused() {
        for (String option : List.of("83 07 04 C6 12 00 03 00", "89 07 08 C6 12 00 03 00")) {
            assertEquals(Verdict.BAD_OPTION, lab.arrives(v4(PEER, OURS, PROTOCOL, 1, 0, 64, hex(option), PAYLOAD)));
        }
        assertEquals(List.of(), catcher.payloads);
        assertEquals(List.of(), lab.take());
    }

    @Rfc({"792 protocol unreachable", "1122 3.2.2.1 generate", "1122 3.3.8 errors"})
    @Test
    void protocolThatNobodySpeaksIsUnreachable() {
        assertEquals(Verdict.UNKNOWN_PROTOCOL, lab.arrives(v4(99, PAYLOAD)));

        byte[] message = lab.only().upper();
        assertEquals(3, message[0]);
        assertEquals(2, message[1]);
        assertEquals(1, lab.count(Counter.IpInUnknownProtos));
    }

    /// The strong end system model: an address is its link's.
    @Rfc("1122 3.3.4.2 strong model")
    @Test
    void addressOfAnotherLinkIsNotOursHere() {
        Lab two = new Lab(
                IpSettings.DEFAULT,
                LinkSettings.LOOPBACK,
                LinkSettings.ethernet(1, MAC, 1500),
                LinkSettings.ethernet(2, MAC + 9, 1500));
        two.ip.upper(PROTOCOL, catcher);
        two.ip.addAddress(1, OURS.hi(), OURS.lo(), 24, two.nowNs);
        Address other = Address.parse("198.18.9.2");
        two.ip.addAddress(2, other.hi(), other.lo(), 24, two.nowNs);

        assertEquals(Verdict.NOT_OURS, two.arrives(v4(PEER, other, PROTOCOL, PAYLOAD)));
        assertEquals(Verdict.OK, two.arrives(v4(PEER, OURS, PROTOCOL, PAYLOAD)));
        assertEquals(1, catcher.payloads.size());
    }

    @Test
    void tagOfTheLinkIsAskedFor() {
        Lab tagged = new Lab(
                        IpSettings.DEFAULT,
                        LinkSettings.LOOPBACK,
                        new LinkSettings(1, MAC, 1500, 1600, false, false, false, 7, false))
                .addresses();
        tagged.ip.upper(PROTOCOL, catcher);
        byte[] packet = Frames.slice(v4(PROTOCOL, PAYLOAD), 14, 20 + PAYLOAD.length);
        byte[] tag = new byte[VlanTag.LENGTH];
        VlanTag.write(MemorySegment.ofArray(tag), 0, 3, 7, EthernetHeader.IPV4);

        assertEquals(
                Verdict.OK,
                tagged.arrives(Frames.ethernet(MAC, PEER_MAC, EthernetHeader.VLAN, Frames.cat(tag, packet))));
        assertArrayEquals(PAYLOAD, catcher.payloads.getFirst());
        assertEquals(Verdict.NOT_OURS, tagged.arrives(v4(PROTOCOL, PAYLOAD)));
        VlanTag.write(MemorySegment.ofArray(tag), 0, 3, 8, EthernetHeader.IPV4);
        assertEquals(
                Verdict.NOT_OURS,
                tagged.arrives(Frames.ethernet(MAC, PEER_MAC, EthernetHeader.VLAN, Frames.cat(tag, packet))));
        tagged.icmp.echo(PEER.hi(), PEER.lo(), 0, 1, 1, MemorySegment.ofArray(PAYLOAD), 8, tagged.nowNs);
        tagged.turn();
        Lab.Frame asked = tagged.only();
        assertEquals(EthernetHeader.VLAN, asked.type());
        assertEquals(7, VlanTag.vlan(asked.memory(), 24));
        assertEquals(EthernetHeader.ARP, VlanTag.etherType(asked.memory(), 24));
    }

    @Test
    void priorityTagIsPassedOver() {
        byte[] packet = Frames.slice(v4(PROTOCOL, PAYLOAD), 14, 20 + PAYLOAD.length);
        byte[] tag = new byte[VlanTag.LENGTH];
        VlanTag.write(MemorySegment.ofArray(tag), 0, 5, 0, EthernetHeader.IPV4);

        assertEquals(
                Verdict.OK, lab.arrives(Frames.ethernet(MAC, PEER_MAC, EthernetHeader.VLAN, Frames.cat(tag, packet))));
    }

    @Test
    void onlyALinkWithChecksumsVouches() {
        byte[] virtio = hex("02 00 00 00 00 00 00 00 00 00");
        lab.arrives(1, virtio, v4(PROTOCOL, PAYLOAD));
        assertFalse(catcher.vouched);

        Lab offloads = new Lab(
                        IpSettings.DEFAULT,
                        LinkSettings.LOOPBACK,
                        LinkSettings.ethernet(1, MAC, 1500).withOffloads(70_000))
                .addresses();
        offloads.ip.upper(PROTOCOL, catcher);
        offloads.arrives(1, virtio, v4(PROTOCOL, PAYLOAD));
        assertTrue(catcher.vouched);
        offloads.arrives(v4(PROTOCOL, PAYLOAD));
        assertFalse(catcher.vouched);
        offloads.arrives(1, hex("02 01 36 00 10 00 00 00 00 00"), v4(PROTOCOL, PAYLOAD));
        assertEquals(16, catcher.segmentSize);
    }
}
