package netkeep.engine.tcp;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import netkeep.engine.ledger.Luck;
import netkeep.ring.Ledger;
import netkeep.ring.Region;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class SynCookiesTest {
    private static final int[] SIZES = {536, 1220, 1300, 1400, 1440, 1460, 4312, 8960};

    private static Luck luck(long key) {
        int[] counts = {1};
        int[] slots = {Luck.slot()};
        Region region = new Region(Arena.ofAuto().allocate(Ledger.length(counts, slots), 8));
        return new Luck(new Ledger(region, 1), key, ~key);
    }

    private static HalfOpen half(RandomGenerator luck) {
        HalfOpen half = new HalfOpen();
        half.alone(HalfOpen.SLOT);
        half.localLo(luck.nextLong());
        half.remoteLo(luck.nextLong());
        half.remoteHi(luck.nextLong());
        half.localPort(luck.nextInt(65536));
        half.remotePort(luck.nextInt(65536));
        half.irs(luck.nextInt());
        half.mss(luck.nextInt(10_000));
        return half;
    }

    /// The greatest of the sizes that is not above the peer's, for what is less than the least the least.
    @Rfc("4987 3.6 cookie")
    @Test
    void cookieHoldsTheSegmentSizeRoundedDown() {
        SynCookies cookies = new SynCookies(luck(7));
        Seeds.each(2_000, luck -> {
            HalfOpen half = half(luck);
            long nowNs = SECONDS.toNanos(luck.nextInt(100_000));
            int wanted = SIZES[0];
            for (int size : SIZES) {
                wanted = size <= half.mss() ? size : wanted;
            }
            int cookie = cookies.make(half, nowNs);
            assertEquals(wanted, cookies.check(half, cookie, nowNs));
        });
    }

    @Rfc("4987 3.6 age")
    @Test
    void cookieIsGoodForAMinuteAndNotForThree() {
        SynCookies cookies = new SynCookies(luck(7));
        Seeds.each(500, luck -> {
            HalfOpen half = half(luck);
            long madeNs = SECONDS.toNanos(luck.nextInt(100_000)) + luck.nextInt(1_000_000_000);
            int cookie = cookies.make(half, madeNs);
            assertNotEquals(0, cookies.check(half, cookie, madeNs + SECONDS.toNanos(60)));
            for (int seconds : new int[] {129, 200, 64 * 32, 64 * 33}) {
                assertEquals(0, cookies.check(half, cookie, madeNs + SECONDS.toNanos(seconds)), "after " + seconds);
            }
        });
    }

    @Rfc("4987 3.6 secret")
    @Test
    void cookieIsOfOneFlowAndOneKey() {
        SynCookies cookies = new SynCookies(luck(7));
        SynCookies others = new SynCookies(luck(8));
        int believed = 0;
        int tried = 0;
        for (long seed = 1; seed <= 300; seed++) {
            RandomGenerator luck = Seeds.luck(seed);
            HalfOpen half = half(luck);
            int cookie = cookies.make(half, SECONDS.toNanos(1000));
            believed += others.check(half, cookie, SECONDS.toNanos(1000)) == 0 ? 0 : 1;
            for (int field = 0; field < 5; field++) {
                HalfOpen other = half(Seeds.luck(seed));
                switch (field) {
                    case 0 -> other.localPort(other.localPort() ^ 1);
                    case 1 -> other.remotePort(other.remotePort() ^ 1);
                    case 2 -> other.localLo(other.localLo() ^ 1);
                    case 3 -> other.remoteLo(other.remoteLo() ^ 1);
                    default -> other.remoteHi(other.remoteHi() ^ 1);
                }
                believed += cookies.check(other, cookie, SECONDS.toNanos(1000)) == 0 ? 0 : 1;
                tried++;
            }
        }
        assertEquals(0, believed, "of " + tried);
    }

    @Rfc("4987 3.6 secret")
    @Test
    void cookiesOfNeighboursAreUnrelated() {
        SynCookies cookies = new SynCookies(luck(7));
        Set<Integer> low = new HashSet<>();
        HalfOpen half = half(Seeds.luck(1));
        for (int port = 0; port < 256; port++) {
            half.remotePort(port);
            low.add(cookies.make(half, SECONDS.toNanos(1000)) & 0xFFFFFF);
        }
        assertEquals(256, low.size());
    }

    @Rfc("4987 3.6 options")
    @Test
    void timestampHoldsTheOptionsAndIsNotAheadOfTheClock() {
        Seeds.each(2_000, luck -> {
            HalfOpen half = half(luck);
            boolean scale = luck.nextBoolean();
            boolean sack = luck.nextBoolean();
            boolean ecn = luck.nextBoolean();
            int shift = luck.nextInt(15);
            half.sndScale(scale ? shift : 0);
            half.options((scale ? HalfOpen.SCALE : 0) | (sack ? HalfOpen.SACK : 0) | (ecn ? HalfOpen.ECN : 0));
            int clock = luck.nextInt();

            int stamp = SynCookies.timestamp(half, clock);
            HalfOpen read = half(luck);
            read.sndScale(0);
            SynCookies.options(read, stamp);

            assertTrue(clock - stamp >= 0 && clock - stamp < 128, "clock " + clock + ", stamp " + stamp);
            assertEquals(scale, read.has(HalfOpen.SCALE));
            assertEquals(scale ? shift : 0, read.sndScale());
            assertEquals(sack, read.has(HalfOpen.SACK));
            assertEquals(ecn, read.has(HalfOpen.ECN));
            assertTrue(read.has(HalfOpen.TIMESTAMPS));
        });
    }
}
