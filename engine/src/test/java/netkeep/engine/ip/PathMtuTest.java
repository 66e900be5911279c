package netkeep.engine.ip;

import static netkeep.engine.Frames.counting;
import static netkeep.engine.Frames.icmp4;
import static netkeep.engine.Frames.icmp6In;
import static netkeep.engine.Frames.slice;
import static netkeep.engine.Frames.v4;
import static netkeep.engine.Frames.v6;
import static netkeep.engine.Lab.FAR;
import static netkeep.engine.Lab.OURS;
import static netkeep.engine.Lab.OURS6;
import static netkeep.engine.Lab.PEER6;
import static netkeep.engine.Lab.ROUTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import netkeep.engine.Lab;
import netkeep.sim.Rfc;
import netkeep.wire.Address;
import netkeep.wire.Ipv4Header;
import netkeep.wire.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Path MTU discovery, RFC 1191 and RFC 8201.
class PathMtuTest {
    private static final int UDP = 17;

    private final Lab lab = new Lab().knowPeer();
    private final Catcher catcher = new Catcher();
    private final Path path = new Path();

    @BeforeEach
    void register() {
        lab.ip.upper(UDP, catcher);
    }

    private int mtu(Address to) {
        assertTrue(lab.ip.path(path, 0, to.isV4() ? Address.V4 : 0, to.hi(), to.lo(), 0, lab.nowNs));
        return path.mtu;
    }

    /// A router says that our packet was too big.
    private Verdict tooBig(int mtu) {
        return tooBig(mtu, 1500);
    }

    private Verdict tooBig(int mtu, int length) {
        byte[] quote = slice(v4(OURS, FAR, UDP, counting(0, length - 20)), 14, 28 + 20);
        return lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 4, mtu, quote)));
    }

    private Verdict tooBig6(long mtu) {
        byte[] quote = slice(v6(OURS6, PEER6, UDP, 64, counting(0, 1400)), 14, 200);
        return lab.arrives(icmp6In(PEER6, OURS6, 64, 2, 0, mtu, quote));
    }

    @Rfc({"1191 3 reduce", "1191 6.1 per path", "792 fragmentation needed", "1122 3.2.2.1 transport"})
    @Test
    void routersWordLowersTheMtuOfThatDestinationAlone() {
        assertEquals(1500, mtu(FAR));

        assertEquals(Verdict.OK, tooBig(1300));

        assertEquals(1300, mtu(FAR));
        assertEquals(1500, mtu(Address.parse("203.0.113.10")));
        Failure failure = catcher.failures.getFirst();
        assertEquals(Failure.Kind.TOO_BIG, failure.kind);
        assertEquals(1300, failure.mtu);
        assertEquals(FAR.lo(), failure.remoteLo);
        assertEquals(OURS.lo(), failure.localLo);
        assertEquals(UDP, failure.protocol);
    }

    @Rfc({"8201 4 reduce", "4443 3.2 to the upper layer"})
    @Test
    void routersWordLowersTheMtuOfIpv6() {
        assertEquals(Verdict.OK, tooBig6(1400));

        assertEquals(1400, mtu(PEER6));
        assertEquals(Failure.Kind.TOO_BIG, catcher.failures.getFirst().kind);
    }

    @Rfc("8201 4 groups")
    @Test
    void mtuOfAGroupIsLearntToo() {
        Address group = Address.parse("ff05::99");
        byte[] quote = slice(v6(OURS6, group, UDP, 64, counting(0, 1400)), 14, 200);
        assertEquals(Verdict.OK, lab.arrives(icmp6In(PEER6, OURS6, 64, 2, 0, 1350, quote)));
        assertEquals(1350, mtu(group));
    }

    @Rfc({"1191 3 never raise", "8201 4 never raise"})
    @Test
    void messageNeverRaisesAnMtu() {
        tooBig(1000);
        tooBig(1400);
        tooBig(9000);
        assertEquals(1000, mtu(FAR));
        tooBig6(1300);
        tooBig6(1400);
        assertEquals(1300, mtu(PEER6));
    }

    @Rfc({"1191 3 floor", "1191 6.3 lower bound", "5927 7.2 bound"})
    @Test
    void tinyMtuIsNotFollowedButRoutersMayFragment() {
        assertEquals(Verdict.OK, tooBig(300));

        assertEquals(552, mtu(FAR));
        assertTrue(path.cut);
        lab.icmp.echo(FAR.hi(), FAR.lo(), 0, 1, 1, MemorySegment.ofArray(counting(0, 8)), 8, lab.nowNs);
        lab.turn();
        assertFalse(Ipv4Header.dontFragment(lab.only().memory(), 24));
        assertEquals(Verdict.BAD_FIELD, tooBig(67));
        assertEquals(Verdict.OK, tooBig(68));
        assertEquals(552, mtu(FAR));
        assertThrows(
                IllegalArgumentException.class,
                () -> new IpSettings(
                        1,
                        1,
                        1,
                        1,
                        1,
                        8,
                        2,
                        64,
                        IpSettings.DEFAULT.reassemblyNs(),
                        true,
                        IpSettings.DEFAULT.pathMtuNs(),
                        67));
    }

    @Rfc("8201 4 least MTU")
    @Test
    void mtuBelowTheLeastOfIpv6IsNotBelieved() {
        assertEquals(Verdict.BAD_FIELD, tooBig6(1279));

        assertEquals(1500, mtu(PEER6));
        assertEquals(List.of(), catcher.failures);
        assertEquals(Verdict.OK, tooBig6(1280));
        assertEquals(1280, mtu(PEER6));
    }

    @Rfc("1191 5 old routers")
    @Test
    void oldRoutersSilenceMeansTheNextPlateau() {
        tooBig(0, 1500);
        assertEquals(1492, mtu(FAR));
        tooBig(0, 1492);
        assertEquals(1006, mtu(FAR));
    }

    @Rfc({"1191 6.3 aging", "8201 4 aging", "8201 5.3 aging"})
    @Test
    void mtuIsForgottenAfterTenMinutes() {
        tooBig(1000);
        tooBig6(1300);
        lab.passMs(599_999);
        assertEquals(1000, mtu(FAR));
        assertEquals(1300, mtu(PEER6));
        lab.passMs(1);
        assertEquals(1500, mtu(FAR));
        assertEquals(1500, mtu(PEER6));
    }

    @Rfc({"8201 4 five minutes", "1191 3 five minutes"})
    @Test
    void settingsRefuseToForgetSooner() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new IpSettings(
                        1, 1, 1, 1, 1, 8, 2, 64, IpSettings.DEFAULT.reassemblyNs(), true, 299_999_999_999L, 552));
    }

    @Rfc({"8201 4 validate", "1122 3.2.2 demultiplex"})
    @Test
    void claimThatNobodyHereExpectsIsNotBelieved() {
        catcher.expects = false;

        assertEquals(Verdict.BAD_FIELD, tooBig(1000));
        assertEquals(1500, mtu(FAR));
        assertEquals(Verdict.BAD_FIELD, tooBig6(1300));
        assertEquals(1500, mtu(PEER6));
        // Nor that somebody else, or another protocol, would have expected.
        catcher.expects = true;
        byte[] other = slice(v6(Address.parse("fd00:198:18::3"), PEER6, UDP, 64, counting(0, 1400)), 14, 200);
        assertEquals(Verdict.BAD_FIELD, lab.arrives(icmp6In(PEER6, OURS6, 64, 2, 0, 1300, other)));
        assertEquals(1500, mtu(PEER6));
        byte[] quote = slice(v4(Address.parse("198.18.0.3"), FAR, UDP, counting(0, 100)), 14, 48);
        assertEquals(Verdict.BAD_FIELD, lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 4, 1000, quote))));
        byte[] unknown = slice(v4(OURS, FAR, 99, counting(0, 100)), 14, 48);
        assertEquals(Verdict.BAD_FIELD, lab.arrives(v4(ROUTER, OURS, 1, icmp4(3, 4, 1000, unknown))));
        assertEquals(1500, mtu(FAR));
    }

    @Rfc("8201 5.1 black hole")
    @Test
    void transportThatFindsABlackHoleLowersTheMtu() {
        assertEquals(1280, lab.ip.pathMtu(FAR.hi(), FAR.lo(), 1280, lab.nowNs));
        assertEquals(1280, mtu(FAR));
        assertEquals(1280, lab.ip.pathMtu(PEER6.hi(), PEER6.lo(), 1280, lab.nowNs));
        assertEquals(0, lab.ip.pathMtu(PEER6.hi(), PEER6.lo(), 1279, lab.nowNs));
    }

    @Test
    void fullTableForgetsWhatEndsFirst() {
        tooBig(1000);
        for (int i = 0; i < 10 * lab.settings.destinations(); i++) {
            lab.ip.pathMtu(0, Address.V4 | 0x0A00_0000L + i, 1200, lab.nowNs);
        }

        Address last = Address.v4(0x0A00_0000 + 10 * lab.settings.destinations() - 1);
        assertEquals(1200, mtu(last));
    }

    @Test
    void successorKnowsThePathMtu() {
        tooBig(1000);
        lab.open();

        assertEquals(1000, mtu(FAR));
    }

    /// Frames of ours for a neighbor who does not answer fail as those that a router refuses.
    @Rfc({"4861 7.2.2 unreachable", "1122 3.3.8 own errors"})
    @Test
    void silentNeighborIsAnErrorOfOurOwn() {
        Address silent = Address.parse("198.18.0.77");
        lab.ip.upper(1, catcher);
        lab.icmp.echo(silent.hi(), silent.lo(), 0, 1, 1, MemorySegment.ofArray(counting(0, 8)), 8, lab.nowNs);
        lab.turn();
        lab.passMs(2_999);
        assertEquals(List.of(), catcher.failures);
        lab.passMs(1);

        Failure failure = catcher.failures.getFirst();
        assertEquals(Failure.Kind.HOST_UNREACHABLE, failure.kind);
        assertTrue(failure.own);
        assertEquals(silent.lo(), failure.remoteLo);
        assertEquals(1, failure.protocol);
    }

    /// Of a packet in fragments the first tells, and none of the others, whose octets are no ports.
    @Rfc("4861 7.2.2 unreachable")
    @Test
    void fragmentsForASilentNeighborAreOneErrorOfOurOwn() {
        lab.ip.upper(1, catcher);
        lab.ip.upper(58, catcher);
        for (Address silent : List.of(Address.parse("198.18.0.77"), Address.parse("fd00:198:18::77"))) {
            lab.icmp.echo(silent.hi(), silent.lo(), 0, 7, 9, MemorySegment.ofArray(new byte[4_000]), 4_000, lab.nowNs);
            lab.turn();
            lab.passMs(3_000);
            Failure failure = catcher.failures.getLast();
            assertEquals(silent.isV4() ? 1 : 2, catcher.failures.size());
            assertEquals(silent.isV4() ? 1 : 58, failure.protocol);
            assertEquals(silent.lo(), failure.remoteLo);
            assertEquals(7, failure.localPort);
            assertEquals(9, failure.remotePort);
        }
    }
}
