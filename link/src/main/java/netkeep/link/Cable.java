package netkeep.link;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import netkeep.linux.Poller;
import netkeep.ring.Pieces;

/// A cable between two devices: what the link at one end receives the link at the other sends, both ways, as it is.
/// What is to happen to frames on their way does so in a link around either, as [FaultLink].
///
/// A frame for which the other end has no room is lost. One thread runs it; any may end it.
public final class Cable implements Runnable, AutoCloseable {
    /// Frames that one turn takes from each end at most.
    private static final int BATCH = 64;

    /// The longest sleep: then it looks whether it is to end.
    private static final long NAP_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Link left;
    private final Link right;
    private final LongSupplier nowNs;
    private final MemorySegment room;
    private final Pieces frame = new Pieces();
    private final Poller poller = new Poller(2);
    private volatile boolean ended;

    /// Owns both links. Neither may receive longer frames than the other sends: their offloads are alike.
    ///
    /// @param nowNs the clock of their deadlines
    public Cable(Link left, Link right, LongSupplier nowNs) {
        this.left = left;
        this.right = right;
        this.nowNs = nowNs;
        this.room = Arena.ofAuto().allocate(Math.max(left.maxFrame(), right.maxFrame()), Long.BYTES);
        poller.add(left.descriptor(), Poller.POLLIN);
        poller.add(right.descriptor(), Poller.POLLIN);
    }

    /// Passes on what waits at either end, up to a bound.
    ///
    /// @return how many frames
    /// @throws LinkGone when a device is there no longer
    public int turn() {
        return pass(left, right) + pass(right, left);
    }

    private int pass(Link from, Link to) {
        for (int passed = 0; passed < BATCH; passed++) {
            int length = from.receive(room, 0, (int) room.byteSize());
            if (length == 0) {
                return passed;
            }
            frame.clear();
            frame.add(room, 0, length);
            to.transmit(frame);
        }
        return BATCH;
    }

    /// Passes frames on until it is told to end, or a device is there no longer.
    @Override
    public void run() {
        try {
            while (!ended) {
                if (turn() == 0) {
                    long dueNs = Math.min(left.deadlineNs(), right.deadlineNs()) - nowNs.getAsLong();
                    poller.await(Math.clamp(dueNs, 0, NAP_NS));
                }
            }
        } catch (LinkGone gone) {
            // A cable whose end hangs free carries nothing.
        }
    }

    /// Has [#run] return soon.
    public void end() {
        ended = true;
    }

    /// Closes both links; called when nobody runs it.
    @Override
    public void close() {
        left.close();
        right.close();
    }
}
