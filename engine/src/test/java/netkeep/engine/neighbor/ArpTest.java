package netkeep.engine.neighbor;

import static netkeep.engine.Frames.arp;
import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.icmp4;
import static netkeep.engine.Frames.v4;
import static netkeep.engine.Lab.MAC;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER_MAC;
import static netkeep.engine.neighbor.NeighborState.INCOMPLETE;
import static netkeep.engine.neighbor.NeighborState.REACHABLE;
import static netkeep.engine.neighbor.NeighborState.STALE;
import static netkeep.wire.ArpPacket.REPLY;
import static netkeep.wire.ArpPacket.REQUEST;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import netkeep.engine.Frames;
import netkeep.engine.Lab;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.ledger.Counter;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.EthernetHeader;
import netkeep.wire.IpProtocol;
import netkeep.wire.MacAddress;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.Test;

class ArpTest {
    private static final long OTHER_MAC = 0x02_00_00_00_00_77L;
    private static final Address THIRD = Address.parse("198.18.0.3");

    private final Lab lab = new Lab();

    private Neighbors neighbors() {
        return lab.ip.discovery().neighbors();
    }

    private int peer() {
        return neighbors().find(1, PEER.hi(), PEER.lo());
    }

    private boolean ping(Address to) {
        boolean sent = lab.icmp.echo(to.hi(), to.lo(), 0, 1, 1, MemorySegment.ofArray(counting(0, 8)), 8, lab.nowNs);
        lab.turn();
        return sent;
    }

    @Rfc({"826 request", "826 broadcast"})
    @Test
    void unknownNeighborIsAskedForByBroadcast() {
        ping(PEER);

        Lab.Frame frame = lab.only();
        assertEquals(EthernetHeader.ARP, frame.type());
        assertEquals(MacAddress.BROADCAST, frame.to());
        assertArrayEquals(Frames.slice(arp(REQUEST, MAC, OURS, 0, PEER), 14, ArpPacket.LENGTH), frame.packet());
    }

    @Rfc({"826 reply", "826 reply to the sender"})
    @Test
    void requestForUsIsAnsweredToWhoAsked() {
        assertEquals(Verdict.OK, lab.arrives(arp(REQUEST, PEER_MAC, PEER, 0, OURS)));

        Lab.Frame frame = lab.only();
        assertEquals(PEER_MAC, frame.to());
        assertArrayEquals(Frames.slice(arp(REPLY, MAC, OURS, PEER_MAC, PEER), 14, ArpPacket.LENGTH), frame.packet());
    }

    @Rfc("826 target")
    @Test
    void requestForAnotherIsNotAnswered() {
        lab.arrives(arp(REQUEST, PEER_MAC, PEER, 0, THIRD));

        assertEquals(List.of(), lab.take());
    }

    @Rfc("826 add who asks for us")
    @Test
    void whoAsksForUsBecomesKnown() {
        lab.arrives(arp(REQUEST, PEER_MAC, PEER, 0, OURS));

        assertEquals(PEER_MAC, neighbors().mac(peer()));
        assertEquals(STALE, neighbors().state(peer()));
    }

    @Rfc("826 add nobody else")
    @Test
    void whoAsksForAnotherDoesNotBecomeKnown() {
        lab.arrives(arp(REQUEST, PEER_MAC, PEER, 0, THIRD));

        assertEquals(-1, peer());
    }

    @Rfc("826 update")
    @Test
    void whoIsKnownIsUpdatedWhomeverHeAsksFor() {
        lab.knowPeer();
        lab.passMs(2_000);

        lab.arrives(arp(REQUEST, OTHER_MAC, PEER, 0, THIRD));

        assertEquals(OTHER_MAC, neighbors().mac(peer()));
    }

    /// Never blindly: what was confirmed a moment ago stays, but is probed before it is trusted for long.
    @Test
    void whatWasJustConfirmedIsNotOverwritten() {
        lab.knowPeer();

        lab.arrives(arp(REQUEST, OTHER_MAC, PEER, 0, THIRD));

        assertEquals(PEER_MAC, neighbors().mac(peer()));
        assertEquals(STALE, neighbors().state(peer()));
    }

    /// Traffic confirms a neighbor all the time; when another takes its address over, an announcement counts at once.
    @Rfc({"5227 3 request or reply", "826 update"})
    @Test
    void announcementIsBelievedHoweverLatelyTheOtherWasConfirmed() {
        long[] macs = {OTHER_MAC, PEER_MAC, OTHER_MAC};
        lab.knowPeer();
        for (int times = 0; times < macs.length; times++) {
            for (int acknowledgments = 0; acknowledgments < 20; acknowledgments++) {
                lab.ip.reachable(peer(), lab.nowNs);
                lab.passMs(100);
            }
            lab.arrives(arp(times == 1 ? REPLY : REQUEST, macs[times], PEER, 0, PEER));
            assertEquals(macs[times], neighbors().mac(peer()));
            assertEquals(STALE, neighbors().state(peer()));
        }
        assertEquals(-1, neighbors().find(1, THIRD.hi(), THIRD.lo()));
        lab.arrives(arp(REQUEST, OTHER_MAC, THIRD, 0, THIRD));
        assertEquals(-1, neighbors().find(1, THIRD.hi(), THIRD.lo()));
    }

    /// His subnet's mask may be another than ours: he takes us for a neighbor, and what we send him goes to a router.
    @Rfc("826 reply")
    @Test
    void whoIsNoNeighborOfOursIsAnsweredButNotRemembered() {
        Address far = Address.parse("203.0.113.5");

        assertEquals(Verdict.OK, lab.arrives(arp(REQUEST, PEER_MAC, far, 0, OURS)));

        assertEquals(PEER_MAC, lab.only().to());
        assertEquals(-1, neighbors().find(1, far.hi(), far.lo()));
    }

    @Test
    void replyThatNobodyAskedForMakesNoEntry() {
        lab.arrives(arp(REPLY, PEER_MAC, PEER, MAC, OURS));

        assertEquals(-1, peer());
    }

    @Test
    void replyThatNobodyAskedForConfirmsNothing() {
        lab.knowPeer();
        lab.passMs(60_000);

        lab.arrives(arp(REPLY, OTHER_MAC, PEER, MAC, OURS));

        assertNotEquals(REACHABLE, neighbors().state(peer()));
    }

    @Test
    void senderWhoCannotBeANeighborIsNotBelieved() {
        for (String nobody : List.of("127.0.0.1", "198.18.0.255", "224.0.0.1", "255.255.255.255")) {
            assertEquals(Verdict.BAD_SOURCE, lab.arrives(arp(REQUEST, PEER_MAC, Address.parse(nobody), 0, OURS)));
        }
        assertEquals(4, lab.count(Counter.ArpInDrops));
        assertEquals(List.of(), lab.take());
    }

    @Rfc({"1122 2.3.2.2 queue", "4861 7.2.2 queue", "4861 7.2.2 newest", "1122 2.4 no error for a missing entry"})
    @Test
    void newestFramesWaitForTheAddressAndGoInTheirOrder() {
        for (int i = 0; i < Held.PER_NEIGHBOR + 2; i++) {
            assertTrue(
                    lab.icmp.echo(PEER.hi(), PEER.lo(), 0, 7, i, MemorySegment.ofArray(counting(0, 8)), 8, lab.nowNs));
            lab.turn();
        }
        assertEquals(1, lab.take().size());

        lab.arrives(arp(REPLY, PEER_MAC, PEER, MAC, OURS));

        List<Lab.Frame> sent = lab.take();
        assertEquals(Held.PER_NEIGHBOR, sent.size());
        for (int i = 0; i < sent.size(); i++) {
            assertEquals(PEER_MAC, sent.get(i).to());
            assertEquals(i + 2, sent.get(i).u16(26));
        }
    }

    /// As long as the link's packets are, and though others are held in the turn in which it goes.
    @Rfc({"1122 2.3.2.2 long", "4861 7.2.2 queue"})
    @Test
    void longFrameWaitsForTheAddress() {
        Lab jumbo = new Lab(IpSettings.DEFAULT, LinkSettings.LOOPBACK, LinkSettings.ethernet(1, MAC, 9_000));
        jumbo.addresses();
        byte[] data = counting(3, 8_900);
        jumbo.icmp.echo(PEER.hi(), PEER.lo(), 0, 7, 1, MemorySegment.ofArray(data), data.length, jumbo.nowNs);
        jumbo.turn();
        jumbo.take();
        Neighbors known = jumbo.ip.discovery().neighbors();
        for (int turn = 0; turn < 3; turn++) {
            known.advertised(1, PEER.hi(), PEER.lo(), PEER_MAC, true, true, false, jumbo.nowNs);
            for (int i = 0; i < 100; i++) {
                byte[] other = new byte[8_900];
                jumbo.icmp.echo(THIRD.hi(), THIRD.lo(), 0, 7, i, MemorySegment.ofArray(other), 8_900, jumbo.nowNs);
            }
            jumbo.turn();
            List<Lab.Frame> sent = jumbo.taken(EthernetHeader.IPV4);
            assertEquals(turn == 0 ? 1 : 0, sent.size());
            if (turn == 0) {
                assertEquals(PEER_MAC, sent.getFirst().to());
                assertArrayEquals(icmp4(8, 0, 0x7_0001L, data), sent.getFirst().upper());
            }
        }
        known.advertised(1, THIRD.hi(), THIRD.lo(), OTHER_MAC, true, true, false, jumbo.nowNs);
        jumbo.turn();
        assertEquals(Held.PER_NEIGHBOR, jumbo.taken(EthernetHeader.IPV4).size());
    }

    /// All fragments of the longest datagram, of which none is of use without the others.
    @Rfc("1122 2.3.2.2 queue")
    @Test
    void datagramInFragmentsWaitsForTheAddress() {
        byte[] data = counting(3, 65_500);
        lab.icmp.echo(PEER.hi(), PEER.lo(), 0, 7, 1, MemorySegment.ofArray(data), data.length, lab.nowNs);
        lab.turn();
        lab.take();
        lab.arrives(arp(REPLY, PEER_MAC, PEER, MAC, OURS));
        byte[] all = new byte[0];
        for (Lab.Frame frame : lab.taken(EthernetHeader.IPV4)) {
            all = cat(all, frame.upper());
        }
        assertArrayEquals(icmp4(8, 0, 0x7_0001L, data), all);
    }

    /// However short a time a router of IPv6 tells.
    @Rfc("1122 2.3.2.1 flood")
    @Test
    void oneHostIsAskedForAtMostOnceASecond() {
        lab.ip.discovery().links().advertised(1, 0, 0, 100, lab.nowNs);
        for (int i = 0; i < 25; i++) {
            ping(PEER);
            lab.passMs(100);
        }

        List<Lab.Frame> asked = lab.taken(EthernetHeader.ARP);
        assertEquals(3, asked.size());
    }

    @Rfc("1122 2.3.2.1 flush")
    @Test
    void silentNeighborIsProbedByUnicastThenForgotten() {
        lab.knowPeer();
        lab.passMs(60_000);

        ping(PEER);
        assertEquals(1, lab.taken(EthernetHeader.IPV4).size());
        lab.passMs(4_900);
        assertEquals(List.of(), lab.take());
        lab.passMs(10_000);

        List<Lab.Frame> probes = lab.taken(EthernetHeader.ARP);
        assertEquals(3, probes.size());
        probes.forEach(probe -> assertEquals(PEER_MAC, probe.to()));
        assertEquals(-1, peer());
    }

    @Test
    void answerToAProbeConfirms() {
        lab.knowPeer();
        lab.passMs(60_000);
        ping(PEER);
        lab.passMs(5_000);

        lab.arrives(arp(REPLY, PEER_MAC, PEER, MAC, OURS));

        assertEquals(REACHABLE, neighbors().state(peer()));
    }

    @Test
    void askingIsGivenUpAfterThree() {
        ping(PEER);
        assertEquals(INCOMPLETE, neighbors().state(peer()));

        lab.passMs(3_000);

        assertEquals(3, lab.taken(EthernetHeader.ARP).size());
        assertEquals(-1, peer());
    }

    @Rfc({"1122 2.3.3 RFC 894", "1122 2.3.3 no RFC 1042 by default"})
    @Test
    void framesAreOfEthernet2() {
        lab.knowPeer();
        ping(PEER);

        assertEquals(EthernetHeader.IPV4, lab.only().type());
        assertEquals(Verdict.OK, lab.arrives(v4(IpProtocol.ICMPV4, icmp4(8, 0, 1, counting(0, 8)))));
    }

    /// A length where the type should be is a frame of 802.3.
    @Test
    void frameOf8023IsDropped() {
        byte[] frame = Frames.ethernet(MAC, PEER_MAC, 46, new byte[46]);

        assertEquals(Verdict.UNKNOWN_ETHER_TYPE, lab.arrives(frame));
        assertEquals(1, lab.count(Counter.LinkInDrops));
    }

    /// Whoever fills the table pushes out nobody who is in use.
    @Test
    void strangersDoNotDisplaceNeighborsInUse() {
        lab.knowPeer();
        ping(PEER);
        lab.take();
        for (int i = 0; i < 3 * lab.settings.neighbors(); i++) {
            Address stranger = Address.v4(0xC612_0000 | 256 + i);
            neighbors().heard(1, stranger.hi(), stranger.lo(), OTHER_MAC, true, lab.nowNs);
        }

        assertEquals(lab.settings.neighbors(), neighbors().count());
        assertEquals(PEER_MAC, neighbors().mac(peer()));
    }

    /// A frame of our own always finds room.
    @Test
    void ownFrameFindsRoomInAFullTable() {
        for (int i = 0; i < lab.settings.neighbors(); i++) {
            Address stranger = Address.v4(0xC612_0000 | 256 + i);
            neighbors().heard(1, stranger.hi(), stranger.lo(), OTHER_MAC, true, lab.nowNs);
        }

        assertTrue(ping(PEER));
        assertEquals(INCOMPLETE, neighbors().state(peer()));
    }
}
