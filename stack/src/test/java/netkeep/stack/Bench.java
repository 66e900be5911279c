package netkeep.stack;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import netkeep.engine.Engine;
import netkeep.engine.EngineSettings;
import netkeep.engine.ip.IpSettings;
import netkeep.engine.ledger.Counter;
import netkeep.engine.neighbor.LinkSettings;
import netkeep.engine.tcp.TcpSettings;
import netkeep.ring.FrameConsumer;
import netkeep.ring.FrameProducer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Pieces;
import netkeep.ring.Region;

/// A stack with a link that the test is. Its successors have what it leaves.
final class Bench {
    /// What a frame holds that the stack dies of.
    static final long POISON = 13;

    static final int LINK = 1;

    private static final long MAC = 0x02_00_00_00_00_01L;

    private static final int LONGEST = 2048;
    private static final int CAPACITY = 1 << 16;
    private static final int FRAME = 64;
    private static final EngineSettings SETTINGS =
            new EngineSettings(16, 1, 64, IpSettings.DEFAULT, TcpSettings.DEFAULT);

    /// The link's device.
    private final class Device implements FramePort {
        @Override
        public int receive(MemorySegment frames, long at, int room) {
            throw new AssertionError("the link's to read");
        }

        @Override
        public boolean transmit(Pieces frame) {
            sent.add(given());
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
    }

    private final Arena arena = Arena.ofAuto();
    private final LinkSettings[] links = {LinkSettings.LOOPBACK, LinkSettings.ethernet(LINK, MAC, 1500)};
    private final Region ledger = region(Engine.ledgerLength(SETTINGS, links.length));
    private final Region given = region(FrameProducer.length(CAPACITY));
    private final Region stacks = region(FrameProducer.CONSUMER_LENGTH);
    private final FrameProducer giving = new FrameProducer(given, 0, stacks, 0, CAPACITY, 0);

    /// What was in the frames that came, poisonous ones too. They are of no protocol: each is counted as dropped.
    final List<Long> seen = new ArrayList<>();

    /// For each frame that went to the device, how much of the ring was given back by then.
    final List<Long> sent = new ArrayList<>();

    /// How often the link was rung.
    int rings;

    Engine engine;
    Stack stack;

    Bench() {
        succeed();
    }

    private Region region(long length) {
        return new Region(arena.allocate(length, Long.BYTES));
    }

    /// Builds a stack on the regions: a new one, or a successor.
    void succeed() {
        engine = new Engine(ledger, arena.allocate(Engine.headsLength(SETTINGS), Long.BYTES), SETTINGS, links, 1, 2);
        engine.tryWith(new Engine.Trial() {
            @Override
            public void frame(MemorySegment frames, long at, int length) {
                long holds = frames.get(JAVA_LONG, at + FRAME - Long.BYTES);
                seen.add(holds);
                if (holds == POISON) {
                    throw new IllegalStateException("a poisonous frame");
                }
            }

            @Override
            public void request(int op) {}
        });
        FrameConsumer up = new FrameConsumer(
                stacks, 0, given, 0, CAPACITY, LONGEST, engine.marks().taken(LINK));
        stack = new Stack(
                engine,
                new Port[] {new RingPort(up, new Device(), () -> rings++)},
                region(Stack.framesLength(1)),
                arena.allocate(1 << 18, Long.BYTES));
        engine.begin(0);
    }

    /// The link gives a frame with each of these in it.
    void give(long... what) throws PeerViolation {
        for (long one : what) {
            long at = giving.free(FRAME);
            given.i64(at + FRAME - Long.BYTES, one);
            giving.give(FRAME);
        }
        giving.publish();
    }

    /// How much of the ring the stack has given back, ever.
    long given() {
        return stacks.i64(0);
    }

    long count(Counter counter) {
        return engine.counters().get(counter);
    }
}
