package netkeep.link;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import netkeep.ring.Pieces;

/// A link around a link on which things go wrong: frames are lost, late, out of order, repeated, spoilt, in each
/// direction as its [Faults] say. Time and luck are arguments.
///
/// Frames that are sent late leave when [#receive] is called: see [#deadlineNs].
public final class FaultLink extends AroundLink {
    // Frames that one call takes from the link below at most.
    private static final int BATCH = 64;

    private final FaultyWire arriving;
    private final FaultyWire leaving;
    private final LongSupplier nowNs;
    private final MemorySegment outgoing;
    private final Pieces one = new Pieces();
    private final LinkCounters counters = new LinkCounters();

    /// @param arriving what goes wrong with frames that we receive
    /// @param leaving  what goes wrong with frames that we send
    public FaultLink(Link link, Faults arriving, Faults leaving, RandomGenerator luck, LongSupplier nowNs) {
        super(link);
        this.arriving = new FaultyWire(arriving, luck, link.maxFrame());
        this.leaving = new FaultyWire(leaving, luck, link.maxFrame());
        this.nowNs = nowNs;
        this.outgoing = Arena.ofAuto().allocate(link.maxFrame(), Long.BYTES);
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        long now = nowNs.getAsLong();
        leave(now);
        for (int taken = 0; taken < BATCH; taken++) {
            if (arriving.due(now)) {
                FaultyWire.Held first = arriving.first();
                MemorySegment.copy(first.memory(), 0, frames, at, first.length());
                arriving.done();
                counters.received(first.length());
                return first.length();
            }
            int length = link.receive(frames, at, room);
            if (length == 0) {
                return 0;
            }
            int lot = arriving.judge(frames, at, length, now);
            if (lot == FaultyWire.PASS) {
                counters.received(length);
                return length;
            }
            if (lot == FaultyWire.LOST) {
                counters.receivedDrops++;
            }
        }
        return 0;
    }

    /// Always takes the frame: what becomes of it on the wire is no concern of the sender.
    @Override
    public boolean transmit(Pieces frame) {
        long now = nowNs.getAsLong();
        int length = frame.gather(outgoing, 0);
        int lot = leaving.judge(outgoing, 0, length, now);
        if (lot == FaultyWire.LOST) {
            counters.sentDrops++;
            return true;
        }
        counters.sent(length);
        if (lot == FaultyWire.PASS && !pass(outgoing, length)) {
            leaving.hold(outgoing, 0, length, now);
        }
        leave(now);
        return true;
    }

    /// What went through, seen from the stack: frames that the wire lost count as dropped.
    @Override
    public LinkCounters counters() {
        return counters;
    }

    @Override
    public long deadlineNs() {
        return Math.min(link.deadlineNs(), Math.min(arriving.deadlineNs(), leaving.deadlineNs()));
    }

    @Override
    public String toString() {
        return "faults on " + link;
    }

    /// Sends what is due.
    private void leave(long now) {
        while (leaving.due(now)) {
            FaultyWire.Held first = leaving.first();
            if (!pass(first.memory(), first.length())) {
                return;
            }
            leaving.done();
        }
    }

    private boolean pass(MemorySegment memory, int length) {
        one.clear();
        one.add(memory, 0, length);
        return link.transmit(one);
    }
}
