package netkeep.placement;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.engine.Engine;
import netkeep.engine.ledger.Hand;
import netkeep.engine.socket.Endpoint;
import netkeep.session.Status;

/// Dies of some inputs, in trials: of a frame in whose last eight octets it says so, and of a request that there is
/// not; and of the records of connections with some ports. A link dies of other frames, or breaks its rings for one;
/// control dies of messages that end so.
final class Poison implements Engine.Trial {
    /// Names the property that has domains die of it.
    private static final String PROPERTY = "netkeep.poison";

    /// At the end of a poisonous frame: it throws.
    private static final long THROWS = 0x6e65_746b_6565_7021L;

    /// The same: it never ends.
    private static final long HANGS = 0x6e65_746b_6565_703fL;

    /// The same for a link: it throws.
    private static final long LINK_THROWS = 0x6e65_746b_6565_702aL;

    /// The same: it never ends.
    private static final long LINK_HANGS = 0x6e65_746b_6565_7040L;

    /// The same: it writes nonsense to its rings.
    private static final long BREAKS = 0x6e65_746b_6565_7023L;

    /// The op of a poisonous request.
    private static final int REQUEST = 250;

    /// The peer's port of a connection whose record kills whoever finds it after a death, looks at its timers, sees
    /// what it has to send. None that a system chooses.
    private static final int FOUND = 6661;

    private static final int DUE = 6662;
    private static final int SENDS = 6663;

    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(java.nio.ByteOrder.BIG_ENDIAN);

    @Override
    public void frame(MemorySegment frames, long at, int length) {
        die(end(frames, at, length), THROWS, HANGS, "frame");
    }

    /// A link looks at a frame.
    static void look(MemorySegment frames, long at, int length) {
        die(end(frames, at, length), LINK_THROWS, LINK_HANGS, "frame");
    }

    /// Control looks at a message.
    static void message(byte[] octets) {
        die(end(MemorySegment.ofArray(octets), 0, octets.length), THROWS, HANGS, "message");
    }

    private static void die(long end, long throwing, long hanging, String what) {
        if (end == throwing) {
            throw new IllegalStateException("a poisonous " + what);
        }
        while (end == hanging) {
            Thread.onSpinWait();
        }
    }

    static boolean on() {
        return Boolean.getBoolean(PROPERTY);
    }

    /// Has an engine die of it, in trials.
    static void in(Engine engine) {
        if (on()) {
            engine.tryWith(new Poison());
        }
    }

    private static long end(MemorySegment frames, long at, int length) {
        return length < Long.BYTES ? 0 : frames.get(LONG, at + length - Long.BYTES);
    }

    /// Whether a link is to break its rings for a frame.
    static boolean breaks(MemorySegment frames, long at, int length) {
        return end(frames, at, length) == BREAKS;
    }

    @Override
    public void request(int op) {
        if (op == REQUEST) {
            throw new IllegalStateException("a poisonous request");
        }
    }

    @Override
    public void record(Endpoint of, Hand.Work why) {
        int poisonous = switch (why) {
            case FOUND -> FOUND;
            case DUE -> DUE;
            case SENDS -> SENDS;
            case TOLD, LEFT -> 0;
        };
        boolean alive = of.kind() == Endpoint.CONNECTION && (of.status() & Status.FAILED) == 0;
        if (alive && poisonous != 0 && of.remotePort() == poisonous) {
            throw new IllegalStateException("a poisonous record");
        }
    }
}
