package netkeep.tools.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class GapsTest {
    private static final long MS = 1_000_000;

    /// A silence that a death began just before the end of the calm is the death's.
    @Test
    void gapCountsBetweenTheInstantsAlone() {
        Gaps gaps = new Gaps();
        for (long atMs : new long[] {100, 103, 110, 990, 1_500, 1_502}) {
            gaps.on(atMs * MS);
        }
        assertEquals(new Gaps.Gap(103 * MS, 7 * MS), gaps.longest(100 * MS, 112 * MS));
        assertEquals(880 * MS, gaps.longest(100 * MS, 1_000 * MS).lengthNs());
        assertEquals(10 * MS, gaps.longest(980 * MS, 1_000 * MS).lengthNs());
        assertEquals(500 * MS, gaps.longest(1_000 * MS, 1_502 * MS).lengthNs());
    }

    @Test
    void silenceThatGoesOnCounts() {
        Gaps gaps = new Gaps();
        assertEquals(0, gaps.longest(0, 10 * MS).lengthNs());
        gaps.on(10 * MS);
        assertEquals(90 * MS, gaps.longest(0, 100 * MS).lengthNs());
        assertEquals(50 * MS, gaps.longest(50 * MS, 100 * MS).lengthNs());
    }

    /// Each window finds its own among many.
    @Test
    void gapIsFoundAmongMany() {
        Gaps gaps = new Gaps();
        for (int i = 0; i <= 1_000; i++) {
            gaps.on((10L * i + i % 7) * MS);
        }
        for (int i = 1; i < 1_000; i++) {
            long from = 10L * i + i % 7;
            long next = 10L * (i + 1) + (i + 1) % 7;
            assertEquals((next - from) * MS, gaps.longest(from * MS, next * MS).lengthNs());
        }
    }
}
