// Long: each rule about a router is a few lines.
package netkeep.engine.icmp;

import static java.util.concurrent.TimeUnit.SECONDS;
import static netkeep.engine.Frames.cat;
import static netkeep.engine.Frames.hex;
import static netkeep.engine.Frames.icmp6In;
import static netkeep.engine.Lab.FAR6;
import static netkeep.engine.Lab.LINK6;
import static netkeep.engine.Lab.MAC;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.PEER_LINK6;
import static netkeep.engine.Lab.PEER_MAC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import netkeep.engine.Lab;
import netkeep.engine.ip.AddressState;
import netkeep.engine.ip.Path;
import netkeep.engine.neighbor.NeighborState;
import netkeep.engine.neighbor.Neighbors;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Ipv6Header;
import netkeep.wire.NdpMessage;
import netkeep.wire.NdpOption;
import netkeep.wire.Prefix;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Router discovery and redirects, RFC 4861 §6.3 and §8; autoconfiguration, RFC 4862 §5.5.
class RoutersTest {
    private static final Address ALL = Address.parse("ff02::1");
    private static final Address SECOND = Address.parse("fe80::ff:fe00:3");
    private static final Prefix NET = Prefix.parse("2001:db8:1::/64");
    private static final Address MADE = Address.parse("2001:db8:1::ff:fe00:1");
    private static final byte[] SOURCE = hex("01 01 02 00 00 00 00 02");
    private static final long TWO_HOURS_MS = 7_200_000;

    private final Lab lab = new Lab();
    private final Path path = new Path();

    @BeforeEach
    void accept() {
        lab.ip.acceptAdvertisements(1, true, lab.nowNs);
    }

    private Verdict advertise(Address router, int hops, int lifetime, long reachable, long retrans, byte[] options) {
        byte[] fixed = new byte[NdpMessage.ROUTER_ADVERTISEMENT_LENGTH];
        NdpMessage.writeRouter(MemorySegment.ofArray(fixed), 0, reachable, retrans);
        byte[] data = cat(Arrays.copyOfRange(fixed, 8, 16), options);
        return lab.arrives(icmp6In(router, ALL, 255, 134, 0, NdpMessage.routerRest(hops, 0, lifetime), data));
    }

    private Verdict advertise(int lifetime, byte[] options) {
        return advertise(PEER_LINK6, 0, lifetime, 0, 0, options);
    }

    private static byte[] prefix(Prefix prefix, int flags, long valid, long preferred) {
        byte[] option = new byte[NdpOption.PREFIX_LENGTH];
        NdpOption.writePrefix(MemorySegment.ofArray(option), 0, prefix, flags, valid, preferred);
        return option;
    }

    private static byte[] mtu(long mtu) {
        byte[] option = new byte[NdpOption.LENGTH];
        NdpOption.writeMtu(MemorySegment.ofArray(option), 0, mtu);
        return option;
    }

    private boolean routes(Prefix prefix) {
        return lab.ip.views().routes().stream().anyMatch(route -> route.prefix().equals(prefix));
    }

    private boolean way(Address to) {
        return lab.ip.path(path, 0, 0, to.hi(), to.lo(), 0, lab.nowNs);
    }

    private long next() {
        assertTrue(way(FAR6));
        return neighbors().lo(path.neighbor);
    }

    private int neighbor(Address address) {
        return neighbors().find(1, address.hi(), address.lo());
    }

    private Neighbors neighbors() {
        return lab.ip.discovery().neighbors();
    }

    private AddressState made() {
        return lab.ip.discovery().addressState(1, MADE.hi(), MADE.lo());
    }

    private List<Lab.Frame> solicitations() {
        return lab.taken(EthernetHeader.IPV6).stream()
                .filter(frame -> frame.u8(6) == 58 && frame.u8(40) == 133)
                .toList();
    }

    @Rfc({
        "4861 6.3.7 three solicitations",
        "4861 6.3.7 interval",
        "4861 6.3.7 random delay",
        "4861 4 reserved",
        "4861 4.1 all routers",
        "4861 6.3.7 source option"
    })
    @Test
    void routersAreAskedForThreeTimes() {
        lab.passMs(1_000);
        List<Lab.Frame> first = solicitations();
        assertEquals(1, first.size());
        Lab.Frame frame = first.getFirst();
        assertEquals(Address.LINK_GROUP_HI, Ipv6Header.destinationHi(frame.memory(), 24));
        assertEquals(2, Ipv6Header.destinationLo(frame.memory(), 24));
        assertEquals(LINK6.lo(), Ipv6Header.sourceLo(frame.memory(), 24));
        assertEquals(255, frame.u8(7));
        assertEquals(0, frame.u8(44) | frame.u8(45) | frame.u8(46) | frame.u8(47));
        assertEquals(1, frame.u8(48));
        assertEquals(MAC, NdpOption.linkAddress(frame.memory(), 24 + 48));
        lab.passMs(3_000);
        assertEquals(0, solicitations().size());
        lab.passMs(5_000);
        assertEquals(2, solicitations().size());
        lab.passMs(60_000);
        assertEquals(0, solicitations().size());
    }

    /// Hosts that are switched on together do not ask together.
    @Rfc("4861 6.3.7 random delay")
    @Test
    void firstSolicitationWaitsForARandomTime() {
        Set<Integer> delays = new HashSet<>();
        for (int times = 0; times < 10; times++) {
            lab.ip.acceptAdvertisements(1, false, lab.nowNs);
            lab.ip.acceptAdvertisements(1, true, lab.nowNs);
            int delay = 0;
            while (solicitations().isEmpty()) {
                lab.passMs(1);
                delay++;
            }
            assertTrue(delay <= 1_000, delay + " ms");
            delays.add(delay);
        }
        assertTrue(delays.size() > 6, delays.toString());
    }

    @Rfc("4861 6.3.7 stop")
    @Test
    void advertisementEndsTheAsking() {
        lab.passMs(1_000);
        lab.take();
        // Not that of who is no default router.
        advertise(0, new byte[0]);
        lab.passMs(4_000);
        assertEquals(1, solicitations().size());
        advertise(1800, new byte[0]);
        lab.passMs(20_000);

        assertEquals(List.of(), solicitations());
    }

    /// Asked for, a router may say more than it says by itself.
    @Rfc("4861 6.3.7 at least one")
    @Test
    void hostAsksOnceThoughARouterSpokeFirst() {
        advertise(1800, new byte[0]);
        lab.passMs(1_000);
        assertEquals(1, solicitations().size());
        advertise(1800, new byte[0]);
        lab.passMs(20_000);
        assertEquals(List.of(), solicitations());
    }

    @Test
    void advertisementIsNotTakenUnlessAllowed() {
        lab.ip.acceptAdvertisements(1, false, lab.nowNs);

        assertEquals(Verdict.FILTERED, advertise(1800, SOURCE));
        assertFalse(way(FAR6));
        lab.passMs(20_000);
        assertEquals(List.of(), solicitations());
    }

    @Rfc({"4861 6.3.4 default router", "4861 6.3.4 lifetime", "4861 6.3.5 timeout"})
    @Test
    void routerIsTheDefaultForItsLifetime() {
        assertFalse(way(FAR6));
        assertEquals(Verdict.OK, advertise(1800, new byte[0]));

        assertEquals(PEER_LINK6.lo(), next());
        lab.passMs(1_799_999);
        assertTrue(way(FAR6));
        assertTrue(routes(Prefix.ALL_V6));
        // At once, and not only when the record is looked at.
        lab.nowNs += 1_000_000;
        assertFalse(way(FAR6));
        lab.turn();
        assertFalse(routes(Prefix.ALL_V6));
    }

    @Rfc("4861 6.3.4 lifetime zero")
    @Test
    void lifetimeOfZeroEndsARouter() {
        advertise(1800, new byte[0]);
        advertise(0, new byte[0]);

        assertFalse(way(FAR6));
    }

    /// Nobody on the link can change what was set by hand, or end it.
    @Test
    void routeThatWasSetByHandStays() {
        lab.ip.addRoute(Prefix.ALL_V6, 1, PEER_LINK6.hi(), PEER_LINK6.lo(), 7);
        advertise(100, new byte[0]);
        lab.passMs(200_000);
        assertEquals(PEER_LINK6.lo(), next());
        advertise(0, new byte[0]);
        assertEquals(PEER_LINK6.lo(), next());
    }

    @Rfc("4861 6.3.4 lifetime is renewed")
    @Test
    void laterAdvertisementRenewsTheLifetime() {
        advertise(1800, new byte[0]);
        lab.passMs(1_000_000);
        advertise(1800, new byte[0]);
        lab.passMs(1_000_000);

        assertTrue(way(FAR6));
    }

    @Rfc({"4861 6.3.6 reachable routers first", "4861 6.3.6 not one that fails"})
    @Test
    void routerThatIsReachableIsPreferred() {
        advertise(PEER_LINK6, 0, 1800, 0, 0, new byte[0]);
        assertEquals(PEER_LINK6.lo(), next());
        advertise(SECOND, 0, 1800, 0, 0, new byte[0]);
        neighbors().set(1, SECOND.hi(), SECOND.lo(), PEER_MAC + 1, lab.nowNs);
        // The first is asked for, and has not answered.
        assertEquals(NeighborState.INCOMPLETE, neighbors().state(neighbor(PEER_LINK6)));
        assertEquals(SECOND.lo(), next());

        neighbors().set(1, PEER_LINK6.hi(), PEER_LINK6.lo(), PEER_MAC, lab.nowNs);
        lab.passMs(60_000);
        assertTrue(way(Address.parse("2001:db8:77::1")));
        assertEquals(PEER_LINK6.lo(), neighbors().lo(path.neighbor));
        lab.passMs(5_000);
        assertEquals(NeighborState.PROBE, neighbors().state(neighbor(PEER_LINK6)));
        // What goes there already stays until it fails; another destination does not begin with it.
        assertTrue(way(Address.parse("2001:db8:77::2")));
        assertEquals(SECOND.lo(), neighbors().lo(path.neighbor));

        neighbors().set(1, PEER_LINK6.hi(), PEER_LINK6.lo(), PEER_MAC, lab.nowNs);
        neighbors().remove(neighbor(SECOND), lab.nowNs);
        assertEquals(PEER_LINK6.lo(), next());
    }

    private void prefer(Address router, int flags) {
        lab.arrives(icmp6In(router, ALL, 255, 134, 0, NdpMessage.routerRest(0, flags, 1800), new byte[8]));
    }

    @Rfc({"4191 2.2 preference", "4191 2.2 reserved", "4191 3.2 reachable first"})
    @Test
    void routerThatIsPreferredIsUsed() {
        int low = 0x18;
        int high = 0x08;
        int reserved = 0x10;
        neighbors().set(1, PEER_LINK6.hi(), PEER_LINK6.lo(), PEER_MAC, lab.nowNs);
        neighbors().set(1, SECOND.hi(), SECOND.lo(), PEER_MAC + 1, lab.nowNs);
        prefer(PEER_LINK6, low);
        prefer(SECOND, 0);
        assertEquals(SECOND.lo(), next());
        prefer(PEER_LINK6, high);
        assertEquals(PEER_LINK6.lo(), next());
        prefer(SECOND, high);
        prefer(PEER_LINK6, reserved);
        assertEquals(SECOND.lo(), next());
        prefer(SECOND, reserved);
        prefer(PEER_LINK6, low);
        assertEquals(SECOND.lo(), next());
        prefer(SECOND, low);
        prefer(PEER_LINK6, reserved);
        assertEquals(PEER_LINK6.lo(), next());

        // Neither one that is asked whether it is there, nor one of which nothing is known.
        neighbors().remove(neighbor(PEER_LINK6), lab.nowNs);
        neighbors().enter(1, PEER_LINK6.hi(), PEER_LINK6.lo(), lab.nowNs);
        assertEquals(SECOND.lo(), next());
        neighbors().remove(neighbor(PEER_LINK6), lab.nowNs);
        assertEquals(SECOND.lo(), next());
    }

    @Rfc({"4861 6.3.6 round robin", "4861 6.3.4 two routers", "1122 3.3.1.5 each in turn"})
    @Test
    void routersThatDoNotAnswerAreTriedInTurn() {
        advertise(PEER_LINK6, 0, 9000, 0, 0, new byte[0]);
        advertise(SECOND, 0, 9000, 0, 0, new byte[0]);
        Set<Long> tried = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            tried.add(next());
            lab.turn();
            lab.passMs(4_000);
        }
        assertEquals(Set.of(PEER_LINK6.lo(), SECOND.lo()), tried);
    }

    @Rfc({"4861 6.3.4 hop limit", "4861 6.3.4 reachable time", "4861 6.3.4 retrans timer", "4861 6.3.4 unspecified"})
    @Test
    void linkTakesWhatTheRouterSays() {
        // Drawn already, from what holds without a router.
        assertTrue(lab.ip.discovery().links().reachableNs(1, lab.nowNs) >= 14_990_000_000L);
        advertise(PEER_LINK6, 99, 1800, 4_000, 2_000, new byte[0]);

        assertEquals(99, lab.ip.discovery().links().hops(1));
        assertEquals(2_000_000_000L, lab.ip.discovery().links().retransNs(1));
        long reachableNs = lab.ip.discovery().links().reachableNs(1, lab.nowNs);
        assertTrue(reachableNs >= 1_990_000_000L && reachableNs <= 6_010_000_000L);

        advertise(PEER_LINK6, 0, 1800, 0, 0, new byte[0]);
        assertEquals(99, lab.ip.discovery().links().hops(1));
        assertEquals(2_000_000_000L, lab.ip.discovery().links().retransNs(1));
        assertEquals(reachableNs, lab.ip.discovery().links().reachableNs(1, lab.nowNs));
        lab.knowPeer();
        lab.take();
        lab.icmp.echo(PEER6.hi(), PEER6.lo(), 0, 1, 1, MemorySegment.ofArray(SOURCE), 8, lab.nowNs);
        lab.turn();
        assertEquals(99, lab.only().u8(7));
    }

    @Rfc("4861 6.3.4 source option")
    @Test
    void routersLinkAddressIsLearnt() {
        advertise(1800, SOURCE);

        int router = neighbors().find(1, PEER_LINK6.hi(), PEER_LINK6.lo());
        assertEquals(PEER_MAC, neighbors().mac(router));
        assertTrue(neighbors().router(router));
    }

    @Rfc({"4861 6.3.4 without option", "4861 6.3.4 router flag"})
    @Test
    void advertisementWithoutLinkAddressMakesNoEntryButARouterOfOne() {
        advertise(1800, new byte[0]);
        assertEquals(-1, neighbor(PEER_LINK6));

        neighbors().set(1, PEER_LINK6.hi(), PEER_LINK6.lo(), PEER_MAC, lab.nowNs);
        assertFalse(neighbors().router(neighbor(PEER_LINK6)));
        advertise(1800, new byte[0]);
        assertTrue(neighbors().router(neighbor(PEER_LINK6)));
        assertEquals(NeighborState.REACHABLE, neighbors().state(neighbor(PEER_LINK6)));
    }

    @Rfc("4861 6.3.4 stale")
    @Test
    void linkAddressOfARouterIsToBeConfirmed() {
        advertise(1800, SOURCE);
        assertEquals(NeighborState.STALE, neighbors().state(neighbor(PEER_LINK6)));
        neighbors().set(1, PEER_LINK6.hi(), PEER_LINK6.lo(), PEER_MAC + 1, lab.nowNs);
        advertise(1800, SOURCE);
        assertEquals(PEER_MAC, neighbors().mac(neighbor(PEER_LINK6)));
        assertEquals(NeighborState.STALE, neighbors().state(neighbor(PEER_LINK6)));
    }

    /// Each option has messages that it belongs to.
    @Rfc("4861 4.6 elsewhere")
    @Test
    void optionWhereItDoesNotBelongIsPassedOver() {
        byte[] target = hex("02 01 02 00 00 00 00 02");
        assertEquals(Verdict.OK, advertise(1800, target));
        assertEquals(-1, neighbor(PEER_LINK6));
        assertEquals(PEER_LINK6.lo(), next());
        assertEquals(
                Verdict.OK,
                redirect(PEER_LINK6, SECOND, FAR6, cat(SOURCE, mtu(1400), prefix(NET, NdpOption.ON_LINK, 9, 9))));
        assertEquals(SECOND.lo(), next());
        assertEquals(NeighborState.INCOMPLETE, neighbors().state(neighbor(SECOND)));
        assertEquals(1500, path.mtu);
        assertFalse(routes(NET));
    }

    /// Options come in any order, and some more than once.
    @Rfc("4861 9 any order")
    @Test
    void optionsAreTakenInAnyOrder() {
        Prefix other = Prefix.parse("2001:db8:2::/64");
        byte[] first = prefix(NET, NdpOption.ON_LINK, 9_000, 9_000);
        byte[] second = prefix(other, NdpOption.ON_LINK, 9_000, 9_000);
        for (byte[] options : List.of(
                cat(SOURCE, mtu(1400), first, second),
                cat(second, first, mtu(1400), SOURCE),
                cat(mtu(1400), second, SOURCE, first))) {
            Lab fresh = new Lab();
            fresh.ip.acceptAdvertisements(1, true, fresh.nowNs);
            byte[] fixed = cat(new byte[8], options);
            fresh.arrives(icmp6In(PEER_LINK6, ALL, 255, 134, 0, NdpMessage.routerRest(0, 0, 1800), fixed));
            Neighbors known = fresh.ip.discovery().neighbors();
            assertEquals(PEER_MAC, known.mac(known.find(1, PEER_LINK6.hi(), PEER_LINK6.lo())));
            for (String host : List.of("2001:db8:1::77", "2001:db8:2::77")) {
                Address to = Address.parse(host);
                assertTrue(fresh.ip.path(path, 0, 0, to.hi(), to.lo(), 0, fresh.nowNs));
                assertEquals(to.lo(), known.lo(path.neighbor));
                assertEquals(1400, path.mtu);
            }
        }
    }

    @Rfc({"4861 6.3.4 MTU", "2464 2 MTU told"})
    @Test
    void mtuIsTakenBetweenTheLeastAndTheLinks() {
        lab.knowPeer();
        for (long wrong : new long[] {1279, 1501, 0x8000_0000L}) {
            advertise(1800, mtu(wrong));
            assertTrue(way(PEER6));
            assertEquals(1500, path.mtu);
        }
        advertise(1800, mtu(1400));
        assertTrue(way(PEER6));
        assertEquals(1400, path.mtu);
        // What is not possible leaves what was told.
        advertise(1800, mtu(1501));
        assertTrue(way(PEER6));
        assertEquals(1400, path.mtu);
        for (int possible : new int[] {1280, 1500}) {
            advertise(1800, mtu(possible));
            assertTrue(way(PEER6));
            assertEquals(possible, path.mtu);
        }
    }

    /// Also from a router that is no default router, and by what has been sent to already.
    @Rfc("4861 6.3.4 MTU at once")
    @Test
    void mtuHoldsForWhatIsInUse() {
        lab.knowPeer();
        assertTrue(way(PEER6));
        assertEquals(1500, path.mtu);
        advertise(0, mtu(1400));
        assertTrue(way(PEER6));
        assertEquals(1400, path.mtu);
    }

    @Rfc("4861 6.1.2 contents")
    @Test
    void optionThatIsTooShortVoidsNothingElse() {
        byte[] shorter = Arrays.copyOf(prefix(NET, 0xC0, 9_000, 9_000), 24);
        shorter[1] = 3;
        byte[] longer = prefix(NET, 0xC0, 9_000, 9_000);
        longer[2] = (byte) 129;
        assertEquals(Verdict.OK, advertise(1800, cat(shorter, longer, mtu(1400), SOURCE)));
        assertEquals(AddressState.FREE, made());
        assertFalse(routes(NET));
        assertEquals(PEER_LINK6.lo(), next());
        assertEquals(1400, path.mtu);
        assertEquals(PEER_MAC, neighbors().mac(neighbor(PEER_LINK6)));
    }

    @Rfc("4861 9 unknown options")
    @Test
    void optionThatNobodyKnowsIsPassedOver() {
        advertise(1800, cat(hex("FD 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00"), mtu(1400), SOURCE));
        assertEquals(PEER_MAC, neighbors().mac(neighbor(PEER_LINK6)));
        lab.knowPeer();
        assertTrue(way(PEER6));
        assertEquals(1400, path.mtu);
    }

    @Rfc({
        "4861 6.3.4 on-link prefix",
        "4861 6.3.5 prefix timeout",
        "4861 6.3.4 prefix lifetime zero",
        "4861 4.6.2 infinity",
        "5942 4 without the flag",
        "5942 4 expiry"
    })
    @Test
    void onLinkPrefixMakesNeighbors() {
        Address host = Address.parse("2001:db8:1::77");
        advertise(0, prefix(NET, 0, 3600, 3600));
        assertFalse(way(host));
        advertise(0, prefix(NET, NdpOption.ON_LINK, 3600, 3600));
        assertTrue(way(host));
        assertEquals(host.lo(), neighbors().lo(path.neighbor));
        lab.passMs(3_599_999);
        assertTrue(way(host));
        lab.nowNs += 1_000_000;
        assertFalse(way(host));
        lab.turn();
        assertFalse(routes(NET));

        advertise(0, prefix(NET, NdpOption.ON_LINK, 0xFFFF_FFFFL, 3600));
        lab.pass(SECONDS.toNanos(0xFFFF_FFFFL) + 1);
        assertTrue(way(host));
        advertise(0, prefix(NET, NdpOption.ON_LINK, 0, 0));
        assertFalse(way(host));
    }

    @Rfc("4861 6.3.4 flag clear")
    @Test
    void prefixWithoutTheFlagTakesNothingBack() {
        Address host = Address.parse("2001:db8:1::77");
        advertise(0, prefix(NET, NdpOption.ON_LINK, 3600, 3600));
        advertise(0, prefix(NET, 0, 0, 0));
        assertTrue(way(host));
        lab.passMs(3_599_999);
        assertTrue(way(host));
    }

    /// The rule of two hours is one of addresses.
    @Rfc("4861 6.3.4 shorter lifetime")
    @Test
    void shorterLifetimeOfAPrefixCounts() {
        Address host = Address.parse("2001:db8:1::77");
        advertise(0, prefix(NET, NdpOption.ON_LINK, 36_000, 36_000));
        advertise(0, prefix(NET, NdpOption.ON_LINK, 10, 10));
        lab.passMs(9_999);
        assertTrue(way(host));
        lab.passMs(1);
        assertFalse(way(host));
    }

    @Rfc({"4861 6.3.4 any length", "4861 4.6.2 beyond"})
    @Test
    void prefixOfAnyLengthIsOnLinkAndNoLonger() {
        byte[] option = prefix(Prefix.parse("2001:db8::/33"), NdpOption.ON_LINK, 3600, 3600);
        Arrays.fill(option, 16 + 5, 32, (byte) 0xFF);
        advertise(0, option);
        assertTrue(way(Address.parse("2001:db8:7fff::1")));
        assertFalse(way(Address.parse("2001:db8:8000::1")));
    }

    @Rfc({"4861 6.3.4 link-local prefix", "4862 5.5.3 (b)"})
    @Test
    void linkLocalPrefixIsIgnored() {
        Address odd = new Address(0xFE80_0000_0000_0000L, lab.links[1].mac());
        advertise(0, prefix(Prefix.of(odd, 64), 0xC0, 0, 0));
        assertEquals(AddressState.ASSIGNED, lab.ip.discovery().addressState(1, LINK6.hi(), LINK6.lo()));
        Prefix other = Prefix.parse("fe80:0:0:1::/64");
        advertise(0, prefix(other, 0xC0, 9_000, 9_000));
        assertEquals(AddressState.FREE, lab.ip.discovery().addressState(1, other.hi(), LINK6.lo()));
        assertFalse(routes(other));
    }

    @Rfc({"4862 5.5.3 (d)", "4862 5.5.3 tests", "4862 5.5.4 valid"})
    @Test
    void addressIsMadeFromAPrefixAndTested() {
        advertise(0, prefix(NET, NdpOption.AUTONOMOUS, 10_000, 5_000));
        assertEquals(AddressState.OPTIMISTIC, made());
        lab.passMs(2_100);
        assertEquals(AddressState.ASSIGNED, made());
        assertTrue(lab.ip.local(MADE.hi(), MADE.lo()));
        lab.passMs(9_997_899);
        assertEquals(AddressState.ASSIGNED, made());
        lab.passMs(1);
        assertEquals(AddressState.FREE, made());
        assertFalse(lab.ip.local(MADE.hi(), MADE.lo()));
    }

    @Rfc({"4862 5.5.3 (a)", "4862 5.5.3 (c)", "4862 5.5.3 (d) length", "2464 4 prefix"})
    @Test
    void prefixThatMakesNoSenseMakesNoAddress() {
        advertise(0, prefix(NET, NdpOption.ON_LINK, 10_000, 5_000));
        assertEquals(AddressState.FREE, made());
        advertise(0, prefix(NET, NdpOption.AUTONOMOUS, 5_000, 10_000));
        assertEquals(AddressState.FREE, made());
        advertise(0, prefix(Prefix.parse("2001:db8:1::/63"), NdpOption.AUTONOMOUS, 10_000, 5_000));
        assertEquals(AddressState.FREE, made());
        advertise(0, prefix(Prefix.parse("2001:db8:1::/65"), NdpOption.AUTONOMOUS, 10_000, 5_000));
        assertEquals(AddressState.FREE, made());
        advertise(0, prefix(NET, NdpOption.AUTONOMOUS, 0, 0));
        assertEquals(AddressState.FREE, made());
    }

    @Rfc("4862 5.5.3 (e) two hours")
    @Test
    void forgedShortLifetimeLeavesTwoHours() {
        advertise(0, prefix(NET, NdpOption.AUTONOMOUS, 20_000, 10_000));
        advertise(0, prefix(NET, NdpOption.AUTONOMOUS, 1, 1));
        lab.passMs(TWO_HOURS_MS - 1);
        assertEquals(AddressState.ASSIGNED, made());
        // Of less than two hours, nothing takes anything away.
        advertise(0, prefix(NET, NdpOption.AUTONOMOUS, 0, 0));
        assertEquals(AddressState.ASSIGNED, made());
        lab.passMs(1);
        assertEquals(AddressState.FREE, made());
    }

    @Rfc({"4862 5.5.3 (e) longer", "4862 5.5.3 (e) remaining"})
    @Test
    void longerLifetimeIsTaken() {
        advertise(0, prefix(NET, NdpOption.AUTONOMOUS, 600, 600));
        advertise(0, prefix(NET, NdpOption.AUTONOMOUS, 1_200, 600));
        lab.passMs(1_199_999);
        assertEquals(AddressState.ASSIGNED, made());
        lab.passMs(1);
        assertEquals(AddressState.FREE, made());
    }

    /// More than two hours count, though they are less than what is left.
    @Rfc("4862 5.5.3 (e) longer")
    @Test
    void moreThanTwoHoursAreTaken() {
        advertise(0, prefix(NET, NdpOption.AUTONOMOUS, 20_000, 600));
        advertise(0, prefix(NET, NdpOption.AUTONOMOUS, 8_000, 600));
        lab.passMs(7_999_999);
        assertEquals(AddressState.ASSIGNED, made());
        lab.passMs(1);
        assertEquals(AddressState.FREE, made());
    }

    @Rfc({"4862 5.5.4 deprecated", "6724 5 rule 3"})
    @Test
    void deprecatedAddressIsNotChosenIfThereIsAnother() {
        advertise(1800, cat(prefix(NET, NdpOption.AUTONOMOUS, 9_000, 100)));
        lab.passMs(3_000);
        Address near = Address.parse("2001:db8:1::99");
        lab.ip.addRoute(Prefix.ALL_V6, 1, PEER_LINK6.hi(), PEER_LINK6.lo(), 0);
        assertTrue(way(near));
        assertEquals(MADE.lo(), path.sourceLo);
        assertEquals(MADE.hi(), path.sourceHi);
        lab.passMs(100_000);
        assertTrue(way(near));
        assertEquals(Lab.OURS6.hi(), path.sourceHi);
        assertTrue(lab.ip.local(MADE.hi(), MADE.lo()));
    }

    /// A hostile router fills no table.
    @Test
    void whatRoutersMakeUsRememberIsBounded() {
        for (int i = 0; i < 300; i++) {
            Prefix other = Prefix.around(0x2001_0db8_0000_0000L + i, 0, 64);
            advertise(
                    new Address(PEER_LINK6.hi(), PEER_LINK6.lo() + i),
                    0,
                    1800,
                    0,
                    0,
                    prefix(other, 0xC0, 9_000, 9_000));
        }
        lab.settle();
        int routed = 0;
        int made = 0;
        for (int i = 0; i < 300; i++) {
            Address host = new Address(0x2001_0db8_0000_0000L + i, 7);
            made += lab.ip.discovery().addressState(1, host.hi(), MADE.lo()) == AddressState.FREE ? 0 : 1;
            if (way(host) && neighbors().lo(path.neighbor) == 7) {
                routed++;
            }
        }
        assertEquals(16, made);
        assertTrue(routed <= 32, routed + " routes");
    }

    private Verdict redirect(Address from, Address next, Address of, byte[] options) {
        return lab.arrives(icmp6In(from, LINK6, 255, 137, 0, 0, cat(next.octets(), of.octets(), options)));
    }

    /// Whatever a later version puts there.
    @Rfc("4861 4 reserved")
    @Test
    void reservedFieldsOfRoutersAreNotLookedAt() {
        byte[] option = prefix(NET, NdpOption.ON_LINK | NdpOption.AUTONOMOUS | 0x3F, 7_200, 3_600);
        Arrays.fill(option, 12, 16, (byte) 0xFF);
        byte[] mtu = mtu(1400);
        Arrays.fill(mtu, 2, 4, (byte) 0xFF);
        long rest = NdpMessage.routerRest(0, 0x07, 1800);
        byte[] all = cat(new byte[8], option, mtu);
        assertEquals(Verdict.OK, lab.arrives(icmp6In(PEER_LINK6, ALL, 255, 134, 0, rest, all)));
        assertEquals(PEER_LINK6.lo(), next());
        assertEquals(1400, path.mtu);
        assertTrue(routes(NET));
        assertEquals(AddressState.OPTIMISTIC, made());

        byte[] data = cat(SECOND.octets(), FAR6.octets());
        assertEquals(Verdict.OK, lab.arrives(icmp6In(PEER_LINK6, LINK6, 255, 137, 0, 0xFFFF_FFFFL, data)));
        assertEquals(SECOND.lo(), next());
    }

    @Rfc({"4861 8.3 redirect", "4861 8.3 target option", "4861 8.3 router"})
    @Test
    void redirectNamesABetterRouter() {
        advertise(1800, SOURCE);
        assertEquals(PEER_LINK6.lo(), next());

        assertEquals(Verdict.OK, redirect(PEER_LINK6, SECOND, FAR6, hex("02 01 02 00 00 00 00 03")));

        assertEquals(NeighborState.STALE, neighbors().state(neighbor(SECOND)));
        assertEquals(SECOND.lo(), next());
        assertTrue(path.resolved);
        assertEquals(PEER_MAC + 1, path.mac);
        assertTrue(neighbors().router(path.neighbor));
    }

    @Rfc({"4861 8.3 on-link", "4861 8.3 host", "4861 8.1 any target"})
    @Test
    void redirectMayNameTheDestinationItself() {
        advertise(1800, SOURCE);
        assertEquals(Verdict.OK, redirect(PEER_LINK6, FAR6, FAR6, hex("02 01 02 00 00 00 00 03")));

        assertEquals(FAR6.lo(), next());
        assertFalse(neighbors().router(path.neighbor));
    }

    @Rfc("4861 8.1 first hop")
    @Test
    void redirectIsBelievedFromTheNextHopOnly() {
        advertise(1800, SOURCE);

        assertEquals(Verdict.BAD_SOURCE, redirect(SECOND, Address.parse("fe80::9"), FAR6, new byte[0]));
        assertEquals(PEER_LINK6.lo(), next());
        // Which is another after a redirect.
        assertEquals(Verdict.OK, redirect(PEER_LINK6, SECOND, FAR6, new byte[0]));
        assertEquals(Verdict.BAD_SOURCE, redirect(PEER_LINK6, Address.parse("fe80::9"), FAR6, new byte[0]));
        assertEquals(SECOND.lo(), next());
        assertEquals(Verdict.OK, redirect(SECOND, Address.parse("fe80::9"), FAR6, new byte[0]));
        assertEquals(9, next());
    }

    @Rfc("4861 7.3.3 redirect to a router that fails")
    @Test
    void redirectToARouterThatIsGoneEnds() {
        advertise(1800, SOURCE);
        redirect(PEER_LINK6, SECOND, FAR6, new byte[0]);
        lab.ip.discovery().routerGone(1, SECOND.hi(), SECOND.lo());

        assertEquals(PEER_LINK6.lo(), next());
    }

    @Rfc("4861 6.3.5 redirected")
    @Test
    void redirectToARouterEndsWithItsLifetime() {
        advertise(1800, SOURCE);
        advertise(SECOND, 0, 100, 0, 0, new byte[0]);
        assertEquals(Verdict.OK, redirect(PEER_LINK6, SECOND, FAR6, new byte[0]));
        neighbors().set(1, SECOND.hi(), SECOND.lo(), PEER_MAC + 1, lab.nowNs);
        assertEquals(SECOND.lo(), next());
        lab.passMs(99_999);
        assertEquals(SECOND.lo(), next());
        lab.passMs(1);
        assertEquals(PEER_LINK6.lo(), next());
    }

    @Rfc("4861 7.3.3 redirect to a router that fails")
    @Test
    void redirectToARouterThatDoesNotAnswerEnds() {
        advertise(1800, SOURCE);
        redirect(PEER_LINK6, SECOND, FAR6, hex("02 01 02 00 00 00 00 03"));
        assertEquals(SECOND.lo(), next());
        // Five seconds of delay, three probes.
        lab.passMs(7_999);
        assertEquals(SECOND.lo(), next());
        lab.passMs(1);
        assertEquals(PEER_LINK6.lo(), next());
    }

    /// What a router quotes of the packet that it redirects may be 1280 octets in all.
    @Rfc("4861 8.3 long")
    @Test
    void redirectThatQuotesALongPacketIsTaken() {
        advertise(1800, SOURCE);
        byte[] quote = cat(hex("04 96 00 00 00 00 00 00"), new byte[1192]);
        byte[] target = hex("02 01 02 00 00 00 00 03");
        assertEquals(Verdict.OK, redirect(PEER_LINK6, SECOND, FAR6, cat(quote, target)));

        assertEquals(SECOND.lo(), next());
        assertEquals(PEER_MAC + 1, path.mac);
    }

    /// An advertisement is taken up to the link's MTU; options are judged as in a short one.
    @Rfc("4861 6.1.2 long")
    @Test
    void advertisementOfManyPrefixesIsTaken() {
        byte[] options = SOURCE;
        for (int i = 1; i <= 8; i++) {
            options = cat(options, prefix(Prefix.parse("2001:db8:" + i + "::/64"), 0xC0, 9_000, 9_000));
        }
        assertEquals(Verdict.BAD_OPTION, advertise(1800, cat(options, hex("05 00 00 00 00 00 05 00"))));
        assertFalse(way(Address.parse("2001:db8:8::77")));

        assertEquals(Verdict.OK, advertise(1800, cat(options, mtu(1400))));
        lab.settle();

        assertEquals(AddressState.ASSIGNED, made());
        assertTrue(way(Address.parse("2001:db8:8::77")));
        assertEquals(1400, path.mtu);
    }

    @Test
    void successorKnowsRoutersPrefixesAndAddresses() {
        advertise(1800, cat(SOURCE, prefix(NET, 0xC0, 9_000, 9_000)));
        lab.settle();
        lab.open();

        assertEquals(PEER_LINK6.lo(), next());
        assertEquals(AddressState.ASSIGNED, made());
        assertTrue(way(Address.parse("2001:db8:1::77")));
        assertEquals(MAC, lab.links[1].mac());
    }
}
