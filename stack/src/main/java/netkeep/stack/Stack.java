// Long: what a turn is, and the last one, are one story.
package netkeep.stack;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import netkeep.engine.Engine;
import netkeep.engine.ledger.Hand;
import netkeep.engine.ledger.Outgoing;
import netkeep.ring.FrameConsumer;
import netkeep.ring.Pieces;
import netkeep.ring.Region;
import netkeep.wire.Verdict;
import org.jspecify.annotations.Nullable;

/// The stack: the engine in a loop. One thread at a time calls it.
///
/// A turn takes a bounded batch, works, commits, sends, and then tells the clients: killed at any instruction of it, a
/// successor goes on from the last commit.
public final class Stack {
    /// The most requests that a turn takes from one session.
    private static final int REQUESTS = 1024;

    /// Octets after which whoever only sends looks at what came back: else acknowledgments wait until the send buffer
    /// is full, and the ring cycles through memory that no cache holds.
    private static final int UNHEARD = 1 << 17;

    /// Turns of one input each, after a predecessor died of nobody knows which: more than it can have had in hand.
    private static final int CAREFUL = 2048;

    private final Engine engine;
    private final Port[] ports;

    /// Of the links in this domain, by their numbers.
    private final Inbox[] inboxes;

    private Inbox current;
    private boolean rings;

    /// Turns that still take one input each.
    private int careful;
    private long unsent;
    private int unheard;
    private @Nullable Witness witness;
    private @Nullable Peers peers;

    /// @param ports  by the links' numbers from 1 on: link 0, the loopback, is the stack's own
    /// @param frames where a turn keeps what it received: [#framesLength] octets, a predecessor's or all zeros
    /// @param loop   where the loopback's frames wait, at least two of the longest
    public Stack(Engine engine, Port[] ports, Region frames, MemorySegment loop) {
        this.engine = engine;
        this.ports = new Port[ports.length + 1];
        this.ports[0] = new Loopback(loop);
        System.arraycopy(ports, 0, this.ports, 1, ports.length);
        for (Port port : ports) {
            rings |= port instanceof RingPort;
        }
        this.inboxes = new Inbox[this.ports.length];
        for (int link = 0; link < inboxes.length; link++) {
            inboxes[link] = new Inbox(
                    frames,
                    link * Inbox.PART,
                    this.ports[link] instanceof FramePort ? engine.marks().taken(link) : 0);
        }
        this.current = inboxes[0];
        engine.ip().landing().tell(() -> current.whole());
    }

    /// Octets for the frames of a turn over `links` links.
    public static long framesLength(int links) {
        return (links + 1) * Inbox.PART;
    }

    /// Goes on with what a predecessor had read, once the engine has begun; before the first turn.
    public void inherit() {
        for (Inbox inbox : inboxes) {
            inbox.gather(engine);
        }
    }

    /// Has all frames between links and this stack seen, or no more. Between two turns.
    public void show(@Nullable Witness to) {
        witness = to;
    }

    /// Shares links and addresses with other stacks: what comes to the wrong one is brought to the right one. Before
    /// the first turn.
    ///
    /// @param others by the stacks' numbers, null for this one
    public void joins(@Nullable PeerPort[] others) {
        peers = new Peers(engine, others, ports.length);
    }

    /// One of those stacks comes, or, with null, is gone: what lies in its rings is lost. Between two turns.
    ///
    /// @param number which
    public void joins(int number, @Nullable PeerPort port) {
        Objects.requireNonNull(peers).joins(number, port);
    }

    /// From now on a link is another one, in whose rings nothing is yet. Between two turns.
    public void replace(int link, RingPort port) {
        ports[link] = port;
    }

    /// Puts what a predecessor died of aside: it died of it, and was not killed. The input that it had in hand is not
    /// taken again: a frame is dropped, a request ends its session. A record that it worked on is taken out: a
    /// connection is reset. If it had nothing, the turn killed it as a whole; then inputs are taken one a turn, so
    /// that the next one to die says which. So they are until what was put aside has been committed: of two that
    /// kill in one turn each would else be taken again, for ever.
    ///
    /// Before the engine begins: a successor may die of a record as soon as it finds it.
    public void blame() {
        Hand hand = engine.hand();
        int link = hand.link();
        careful = Inbox.FRAMES * ports.length;
        if (link >= 0 && link < ports.length) {
            if (ports[link] instanceof RingPort port) {
                port.refuse(hand.place());
            } else {
                inboxes[link].refuse(hand.place());
            }
        } else if (peers != null && peers.refuse(link, hand.place())) {
            // It is not taken again.
        } else if (hand.session() >= 0) {
            engine.cutOff(hand.session(), "a stack died of its request");
        } else if (hand.record() >= 0) {
            engine.takeOut(hand.record(), engine.turnNs());
        } else if (link < 0) {
            care();
        }
        hand.none();
    }

    /// Takes one input a turn, for more turns than a turn can have had inputs.
    public void care() {
        careful = CAREFUL;
    }

    /// One turn over frames and requests.
    ///
    /// @return how much there was to do: after 0 the loop may sleep until [#deadlineNs]
    public int turn(long nowNs) {
        unheard = 0;
        engine.turns(nowNs);
        if (careful > 0) {
            return carefulTurn(nowNs);
        }
        int done = 0;
        for (int link = 0; link < ports.length; link++) {
            done += frames(link, Inbox.FRAMES, nowNs);
        }
        if (peers != null) {
            done += peers.take(Inbox.FRAMES, nowNs, witness);
        }
        return requestsTurn(done, nowNs);
    }

    /// A turn over one input, which stays in hand to its end but for records that are worked on.
    private int carefulTurn(long nowNs) {
        engine.hand().alone(true);
        int done = 0;
        for (int link = 0; link < ports.length && done == 0; link++) {
            done = frames(link, 1, nowNs);
        }
        if (done == 0 && peers != null) {
            done = peers.take(1, nowNs, witness);
        }
        if (done == 0) {
            done = engine.request(nowNs);
        }
        careful--;
        int all = finish(done, true, nowNs);
        engine.hand().alone(false);
        return all;
    }

    /// Takes up to `most` frames of a link.
    private int frames(int link, int most, long nowNs) {
        return ports[link] instanceof FramePort port
                ? receive(link, port, inboxes[link], most, nowNs)
                : take(link, (RingPort) ports[link], most, nowNs);
    }

    /// One turn over requests alone: what a client's own thread runs after it has put one. Over frames, too, if much
    /// was sent since they were looked at.
    public int requestsTurn(long nowNs) {
        if (unheard >= UNHEARD) {
            return turn(nowNs);
        }
        engine.turns(nowNs);
        return requestsTurn(0, nowNs);
    }

    /// A turn of a stack that serves nobody any more: [Engine#abort]. After the first one no other turn follows.
    ///
    /// @return whether all have been reset
    public boolean lastTurn(long nowNs) {
        engine.turns(nowNs);
        for (int link = 0; link < ports.length; link++) {
            frames(link, Inbox.FRAMES, nowNs);
        }
        if (peers != null) {
            peers.take(Inbox.FRAMES, nowNs, witness);
        }
        boolean all = engine.abort(nowNs);
        engine.expire(nowNs);
        note();
        engine.commit();
        send();
        release();
        engine.publish();
        return all;
    }

    private int requestsTurn(int before, long nowNs) {
        int done = engine.requests(REQUESTS, nowNs);
        return finish(before + done, false, nowNs);
    }

    /// Does what is due, and ends a turn.
    ///
    /// @param taken inputs
    /// @param held  whether the last of them stays in hand
    private int finish(int taken, boolean held, long nowNs) {
        int done = taken;
        if (taken != 0 && !held) {
            engine.hand().rest();
        }
        if (engine.deadlineNs() <= nowNs && engine.expire(nowNs)) {
            done++;
        }
        // What was asked of the engine between two turns may have changed records or laid frames down.
        if (done == 0 && !engine.pending() && engine.outgoing().count() == 0) {
            return 0;
        }
        if (taken == 0) {
            engine.hand().rest();
        }
        engine.transmit(nowNs);
        note();
        engine.commit();
        send();
        release();
        engine.publish();
        engine.hand().none();
        return Math.max(1, done);
    }

    private int take(int link, RingPort port, int most, long nowNs) {
        for (int taken = 0; taken < most; taken++) {
            long position = port.position();
            long at = port.take();
            if (at == FrameConsumer.EMPTY) {
                return taken;
            }
            if (port.refuses(position)) {
                engine.refuse();
                careful = Math.min(careful, 1);
            } else {
                engine.hand().frame(link, position);
                Verdict verdict = engine.arrives(link, port.memory(), at, port.length(), nowNs);
                if (peers != null) {
                    peers.pass(link, port.memory(), at, port.length(), verdict);
                }
                if (witness != null) {
                    witness.came(link, port.memory(), at, port.length(), verdict);
                }
            }
        }
        return most;
    }

    private int receive(int link, FramePort port, Inbox inbox, int most, long nowNs) {
        if (inbox.left()) {
            return again(link, port, inbox, most, nowNs);
        }
        current = inbox;
        MemorySegment frames = inbox.memory();
        int room = port.maxFrame();
        long at = inbox.begin();
        for (int taken = 0; taken < most; taken++) {
            if (at + room > inbox.end()) {
                return taken;
            }
            Pieces landing = witness == null && port.scatters() ? engine.landing(link, frames, at, room) : null;
            int length = landing == null ? port.receive(frames, at, room) : port.receive(landing);
            if (length == 0) {
                return taken;
            }
            if (landing == null) {
                inbox.read(at, length);
            } else {
                inbox.read(at, length, engine.ip().landing());
            }
            engine.hand().frame(link, inbox.take());
            if (landing == null || engine.ip().landing().within(length) == 0) {
                port.came(frames, at, length);
            }
            Verdict verdict = landing == null
                    ? engine.arrives(link, frames, at, length, nowNs)
                    : engine.lands(link, frames, at, length, nowNs);
            if (peers != null) {
                peers.pass(link, frames, at, length, verdict);
            }
            if (witness != null) {
                witness.came(link, frames, at, length, verdict);
            }
            if (verdict != Verdict.OK) {
                port.dropped(verdict.name());
            }
            at += length + 63 & ~63;
        }
        return most;
    }

    /// Takes frames again that a predecessor had read.
    private int again(int link, FramePort port, Inbox inbox, int most, long nowNs) {
        int taken = 0;
        for (; taken < most && inbox.left(); taken++) {
            boolean refused = inbox.refuses();
            long at = inbox.at();
            int length = inbox.length();
            long number = inbox.take();
            if (refused || length == 0) {
                engine.refuse();
                careful = refused ? Math.min(careful, 1) : careful;
                continue;
            }
            engine.hand().frame(link, number);
            port.came(inbox.memory(), at, length);
            Verdict verdict = engine.arrives(link, inbox.memory(), at, length, nowNs);
            if (peers != null) {
                peers.pass(link, inbox.memory(), at, length, verdict);
            }
            if (witness != null) {
                witness.came(link, inbox.memory(), at, length, verdict);
            }
        }
        return taken;
    }

    /// Notes how far frames were taken: part of the commit.
    private void note() {
        for (int link = 0; link < ports.length; link++) {
            if (ports[link] instanceof FramePort) {
                inboxes[link].note(link, engine.marks());
            }
        }
        if (peers != null) {
            peers.note();
        }
        if (rings) {
            for (int link = 0; link < ports.length; link++) {
                if (ports[link] instanceof RingPort port) {
                    port.note(link, engine.marks());
                }
            }
        }
    }

    private void send() {
        Outgoing outgoing = engine.outgoing();
        for (int i = 0; i < outgoing.count(); i++) {
            unheard += outgoing.frame(i).total();
            if (witness != null) {
                witness.goes(outgoing.link(i), outgoing.frame(i));
            }
            if (!ports[outgoing.link(i)].transmit(outgoing.frame(i))) {
                unsent++;
            }
        }
    }

    /// Gives back the room of what was taken: until it is sent, an answer may lie there.
    private void release() {
        if (peers != null) {
            peers.publish();
        }
        if (rings) {
            for (Port port : ports) {
                if (port instanceof RingPort ring) {
                    ring.release();
                }
            }
        }
    }

    /// Frames that a full device or another stack did not take, ever: to the protocols they are lost on the wire.
    public long unsent() {
        return peers == null ? unsent : unsent + peers.lost();
    }

    /// When to call [#turn] although nothing arrives.
    public long deadlineNs() {
        long deadline = engine.pending() ? 0 : engine.deadlineNs();
        for (Port port : ports) {
            deadline = Math.min(deadline, port.deadlineNs());
        }
        return deadline;
    }

    public Engine engine() {
        return engine;
    }
}
