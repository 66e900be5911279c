package netkeep.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;

class CableTest {
    private static final int COUNT = 200;

    private final SimLink.Pair one = SimLink.pair(SimLink.Settings.DEFAULT, 1L << 41, 1L << 41 | 1);
    private final SimLink.Pair other = SimLink.pair(SimLink.Settings.DEFAULT, 1L << 41 | 2, 1L << 41 | 3);
    private long nowNs;

    @Test
    void whatOneEndReceivesTheOtherSendsInOrder() {
        Cable cable = new Cable(one.right(), other.left(), () -> nowNs);
        for (int number = 0; number < COUNT; number++) {
            assertTrue(one.left().transmit(Frames.one(Frames.numbered(number, 60 + number))));
            assertTrue(other.right().transmit(Frames.one(Frames.numbered(COUNT + number, 300 - number))));
        }
        int passed = 0;
        for (int turn = cable.turn(); turn > 0; turn = cable.turn()) {
            passed += turn;
        }
        assertEquals(2 * COUNT, passed);
        for (int number = 0; number < COUNT; number++) {
            assertArrayEquals(Frames.numbered(number, 60 + number), Frames.receive(other.right()));
            assertArrayEquals(Frames.numbered(COUNT + number, 300 - number), Frames.receive(one.left()));
        }
        assertEquals(0, Frames.receive(other.right()).length);
        assertEquals(0, Frames.receive(one.left()).length);
    }

    @Test
    void whatHappensInALinkAroundAnEndHappensOnTheWay() {
        Faults loss = Faults.NONE.withLoss(0.5);
        FaultLink lossy = new FaultLink(other.left(), loss, Faults.NONE, Seeds.luck(1), () -> nowNs);
        Cable cable = new Cable(one.right(), lossy, () -> nowNs);
        for (int number = 0; number < COUNT; number++) {
            one.left().transmit(Frames.one(Frames.numbered(number, 60)));
            other.right().transmit(Frames.one(Frames.numbered(number, 60)));
        }
        while (cable.turn() > 0) {}
        assertEquals(COUNT, received(other.right()));
        int arrived = received(one.left());
        assertEquals(COUNT - lossy.counters().receivedDrops, arrived);
        assertTrue(arrived > COUNT / 4 && arrived < COUNT * 3 / 4, "arrived " + arrived);
    }

    private static int received(Link link) {
        int count = 0;
        while (Frames.receive(link).length != 0) {
            count++;
        }
        return count;
    }

    @Test
    void runsUntilItIsToldToEnd() throws InterruptedException {
        Cable cable = new Cable(one.right(), other.left(), () -> nowNs);
        one.left().transmit(Frames.one(Frames.numbered(1, 60)));
        Thread thread = Thread.ofPlatform().start(cable);
        byte[] got = Frames.receive(other.right());
        while (got.length == 0) {
            Thread.onSpinWait();
            got = Frames.receive(other.right());
        }
        cable.end();
        thread.join();
        assertArrayEquals(Frames.numbered(1, 60), got);
    }
}
