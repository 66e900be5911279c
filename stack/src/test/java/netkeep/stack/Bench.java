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
import netkeep.ring.Region;

/// A stack with a ring to a link that the test is. Its successors have what it leaves.
final class Bench {
    /// What a frame holds that the stack dies of.
    static final long POISON = 13;

    private static final int LONGEST = 2048;
    private static final int CAPACITY = 1 << 16;
    private static final long CONSUMER = FrameProducer.length(CAPACITY);
    private static final long RINGS = CONSUMER + FrameProducer.CONSUMER_LENGTH;
    private static final int FRAME = 64;
    private static final EngineSettings SETTINGS =
            new EngineSettings(16, 1, 64, IpSettings.DEFAULT, TcpSettings.DEFAULT);
    private static final LinkSettings[] LINKS = {
        LinkSettings.LOOPBACK, LinkSettings.ethernet(1, 0x02_00_00_00_00_01L, 1500)
    };

    private final Arena arena = Arena.ofAuto();
    private final Region ledger = region(Engine.ledgerLength(SETTINGS, LINKS.length));
    private final Region links = region(RINGS);
    private final Region stacks = region(RINGS);
    private final FrameProducer link = new FrameProducer(links, 0, stacks, CONSUMER, CAPACITY, 0);
    private final FrameConsumer taking = new FrameConsumer(links, CONSUMER, stacks, 0, CAPACITY, LONGEST, 0);

    /// What was in the frames that came, poisonous ones too. They are of no protocol: each is counted as dropped.
    final List<Long> seen = new ArrayList<>();

    /// How often the link was rung.
    int rings;

    Engine engine;
    RingPort port;
    Stack stack;

    Bench() {
        succeed();
    }

    Region region(long length) {
        return new Region(arena.allocate(length, Long.BYTES));
    }

    /// Builds a stack on the regions: a new one, or a successor.
    void succeed() {
        engine = new Engine(ledger, arena.allocate(Engine.headsLength(SETTINGS), Long.BYTES), SETTINGS, LINKS, 1, 2);
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
        port = new RingPort(
                new FrameConsumer(
                        stacks,
                        CONSUMER,
                        links,
                        0,
                        CAPACITY,
                        LONGEST,
                        engine.marks().taken(1)),
                new FrameProducer(
                        stacks, 0, links, CONSUMER, CAPACITY, engine.marks().laid(1)),
                LONGEST,
                () -> rings++);
        stack = new Stack(
                engine,
                new Port[] {port},
                arena.allocate(Stack.framesLength(1), Long.BYTES),
                arena.allocate(1 << 18, Long.BYTES));
        engine.begin(0);
    }

    /// The link gives a frame with each of these in it.
    void give(long... what) throws PeerViolation {
        for (long one : what) {
            long at = link.free(FRAME);
            links.i64(at + FRAME - Long.BYTES, one);
            link.give(FRAME);
        }
        link.publish();
    }

    /// The link takes all that was sent.
    ///
    /// @return how many frames
    int take() throws PeerViolation {
        int frames = 0;
        while (taking.take() != FrameConsumer.EMPTY) {
            frames++;
        }
        taking.release();
        return frames;
    }

    long count(Counter counter) {
        return engine.counters().get(counter);
    }
}
