package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import netkeep.engine.ledger.Counter;
import netkeep.engine.tcp.TcpView;
import netkeep.sim.Rfc;
import netkeep.sim.Weather;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A path that carries less than its ends may send, for a while or for good, and says so or not: RFC 1191 §6.3, RFC
/// 2923 §2.1, RFC 4821 §7.6, RFC 8201 §5.3. Two engines, a connection that lasts.
class BlackHoleTest {
    private static final int BUFFER = 1 << 16;
    /// Octets offered in a second.
    private static final long RATE = 25_000;

    private static final int WHOLE = 1460;
    private static final int NARROW = 1400;
    /// What is sent in a black hole: packets of 1280 octets.
    private static final int SMALL = 1240;

    private static final Weather CALM = Weather.CALM.withDelayNs(5_000_000);

    private final Way way;
    private long lostBefore;

    BlackHoleTest() {
        way = way(1, CALM);
        // Begins with a measured round trip.
        seconds(5);
    }

    private static Way way(long seed, Weather weather) {
        Way way = new Way(Hosts.world(seed), Way.tcp(false, false, BUFFER, BUFFER), 2 * BUFFER, false, weather);
        way.sender.compareNoMore();
        way.receiver.compareNoMore();
        return way;
    }

    private void seconds(int seconds) {
        seconds(way, seconds);
    }

    /// @return the most that the receiver was behind at the end of a second
    private static long seconds(Way way, int seconds) {
        long behind = 0;
        for (int second = 0; second < seconds; second++) {
            way.from.offer(RATE);
            way.runMs(1000);
            behind = Math.max(behind, way.from.offered() - way.to.received());
        }
        return behind;
    }

    /// From now on the way to the receiver takes packets of `mtu` octets.
    private void narrow(int mtu, boolean silent) {
        IcmpError.narrow(way.wire.there(), way.wire.back(), mtu, silent);
    }

    /// Packets that were too large, since this was asked last.
    private long swallowed() {
        long lost = way.wire.there().lost() - lostBefore;
        lostBefore += lost;
        return lost;
    }

    private void mend() {
        way.wire.there().censor(null);
    }

    private int mss() {
        return mss(way.from.out());
    }

    private long timeouts() {
        return way.count(Counter.TcpExtTCPTimeouts);
    }

    private void fallIntoTheHole() {
        narrow(NARROW, true);
        seconds(10);
        assertEquals(SMALL, mss());
        assertEquals(way.from.offered(), way.to.received());
        assertTrue(swallowed() > 0);
    }

    @Rfc("2923 2.1 black hole in seconds")
    @ParameterizedTest
    @ValueSource(ints = {1400, 1280, 1000, 576})
    void blackHoleIsPassedWithinSeconds(int mtu) {
        narrow(mtu, true);
        long before = way.to.received();
        way.from.offer(RATE);
        long beganNs = way.world.nowNs();
        boolean passed = way.world.run(TimeUnit.MINUTES.toNanos(2), () -> way.to.received() == before + RATE);
        assertTrue(passed, "received " + (way.to.received() - before));
        long tookMs = TimeUnit.NANOSECONDS.toMillis(way.world.nowNs() - beganNs);
        assertTrue(tookMs < (mtu >= 1280 ? 4_000 : 25_000), tookMs + " ms");
        assertEquals(mtu >= 1280 ? SMALL : 536, mss());
    }

    @Rfc("4821 7.6.2 probe lost")
    @Test
    void blackHoleThatStaysCostsOneSegmentInTenMinutes() {
        fallIntoTheHole();
        long timeouts = timeouts();
        int threshold = way.sight().ssthresh();
        long behind = seconds(way, 3600);
        assertEquals(SMALL, mss());
        long swallowed = swallowed();
        assertTrue(swallowed >= 5 && swallowed <= 6, "swallowed " + swallowed);
        assertEquals(timeouts, timeouts());
        // What was lost was no sign of congestion, and nothing waited for it.
        assertTrue(way.sight().ssthresh() >= threshold, "ssthresh " + way.sight() + " not " + threshold);
        assertEquals(0, way.count(Counter.TcpExtTCPSackRecovery));
        assertEquals(0, behind);
    }

    @Rfc({"4821 7.6.1 probe arrives", "8201 5.3 tried again"})
    @Test
    void blackHoleThatGoesAwayIsLeft() {
        fallIntoTheHole();
        mend();
        seconds(580);
        assertEquals(SMALL, mss());
        long timeouts = timeouts();
        seconds(30);
        assertEquals(WHOLE, mss());
        assertEquals(timeouts, timeouts());
        assertEquals(1, way.count(Counter.TcpExtTCPMTUPSuccess));
    }

    /// From the least size it goes up in two steps, the second of which fails.
    @Test
    void blackHoleThatGrowsWiderIsUsedAsFarAsItGoes() {
        narrow(1000, true);
        seconds(60);
        assertEquals(536, mss());
        narrow(NARROW, true);
        swallowed();
        seconds(620);
        assertEquals(SMALL, mss());
        assertEquals(1, swallowed());
        assertEquals(0, seconds(way, 10));
    }

    @Rfc({"1191 6.3 raised", "5927 7.2 ends"})
    @Test
    void toldMtuThatWentAwayIsForgottenByTheConnection() {
        narrow(1300, false);
        seconds(5);
        assertEquals(1260, mss());
        mend();
        seconds(580);
        assertEquals(1260, mss());
        seconds(30);
        assertEquals(WHOLE, mss());
        assertEquals(0, timeouts());
    }

    @Test
    void toldMtuThatStaysIsToldAgainInTenMinutes() {
        narrow(1300, false);
        seconds(5);
        assertTrue(swallowed() > 0);
        long behind = seconds(way, 3600);
        assertEquals(1260, mss());
        long told = swallowed();
        assertTrue(told >= 5 && told < 6 * 20, "told " + told);
        assertEquals(0, timeouts());
        assertEquals(0, behind);
    }

    /// A peer without SACK: three duplicates tell it.
    @Rfc("4821 7.4 conditions")
    @Test
    void lossOfTheLargerIsSeenWithoutSackToo() {
        Conversation conversation = Scenario.v4().begin().established("mss=1460");
        conversation
                .host
                .engine()
                .ip()
                .pathMtu(conversation.remote.hi(), conversation.remote.lo(), 1280, conversation.world.nowNs());
        conversation.play(". send 1000\n> PSH,ACK len=1000\n+ 20ms\n< ACK seq=1 ack=1001\n+ 600s");
        // Too little for three duplicates.
        conversation.play("""
                . send 4960
                > ACK seq=1001 len=1240
                > ACK seq=2241 len=1240
                > ACK seq=3481 len=1240
                > PSH,ACK seq=4721 len=1240
                + 20ms
                < ACK seq=1 ack=5961
                . send 5180
                > ACK seq=5961 len=1460
                > ACK seq=7421 len=1240
                > ACK seq=8661 len=1240
                > PSH,ACK seq=9901 len=1240
                + 20ms
                < ACK seq=1 ack=5961
                < ACK seq=1 ack=5961
                < ACK seq=1 ack=5961
                > ACK seq=5961 len=1240
                > ACK seq=7201 len=220
                + 20ms
                < ACK seq=1 ack=11141
                . send 2480
                > ACK seq=11141 len=1240
                > PSH,ACK seq=12381 len=1240
                """);
        assertEquals(0, conversation.host.engine().counters().get(Counter.TcpExtTCPRenoRecovery));
    }

    /// Over IPv6 the first guess is the last: every path carries it (RFC 8200 §5).
    @Test
    void blackHoleOfIpv6IsPassedToo() {
        Scenario.of(true).begin().established("mss=65535").play("""
                . send 1440
                > PSH,ACK seq=1 len=1440
                + 200ms
                > PSH,ACK seq=1 len=1440
                + 400ms
                > PSH,ACK seq=1 len=1440
                + 800ms
                > ACK seq=1 len=1220
                + 20ms
                < ACK seq=1 ack=1221
                > PSH,ACK seq=1221 len=220
                + 20ms
                < ACK seq=1 ack=1441
                . send 1440
                > PSH,ACK seq=1441 len=1440
                + 200ms
                > PSH,ACK seq=1441 len=1440
                + 400ms
                > ACK seq=1441 len=1220
                + 20ms
                < ACK seq=1 ack=2661
                > PSH,ACK seq=2661 len=220
                + 20ms
                < ACK seq=1 ack=2881
                . send 2440
                > ACK seq=2881 len=1220
                > PSH,ACK seq=4101 len=1220
                """);
    }

    @Rfc("8201 5.3 tried again")
    @Test
    void largerSizeIsTriedOverIpv6Too() {
        Conversation conversation = Scenario.of(true).begin().established("mss=65535");
        conversation
                .host
                .engine()
                .ip()
                .pathMtu(conversation.remote.hi(), conversation.remote.lo(), 1280, conversation.world.nowNs());
        conversation.play("""
                . send 1220
                > PSH,ACK seq=1 len=1220
                + 20ms
                < ACK seq=1 ack=1221
                + 599s
                . send 5100
                > ACK seq=1221 len=1220
                > ACK seq=2441 len=1220
                > ACK seq=3661 len=1220
                > ACK seq=4881 len=1220
                > PSH,ACK seq=6101 len=220
                + 20ms
                < ACK seq=1 ack=6321
                + 1s
                . send 5100
                > ACK seq=6321 len=1440
                > ACK seq=7761 len=1220
                > ACK seq=8981 len=1220
                > PSH,ACK seq=10201 len=1220
                + 20ms
                < ACK seq=1 ack=11421
                . send 2880
                > ACK seq=11421 len=1440
                > PSH,ACK seq=12861 len=1440
                """);
    }

    /// All that it takes is in records: a successor at any of the steps goes on.
    @Test
    void successorsGoOnWhereTheirPredecessorsWere() {
        narrow(NARROW, true);
        for (int second = 0; second < 40; second++) {
            way.from.offer(RATE / 4);
            way.runMs(250);
            way.sender.takeOver();
        }
        assertEquals(SMALL, mss());
        seconds(585);
        mend();
        long before = way.count(Counter.TcpExtTCPMTUPSuccess);
        for (int step = 0; step < 25_000 && way.count(Counter.TcpExtTCPMTUPSuccess) == before; step++) {
            if (step % 250 == 0) {
                way.from.offer(RATE / 4);
            }
            way.runMs(1);
            way.sender.takeOver();
        }
        seconds(5);
        assertEquals(WHOLE, mss());
        assertEquals(way.from.offered(), way.to.received());
    }

    /// A second connection to the same host does not fall into the hole again, nor does it trust what is old.
    @Rfc("4821 5.2 shared")
    @Test
    void newConnectionBeginsWithWhatIsSureAndTries() {
        fallIntoTheHole();
        assertEquals(SMALL, mss(connect()));
        mend();
        way.runMs(601_000);
        int third = connect();
        assertEquals(SMALL, mss(third));
        way.sender.client().send(third, new byte[20_000], 0, 20_000);
        way.sender.host().kick();
        way.runMs(1000);
        assertEquals(WHOLE, mss(third));
        seconds(1);
        assertEquals(WHOLE, mss(way.from.out()));
    }

    private int connect() {
        int socket = way.sender.client().open(6);
        way.sender
                .client()
                .connect(socket, SimHost.address4(2).hi(), SimHost.address4(2).lo(), Way.PORT);
        way.sender.host().kick();
        way.runMs(1000);
        return socket;
    }

    private int mss(int socket) {
        return TcpView.sight(way.sender.engine().tcp(), socket).sndMss();
    }

    @Rfc("4821 7.7 loss is no black hole")
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void lossIsNoBlackHole(long seed) {
        Way lossy = way(seed, CALM.withLoss(0.05));
        for (int minute = 0; minute < 30; minute++) {
            seconds(lossy, 60);
        }
        assertTrue(lossy.count(Counter.TcpExtTCPTimeouts) > 20, "time-outs " + lossy.count(Counter.TcpExtTCPTimeouts));
        assertEquals(0, lossy.count(Counter.TcpExtTCPMTUPFail));
        assertEquals(WHOLE, lossy.sight().sndMss());
    }
}
