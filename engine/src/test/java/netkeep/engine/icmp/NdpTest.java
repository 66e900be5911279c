// Long: one message after another, with what each must do and must not.
package netkeep.engine.icmp;

import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.icmp6In;
import static netkeep.engine.Frames.slice;
import static netkeep.engine.Frames.v6;
import static netkeep.engine.Lab.LINK6;
import static netkeep.engine.Lab.MAC;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.PEER_LINK6;
import static netkeep.engine.Lab.PEER_MAC;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import netkeep.engine.Lab;
import netkeep.engine.ip.AddressState;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.ip.Path;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.neighbor.NeighborState;
import netkeep.engine.neighbor.Neighbors;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Ipv6Fragment;
import netkeep.wire.Ipv6Header;
import netkeep.wire.MacAddress;
import netkeep.wire.NdpMessage;
import netkeep.wire.NdpOption;
import netkeep.wire.Prefix;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Neighbor solicitation and advertisement, RFC 4861 §7; the test of addresses, RFC 4862 §5.4 and RFC 4429.
class NdpTest {
    private static final Address NONE = Address.UNSPECIFIED;
    private static final Address ALL = Address.parse("ff02::1");

    private final Lab lab = new Lab();

    private static Lab fresh(boolean optimistic) {
        return new Lab(
                IpSettings.DEFAULT.withOptimistic(optimistic),
                LinkSettings.LOOPBACK,
                LinkSettings.ethernet(1, MAC, 1500));
    }

    private static Address group(Address target) {
        return new Address(Address.LINK_GROUP_HI, Address.solicitedNodeLo(target.lo()));
    }

    private static byte[] target(Address target, int option, long mac) {
        byte[] fixed = new byte[16 + (option == 0 ? 0 : 8)];
        MemorySegment memory = MemorySegment.ofArray(fixed);
        System.arraycopy(target.octets(), 0, fixed, 0, 16);
        if (option != 0) {
            NdpOption.writeLinkAddress(memory, 16, option, mac);
        }
        return fixed;
    }

    private static byte[] solicitation(Address source, Address destination, Address target, long mac) {
        return icmp6In(source, destination, 255, 135, 0, 0, target(target, mac == 0 ? 0 : 1, mac));
    }

    private static byte[] advertisement(Address destination, Address target, long flags, long mac) {
        return icmp6In(target, destination, 255, 136, 0, flags, target(target, mac == 0 ? 0 : 2, mac));
    }

    private static List<Lab.Frame> ndp(Lab from, int type) {
        return from.taken(EthernetHeader.IPV6).stream()
                .filter(frame -> frame.u8(6) == 58 && frame.u8(40) == type)
                .toList();
    }

    private static Address source(Lab.Frame frame) {
        return new Address(Ipv6Header.sourceHi(frame.memory(), 24), Ipv6Header.sourceLo(frame.memory(), 24));
    }

    private static Address destination(Lab.Frame frame) {
        return new Address(Ipv6Header.destinationHi(frame.memory(), 24), Ipv6Header.destinationLo(frame.memory(), 24));
    }

    private static Address asked(Lab.Frame frame) {
        return new Address(NdpMessage.targetHi(frame.memory(), 64), NdpMessage.targetLo(frame.memory(), 64));
    }

    private Neighbors neighbors() {
        return lab.ip.discovery().neighbors();
    }

    private int peer() {
        return neighbors().find(1, PEER6.hi(), PEER6.lo());
    }

    @Rfc({"4861 7.2.2 group", "4861 7.2.2 source option", "4861 4.3 hop limit", "4861 7.2.2 source"})
    @Test
    void neighborIsAskedForInItsGroup() {
        Path path = new Path();
        assertTrue(lab.ip.path(path, 0, 0, PEER6.hi(), PEER6.lo(), 0, lab.nowNs));
        lab.turn();

        Lab.Frame frame = ndp(lab, 135).getFirst();
        assertEquals(MacAddress.ofMulticast(0x1L << 48, group(PEER6).lo()), frame.to());
        assertEquals(group(PEER6), destination(frame));
        assertEquals(OURS6, source(frame));
        assertEquals(255, frame.u8(7));
        assertEquals(PEER6, asked(frame));
        byte[] message = frame.upper();
        assertArrayEquals(target(PEER6, 1, MAC), slice(message, 8, 24));
        assertEquals(32, message.length);
    }

    /// As the neighbor will send to that address before long: also when it is asked again.
    @Rfc("4861 7.2.2 source of the packet")
    @Test
    void neighborIsAskedForByTheSourceOfThePacketThatWaits() {
        Address second = Address.parse("2001:db8:5::1");
        lab.ip.addAddress(1, second.hi(), second.lo(), 64, lab.nowNs);
        lab.settle();
        lab.take();
        lab.arrives(icmp6In(PEER_LINK6, second, 64, 128, 0, 7, counting(0, 8)));
        lab.passMs(2_000);
        List<Lab.Frame> asked = ndp(lab, 135);
        assertEquals(3, asked.size());
        for (Lab.Frame frame : asked) {
            assertEquals(second, source(frame));
            assertEquals(PEER_LINK6, asked(frame));
        }
    }

    /// One that is past its test asks, whatever address waits for the end of its own.
    @Rfc({"4429 3.2 no solicitation", "4861 7.2.2 source of the packet"})
    @Test
    void whatIsTestedAsksForWhatIsNot() {
        Lab of = testing(true);
        of.settle();
        Address second = Address.parse("2001:db8:5::1");
        Address other = Address.parse("2001:db8:5::2");
        of.ip.addAddress(1, second.hi(), second.lo(), 64, of.nowNs);
        of.turn();
        of.take();
        Path path = new Path();
        assertTrue(of.ip.path(path, second.hi(), second.lo(), other.hi(), other.lo(), 0, of.nowNs));
        of.turn();

        assertEquals(AddressState.OPTIMISTIC, of.ip.discovery().addressState(1, second.hi(), second.lo()));
        List<Lab.Frame> asked = ndp(of, 135);
        assertEquals(1, asked.size());
        assertEquals(OURS6, source(asked.getFirst()));
        assertEquals(other, asked(asked.getFirst()));
    }

    @Rfc({
        "4861 7.2.4 target option",
        "4861 7.2.4 solicited",
        "4861 7.2.4 override",
        "4861 7.2.4 router flag",
        "4861 7.2.3 learn"
    })
    @Test
    void solicitationIsAnsweredToWhoAsked() {
        assertEquals(Verdict.OK, lab.arrives(solicitation(PEER6, group(OURS6), OURS6, PEER_MAC)));

        Lab.Frame frame = lab.only();
        assertEquals(PEER_MAC, frame.to());
        assertEquals(PEER6, destination(frame));
        assertEquals(OURS6, source(frame));
        assertEquals(255, frame.u8(7));
        assertEquals(136, frame.u8(40));
        assertEquals(0x60, frame.u8(44));
        assertArrayEquals(target(OURS6, 2, MAC), slice(frame.upper(), 8, 24));
        assertEquals(PEER_MAC, neighbors().mac(peer()));
        assertEquals(NeighborState.DELAY, neighbors().state(peer()));
    }

    @Rfc("4861 7.2.4 anonymous")
    @Test
    void solicitationWithoutSourceIsAnsweredToAll() {
        lab.arrives(solicitation(NONE, group(OURS6), OURS6, 0));

        Lab.Frame frame = lab.only();
        assertEquals(ALL, destination(frame));
        assertEquals(MacAddress.ofMulticast(ALL.hi(), ALL.lo()), frame.to());
        assertEquals(0x20, frame.u8(44));
        assertEquals(-1, neighbors().after(0));
    }

    @Rfc("4861 4 reserved")
    @Test
    void reservedFieldsAreZeroAndNotLookedAt() {
        byte[] asked = icmp6In(PEER6, group(OURS6), 255, 135, 0, 0xFFFF_FFFFL, target(OURS6, 1, PEER_MAC));
        assertEquals(Verdict.OK, lab.arrives(asked));
        assertArrayEquals(hex("60 00 00 00"), slice(lab.only().upper(), 4, 4));

        Path path = new Path();
        Address other = Address.parse("fd00:198:18::77");
        assertTrue(lab.ip.path(path, 0, 0, other.hi(), other.lo(), 0, lab.nowNs));
        lab.turn();
        assertArrayEquals(new byte[4], slice(ndp(lab, 135).getFirst().upper(), 4, 4));
        byte[] answer = icmp6In(other, OURS6, 255, 136, 0, 0x7FFF_FFFFL, target(other, 2, PEER_MAC + 1));
        assertEquals(Verdict.OK, lab.arrives(answer));
        assertEquals(NeighborState.REACHABLE, neighbors().state(neighbors().find(1, other.hi(), other.lo())));
    }

    @Rfc("4861 7.2.3 router flag")
    @Test
    void solicitationSaysNothingOfRouters() {
        lab.arrives(solicitation(PEER6, group(OURS6), OURS6, PEER_MAC));
        assertFalse(neighbors().router(peer()));
        neighbors().router(peer(), true);
        lab.arrives(solicitation(PEER6, group(OURS6), OURS6, PEER_MAC + 1));
        assertEquals(PEER_MAC + 1, neighbors().mac(peer()));
        assertTrue(neighbors().router(peer()));
    }

    @Rfc("4861 7.2.3 target")
    @Test
    void solicitationForAnotherIsNotAnswered() {
        assertEquals(
                Verdict.NOT_OURS, lab.arrives(solicitation(PEER6, ALL, Address.parse("fd00:198:18::77"), PEER_MAC)));
        assertEquals(List.of(), lab.take());
        assertEquals(-1, peer());
    }

    @Rfc("4861 7.2.3 without option")
    @Test
    void solicitationWithoutOptionMakesNoEntry() {
        lab.arrives(solicitation(PEER6, OURS6, OURS6, 0));

        // What answers it must ask first.
        assertEquals(1, ndp(lab, 135).size());
        assertEquals(NeighborState.INCOMPLETE, neighbors().state(peer()));
    }

    /// Nobody has a group's address: what goes there would go to all.
    @Test
    void linkAddressOfAGroupIsNotLearnt() {
        lab.arrives(solicitation(PEER6, group(OURS6), OURS6, MacAddress.BROADCAST));

        assertEquals(1, ndp(lab, 135).size());
        assertEquals(NeighborState.INCOMPLETE, neighbors().state(peer()));
    }

    @Rfc("4861 6.2.6 hosts")
    @Test
    void solicitationForRoutersIsDroppedInSilence() {
        byte[] option = hex("01 01 02 00 00 00 00 02");
        for (Address to : List.of(ALL, OURS6)) {
            assertEquals(Verdict.BAD_TYPE, lab.arrives(icmp6In(PEER_LINK6, to, 255, 133, 0, 0, option)));
        }
        assertEquals(List.of(), lab.take());
        assertEquals(-1, neighbors().after(0));
    }

    @Rfc({"4861 7.1.1 silent", "4861 7.1.2 silent"})
    @Test
    void invalidMessagesAreDroppedInSilence() {
        byte[] near = icmp6In(PEER6, OURS6, 254, 135, 0, 0, target(OURS6, 1, PEER_MAC));
        assertEquals(Verdict.BAD_HOP_LIMIT, lab.arrives(near));
        byte[] forged = icmp6In(PEER6, OURS6, 64, 136, 0, 0x6000_0000L, target(PEER6, 2, PEER_MAC));
        assertEquals(Verdict.BAD_HOP_LIMIT, lab.arrives(forged));
        assertEquals(List.of(), lab.take());
        assertEquals(-1, peer());
    }

    @Rfc("4861 7.2.5 resolves")
    @Test
    void advertisementLetsFramesGo() {
        lab.icmp.echo(PEER6.hi(), PEER6.lo(), 0, 1, 1, MemorySegment.ofArray(counting(0, 8)), 8, lab.nowNs);
        lab.turn();
        lab.take();

        lab.arrives(advertisement(OURS6, PEER6, 0x6000_0000L, PEER_MAC));

        assertEquals(128, lab.only().u8(40));
        assertEquals(NeighborState.REACHABLE, neighbors().state(peer()));
    }

    /// An advertisement that nobody asked for says where to send, not that it arrives: what waited goes, and the
    /// neighbor is asked 5 s later, though nothing else is sent.
    @Rfc({"4861 7.2.5 incomplete unsolicited", "4861 7.3.3 delay"})
    @Test
    void unsolicitedAdvertisementLetsFramesGoToWhoIsThenAsked() {
        lab.icmp.echo(PEER6.hi(), PEER6.lo(), 0, 1, 1, MemorySegment.ofArray(counting(0, 8)), 8, lab.nowNs);
        lab.turn();
        lab.take();

        lab.arrives(advertisement(OURS6, PEER6, 0x2000_0000L, PEER_MAC));

        Lab.Frame echo = lab.only();
        assertEquals(128, echo.u8(40));
        assertEquals(PEER_MAC, echo.to());
        assertEquals(NeighborState.DELAY, neighbors().state(peer()));
        lab.passMs(4_999);
        assertEquals(List.of(), lab.take());
        lab.passMs(1);
        assertEquals(1, ndp(lab, 135).size());
        assertEquals(NeighborState.PROBE, neighbors().state(peer()));
    }

    @Rfc("4861 7.2.5 router gone")
    @Test
    void routerThatSaysItIsAHostIsUsedNoMore() {
        lab.ip.acceptAdvertisements(1, true, lab.nowNs);
        lab.ip.discovery().router(1, PEER_LINK6.hi(), PEER_LINK6.lo(), 0, 1800, lab.nowNs);
        neighbors().set(1, PEER_LINK6.hi(), PEER_LINK6.lo(), PEER_MAC, lab.nowNs);
        neighbors().router(neighbors().find(1, PEER_LINK6.hi(), PEER_LINK6.lo()), true);
        Path path = new Path();
        assertTrue(lab.ip.path(path, 0, 0, Lab.FAR6.hi(), Lab.FAR6.lo(), 0, lab.nowNs));

        lab.arrives(icmp6In(PEER_LINK6, LINK6, 255, 136, 0, 0x6000_0000L, target(PEER_LINK6, 2, PEER_MAC)));

        assertFalse(lab.ip.path(path, 0, 0, Lab.FAR6.hi(), Lab.FAR6.lo(), 0, lab.nowNs));
    }

    private static AddressState state(Lab of) {
        return of.ip.discovery().addressState(1, OURS6.hi(), OURS6.lo());
    }

    private static Lab testing(boolean optimistic) {
        Lab of = fresh(optimistic);
        of.ip.addAddress(1, OURS6.hi(), OURS6.lo(), 64, of.nowNs);
        return of;
    }

    @Rfc({
        "4862 5.4 before use",
        "4862 5.4.2 solicitation",
        "4862 5.4.2 random delay",
        "4862 5.4 after RetransTimer",
        "4862 5.3 link-local",
        "2464 5 link-local",
        "7527 4.1 nonce",
        "4861 4 reserved"
    })
    @Test
    void addressIsTestedBeforeItIsUsed() {
        Lab of = testing(false);
        assertEquals(AddressState.TENTATIVE, state(of));
        assertFalse(of.ip.local(OURS6.hi(), OURS6.lo()));
        assertEquals(AddressState.TENTATIVE, of.ip.discovery().addressState(1, LINK6.hi(), LINK6.lo()));
        long begunNs = of.nowNs;
        List<Lab.Frame> questions = List.of();
        Set<Long> nonces = new HashSet<>();
        while (questions.isEmpty()) {
            of.passMs(1);
            List<Lab.Frame> all = ndp(of, 135);
            all.forEach(frame -> nonces.add(NdpOption.nonce(frame.memory(), 24 + 64)));
            questions = all.stream().filter(frame -> asked(frame).equals(OURS6)).toList();
        }
        assertTrue(of.nowNs - begunNs <= 1_001_000_000L);
        Lab.Frame question = questions.getFirst();
        assertEquals(NONE, source(question));
        assertEquals(group(OURS6), destination(question));
        assertEquals(255, question.u8(7));
        assertArrayEquals(new byte[4], slice(question.upper(), 4, 4));
        assertEquals(NdpOption.NONCE, question.u8(64));
        of.passMs(998);
        ndp(of, 135).forEach(frame -> nonces.add(NdpOption.nonce(frame.memory(), 24 + 64)));
        assertEquals(AddressState.TENTATIVE, state(of));
        of.passMs(2);
        assertEquals(AddressState.ASSIGNED, state(of));
        assertTrue(of.ip.local(OURS6.hi(), OURS6.lo()));
        of.settle();
        ndp(of, 135).forEach(frame -> nonces.add(NdpOption.nonce(frame.memory(), 24 + 64)));
        assertEquals(AddressState.ASSIGNED, of.ip.discovery().addressState(1, LINK6.hi(), LINK6.lo()));
        // One for each of the two addresses.
        assertTrue(nonces.size() == 2 && !nonces.contains(0L), nonces.toString());
    }

    /// RetransTimer is the link's, as a router has told it.
    @Rfc("4862 5.4 after RetransTimer")
    @Test
    void answerIsWaitedForAsLongAsARouterSays() {
        Lab of = fresh(false);
        of.ip.discovery().links().advertised(1, 0, 0, 3_000, of.nowNs);
        of.ip.addAddress(1, OURS6.hi(), OURS6.lo(), 64, of.nowNs);
        while (ndp(of, 135).stream().noneMatch(frame -> asked(frame).equals(OURS6))) {
            of.passMs(1);
        }
        of.passMs(2_998);
        assertEquals(AddressState.TENTATIVE, state(of));
        of.passMs(2);
        assertEquals(AddressState.ASSIGNED, state(of));
    }

    /// Hosts that are switched on together do not ask together.
    @Rfc("4862 5.4.2 random delay")
    @Test
    void questionWaitsForARandomTime() {
        Lab of = fresh(false);
        for (int i = 0; i < 8; i++) {
            of.ip.addAddress(1, OURS6.hi(), OURS6.lo() + i, 64, of.nowNs);
        }
        Set<Integer> delays = new HashSet<>();
        int asked = 0;
        for (int ms = 0; ms <= 1_000; ms++) {
            of.turn();
            int now = ndp(of, 135).size();
            asked += now;
            if (now != 0) {
                delays.add(ms);
            }
            of.passMs(1);
        }
        assertEquals(9, asked);
        assertTrue(delays.size() > 5 && Collections.max(delays) - Collections.min(delays) > 300, delays.toString());
    }

    @Rfc("4862 5.4.3 tentative")
    @Test
    void tentativeAddressIsNotAnsweredFor() {
        Lab of = testing(false);

        assertEquals(Verdict.NOT_OURS, of.arrives(solicitation(PEER6, group(OURS6), OURS6, PEER_MAC)));
        assertEquals(List.of(), ndp(of, 136));
        assertEquals(AddressState.TENTATIVE, state(of));
    }

    @Rfc({"4862 5.4.3 duplicate", "4862 5.4.5 not assigned"})
    @Test
    void questionOfAnotherAboutATentativeAddressEndsIt() {
        Lab of = testing(false);
        of.arrives(solicitation(NONE, group(OURS6), OURS6, 0));

        assertEquals(AddressState.DUPLICATE, state(of));
        of.settle();
        assertEquals(AddressState.DUPLICATE, state(of));
        assertFalse(of.ip.local(OURS6.hi(), OURS6.lo()));
        of.take();
        of.arrives(solicitation(PEER6, group(OURS6), OURS6, PEER_MAC));
        assertEquals(List.of(), of.take());
    }

    @Rfc("4862 5.4.4 duplicate")
    @Test
    void advertisementOfATentativeAddressEndsIt() {
        for (boolean optimistic : new boolean[] {false, true}) {
            Lab of = testing(optimistic);
            of.arrives(icmp6In(PEER6, ALL, 255, 136, 0, 0x2000_0000L, target(OURS6, 2, PEER_MAC)));
            assertEquals(AddressState.DUPLICATE, state(of));
        }
    }

    private static boolean speaksIpv6(Lab of, int link, Address to) {
        of.take();
        boolean way = of.ip.path(new Path(), 0, 0, to.hi(), to.lo(), link, of.nowNs);
        of.icmp.echo(ALL.hi(), ALL.lo(), link, 1, 1, MemorySegment.ofArray(counting(0, 8)), 8, of.nowNs);
        of.turn();
        boolean sent =
                of.take().stream().anyMatch(frame -> frame.link() == link && frame.type() == EthernetHeader.IPV6);
        assertEquals(way, sent);
        return way;
    }

    private static Lab onTwoLinks() {
        Lab of = new Lab(
                IpSettings.DEFAULT.withOptimistic(true),
                LinkSettings.LOOPBACK,
                LinkSettings.ethernet(1, MAC, 1500),
                LinkSettings.ethernet(2, MAC + 7, 1500));
        of.ip.addAddress(1, OURS6.hi(), OURS6.lo(), 64, of.nowNs);
        of.ip.addAddress(1, Lab.OURS.hi(), Lab.OURS.lo(), 24, of.nowNs);
        of.ip.addAddress(2, OURS6.hi() + 1, OURS6.lo(), 64, of.nowNs);
        of.turn();
        return of;
    }

    /// Who has the address that our hardware address makes has probably that, too. IPv4 and other links go on.
    @Rfc("4862 5.4.5 interface disabled")
    @Test
    void duplicateOfTheInterfacesOwnAddressDisablesIpv6OnTheLink() {
        Lab of = onTwoLinks();
        assertTrue(speaksIpv6(of, 1, PEER6));
        of.arrives(solicitation(NONE, group(LINK6), LINK6, 0));

        for (int engine = 0; engine < 2; engine++) {
            assertFalse(speaksIpv6(of, 1, PEER6));
            assertTrue(speaksIpv6(of, 2, new Address(PEER6.hi() + 1, PEER6.lo())));
            assertFalse(of.ip.local(OURS6.hi(), OURS6.lo()));
            assertEquals(Verdict.FILTERED, of.arrives(icmp6In(PEER6, OURS6, 64, 128, 0, 0, new byte[8])));
            assertEquals(Verdict.FILTERED, of.arrives(solicitation(PEER6, group(OURS6), OURS6, PEER_MAC)));
            Address more = new Address(OURS6.hi(), 0x100L + engine);
            of.ip.addAddress(1, more.hi(), more.lo(), 64, of.nowNs);
            of.take();
            of.settle();
            assertFalse(of.ip.local(more.hi(), more.lo()));
            assertTrue(of.take().stream().noneMatch(frame -> frame.link() == 1 && frame.type() == EthernetHeader.IPV6));
            assertTrue(of.ip.path(new Path(), 0, 0, Lab.PEER.hi(), Lab.PEER.lo(), 0, of.nowNs));
            // A successor finds it as it was.
            of.open();
        }
    }

    @Rfc("4862 5.4.5 interface disabled")
    @Test
    void ipv6IsEnabledAgainWhenItsDuplicateIsTakenAway() {
        Lab of = onTwoLinks();
        of.arrives(solicitation(NONE, group(LINK6), LINK6, 0));
        of.settle();
        assertEquals(AddressState.TENTATIVE, state(of));
        of.take();

        of.ip.removeAddress(1, LINK6.hi(), LINK6.lo(), of.nowNs);

        of.passMs(1_001);
        assertTrue(ndp(of, 135).stream().anyMatch(frame -> asked(frame).equals(OURS6)));
        of.settle();
        assertEquals(AddressState.ASSIGNED, state(of));
        assertTrue(speaksIpv6(of, 1, PEER6));
    }

    /// Another link-local address says nothing of the hardware's.
    @Rfc("4862 5.4.5 interface disabled")
    @Test
    void duplicateOfAnyOtherAddressDisablesNothing() {
        Lab of = onTwoLinks();
        Address chosen = Address.parse("fe80::5");
        of.ip.addAddress(1, chosen.hi(), chosen.lo(), 64, of.nowNs);
        of.arrives(solicitation(NONE, group(chosen), chosen, 0));
        of.arrives(solicitation(NONE, group(OURS6), OURS6, 0));

        assertEquals(AddressState.DUPLICATE, state(of));
        assertEquals(AddressState.DUPLICATE, of.ip.discovery().addressState(1, chosen.hi(), chosen.lo()));
        assertEquals(AddressState.OPTIMISTIC, of.ip.discovery().addressState(1, LINK6.hi(), LINK6.lo()));
        of.settle();
        assertTrue(of.ip.local(LINK6.hi(), LINK6.lo()));
    }

    @Rfc({"7527 4.2 own nonce", "4862 5.4.3 looped back"})
    @Test
    void ownQuestionThatComesBackIsNoConflict() {
        Lab of = testing(false);
        List<Lab.Frame> questions = List.of();
        while (questions.isEmpty()) {
            of.passMs(10);
            questions = ndp(of, 135).stream()
                    .filter(frame -> asked(frame).equals(OURS6))
                    .toList();
        }
        byte[] frame = questions.getFirst().octets();
        of.arrives(slice(frame, 10, frame.length - 10));
        assertEquals(AddressState.TENTATIVE, state(of));

        byte[] other = cat(Arrays.copyOfRange(questions.getFirst().upper(), 8, 24), hex("0E 01 01 02 03 04 05 06"));
        of.arrives(icmp6In(NONE, group(OURS6), 255, 135, 0, 0, other));
        assertEquals(AddressState.DUPLICATE, state(of));
    }

    @Rfc({"4429 3.3 no override", "4429 3.3 answered", "4429 3.2 no solicitation"})
    @Test
    void optimisticAddressIsUsedButOverridesAndAsksNobody() {
        Lab of = testing(true);
        assertTrue(of.ip.local(OURS6.hi(), OURS6.lo()));
        of.take();

        of.arrives(solicitation(PEER6, group(OURS6), OURS6, PEER_MAC));
        Lab.Frame answer = ndp(of, 136).getFirst();
        assertEquals(0x40, answer.u8(44));

        Path path = new Path();
        assertTrue(of.ip.path(path, 0, 0, OURS6.hi(), 0x99, 0, of.nowNs));
        of.turn();
        assertEquals(
                List.of(),
                ndp(of, 135).stream()
                        .filter(frame -> !source(frame).equals(NONE))
                        .toList());
        of.passMs(3_500);
        assertFalse(ndp(of, 135).stream()
                .filter(frame -> !source(frame).equals(NONE))
                .toList()
                .isEmpty());
        assertEquals(AddressState.ASSIGNED, state(of));
    }

    @Rfc({"4429 3.3 flagged", "4429 3.3 question of another"})
    @Test
    void questionOfAnotherAboutAnOptimisticAddressIsNotAnsweredAndEndsIt() {
        Lab of = testing(true);
        assertEquals(AddressState.OPTIMISTIC, state(of));
        of.arrives(solicitation(NONE, group(OURS6), OURS6, 0));

        assertEquals(List.of(), ndp(of, 136));
        assertEquals(AddressState.DUPLICATE, state(of));
        assertFalse(of.ip.local(OURS6.hi(), OURS6.lo()));
    }

    @Rfc("6980 5 ignored")
    @Test
    void messageWithAFragmentHeaderIsPassedOver() {
        Path path = new Path();
        assertTrue(lab.ip.path(path, 0, 0, PEER6.hi(), PEER6.lo(), 0, lab.nowNs));
        byte[] whole = advertisement(OURS6, PEER6, NdpMessage.SOLICITED, PEER_MAC);
        byte[] message = slice(whole, 54, whole.length - 54);
        for (int cut : new int[] {message.length, 16}) {
            Verdict last = Verdict.OK;
            for (int at = 0; at < message.length; at += cut) {
                byte[] header = new byte[Ipv6Fragment.LENGTH];
                Ipv6Fragment.write(MemorySegment.ofArray(header), 0, 58, at, at + cut < message.length, cut);
                last = lab.arrives(v6(PEER6, OURS6, 44, 255, cat(header, slice(message, at, cut))));
            }
            assertEquals(Verdict.BAD_FIELD, last, "cut at " + cut);
        }
        assertEquals(NeighborState.INCOMPLETE, neighbors().state(peer()));
        lab.arrives(whole);
        assertEquals(NeighborState.REACHABLE, neighbors().state(peer()));
    }

    @Rfc({"4429 3.2 router solicitation", "4861 6.3.7 source option"})
    @Test
    void routersAreNotAskedFromAnOptimisticAddress() {
        Lab of = testing(true);
        of.ip.acceptAdvertisements(1, true, of.nowNs);
        List<Lab.Frame> asked = List.of();
        while (asked.isEmpty()) {
            of.passMs(1);
            asked = ndp(of, 133);
        }
        assertEquals(AddressState.OPTIMISTIC, of.ip.discovery().addressState(1, LINK6.hi(), LINK6.lo()));
        assertEquals(NONE, source(asked.getFirst()));
        assertEquals(NdpMessage.ROUTER_SOLICITATION_LENGTH, asked.getFirst().upper().length);
    }

    @Rfc({"4862 5.4.2 group", "4429 3.3 groups"})
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void solicitedNodeGroupIsJoinedBeforeTheQuestion(boolean optimistic) {
        Lab of = testing(optimistic);
        of.turn();
        assertEquals(optimistic ? AddressState.OPTIMISTIC : AddressState.TENTATIVE, state(of));
        assertTrue(of.ip.discovery()
                        .groups()
                        .find(1, group(OURS6).hi(), group(OURS6).lo())
                >= 0);
    }

    @Rfc({"5942 4 on-link", "5942 4 default"})
    @Test
    void onlyRoutesSayWhatIsOnTheLink() {
        Path path = new Path();
        Address other = Address.parse("fd00:198:19::1");
        assertFalse(lab.ip.path(path, 0, 0, other.hi(), other.lo(), 0, lab.nowNs));
        lab.arrives(solicitation(other, group(OURS6), OURS6, PEER_MAC));
        assertFalse(lab.ip.path(path, 0, 0, other.hi(), other.lo(), 0, lab.nowNs));
        lab.ip.addRoute(Prefix.parse("fd00:198:19::/64"), 1, 0, 0, 0);
        assertTrue(lab.ip.path(path, 0, 0, other.hi(), other.lo(), 0, lab.nowNs));
        assertEquals(other.lo(), neighbors().lo(path.neighbor));
    }
}
