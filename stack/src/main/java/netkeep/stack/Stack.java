package netkeep.stack;

import java.lang.foreign.MemorySegment;
import netkeep.engine.Engine;
import netkeep.engine.ledger.Outgoing;
import netkeep.ring.Pieces;
import netkeep.wire.Verdict;

/// The stack: the engine in a loop. One thread at a time calls it.
///
/// A turn takes a bounded batch, works, commits, sends, and then tells the clients: killed at any instruction of it, a
/// successor goes on from the last commit.
public final class Stack {
    /// The most frames that a turn takes from one port.
    private static final int FRAMES = 64;

    /// Octets of a turn's frames from one port.
    private static final int SHARE = 256 << 10;

    /// The most requests that a turn takes from one session.
    private static final int REQUESTS = 1024;

    /// Octets after which whoever only sends looks at what came back: else acknowledgments wait until the send buffer
    /// is full, and the ring cycles through memory that no cache holds.
    private static final int UNHEARD = 1 << 17;

    private final Engine engine;
    private final FramePort[] ports;
    private final MemorySegment frames;
    private long unsent;
    private int unheard;

    /// @param ports  by the links' numbers from 1 on: link 0, the loopback, is the stack's own
    /// @param frames where a turn keeps what it received: [#framesLength] octets
    /// @param loop   where the loopback's frames wait, at least two of the longest
    public Stack(Engine engine, FramePort[] ports, MemorySegment frames, MemorySegment loop) {
        this.engine = engine;
        this.ports = new FramePort[ports.length + 1];
        this.ports[0] = new Loopback(loop);
        System.arraycopy(ports, 0, this.ports, 1, ports.length);
        this.frames = frames;
    }

    /// Octets for the frames of a turn over `links` links: small ones lie close together, and of the longest there are
    /// three. More would go through the nearest cache and out of it again before anybody has read them.
    public static long framesLength(int links) {
        return (long) (links + 1) * SHARE;
    }

    /// One turn over frames and requests.
    ///
    /// @return how much there was to do: after 0 the loop may sleep until [#deadlineNs]
    public int turn(long nowNs) {
        int done = 0;
        unheard = 0;
        long share = frames.byteSize() / ports.length;
        for (int link = 0; link < ports.length; link++) {
            done += receive(link, link * share, (link + 1) * share, nowNs);
        }
        return done + requestsTurn(done, nowNs);
    }

    /// One turn over requests alone: what a client's own thread runs after it has put one. Over frames, too, if much
    /// was sent since they were looked at.
    public int requestsTurn(long nowNs) {
        return unheard >= UNHEARD ? turn(nowNs) : requestsTurn(0, nowNs);
    }

    private int requestsTurn(int before, long nowNs) {
        int done = engine.requests(REQUESTS, nowNs);
        if (engine.deadlineNs() <= nowNs && engine.expire(nowNs)) {
            done++;
        }
        // What was asked of the engine between two turns may have changed records or laid frames down.
        if (before + done == 0 && !engine.pending() && engine.outgoing().count() == 0) {
            return 0;
        }
        engine.transmit(nowNs);
        engine.commit();
        send();
        engine.publish();
        return Math.max(1, done);
    }

    private int receive(int link, long from, long end, long nowNs) {
        FramePort port = ports[link];
        int room = port.maxFrame();
        long at = from;
        for (int taken = 0; taken < FRAMES; taken++) {
            if (at + room > end) {
                return taken;
            }
            Pieces landing = port.scatters() ? engine.landing(link, frames, at, room) : null;
            int length = landing == null ? port.receive(frames, at, room) : port.receive(landing);
            if (length == 0) {
                return taken;
            }
            Verdict verdict = landing == null
                    ? engine.arrives(link, frames, at, length, nowNs)
                    : engine.lands(link, frames, at, length, nowNs);
            if (verdict != Verdict.OK) {
                port.dropped(verdict.name());
            }
            at += length + 63 & ~63;
        }
        return FRAMES;
    }

    private void send() {
        Outgoing outgoing = engine.outgoing();
        for (int i = 0; i < outgoing.count(); i++) {
            unheard += outgoing.frame(i).total();
            if (!ports[outgoing.link(i)].transmit(outgoing.frame(i))) {
                unsent++;
            }
        }
    }

    /// Frames that a full device did not take, ever: to the protocols they are lost on the wire.
    public long unsent() {
        return unsent;
    }

    /// When to call [#turn] although nothing arrives.
    public long deadlineNs() {
        long deadline = engine.pending() ? 0 : engine.deadlineNs();
        for (FramePort port : ports) {
            deadline = Math.min(deadline, port.deadlineNs());
        }
        return deadline;
    }

    public Engine engine() {
        return engine;
    }
}
