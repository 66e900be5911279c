package netkeep.sim;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Joins a [Node] to wires: frames of one instant are one batch, after which the node has its turn; it has one, too,
/// at its deadline and after [#kick].
public final class Host implements Station {
    private final World world;
    private final List<Pipe> links = new ArrayList<>();
    // The node's own deadline, and the turn that somebody asked for: two, so that the first seldom moves.
    private final Alarm alarm;
    private final Alarm wake;
    private final Node.Outlet outlet = new Outlet();
    private final long latencyNs;
    private @Nullable Capture capture;
    private Node node;
    private boolean off;
    private long turns;

    public Host(World world, Node node) {
        this(world, node, 0);
    }

    /// @param latencyNs how long what arrived waits for the node's turn
    public Host(World world, Node node, long latencyNs) {
        this.world = world;
        this.node = node;
        this.latencyNs = latencyNs;
        this.alarm = new Alarm(world, this::turn);
        this.wake = new Alarm(world, this::turn);
    }

    @Override
    public Receiver plug(Pipe out) {
        int link = links.size();
        links.add(out);
        return (frames, at, length, nowNs) -> {
            if (!off) {
                if (capture != null) {
                    capture.frame(frames, at, length, nowNs);
                }
                node.arrives(link, frames, at, length, nowNs);
                kick();
            }
        };
    }

    public Node node() {
        return node;
    }

    /// Puts a successor in the node's place.
    public void node(Node successor) {
        node = successor;
        kick();
    }

    /// The pipe that leads away from here on a link.
    public Pipe link(int link) {
        return links.get(link);
    }

    /// Notes down all that arrives here and leaves from here; null ends it.
    public void capture(@Nullable Capture notes) {
        capture = notes;
    }

    /// How many turns the node has had.
    public long turns() {
        return turns;
    }

    /// Gives the node a turn soon: somebody asked something of it.
    public void kick() {
        long soonNs = world.nowNs() + latencyNs;
        if (soonNs < wake.deadlineNs()) {
            wake.set(soonNs);
        }
    }

    /// Lets the host be dead until [#on]: what arrives is lost.
    public void off() {
        off = true;
        alarm.set(World.NEVER);
        wake.set(World.NEVER);
    }

    public void on() {
        off = false;
        kick();
    }

    private void turn() {
        if (off) {
            return;
        }
        turns++;
        node.turn(outlet, world.nowNs());
        alarm.set(node.deadlineNs());
    }

    private final class Outlet implements Node.Outlet {
        private Frames.@Nullable Frame room;

        @Override
        public MemorySegment room(int length) {
            Frames.Frame before = room;
            if (before != null) {
                world.frames().give(before);
            }
            Frames.Frame taken = world.frames().take(length);
            room = taken;
            return taken.memory;
        }

        @Override
        public void sendRoom(int link, int length) {
            Frames.Frame laid = room;
            if (laid == null) {
                throw new IllegalStateException("no room was asked for");
            }
            room = null;
            note(laid.memory, 0, length);
            links.get(link).send(laid, length);
        }

        @Override
        public void send(int link, MemorySegment frames, long at, int length) {
            note(frames, at, length);
            links.get(link).send(frames, at, length);
        }

        private void note(MemorySegment frames, long at, int length) {
            if (capture != null) {
                capture.frame(frames, at, length, world.nowNs());
            }
        }
    }
}
