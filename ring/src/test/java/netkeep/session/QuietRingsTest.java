package netkeep.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The memory of rings that nothing passes through.
class QuietRingsTest {
    private static final int PAGE = 4096;
    private static final SessionLayout LAYOUT = new SessionLayout(128, 16, 16, 1 << 14);

    private final long[] passed = new long[LAYOUT.sockets()];
    private final boolean[] empty = new boolean[LAYOUT.sockets()];
    private final BitSet given = new BitSet();
    private final QuietRings rings = new QuietRings(LAYOUT, LAYOUT.sendRings(), this::giveBack);

    private void giveBack(long at, long length) {
        assertEquals(0, at % PAGE);
        assertEquals(0, length % PAGE);
        assertTrue(at >= LAYOUT.sendRings() && at + length <= LAYOUT.clientLength());
        given.set((int) (at / PAGE), (int) ((at + length) / PAGE));
    }

    private void visitAll() {
        for (int at = 0; at < passed.length; at += QuietRings.VISIT) {
            rings.visit(at, at + QuietRings.VISIT, socket -> passed[socket], socket -> empty[socket]);
        }
    }

    /// The pages in which a ring lies.
    private static BitSet pages(int socket) {
        BitSet pages = new BitSet();
        for (int offset = 0; offset < LAYOUT.capacity(); offset++) {
            pages.set((int) ((LAYOUT.sendRings() + LAYOUT.place(socket, offset)) / PAGE));
        }
        return pages;
    }

    @Test
    void quietRingsGiveAllTheirPagesBackOnce() {
        java.util.Arrays.fill(empty, true);
        visitAll();
        assertTrue(given.isEmpty());

        visitAll();
        BitSet all = new BitSet();
        all.set((int) (LAYOUT.sendRings() / PAGE), (int) (LAYOUT.clientLength() / PAGE));
        assertEquals(all, given);

        given.clear();
        visitAll();
        assertTrue(given.isEmpty());

        passed[70] += 500;
        visitAll();
        assertTrue(given.isEmpty());
        visitAll();
        BitSet its = pages(70);
        its.andNot(given);
        assertTrue(its.isEmpty());
    }

    /// No page is given back that holds a part of a ring in which something lies, or passed since the last visit.
    @Test
    void whatIsWantedStays() {
        SplittableRandom luck = new SplittableRandom(1);
        boolean[] busy = new boolean[passed.length];
        boolean some = false;
        for (int round = 0; round < 300; round++) {
            for (int socket = 0; socket < passed.length; socket++) {
                busy[socket] = luck.nextInt(20) == 0;
                passed[socket] += busy[socket] ? 1 + luck.nextInt(100) : 0;
                empty[socket] = luck.nextInt(20) != 0;
            }
            given.clear();
            visitAll();
            some |= !given.isEmpty();
            for (int socket = 0; socket < passed.length; socket++) {
                if (busy[socket] || !empty[socket]) {
                    assertFalse(pages(socket).intersects(given), "socket " + socket);
                }
            }
        }
        assertTrue(some);
    }
}
