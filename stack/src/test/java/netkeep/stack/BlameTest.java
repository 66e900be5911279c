package netkeep.stack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import netkeep.engine.ledger.Counter;
import netkeep.ring.PeerViolation;
import org.junit.jupiter.api.Test;

/// What a stack died of, its successor does not take again.
class BlameTest {
    /// Turns that a successor is careful for.
    private static final int CAREFUL = 2048;

    private final Bench bench = new Bench();
    private long nowNs;

    private int turn() {
        nowNs += 1_000;
        return bench.stack.turn(nowNs);
    }

    @Test
    void frameInHandIsDroppedAndThoseAroundItAreTaken() throws PeerViolation {
        bench.give(1, Bench.POISON, 2);
        assertThrows(IllegalStateException.class, this::turn);

        bench.succeed();
        bench.seen.clear();
        bench.stack.blame();
        while (turn() != 0) {}

        assertEquals(List.of(1L, 2L), bench.seen);
        assertEquals(3, bench.count(Counter.LinkInDrops));
        assertEquals("nothing", bench.engine.hand().toString());
    }

    /// It was killed, and the frame had nothing to do with it.
    @Test
    void frameInHandOfOneThatWasKilledIsTakenAgain() throws PeerViolation {
        bench.give(1, Bench.POISON, 2);
        assertThrows(IllegalStateException.class, this::turn);

        bench.succeed();
        bench.seen.clear();

        assertThrows(IllegalStateException.class, this::turn);
        assertEquals(List.of(1L, Bench.POISON), bench.seen);
    }

    /// What is refused is committed before the next one is tried: else each successor would take the one again that
    /// its predecessor had refused.
    @Test
    void twoPoisonousFramesOfOneTurnCostOneDeathEach() throws PeerViolation {
        bench.give(1, Bench.POISON, 2, Bench.POISON, 3);
        for (int deaths = 0; deaths < 2; deaths++) {
            assertThrows(IllegalStateException.class, () -> {
                while (turn() != 0) {}
            });
            bench.succeed();
            bench.stack.blame();
        }
        while (turn() != 0) {}

        bench.seen.removeIf(one -> one == Bench.POISON);
        assertEquals(List.of(1L, 1L, 2L, 2L, 3L), bench.seen);
        assertEquals(5, bench.count(Counter.LinkInDrops));
    }

    /// A frame is refused where it lay, and not the next one there.
    @Test
    void onlyOneFrameIsRefused() throws PeerViolation {
        bench.give(Bench.POISON);
        assertThrows(IllegalStateException.class, this::turn);
        bench.succeed();
        bench.seen.clear();
        bench.stack.blame();
        turn();

        bench.give(3, 4);
        turn();

        assertEquals(List.of(3L, 4L), bench.seen);
        assertEquals(3, bench.count(Counter.LinkInDrops));
    }

    @Test
    void withNothingInHandInputsAreTakenOneATurn() throws PeerViolation {
        bench.engine.hand().none();
        bench.succeed();
        bench.stack.blame();
        bench.give(1, 2, Bench.POISON, 3);

        turn();
        assertEquals(List.of(1L), bench.seen);
        turn();
        assertEquals(List.of(1L, 2L), bench.seen);
        // The one that it dies of now has a name, and nothing of the turns before is taken again.
        assertThrows(IllegalStateException.class, this::turn);
        bench.succeed();
        bench.seen.clear();
        bench.stack.blame();
        while (turn() != 0) {}

        assertEquals(List.of(3L), bench.seen);
        assertEquals(4, bench.count(Counter.LinkInDrops));
    }

    @Test
    void careEnds() throws PeerViolation {
        bench.engine.hand().none();
        bench.succeed();
        bench.stack.blame();
        for (int turns = 0; turns < CAREFUL; turns++) {
            turn();
        }
        bench.give(1, 2, 3);

        turn();

        assertEquals(List.of(1L, 2L, 3L), bench.seen);
    }

    /// A predecessor may have died between what it showed the link and its ring.
    @Test
    void successorRingsItsLink() {
        int before = bench.rings;

        bench.succeed();

        assertEquals(before + 1, bench.rings);
    }
}
