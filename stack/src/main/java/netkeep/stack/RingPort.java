package netkeep.stack;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ledger.FrameMarks;
import netkeep.ring.FrameConsumer;
import netkeep.ring.Pieces;
import org.jspecify.annotations.Nullable;

/// A link in another domain: it reads the device, and gives what came by a ring of frames. That lies where the link
/// laid it down, and can change under the reader's eyes. What goes the stack sends itself: no link has to see a
/// client's memory for it, and no frame waits for another process.
///
/// A link that breaks its ring is one from which nothing comes, until another one takes its place with a ring of its
/// own.
public final class RingPort implements Port {
    private final Intake up;
    private final FramePort device;
    private final Runnable bell;
    private long taken;

    /// @param up     frames from the link
    /// @param device to which frames go; nothing is received from it
    /// @param bell   wakes the link's domain
    public RingPort(FrameConsumer up, FramePort device, Runnable bell) {
        this.up = new Intake(up);
        this.device = device;
        this.bell = bell;
        // A predecessor may have died after its commit, and the link waits for room.
        bell.run();
    }

    /// Takes the next frame: its offset in [#memory], or [FrameConsumer#EMPTY].
    long take() {
        return up.take();
    }

    /// Where the next frame lies.
    long position() {
        return up.position();
    }

    /// Has the frame at a place not taken.
    ///
    /// @param place as [netkeep.engine.ledger.Hand] has it
    void refuse(long place) {
        up.refuse(place);
    }

    /// Whether the frame at a position is that one.
    boolean refuses(long position) {
        return up.refuses(position);
    }

    /// Octets of the frame that was taken last.
    int length() {
        return up.length();
    }

    MemorySegment memory() {
        return up.memory();
    }

    /// Notes how far frames were taken: part of the commit.
    void note(int link, FrameMarks marks) {
        up.note(link, marks);
    }

    /// Gives back what was taken; after the commit.
    void release() {
        if (taken != up.position()) {
            taken = up.position();
            if (up.release()) {
                bell.run();
            }
        }
    }

    @Override
    public boolean transmit(Pieces frame) {
        return device.transmit(frame);
    }

    /// Says that the stack sleeps, then looks once more. [#awake] ends it, either way.
    ///
    /// @return whether there is nothing to do
    public boolean maySleep() {
        return up.maySleep();
    }

    /// Says that the stack is awake.
    public void awake() {
        up.awake();
    }

    /// What the link did that no link may; null if it did nothing, or was complained of before.
    public @Nullable String complaint() {
        return up.complaint();
    }

    @Override
    public long deadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void dropped(String reason) {}
}
