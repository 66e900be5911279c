package netkeep.engine.neighbor;

import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.PEER_LINK6;
import static netkeep.engine.Lab.PEER_MAC;
import static netkeep.engine.neighbor.NeighborState.DELAY;
import static netkeep.engine.neighbor.NeighborState.INCOMPLETE;
import static netkeep.engine.neighbor.NeighborState.PROBE;
import static netkeep.engine.neighbor.NeighborState.REACHABLE;
import static netkeep.engine.neighbor.NeighborState.STALE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import netkeep.engine.Lab;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.ip.Path;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import netkeep.wire.EthernetHeader;
import netkeep.wire.Ipv6Header;
import org.junit.jupiter.api.Test;

/// The states of RFC 4861 §7.3.2, and what moves them.
class NeighborsTest {
    private static final long OTHER_MAC = 0x02_00_00_00_00_77L;

    private final Lab lab = new Lab();
    private final Path path = new Path();

    private Neighbors neighbors() {
        return lab.ip.discovery().neighbors();
    }

    private int peer() {
        return neighbors().find(1, PEER6.hi(), PEER6.lo());
    }

    private boolean use() {
        assertTrue(lab.ip.path(path, 0, 0, PEER6.hi(), PEER6.lo(), 0, lab.nowNs));
        lab.turn();
        return path.resolved;
    }

    private boolean advertised(long mac, boolean solicited, boolean override, boolean router) {
        return neighbors().advertised(1, PEER6.hi(), PEER6.lo(), mac, solicited, override, router, lab.nowNs);
    }

    private Lab known() {
        neighbors().set(1, PEER6.hi(), PEER6.lo(), PEER_MAC, lab.nowNs);
        return lab;
    }

    /// Whoever floods us with the addresses of others fills the table with those that never answer.
    @Test
    void whoeverAnsweredStaysWhileOthersNeverDo() {
        known();
        for (int other = 1; other <= 4 * IpSettings.DEFAULT.neighbors(); other++) {
            lab.nowNs += MICROSECONDS.toNanos(100);
            lab.ip.path(path, 0, 0, PEER6.hi(), PEER6.lo() + other, 0, lab.nowNs);
            lab.turn();
            assertTrue(peer() >= 0, "gone after " + other);
        }
        assertTrue(use());
    }

    @Rfc("4861 7.2.2 incomplete")
    @Test
    void firstPacketMakesAnIncompleteEntryAndASolicitation() {
        assertFalse(use());

        assertEquals(INCOMPLETE, neighbors().state(peer()));
        assertEquals(1, lab.taken(EthernetHeader.IPV6).size());
    }

    @Rfc({"4861 7.2.2 retransmit", "4861 7.2.2 give up"})
    @Test
    void solicitationIsRepeatedEachRetransTimerAndGivenUp() {
        use();
        assertEquals(1, lab.take().size());
        lab.passMs(999);
        assertEquals(List.of(), lab.take());
        lab.passMs(1);
        assertEquals(1, lab.take().size());
        lab.passMs(1_000);
        assertEquals(1, lab.take().size());
        assertTrue(peer() >= 0);
        lab.passMs(1_000);
        assertEquals(List.of(), lab.take());
        assertEquals(-1, peer());
    }

    /// RetransTimer is the link's, as a router has told it.
    @Rfc({"4861 7.2.2 retransmit", "4861 7.3.3 probe"})
    @Test
    void solicitationsAreAsFarApartAsARouterSays() {
        lab.ip.discovery().links().advertised(1, 0, 0, 300, lab.nowNs);
        for (boolean probes : new boolean[] {false, true}) {
            if (probes) {
                known();
                lab.passMs(60_000);
                use();
                lab.passMs(5_000);
            } else {
                use();
            }
            for (int times = 0; times < 3; times++) {
                assertEquals(1, lab.take().size());
                lab.passMs(299);
                assertEquals(List.of(), lab.take());
                lab.passMs(1);
            }
            assertEquals(-1, peer());
        }
    }

    @Rfc("4861 7.2.5 no entry")
    @Test
    void advertisementOfAStrangerMakesNoEntry() {
        advertised(PEER_MAC, true, true, false);

        assertEquals(-1, peer());
    }

    @Rfc("4861 7.2.5 incomplete without address")
    @Test
    void advertisementWithoutAddressLeavesAnIncompleteEntry() {
        use();

        advertised(Neighbors.NO_MAC, true, true, false);

        assertEquals(INCOMPLETE, neighbors().state(peer()));
    }

    @Rfc("4861 7.2.5 incomplete solicited")
    @Test
    void solicitedAdvertisementMakesReachable() {
        use();

        advertised(PEER_MAC, true, false, true);

        assertEquals(REACHABLE, neighbors().state(peer()));
        assertEquals(PEER_MAC, neighbors().mac(peer()));
        assertTrue(neighbors().router(peer()));
    }

    @Rfc("4861 7.2.5 incomplete unsolicited")
    @Test
    void unsolicitedAdvertisementMakesStale() {
        use();

        advertised(PEER_MAC, false, false, true);

        assertEquals(STALE, neighbors().state(peer()));
        assertEquals(PEER_MAC, neighbors().mac(peer()));
        assertTrue(neighbors().router(peer()));
        // Nobody is asked until it is used.
        lab.take();
        lab.passMs(60_000);
        assertEquals(List.of(), lab.take());
        assertTrue(use());
        assertEquals(DELAY, neighbors().state(peer()));
    }

    @Rfc("4861 7.2.5 no override")
    @Test
    void otherAddressWithoutOverrideOnlyCastsDoubt() {
        known();
        neighbors().router(peer(), true);
        advertised(OTHER_MAC, true, false, false);

        assertEquals(STALE, neighbors().state(peer()));
        assertEquals(PEER_MAC, neighbors().mac(peer()));

        lab.passMs(1);
        use();
        assertEquals(DELAY, neighbors().state(peer()));
        for (boolean solicited : new boolean[] {true, false}) {
            advertised(OTHER_MAC, solicited, false, false);
            assertEquals(DELAY, neighbors().state(peer()));
            assertEquals(PEER_MAC, neighbors().mac(peer()));
        }
        assertTrue(neighbors().router(peer()));
    }

    @Rfc("4861 7.2.5 override")
    @Test
    void otherAddressWithOverrideIsTaken() {
        known();

        advertised(OTHER_MAC, false, true, false);

        assertEquals(STALE, neighbors().state(peer()));
        assertEquals(OTHER_MAC, neighbors().mac(peer()));

        advertised(PEER_MAC, true, true, false);
        assertEquals(REACHABLE, neighbors().state(peer()));
        assertEquals(PEER_MAC, neighbors().mac(peer()));
    }

    @Rfc("4861 7.2.5 same address")
    @Test
    void sameAddressUnsolicitedChangesNothing() {
        known();

        advertised(PEER_MAC, false, true, false);

        assertEquals(REACHABLE, neighbors().state(peer()));
    }

    @Rfc("4861 7.2.5 router flag")
    @Test
    void routerThatBecomesAHostIsTold() {
        known();
        assertFalse(advertised(PEER_MAC, false, true, true));
        assertTrue(neighbors().router(peer()));

        assertTrue(advertised(PEER_MAC, false, true, false));
        assertFalse(neighbors().router(peer()));
        assertFalse(advertised(PEER_MAC, false, true, false));
    }

    @Rfc("4861 7.3.3 reachable time")
    @Test
    void reachableLastsReachableTimeAndIsThenDelayed() {
        known();
        long lastsNs = lab.ip.discovery().links().reachableNs(1, lab.nowNs);

        lab.pass(lastsNs - 1);
        use();
        assertEquals(REACHABLE, neighbors().state(peer()));
        lab.pass(1);
        assertTrue(use());

        assertEquals(DELAY, neighbors().state(peer()));
    }

    @Rfc({"4861 7.3.3 stale is left alone", "1122 3.3.1.4 no probes without traffic"})
    @Test
    void neighborThatNobodySendsToIsNotProbed() {
        known();
        lab.passMs(3_600_000);
        assertEquals(List.of(), lab.take());
        assertTrue(peer() >= 0);
        neighbors().doubt(peer());
        lab.passMs(3_600_000);
        assertEquals(List.of(), lab.take());
        advertised(OTHER_MAC, false, true, false);
        for (int times = 0; times < 2; times++) {
            neighbors().heard(1, PEER_LINK6.hi(), PEER_LINK6.lo(), OTHER_MAC, true, lab.nowNs);
            lab.passMs(3_600_000);
            assertEquals(List.of(), lab.take());
        }
    }

    @Rfc({"4861 7.3.3 delay", "4861 7.3.3 probe", "4861 7.3.3 probes are unicast", "4861 7.3.3 failure"})
    @Test
    void unconfirmedDelayBecomesProbeAndThreeProbesAreTheLast() {
        known();
        neighbors().heard(1, PEER6.hi(), PEER6.lo(), OTHER_MAC, false, lab.nowNs + SECONDS.toNanos(2));
        assertEquals(STALE, neighbors().state(peer()));
        assertTrue(use());
        assertEquals(DELAY, neighbors().state(peer()));

        lab.passMs(4_999);
        assertEquals(List.of(), lab.take());
        lab.passMs(1);
        assertEquals(PROBE, neighbors().state(peer()));
        lab.passMs(2_000);
        List<Lab.Frame> probes = lab.take();
        assertEquals(3, probes.size());
        for (Lab.Frame probe : probes) {
            assertEquals(OTHER_MAC, probe.to());
            assertEquals(
                    PEER6,
                    Address.of(
                            Ipv6Header.destinationHi(probe.memory(), 24),
                            Ipv6Header.destinationLo(probe.memory(), 24)));
        }
        assertTrue(peer() >= 0);
        lab.passMs(1_000);
        assertEquals(-1, peer());
    }

    @Rfc({"4861 7.3.1 confirmation from above", "1122 3.3.1.4 advice"})
    @Test
    void progressSeenAboveConfirms() {
        known();
        lab.passMs(60_000);
        use();
        assertEquals(DELAY, neighbors().state(peer()));

        lab.ip.reachable(peer(), lab.nowNs);

        assertEquals(REACHABLE, neighbors().state(peer()));
        lab.passMs(6_000);
        assertEquals(List.of(), lab.take());
        // While it goes on nobody is asked: the time begins again with each.
        for (int times = 0; times < 10; times++) {
            lab.ip.reachable(peer(), lab.nowNs);
            lab.passMs(10_000);
        }
        use();
        assertEquals(REACHABLE, neighbors().state(peer()));
    }

    @Rfc("4861 7.3.1 no confirmation of an incomplete entry")
    @Test
    void progressDoesNotCompleteAnEntryWithoutAddress() {
        use();

        lab.ip.reachable(peer(), lab.nowNs);

        assertEquals(INCOMPLETE, neighbors().state(peer()));
    }

    @Rfc("4861 7.2.3 stale")
    @Test
    void solicitationMakesAStaleEntryOrChangesOne() {
        neighbors().heard(1, PEER6.hi(), PEER6.lo(), PEER_MAC, true, lab.nowNs);
        assertEquals(STALE, neighbors().state(peer()));

        known();
        neighbors().heard(1, PEER6.hi(), PEER6.lo(), PEER_MAC, true, lab.nowNs);
        assertEquals(REACHABLE, neighbors().state(peer()));
    }

    /// However lately the other one was confirmed.
    @Rfc({"4861 7.2.3 replaced", "4861 7.2.3 stale"})
    @Test
    void otherAddressOfASolicitationIsTakenAndStale() {
        known();
        neighbors().heard(1, PEER6.hi(), PEER6.lo(), OTHER_MAC, true, lab.nowNs);
        assertEquals(OTHER_MAC, neighbors().mac(peer()));
        assertEquals(STALE, neighbors().state(peer()));
    }

    @Rfc({"4861 6.3.2 random reachable time", "4861 6.3.4 redrawn"})
    @Test
    void reachableTimeIsDrawnFromHalfToOneAndAHalf() {
        Links links = lab.ip.discovery().links();
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 500; i++) {
            links.advertised(1, 0, 20_000 + i % 2, 0, lab.nowNs);
            long drawn = links.reachableNs(1, lab.nowNs);
            least = Math.min(least, drawn);
            most = Math.max(most, drawn);
        }
        assertTrue(least >= SECONDS.toNanos(10) - 1_000 && least < SECONDS.toNanos(11));
        assertTrue(most <= SECONDS.toNanos(30) + 2_000_000 && most > SECONDS.toNanos(29));
        // And again every few hours, though no router tells another.
        long nowNs = lab.nowNs;
        Set<Long> drawn = new HashSet<>();
        for (int times = 0; times < 10; times++) {
            drawn.add(links.reachableNs(1, nowNs));
            nowNs += HOURS.toNanos(3);
        }
        assertTrue(drawn.size() > 5, drawn.toString());
    }

    /// Each neighbor is found under its own address only, whatever came and went before.
    @Test
    void tableFindsWhatIsInIt() {
        Seeds.each(30, luck -> {
            Lab fresh = new Lab();
            Neighbors table = fresh.ip.discovery().neighbors();
            long[] macs = new long[64];
            for (int step = 0; step < 500; step++) {
                int which = luck.nextInt(64);
                long lo = PEER_LINK6.lo() + which;
                int found = table.find(1, PEER_LINK6.hi(), lo);
                assertEquals(macs[which] != 0, found >= 0);
                if (found >= 0) {
                    assertEquals(macs[which], table.mac(found));
                }
                if (luck.nextBoolean()) {
                    macs[which] = 0x0200_0000_0000L | luck.nextInt(1 << 20) + 1;
                    table.set(1, PEER_LINK6.hi(), lo, macs[which], fresh.nowNs);
                } else if (found >= 0) {
                    macs[which] = 0;
                    table.remove(found, fresh.nowNs);
                }
                if (step % 50 == 49) {
                    fresh.ledger.commit();
                    fresh.open();
                    table = fresh.ip.discovery().neighbors();
                }
            }
        });
    }
}
