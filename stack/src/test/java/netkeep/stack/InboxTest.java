package netkeep.stack;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.ledger.Counter;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.Pieces;
import netkeep.ring.Region;
import org.junit.jupiter.api.Test;

/// What a stack has read from a device and not committed, its successor takes.
class InboxTest {
    private static final long POISON = 13;
    private static final int FRAME = 1000;
    private static final int LONGEST = 2048;
    private static final EngineSettings SETTINGS =
            new EngineSettings(16, 1, 64, IpSettings.DEFAULT, TcpSettings.DEFAULT);
    private static final LinkSettings[] LINKS = {
        LinkSettings.LOOPBACK, LinkSettings.ethernet(1, 0x02_00_00_00_00_01L, 1500)
    };

    /// Frames that wait, each with a number at its end.
    private final Deque<Long> device = new ArrayDeque<>();

    private final FramePort port = new FramePort() {
        @Override
        public int receive(MemorySegment frames, long at, int room) {
            if (device.isEmpty()) {
                return 0;
            }
            frames.set(JAVA_LONG, at + FRAME - Long.BYTES, device.remove());
            return FRAME;
        }

        @Override
        public boolean transmit(Pieces frame) {
            return true;
        }

        @Override
        public int maxFrame() {
            return LONGEST;
        }

        @Override
        public long deadlineNs() {
            return Long.MAX_VALUE;
        }

        @Override
        public void dropped(String reason) {}
    };

    private final Arena arena = Arena.ofAuto();
    private final Region ledger = region(Engine.ledgerLength(SETTINGS, LINKS.length));
    private final Region frames = region(Stack.framesLength(1));
    private final List<Long> seen = new ArrayList<>();

    /// How many inputs a stack lives to see.
    private long lives = Long.MAX_VALUE;

    private Engine engine;
    private Stack stack;

    InboxTest() {
        engine = engine();
        stack = stack();
    }

    private Region region(long length) {
        return new Region(arena.allocate(length, Long.BYTES));
    }

    private Engine engine() {
        MemorySegment heads = arena.allocate(Engine.headsLength(SETTINGS), Long.BYTES);
        Engine made = new Engine(ledger, heads, SETTINGS, LINKS, 1, 2);
        made.tryWith(new Engine.Trial() {
            @Override
            public void frame(MemorySegment memory, long at, int length) {
                assertEquals(FRAME, length);
                long number = memory.get(JAVA_LONG, at + FRAME - Long.BYTES);
                if (number == POISON || lives-- == 0) {
                    throw new IllegalStateException("dies of " + number);
                }
                seen.add(number);
            }

            @Override
            public void request(int op) {}
        });
        return made;
    }

    private Stack stack() {
        return new Stack(engine, new Port[] {port}, frames, arena.allocate(1 << 18, Long.BYTES));
    }

    private void succeed(boolean blame) {
        engine = engine();
        stack = stack();
        if (blame) {
            stack.blame();
        }
        engine.begin(0);
        stack.inherit();
    }

    private void give(long... numbers) {
        LongStream.of(numbers).forEach(device::add);
    }

    private void turn() {
        stack.turn(1);
    }

    @Test
    void turnThatWasCutOffIsTakenAgain() {
        give(1, 2);
        turn();
        give(3, 4, 5);
        lives = 2;
        assertThrows(IllegalStateException.class, this::turn);
        assertEquals(List.of(1L, 2L, 3L, 4L), seen);

        lives = Long.MAX_VALUE;
        succeed(false);
        give(6);
        turn();
        turn();

        assertEquals(List.of(1L, 2L, 3L, 4L, 3L, 4L, 5L, 6L), seen);
        assertEquals(6, engine.counters().get(Counter.LinkInDrops));
    }

    @Test
    void whatWasCommittedIsNotTakenAgain() {
        give(1, 2, 3);
        turn();

        succeed(false);
        turn();

        assertEquals(List.of(1L, 2L, 3L), seen);
    }

    @Test
    void whatItDiedOfIsNotTakenAgainAndTheRestIs() {
        give(1, POISON);
        assertThrows(IllegalStateException.class, this::turn);
        assertEquals("a frame of link 1, at 1", engine.hand().toString());

        succeed(true);
        give(2);
        for (int input = 0; input < 3; input++) {
            turn();
        }

        assertEquals(List.of(1L, 1L, 2L), seen);
        assertEquals(3, engine.counters().get(Counter.LinkInDrops));
    }

    @Test
    void twoThatKillInOneTurnCostOneDeathEach() {
        give(1, POISON, 2, POISON, 3);
        for (int deaths = 0; deaths < 2; deaths++) {
            assertThrows(IllegalStateException.class, () -> {
                for (int input = 0; input < 5; input++) {
                    turn();
                }
            });
            succeed(true);
        }
        for (int input = 0; input < 5; input++) {
            turn();
        }

        assertEquals(List.of(1L, 1L, 2L, 2L, 3L), seen);
        assertEquals(5, engine.counters().get(Counter.LinkInDrops));
    }

    /// A turn as a whole killed it: one input a turn, and those that wait are not read over.
    @Test
    void whoIsCarefulTakesOneATurnAndReadsNothingBeforeAllAreTaken() {
        give(1, 2, 3);
        lives = 0;
        assertThrows(IllegalStateException.class, this::turn);
        engine.hand().none();
        lives = Long.MAX_VALUE;
        succeed(true);
        give(4);
        for (int turns = 1; turns <= 4; turns++) {
            turn();
            assertEquals(turns, seen.size());
        }
        assertEquals(List.of(1L, 2L, 3L, 4L), seen);
    }

    /// A successor dies in its turn, too; whenever it does, each frame counts once.
    @Test
    void deathsInARowLoseNothing() {
        SplittableRandom luck = new SplittableRandom(7);
        long next = 100;
        for (int round = 0; round < 300; round++) {
            int count = luck.nextInt(100);
            for (int i = 0; i < count; i++) {
                device.add(next++);
            }
            lives = luck.nextInt(120);
            try {
                turn();
            } catch (IllegalStateException dead) {
                succeed(false);
            }
        }
        lives = Long.MAX_VALUE;
        while (stack.turn(1) != 0) {
            // All that waits.
        }
        assertEquals(next - 100, engine.counters().get(Counter.LinkInDrops));
        assertEquals(
                LongStream.range(100, next).boxed().toList(),
                seen.stream().sorted().distinct().toList());
    }

    /// Of another region nothing is taken: a program's own stack begins with memory of its own.
    @Test
    void numbersOfAnotherRegionCountForNothing() {
        give(1, 2);
        turn();
        frames.i64(Inbox.PART, 1);
        succeed(false);
        give(3);
        turn();

        assertEquals(List.of(1L, 2L, 3L), seen);
    }
}
