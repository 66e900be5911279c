package netkeep.stack;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ledger.FrameMarks;
import netkeep.engine.ledger.Hand;
import netkeep.ring.FrameConsumer;
import netkeep.ring.FrameProducer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Pieces;
import org.jspecify.annotations.Nullable;

/// A link in another domain: a ring of frames each way, and a bell. What it sent lies where it laid it down, and can
/// change under the reader's eyes; what goes to it is copied, since it sees no client's memory.
///
/// A link that breaks its rings is one on which nothing comes and all is lost, until another one takes its place with
/// rings of its own.
public final class RingPort implements Port {
    private static final long NONE = -1;

    private final FrameConsumer up;
    private final FrameProducer down;
    private final int longest;
    private final Runnable bell;
    private long taken;
    private long laid;
    private long refused = NONE;
    private @Nullable String violation;
    private boolean complained;

    /// @param up      frames from the link
    /// @param down    frames to it
    /// @param longest octets of the longest frame either way
    /// @param bell    wakes the link's domain
    public RingPort(FrameConsumer up, FrameProducer down, int longest, Runnable bell) {
        this.up = up;
        this.down = down;
        this.longest = longest;
        this.bell = bell;
        // A predecessor may have died between what it published and its ring.
        bell.run();
    }

    /// Takes the next frame: its offset in [#memory], or [FrameConsumer#EMPTY].
    long take() {
        if (violation != null) {
            return FrameConsumer.EMPTY;
        }
        try {
            return up.take();
        } catch (PeerViolation broken) {
            broken(broken);
            return FrameConsumer.EMPTY;
        }
    }

    /// Where the next frame lies.
    long position() {
        return up.position();
    }

    /// Has the frame at a place not taken.
    ///
    /// @param place as [netkeep.engine.ledger.Hand] has it
    void refuse(long place) {
        refused = place;
    }

    /// Whether the frame at a position is that one.
    boolean refuses(long position) {
        boolean it = refused != NONE && Hand.at(position, refused);
        if (it) {
            refused = NONE;
        }
        return it;
    }

    /// Octets of the frame that was taken last.
    int length() {
        return up.length();
    }

    MemorySegment memory() {
        return up.memory();
    }

    /// Octets that may be laid down in a turn, each frame with [netkeep.engine.ledger.Outgoing#ASIDE] more: so few that
    /// the frame that passes that bound has room, too. At most 0 for none.
    int room() {
        if (violation != null) {
            return Integer.MAX_VALUE;
        }
        try {
            return down.room() - 2 * longest;
        } catch (PeerViolation broken) {
            broken(broken);
            return Integer.MAX_VALUE;
        }
    }

    /// Lays a frame down, for [#publish].
    ///
    /// @return whether it was taken
    boolean lay(Pieces frame) {
        try {
            return violation == null && down.give(frame);
        } catch (PeerViolation broken) {
            broken(broken);
            return false;
        }
    }

    /// Notes how far frames were taken and laid down: part of the commit.
    void note(int link, FrameMarks marks) {
        marks.note(link, up.position(), down.position());
    }

    /// Shows the link what was laid down, and gives back what was taken; after the commit.
    void publish() {
        if (taken != up.position() || laid != down.position()) {
            taken = up.position();
            laid = down.position();
            down.publish();
            up.release();
            if (down.mustWake() || up.mustWake()) {
                bell.run();
            }
        }
    }

    /// Says that the stack sleeps, then looks once more. [#awake] ends it, either way.
    ///
    /// @param waits whether something waits for room
    /// @return whether there is nothing to do
    public boolean maySleep(boolean waits) {
        if (violation != null) {
            return true;
        }
        try {
            return up.maySleep() && (!waits || down.mayWait(3 * longest));
        } catch (PeerViolation broken) {
            broken(broken);
            return false;
        }
    }

    /// Says that the stack is awake.
    public void awake() {
        up.awake();
        down.enough();
    }

    /// What the link did that no link may; null if it did nothing, or was complained of before.
    public @Nullable String complaint() {
        if (violation == null || complained) {
            return null;
        }
        complained = true;
        return violation;
    }

    private void broken(PeerViolation what) {
        violation = String.valueOf(what.getMessage());
    }

    @Override
    public long deadlineNs() {
        return Long.MAX_VALUE;
    }

    @Override
    public void dropped(String reason) {}
}
