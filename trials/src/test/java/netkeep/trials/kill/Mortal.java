package netkeep.trials.kill;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import netkeep.engine.Engine;
import netkeep.linux.Clock;
import netkeep.ring.Region;
import netkeep.stack.FramePort;
import netkeep.stack.Stack;
import netkeep.wire.Address;

/// The process that is killed: an engine over regions in files, and the loop round it. It says that it stands by, and
/// begins when it is told to; what came before it knows from the regions alone.
public final class Mortal {
    private static final long LONGEST_LIFE_NS = TimeUnit.MINUTES.toNanos(15);
    private static final long NAP_NS = 20_000;
    private static final long LOOP = 1 << 18;

    private Mortal() {}

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        Clock clock = new Clock();
        Region ledger = Regions.map(directory, "ledger", true);
        Region stackSide = Regions.map(directory, "stack", true);
        Region down = Regions.map(directory, "down", true);
        Region clientSide = Regions.map(directory, "client", false);
        Region up = Regions.map(directory, "up", false);
        Region frames = new Region(Arena.global().allocate(Stack.framesLength(1), 64));
        rehearse(frames, clock.nowNs());
        System.out.println("stands by");
        if (System.in.read() != 'g') {
            return;
        }
        boolean first = ledger.i64(8) == 0;
        Engine engine = engine(ledger, clientSide, stackSide, clock.nowNs());
        if (first) {
            addresses(engine, Regions.MORTAL, clock.nowNs());
        }
        RingPort port = new RingPort(down, up);
        Stack stack = stack(engine, port, frames);
        long end = clock.nowNs() + LONGEST_LIFE_NS;
        int idle = 0;
        for (long nowNs = clock.nowNs(); nowNs < end; nowNs = clock.nowNs()) {
            down.i64(Regions.TURN, engine.turn());
            down.i64Release(Regions.TURN + 8, 1);
            int done = stack.turn(nowNs);
            port.turned();
            down.i64Release(Regions.TURN + 8, 0);
            idle = done == 0 ? idle + 1 : 0;
            if (idle > 20) {
                LockSupport.parkNanos(NAP_NS);
            }
        }
    }

    /// Builds an engine on regions: a first one, or a successor.
    static Engine engine(Region ledger, Region clientSide, Region stackSide, long nowNs) {
        MemorySegment heads = Arena.global().allocate(Engine.headsLength(Regions.settings()), 64);
        Engine engine = new Engine(ledger, heads, Regions.settings(), Regions.links(Regions.MORTAL), nowNs, 1);
        engine.attach(0, Regions.LAYOUT, clientSide, stackSide);
        engine.begin(nowNs);
        return engine;
    }

    static void addresses(Engine engine, int host, long nowNs) {
        Address v4 = Regions.address4(host);
        Address v6 = Regions.address6(host);
        engine.ip().addAddress(1, v4.hi(), v4.lo(), 24, nowNs);
        engine.ip().addAddress(1, v6.hi(), v6.lo(), 64, nowNs);
    }

    static Stack stack(Engine engine, FramePort port, Region frames) {
        return new Stack(engine, new FramePort[] {port}, frames, Arena.global().allocate(LOOP, 64));
    }

    /// Loads what the successor will need: an engine on memory of its own takes a turn.
    private static void rehearse(Region frames, long nowNs) {
        Region ledger = memory("ledger");
        Engine engine = engine(ledger, memory("client"), memory("stack"), nowNs);
        addresses(engine, Regions.MORTAL, nowNs);
        RingPort port = new RingPort(memory("down"), memory("up"));
        Stack stack = stack(engine, port, frames);
        for (int turn = 0; turn < 3; turn++) {
            stack.turn(nowNs + TimeUnit.SECONDS.toNanos(turn));
            port.turned();
        }
    }

    private static Region memory(String name) {
        return new Region(Arena.global().allocate(Regions.length(name), 64));
    }
}
