package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.engine.ledger.Counter;
import netkeep.engine.tcp.TcpSettings;
import netkeep.sim.Rfc;
import netkeep.sim.Weather;
import netkeep.sim.World;
import netkeep.wire.TcpHeader;
import org.junit.jupiter.api.Test;

/// Congestion control over a way with a bottleneck, in the RFCs' own numbers.
class CongestionTest {
    private static final int LARGE = 1 << 22;
    private static final long ENDLESS = 1L << 40;
    /// A rate that is no bottleneck, but lets segments arrive one after the other, and not all at once: what arrives
    /// at once is acknowledged at once, and counts for eight segments at most (RFC 9406 §4.2, L).
    private static final long FAST = 1_000_000_000;

    private static final Weather LONG = Weather.CALM.withDelayNs(50_000_000).withRate(FAST, 1 << 24);

    private static TcpSettings tcp(boolean ecn, boolean newReno) {
        return Way.tcp(ecn, newReno, LARGE, LARGE);
    }

    private static Way way(TcpSettings tcp, Weather weather) {
        return new Way(Hosts.begin(new World(1)), tcp, 2 * LARGE, false, weather);
    }

    /// A way without a bottleneck and a round trip of 100 ms.
    private static Way longWay(boolean newReno) {
        return way(tcp(false, newReno), LONG);
    }

    /// Lets one segment be lost, the next that carries text.
    private static void loseOne(Way way) {
        boolean[] lost = new boolean[1];
        way.wire.there().censor((frames, at, length) -> {
            Segment segment = Segment.parse(frames, at, length);
            boolean loses = !lost[0] && segment != null && segment.length() > 0;
            lost[0] |= loses;
            return !loses;
        });
    }

    /// Lets slow start grow up to `segments`, then loses one.
    ///
    /// @return the window at the loss, in segments
    private static double loseAt(Way way, int segments) {
        way.from.offer(ENDLESS);
        while (way.segments() < segments) {
            way.runMs(1);
        }
        double most = way.segments();
        loseOne(way);
        long before = way.count(Counter.TcpRetransSegs);
        while (way.count(Counter.TcpRetransSegs) == before) {
            most = Math.max(most, way.segments());
            way.runMs(1);
        }
        // It may have grown within that millisecond, and shrinks only by and by.
        return Math.max(most, way.segments());
    }

    @Rfc("6928 2 initial window")
    @Test
    void tenSegmentsGoInTheFirstRoundTripAndTwentyInTheSecond() {
        Way way = longWay(false);
        long before = way.wire.there().sent();
        way.from.offer(ENDLESS);
        way.runMs(99);
        assertEquals(10, way.wire.there().sent() - before);
        way.runMs(100);
        assertEquals(30, way.wire.there().sent() - before);
    }

    /// RFC 9438: W_max after fast convergence is the window at the loss, K the cube root of (W_max - cwnd) / 0.4.
    @Rfc({"9438 4.2 window", "9438 4.4 concave", "9438 4.5 convex", "9438 4.6 beta"})
    @Test
    void afterALossTheWindowIsTheCubicFunctionOfTime() {
        Way way = longWay(false);
        double most = loseAt(way, 400);
        // The round trip in which recovery ends.
        way.runMs(110);
        double least = way.segments();
        assertTrue(least >= 0.65 * most && least <= 0.75 * most, least + " after " + most);
        double k = Math.cbrt((most - least) / 0.4);
        assertTrue(k > 5, "K " + k);
        double fromMs = 0;
        for (double at : new double[] {k / 4, k / 2, k, k + 2, k + 4}) {
            way.runMs((long) (1000 * at - fromMs));
            fromMs = Math.floor(1000 * at);
            double wanted = 0.4 * Math.pow(at - k, 3) + most;
            double window = way.segments();
            // A round trip's lag in time, a few segments of it in the window.
            assertTrue(Math.abs(window - wanted) <= 0.03 * most, "at " + at + " s: " + window + ", not " + wanted);
        }
    }

    /// A flow that lost before it was back gives up 0.85 of what it had, and 0.7 of that is where it goes on.
    @Rfc("9438 4.7 fast convergence")
    @Test
    void secondLossBelowTheFirstOneMovesThePlateauDown() {
        Way way = longWay(false);
        double first = loseAt(way, 400);
        way.runMs(1500);
        double second = way.segments();
        assertTrue(second < first);
        loseOne(way);
        way.runMs(300);
        double least = way.segments();
        assertTrue(Math.abs(least - 0.7 * second) <= 0.05 * second, least + " after " + second);
        double plateau = second * (1 + 0.7) / 2;
        double k = Math.cbrt((plateau - 0.7 * second) / 0.4);
        way.runMs((long) (1000 * k) - 200);
        assertTrue(
                Math.abs(way.segments() - plateau) <= 0.05 * second,
                "plateau at " + way.segments() + ", not " + plateau);
    }

    /// Small windows and short round trips: CUBIC grows no slower than Reno would with alpha 3 (1 - 0.7) / (1 + 0.7).
    @Rfc({"9438 4.3 estimate", "9438 4.3 alpha"})
    @Test
    void onAShortWayTheWindowGrowsAsRenosWould() {
        Way way = way(tcp(false, false), Weather.CALM.withDelayNs(10_000_000).withRate(FAST, 1 << 24));
        double most = loseAt(way, 60);
        way.runMs(30);
        double least = way.segments();
        int rounds = 20;
        way.runMs(20L * rounds);
        double wanted = least + rounds * 0.529;
        assertTrue(wanted < most);
        assertTrue(Math.abs(way.segments() - wanted) <= 3, way.segments() + " after " + least + ", not " + wanted);
    }

    @Rfc({"5681 3.1 congestion avoidance", "5681 3.1 ssthresh"})
    @Test
    void newRenoHalvesAndGrowsByASegmentEachRoundTrip() {
        Way way = longWay(true);
        double most = loseAt(way, 100);
        way.runMs(210);
        double least = way.segments();
        assertTrue(Math.abs(least - most / 2) <= 0.1 * most, least + " after " + most);
        way.runMs(2000);
        assertTrue(Math.abs(way.segments() - least - 20) <= 2, way.segments() + " after " + least);
    }

    /// RFC 9406: the queue grows, the round trip with it, and slow start ends before the queue is full.
    @Rfc({"9406 4.2 leave", "9438 4.10 slow start"})
    @Test
    void hyStartLeavesSlowStartBeforeTheQueueOverflows() {
        // 20 Mbit/s and 40 ms are 100,000 octets. A round that is longer as a whole is seen at four times that, five
        // conservative rounds of a quarter more each make it thirteen; slow start alone would not stop.
        Weather weather = Weather.CALM.withDelayNs(20_000_000).withRate(20_000_000, 2_000_000);
        Way way = way(tcp(false, false), weather);
        way.from.offer(ENDLESS);
        boolean left = false;
        for (int ms = 0; ms < 3000; ms++) {
            way.runMs(1);
            left |= way.sight().ssthresh() < LARGE;
        }
        assertTrue(left, "still in slow start");
        assertEquals(0, way.wire.there().dropped());
        assertEquals(0, way.count(Counter.TcpRetransSegs));
        assertTrue(way.sight().ssthresh() < 1_600_000, "ssthresh " + way.sight().ssthresh());
        assertTrue(way.to.received() > 0.8 * 3 * 2_500_000, "received " + way.to.received());
    }

    /// A round trip that grew and shrank again was no queue: slow start goes on (RFC 9406 §4.2).
    @Rfc("9406 4.2 resume")
    @Test
    void delayThatWasSpuriousDoesNotEndSlowStart() {
        Way way = longWay(false);
        way.from.offer(ENDLESS);
        way.runMs(350);
        // For one round trip each segment takes 30 ms more.
        way.wire.weather(LONG.withDelayNs(65_000_000));
        way.runMs(150);
        double before = way.segments();
        way.wire.weather(LONG);
        way.runMs(450);
        assertTrue(way.sight().ssthresh() >= LARGE, "ssthresh " + way.sight().ssthresh());
        assertTrue(way.segments() > 4 * before, before + " to " + way.segments());
    }

    /// RFC 3168: where routers mark, nothing is lost, and the queue stays short.
    @Rfc("3168 6.1.2 reduction")
    @Test
    void markedPacketsSlowTheSenderDownWithoutALoss() {
        Weather weather = Weather.CALM
                .withDelayNs(10_000_000)
                .withRate(20_000_000, 400_000)
                .withMarkAbove(40_000);
        Way way = way(tcp(true, false), weather);
        way.from.offer(ENDLESS);
        way.runMs(2000);
        long longest = 0;
        long before = way.to.received();
        for (int ms = 0; ms < 5000; ms++) {
            way.runMs(1);
            longest = Math.max(longest, way.wire.there().queued());
        }
        assertTrue(way.wire.there().marked() > 0, "nothing was marked");
        assertEquals(0, way.wire.there().dropped());
        assertEquals(0, way.count(Counter.TcpRetransSegs));
        assertTrue(longest < 120_000, "queue " + longest);
        assertTrue(way.to.received() - before > 0.9 * 5 * 2_500_000, "received " + (way.to.received() - before));
    }

    /// RFC 9937: with SACK, what recovery sends follows what arrives, down to ssthresh, without a burst and a pause.
    @Rfc("9937 6.2 proportional")
    @Test
    void recoverySpreadsWhatItSendsOverTheRoundTrip() {
        Way way = way(tcp(false, true), Weather.CALM.withDelayNs(20_000_000).withRate(20_000_000, 60_000));
        way.from.offer(ENDLESS);
        way.runMs(3000);
        long[] most = new long[1];
        long[] window = new long[1];
        way.wire.there().censor((frames, at, length) -> {
            Segment segment = Segment.parse(frames, at, length);
            if (segment != null && segment.has(TcpHeader.ACK)) {
                window[0]++;
            }
            return true;
        });
        for (int ms = 0; ms < 5000; ms++) {
            long sentBefore = window[0];
            way.runMs(1);
            most[0] = Math.max(most[0], window[0] - sentBefore);
        }
        assertTrue(way.wire.there().dropped() > 0, "nothing was lost");
        // 20 Mbit/s are 1.7 segments a millisecond, acknowledged in pairs.
        assertTrue(most[0] <= 8, "burst of " + most[0]);
        assertEquals(0, way.count(Counter.TcpExtTCPTimeouts));
    }
}
