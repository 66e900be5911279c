package netkeep.stack;

import java.lang.foreign.MemorySegment;
import netkeep.engine.Engine;
import netkeep.engine.ledger.Counter;
import netkeep.ring.FrameConsumer;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// The other stacks that have the same addresses: what came to this one and is another's is brought to it, and what all
/// are to see to all.
final class Peers {
    private final Engine engine;
    private final @Nullable PeerPort[] ports;

    /// The row of the engine's marks, and the number of a link in its hand, of stack 0.
    private final int first;

    private long lost;

    /// @param ports by the stacks' numbers, null for this one
    /// @param links how many links there are, the loopback included
    Peers(Engine engine, @Nullable PeerPort[] ports, int links) {
        this.engine = engine;
        this.ports = ports.clone();
        this.first = links;
    }

    /// One of them comes, or is gone.
    void joins(int number, @Nullable PeerPort port) {
        ports[number] = port;
    }

    /// A frame came by a link, and this is what became of it.
    void pass(int link, MemorySegment frames, long at, int length, Verdict verdict) {
        if (engine.spreads()) {
            for (PeerPort port : ports) {
                lay(port, link, true, frames, at, length);
            }
        } else if (verdict == Verdict.ELSEWHERE) {
            lay(ports[engine.owner()], link, false, frames, at, length);
        }
    }

    private void lay(@Nullable PeerPort port, int link, boolean all, MemorySegment frames, long at, int length) {
        if (port != null && port.lay(link, all, frames, at, length)) {
            engine.counters().add(Counter.StacksOutFrames);
        } else if (port != null) {
            engine.counters().add(Counter.StacksOutDrops);
            lost++;
        }
    }

    /// Takes up to `most` frames of each.
    ///
    /// @return how many
    int take(int most, long nowNs, @Nullable Witness witness) {
        int taken = 0;
        for (int number = 0; number < ports.length; number++) {
            PeerPort port = ports[number];
            for (int left = port == null ? 0 : most; port != null && left > 0; left--) {
                long position = port.position();
                long at = port.take();
                if (at == FrameConsumer.EMPTY) {
                    break;
                }
                taken++;
                if (port.refuses(position)) {
                    engine.refuse();
                    continue;
                }
                engine.hand().frame(first + number, position);
                Verdict verdict = engine.brought(port.link(), port.memory(), at, port.length(), port.copy(), nowNs);
                if (witness != null) {
                    witness.came(port.link(), port.memory(), at, port.length(), verdict);
                }
            }
        }
        return taken;
    }

    /// Has the frame not taken that a predecessor died of, if it was one of a stack's.
    ///
    /// @param link as the hand has it
    /// @return whether it was
    boolean refuse(int link, long place) {
        int number = link - first;
        PeerPort port = number >= 0 && number < ports.length ? ports[number] : null;
        if (port != null) {
            port.refuse(place);
        }
        return port != null;
    }

    /// Part of the commit: how far all rings are.
    void note() {
        for (int number = 0; number < ports.length; number++) {
            PeerPort port = ports[number];
            if (port != null) {
                port.note(first + number, engine.marks());
            }
        }
    }

    /// After it.
    void publish() {
        for (PeerPort port : ports) {
            if (port != null) {
                port.publish();
            }
        }
    }

    /// Frames for which there was no room, ever.
    long lost() {
        return lost;
    }
}
