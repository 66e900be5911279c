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

/// A stack with rings to links that the test is. Its successors have what it leaves.
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

    /// The rings of a link, and its ends of them.
    private final class Wire {
        private final Region links = region(RINGS);
        private final Region stacks = region(RINGS);
        private final FrameProducer giving = new FrameProducer(links, 0, stacks, CONSUMER, CAPACITY, 0);
        private final FrameConsumer taking = new FrameConsumer(links, CONSUMER, stacks, 0, CAPACITY, LONGEST, 0);
    }

    private final Arena arena = Arena.ofAuto();
    private final LinkSettings[] links;
    private final Region ledger;
    private final Wire[] wires;

    /// What was in the frames that came, poisonous ones too. They are of no protocol: each is counted as dropped.
    final List<Long> seen = new ArrayList<>();

    /// How often the link was rung.
    int rings;

    Engine engine;
    RingPort[] ports;
    Stack stack;

    Bench() {
        this(1);
    }

    Bench(int count) {
        links = new LinkSettings[count + 1];
        links[0] = LinkSettings.LOOPBACK;
        wires = new Wire[count];
        for (int number = 1; number <= count; number++) {
            links[number] = LinkSettings.ethernet(number, 0x02_00_00_00_00_00L + number, 1500);
            wires[number - 1] = new Wire();
        }
        ledger = region(Engine.ledgerLength(SETTINGS, links.length));
        succeed();
    }

    Region region(long length) {
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
        ports = new RingPort[wires.length];
        for (int i = 0; i < ports.length; i++) {
            ports[i] = port(wires[i], i + 1);
        }
        stack = new Stack(
                engine,
                ports,
                arena.allocate(Stack.framesLength(ports.length), Long.BYTES),
                arena.allocate(1 << 18, Long.BYTES));
        engine.begin(0);
    }

    private RingPort port(Wire wire, int link) {
        long taken = engine.marks().taken(link);
        long laid = engine.marks().laid(link);
        return new RingPort(
                new FrameConsumer(wire.stacks, CONSUMER, wire.links, 0, CAPACITY, LONGEST, taken),
                new FrameProducer(wire.stacks, 0, wire.links, CONSUMER, CAPACITY, laid),
                LONGEST,
                () -> rings++);
    }

    /// Link 1 gives a frame with each of these in it.
    void give(long... what) throws PeerViolation {
        Wire wire = wires[0];
        for (long one : what) {
            long at = wire.giving.free(FRAME);
            wire.links.i64(at + FRAME - Long.BYTES, one);
            wire.giving.give(FRAME);
        }
        wire.giving.publish();
    }

    /// A link takes all that was sent.
    ///
    /// @return how many frames
    int take(int link) throws PeerViolation {
        FrameConsumer taking = wires[link - 1].taking;
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
