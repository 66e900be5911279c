package netkeep.engine.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import netkeep.sim.Rfc;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class ReassemblyTest {
    private static final int SPACE = 4_000;

    private final Rig rig = new Rig();
    private final Reassembly reassembly = rig.reassembly;

    /// Random intervals against a set of octets, at any place in the space of sequence numbers.
    @Rfc("9293 SHLD-31")
    @Test
    void keepsExactlyTheOctetsThatCame() {
        Seeds.each(500, luck -> {
            Rig fresh = new Rig();
            int base = luck.nextInt();
            int next = 0;
            BitSet octets = new BitSet();
            for (int step = 0; step < 60; step++) {
                int left = next + 1 + luck.nextInt(SPACE);
                int right = left + 1 + luck.nextInt(300);
                boolean fits = fresh.reassembly.fits(base + left, base + right);
                if (fits) {
                    int known = octets.nextSetBit(left);
                    int first = fresh.reassembly.first(base + left, base + right);
                    assertEquals(known >= 0 && known < right, first >= 0);
                    if (first >= 0) {
                        assertEquals(base + known, Seq.later(base + left, fresh.reassembly.left(first)));
                    }
                    fresh.reassembly.add(base + left, base + right);
                    octets.set(left, right);
                } else {
                    assertEquals(Flow.MOST_GAPS, fresh.flow.gaps());
                    assertTrue(octets.get(left - 1, right + 1).isEmpty(), "an interval that joins one always fits");
                }
                if (luck.nextInt(10) == 0) {
                    next += luck.nextInt(400);
                    int reached = Math.max(
                            next,
                            octets.get(next) || next > 0 && octets.get(next - 1) && octets.get(next)
                                    ? octets.nextClearBit(next)
                                    : next);
                    assertEquals(base + reached, fresh.reassembly.advance(base + next));
                    next = reached;
                    octets.clear(0, next);
                }
                assertEquals(intervals(octets, base), told(fresh));
            }
        });
    }

    @Test
    void touchingIntervalsBecomeOne() {
        reassembly.add(100, 200);
        reassembly.add(300, 400);
        assertEquals(-1, reassembly.first(200, 300));
        reassembly.add(200, 300);

        assertEquals(List.of("100:400"), told(rig));
    }

    @Test
    void whatIsFullTakesOnlyWhatJoins() {
        for (int gap = 0; gap < Flow.MOST_GAPS; gap++) {
            assertTrue(reassembly.fits(1000 * gap, 1000 * gap + 10));
            reassembly.add(1000 * gap, 1000 * gap + 10);
        }
        assertFalse(reassembly.fits(500, 510));
        assertTrue(reassembly.fits(10, 20));
        assertTrue(reassembly.fits(990, 1000));
        assertFalse(reassembly.fits(-20, -10));
    }

    /// RFC 2018 §4: the first block is of the segment that came last; the others were told before.
    @Rfc("2018 4 first block")
    @Test
    void intervalThatChangedLastIsToldFirstAndEachOnce() {
        Seeds.each(300, luck -> {
            Rig fresh = new Rig();
            int base = luck.nextInt();
            for (int step = 0; step < 40; step++) {
                int left = base + 10 + luck.nextInt(SPACE);
                int right = left + 1 + luck.nextInt(100);
                if (!fresh.reassembly.fits(left, right)) {
                    continue;
                }
                fresh.reassembly.add(left, right);
                int first = fresh.reassembly.told(0);
                assertTrue(Seq.notAfter(fresh.reassembly.left(first), left));
                assertTrue(Seq.notAfter(right, fresh.reassembly.right(first)));
                HashSet<Integer> each = new HashSet<>();
                for (int nth = 0; nth < fresh.flow.gaps(); nth++) {
                    each.add(fresh.reassembly.told(nth));
                }
                assertEquals(fresh.flow.gaps(), each.size());
                assertFalse(each.contains(-1));
            }
        });
    }

    private static List<String> told(Rig rig) {
        List<String> told = new ArrayList<>();
        for (int gap = 0; gap < rig.flow.gaps(); gap++) {
            told.add(rig.reassembly.left(gap) + ":" + rig.reassembly.right(gap));
        }
        return told;
    }

    private static List<String> intervals(BitSet octets, int base) {
        List<String> intervals = new ArrayList<>();
        for (int left = octets.nextSetBit(0); left >= 0; ) {
            int right = octets.nextClearBit(left);
            intervals.add((base + left) + ":" + (base + right));
            left = octets.nextSetBit(right);
        }
        return intervals;
    }
}
