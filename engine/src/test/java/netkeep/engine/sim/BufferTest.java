package netkeep.engine.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import netkeep.engine.ledger.Counter;
import netkeep.sim.Weather;
import netkeep.sim.World;
import netkeep.wire.TcpHeader;
import netkeep.wire.VirtioNetHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Buffers that grow with what the way holds, windows that close, and segments that cross in one piece.
class BufferTest {
    private static final long ENDLESS = 1L << 40;
    private static final int LEAST = 1 << 16;

    private static Way way(int most, boolean offloads, Weather weather) {
        return new Way(Hosts.begin(new World(1)), Way.tcp(false, false, LEAST, most), 4 * most, offloads, weather);
    }

    /// 100 Mbit/s and 80 ms are a million octets: both buffers begin with 64 KiB and end where they hinder nobody.
    @Test
    void buffersGrowUntilTheWayIsFull() {
        Way way = way(1 << 22, false, Weather.CALM.withDelayNs(40_000_000).withRate(100_000_000, 2_000_000));
        way.from.offer(ENDLESS);
        assertEquals(LEAST, way.receiverSight().rcvBuffer());
        way.runMs(4000);
        long before = way.to.received();
        way.runMs(2000);
        double share = (way.to.received() - before) / 25e6;
        assertTrue(share > 0.9, "share " + share);
        assertTrue(way.receiverSight().rcvBuffer() >= 1_000_000, "receive " + way.receiverSight());
        assertTrue(way.sight().sndBuffer() >= 1_000_000, "send " + way.sight());
    }

    /// The cap is hard: a way that holds more gets what the cap allows in each round trip.
    @Test
    void buffersStopAtTheirCap() {
        int cap = 1 << 18;
        Way way = way(cap, false, Weather.CALM.withDelayNs(50_000_000).withRate(1_000_000_000, 1 << 24));
        int[] widest = new int[1];
        // The least shift with which 16 bits tell the cap.
        int scale = 3;
        way.wire.back().censor((frames, at, length) -> {
            Segment segment = Segment.parse(frames, at, length);
            if (segment != null && !segment.has(TcpHeader.SYN)) {
                widest[0] = Math.max(widest[0], segment.window << scale);
            }
            return true;
        });
        way.from.offer(ENDLESS);
        way.runMs(5000);
        long before = way.to.received();
        way.runMs(5000);
        double rounds = (way.to.received() - before) / (double) cap;
        assertEquals(cap, way.receiverSight().rcvBuffer());
        assertEquals(cap, way.sight().sndBuffer());
        assertTrue(widest[0] <= cap, "window " + widest[0]);
        assertTrue(rounds > 40 && rounds <= 51, "caps in 50 round trips: " + rounds);
    }

    /// A reader that does not read is promised no more.
    @Test
    void bufferOfASlowReaderDoesNotGrow() {
        Way way = way(1 << 22, false, Weather.CALM.withDelayNs(5_000_000));
        way.to.reads(false);
        way.from.offer(ENDLESS);
        way.runMs(5000);
        assertEquals(LEAST, way.receiverSight().rcvBuffer());
        long probes = way.count(Counter.TcpExtTCPWinProbe);
        assertTrue(probes > 2, "probes " + probes);
        way.world.run(TimeUnit.MINUTES.toNanos(10));
        way.to.reads(true);
        // The window that opens is told at once; nothing has to wait for the next probe.
        way.runMs(100);
        assertTrue(way.to.received() > LEAST, "received " + way.to.received());
    }

    /// With offloads 64 KiB are one frame, and say in the virtio header how they would be cut.
    @Test
    void superFramesCrossInOnePiece() {
        Way way = way(1 << 21, true, Weather.CALM.withDelayNs(500_000));
        long[] longest = new long[1];
        int[] bad = new int[1];
        way.wire.there().censor((frames, at, length) -> {
            Segment segment = Segment.parse(frames, at, length);
            if (segment != null && segment.length() > Way.MSS) {
                longest[0] = Math.max(longest[0], segment.length());
                boolean good = VirtioNetHeader.gsoType(frames, at) == VirtioNetHeader.GSO_TCPV4
                        && VirtioNetHeader.gsoSize(frames, at) == Way.MSS
                        && VirtioNetHeader.flags(frames, at) == VirtioNetHeader.NEEDS_CSUM
                        && VirtioNetHeader.csumStart(frames, at) == 34
                        && VirtioNetHeader.csumOffset(frames, at) == 16
                        && VirtioNetHeader.headerLength(frames, at) == 66;
                bad[0] += good ? 0 : 1;
            }
            return true;
        });
        long octets = 100_000_000;
        long before = way.wire.there().sent();
        way.from.offer(octets);
        assertTrue(way.world.run(TimeUnit.SECONDS.toNanos(60), () -> way.to.received() == octets));
        assertEquals(0, bad[0]);
        assertTrue(longest[0] > 60_000, "longest " + longest[0]);
        long frames = way.wire.there().sent() - before;
        assertTrue(frames < octets / 40_000, frames + " frames");
        assertEquals(0, way.count(Counter.TcpRetransSegs));
    }

    /// Super-frames that are lost are found and sent again; what arrives is exact.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void lostSuperFramesAreSentAgain(long seed) {
        Way way = new Way(
                Hosts.begin(new World(seed)),
                Way.tcp(false, false, LEAST, 1 << 20),
                1 << 21,
                true,
                Weather.CALM.withDelayNs(2_000_000, 500_000).withLoss(0.02).withReordering(0.05, 1_000_000));
        long octets = 10_000_000;
        way.from.offer(octets);
        assertTrue(
                way.world.run(TimeUnit.SECONDS.toNanos(120), () -> way.to.received() == octets),
                "received " + way.to.received());
        assertTrue(way.count(Counter.TcpRetransSegs) > 0);
    }

    /// RFC 4821 in small: a way that swallows what is large, and says nothing.
    @Test
    void blackHoleIsFoundByTheSenderAlone() {
        Way way = way(1 << 20, false, Weather.CALM.withDelayNs(5_000_000));
        way.wire.there().censor((frames, at, length) -> length - VirtioNetHeader.LENGTH <= 1300);
        way.from.offer(1_000_000);
        assertTrue(
                way.world.run(TimeUnit.SECONDS.toNanos(60), () -> way.to.received() == 1_000_000),
                "received " + way.to.received());
    }
}
