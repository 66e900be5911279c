package netkeep.trials.kill;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Consumer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Pieces;
import netkeep.ring.Producer;
import netkeep.ring.Region;
import netkeep.stack.FramePort;

/// A link of two rings in memory that outlives the processes at its ends. What was taken is given back after the turn
/// that took it: killed before, the successor takes it again.
final class RingPort implements FramePort {
    private static final long FRAME_AT = 8;

    private final Region ours;
    private final Region theirs;
    private final Producer sent;
    private final Consumer arrived;

    /// Opens an end at its positions, be they a predecessor's.
    RingPort(Region ours, Region theirs) {
        this.ours = ours;
        this.theirs = theirs;
        this.sent = new Producer(ours, 0, theirs, Regions.TAKEN, Regions.FRAMES, Regions.FRAME, ours.i64Acquire(0));
        this.arrived = new Consumer(
                ours, Regions.TAKEN, theirs, 0, Regions.FRAMES, Regions.FRAME, ours.i64Acquire(Regions.TAKEN));
    }

    @Override
    public int receive(MemorySegment frames, long at, int room) {
        try {
            long slot = arrived.take();
            if (slot == Consumer.EMPTY) {
                return 0;
            }
            int length = theirs.i32(slot);
            if (length <= 0 || length > room || length > Regions.FRAME - FRAME_AT) {
                throw new PeerViolation("a frame of " + length);
            }
            MemorySegment.copy(theirs.memory(), slot + FRAME_AT, frames, at, length);
            return length;
        } catch (PeerViolation violation) {
            throw new IllegalStateException(violation);
        }
    }

    @Override
    public boolean transmit(Pieces frame) {
        try {
            long slot = sent.free();
            if (slot < 0) {
                return false;
            }
            long at = slot + FRAME_AT;
            for (int piece = 0; piece < frame.count; piece++) {
                ours.copy(at, frame.memory[piece], frame.at[piece], frame.length[piece]);
                at += frame.length[piece];
            }
            ours.i32(slot, (int) (at - slot - FRAME_AT));
            sent.give();
            return true;
        } catch (PeerViolation violation) {
            throw new IllegalStateException(violation);
        }
    }

    /// The turn is committed: what it sent may be seen, what it took may be overwritten.
    void turned() {
        sent.publish();
        arrived.release();
    }

    @Override
    public int maxFrame() {
        return Regions.FRAME - (int) FRAME_AT;
    }

    @Override
    public long deadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void dropped(String reason) {}
}
