package netkeep.engine.ip;

import static netkeep.engine.Frames.arp;
import static netkeep.engine.Lab.MAC;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.PEER;
import static netkeep.engine.Lab.PEER_MAC;
import static netkeep.wire.ArpPacket.REPLY;
import static netkeep.wire.ArpPacket.REQUEST;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import netkeep.engine.Lab;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import netkeep.wire.ArpPacket;
import netkeep.wire.EthernetHeader;
import netkeep.wire.MacAddress;
import org.junit.jupiter.api.Test;

/// Conflicts about addresses of IPv4, RFC 5227.
class ConflictTest {
    private static final Address NOBODY = Address.UNSPECIFIED_V4;

    private final Lab lab = careful();

    /// A host that tests an address before it uses it.
    private static Lab careful() {
        return new Lab(
                IpSettings.DEFAULT.withOptimistic(false), LinkSettings.LOOPBACK, LinkSettings.ethernet(1, MAC, 1500));
    }

    private void add() {
        lab.ip.addAddress(1, OURS.hi(), OURS.lo(), 24, lab.nowNs);
        lab.turn();
    }

    private AddressState state() {
        return lab.ip.discovery().addressState(1, OURS.hi(), OURS.lo());
    }

    private static boolean probe(Lab.Frame frame) {
        return ArpPacket.isProbe(frame.memory(), 24);
    }

    private static boolean announcement(Lab.Frame frame) {
        return ArpPacket.isAnnouncement(frame.memory(), 24);
    }

    @Rfc({"5227 2.1 test first", "5227 2.1.1 probes", "5227 2.1.1 sender"})
    @Test
    void threeProbesPrecedeTheUseOfAnAddress() {
        add();
        assertEquals(AddressState.TENTATIVE, state());
        assertFalse(lab.ip.local(OURS.hi(), OURS.lo()));
        lab.settle();

        List<Lab.Frame> sent = lab.taken(EthernetHeader.ARP);
        assertEquals(5, sent.size());
        for (Lab.Frame frame : sent.subList(0, 3)) {
            assertTrue(probe(frame));
            assertEquals(MacAddress.BROADCAST, frame.to());
            assertEquals(NOBODY.lo(), ArpPacket.sender(frame.memory(), 24));
            assertEquals(MAC, ArpPacket.senderMac(frame.memory(), 24));
            assertEquals(0, ArpPacket.targetMac(frame.memory(), 24));
            assertEquals(OURS.lo(), ArpPacket.target(frame.memory(), 24));
        }
        assertEquals(AddressState.ASSIGNED, state());
    }

    @Rfc("5227 2.1 not used")
    @Test
    void addressUnderTestIsNotAnsweredFor() {
        add();

        lab.arrives(arp(REQUEST, PEER_MAC, PEER, 0, OURS));

        assertEquals(List.of(), lab.take());
        assertFalse(lab.ip.local(OURS.hi(), OURS.lo()));
    }

    @Rfc({"5227 2.1.1 random wait", "5227 2.1.1 spacing", "5227 2.1.1 announce wait"})
    @Test
    void probesAreSpacedAtRandomWithinBounds() {
        LongSummaryStatistics waits = new LongSummaryStatistics();
        LongSummaryStatistics spaces = new LongSummaryStatistics();
        Seeds.each(20, luck -> {
            Lab fresh = careful();
            for (int i = luck.nextInt(20); i > 0; i--) {
                fresh.luck.next();
            }
            fresh.ip.addAddress(1, OURS.hi(), OURS.lo(), 24, fresh.nowNs);
            long begunNs = fresh.nowNs;
            long[] at = new long[4];
            for (int i = 0; i < 4; i++) {
                while (fresh.taken(EthernetHeader.ARP).isEmpty()) {
                    fresh.passMs(1);
                }
                at[i] = (fresh.nowNs - begunNs) / 1_000_000;
            }
            assertTrue(at[0] <= 1_001, "first after " + at[0]);
            waits.accept(at[0]);
            for (int i = 1; i < 3; i++) {
                long between = at[i] - at[i - 1];
                assertTrue(between >= 1_000 && between <= 2_001, "spaced " + between);
                spaces.accept(between);
            }
            assertTrue(Math.abs(at[3] - at[2] - 2_000) <= 1);
        });
        if (waits.getCount() > 1) {
            assertTrue(waits.getMin() < 300 && waits.getMax() > 700, waits.toString());
            assertTrue(spaces.getMin() < 1_300 && spaces.getMax() > 1_700, spaces.toString());
        }
    }

    @Rfc({"5227 2.3 announcements", "5227 2.1 not periodically"})
    @Test
    void addressIsAnnouncedTwiceTwoSecondsApart() {
        add();
        List<Lab.Frame> sent = new ArrayList<>();
        List<Long> instants = new ArrayList<>();
        while (sent.size() < 5) {
            lab.passMs(1);
            for (Lab.Frame frame : lab.taken(EthernetHeader.ARP)) {
                sent.add(frame);
                instants.add(lab.nowNs);
            }
        }
        assertTrue(announcement(sent.get(3)));
        assertTrue(announcement(sent.get(4)));
        assertEquals(REQUEST, ArpPacket.operation(sent.get(3).memory(), 24));
        assertEquals(2_000_000_000L, instants.get(4) - instants.get(3));
        lab.passMs(60_000);
        assertEquals(List.of(), lab.take());
    }

    @Rfc({"5227 2.1.1 conflict by sender", "5227 2.1.1 stop using"})
    @Test
    void anyPacketFromTheAddressUnderTestEndsIt() {
        for (int operation : new int[] {REQUEST, REPLY}) {
            Lab fresh = careful();
            fresh.ip.addAddress(1, OURS.hi(), OURS.lo(), 24, fresh.nowNs);
            fresh.passMs(1_500);

            fresh.arrives(arp(operation, PEER_MAC, OURS, 0, PEER));
            fresh.take();
            fresh.passMs(60_000);

            assertEquals(AddressState.DUPLICATE, fresh.ip.discovery().addressState(1, OURS.hi(), OURS.lo()));
            assertEquals(List.of(), fresh.take());
            assertFalse(fresh.ip.local(OURS.hi(), OURS.lo()));
        }
    }

    @Rfc("5227 2.1.1 conflict by probe")
    @Test
    void probeOfAnotherForTheSameAddressEndsIt() {
        add();

        lab.arrives(arp(REQUEST, PEER_MAC, NOBODY, 0, OURS));

        assertEquals(AddressState.DUPLICATE, state());
    }

    @Rfc("5227 2.1.1 own probe")
    @Test
    void ownProbeThatComesBackIsNoConflict() {
        add();

        lab.arrives(arp(REQUEST, MAC, NOBODY, 0, OURS));

        assertEquals(AddressState.TENTATIVE, state());
    }

    @Rfc("5227 2.1.1 probe for another")
    @Test
    void probeForAnotherAddressIsNoConflict() {
        add();

        lab.arrives(arp(REQUEST, PEER_MAC, NOBODY, 0, PEER));

        assertEquals(AddressState.TENTATIVE, state());
    }

    @Rfc("5227 2.4 probe is answered")
    @Test
    void probeForAnAddressInUseIsAnswered() {
        add();
        lab.settle();
        lab.take();

        lab.arrives(arp(REQUEST, PEER_MAC, NOBODY, 0, OURS));

        Lab.Frame frame = lab.only();
        assertEquals(REPLY, ArpPacket.operation(frame.memory(), 24));
        assertEquals(PEER_MAC, frame.to());
        assertEquals(AddressState.ASSIGNED, state());
        assertEquals(-1, lab.ip.discovery().neighbors().after(0));
    }

    @Rfc({"5227 2.4 ongoing detection", "5227 2.4 (c)", "5227 2.4 defend interval"})
    @Test
    void addressInUseIsDefendedOnceInTenSeconds() {
        add();
        lab.settle();
        lab.take();

        lab.arrives(arp(REQUEST, PEER_MAC, OURS, 0, PEER));
        assertTrue(announcement(lab.only()));
        lab.passMs(9_999);
        lab.arrives(arp(REPLY, PEER_MAC, OURS, MAC, OURS));
        assertEquals(List.of(), lab.take());
        lab.passMs(1);
        lab.arrives(arp(REPLY, PEER_MAC, OURS, MAC, OURS));
        assertTrue(announcement(lab.only()));
        assertEquals(AddressState.ASSIGNED, state());
    }

    @Rfc("5227 2.6 broadcast replies")
    @Test
    void replyToUsGoesToUsAlone() {
        add();
        lab.settle();
        lab.take();

        lab.arrives(arp(REQUEST, PEER_MAC, PEER, 0, OURS));

        assertEquals(PEER_MAC, lab.only().to());
    }

    /// What RFC 4429 allows for IPv6 is taken for IPv4 too: used at once, and tested meanwhile as any other.
    @Test
    void optimisticAddressIsUsedAtOnceAndTestedMeanwhile() {
        Lab quick = optimist();
        assertTrue(quick.ip.local(OURS.hi(), OURS.lo()));
        assertEquals(List.of(), quick.take());

        quick.settle();
        List<Lab.Frame> sent = quick.taken(EthernetHeader.ARP);
        assertEquals(5, sent.size());
        assertTrue(sent.subList(0, 3).stream().allMatch(ConflictTest::probe));
        assertTrue(sent.subList(3, 5).stream().allMatch(ConflictTest::announcement));
        assertEquals(AddressState.ASSIGNED, quick.ip.discovery().addressState(1, OURS.hi(), OURS.lo()));
    }

    /// Whoever answers a probe, or only uses the address, had it first.
    @Test
    void optimisticAddressIsGivenBackToItsOwner() {
        for (int operation : new int[] {REQUEST, REPLY}) {
            Lab quick = optimist();
            quick.passMs(1_500);
            quick.take();

            quick.arrives(arp(operation, PEER_MAC, OURS, MAC, operation == REPLY ? NOBODY : PEER));
            quick.passMs(60_000);

            assertEquals(AddressState.DUPLICATE, quick.ip.discovery().addressState(1, OURS.hi(), OURS.lo()));
            assertEquals(List.of(), quick.take());
            assertFalse(quick.ip.local(OURS.hi(), OURS.lo()));
        }
    }

    private static Lab optimist() {
        Lab quick = new Lab(IpSettings.DEFAULT, LinkSettings.LOOPBACK, LinkSettings.ethernet(1, MAC, 1500));
        quick.ip.addAddress(1, OURS.hi(), OURS.lo(), 24, quick.nowNs);
        quick.turn();
        return quick;
    }

    /// A test goes on where it was when the engine dies.
    @Test
    void successorGoesOnWithTheTest() {
        add();
        while (lab.taken(EthernetHeader.ARP).isEmpty()) {
            lab.passMs(10);
        }
        lab.open();
        lab.settle();

        assertEquals(4, lab.taken(EthernetHeader.ARP).size());
        assertEquals(AddressState.ASSIGNED, state());
    }
}
