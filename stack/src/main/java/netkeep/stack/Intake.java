package netkeep.stack;

import java.lang.foreign.MemorySegment;
import netkeep.engine.ledger.FrameMarks;
import netkeep.engine.ledger.Hand;
import netkeep.ring.FrameConsumer;
import netkeep.ring.PeerViolation;
import org.jspecify.annotations.Nullable;

/// The stack's end of a ring of frames that another domain gives. From whoever breaks the ring nothing comes any more.
final class Intake {
    private static final long NONE = -1;

    private final FrameConsumer ring;
    private long refused = NONE;
    private @Nullable String violation;
    private boolean complained;

    Intake(FrameConsumer ring) {
        this.ring = ring;
    }

    /// Takes the next frame: its offset in [#memory], or [FrameConsumer#EMPTY].
    long take() {
        if (violation != null) {
            return FrameConsumer.EMPTY;
        }
        try {
            return ring.take();
        } catch (PeerViolation why) {
            breaks(why);
            return FrameConsumer.EMPTY;
        }
    }

    /// Where the next frame lies.
    long position() {
        return ring.position();
    }

    /// Octets of the frame that was taken last.
    int length() {
        return ring.length();
    }

    MemorySegment memory() {
        return ring.memory();
    }

    /// Has the frame at a place not taken.
    ///
    /// @param place as [Hand] has it
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

    /// Notes how far frames were taken: part of the commit.
    void note(int row, FrameMarks marks) {
        marks.note(row, ring.position());
    }

    /// Gives back the room of what was taken.
    ///
    /// @return whether the giver must be woken, because it waits for room
    boolean release() {
        ring.release();
        return ring.mustWake();
    }

    /// Says that the stack sleeps, then looks once more. [#awake] ends it, either way.
    ///
    /// @return whether there is nothing to do
    boolean maySleep() {
        if (violation != null) {
            return true;
        }
        try {
            return ring.maySleep();
        } catch (PeerViolation why) {
            breaks(why);
            return false;
        }
    }

    void awake() {
        ring.awake();
    }

    /// Its giver did what none may.
    void breaks(PeerViolation why) {
        violation = String.valueOf(why.getMessage());
    }

    boolean broken() {
        return violation != null;
    }

    /// What the giver did that none may; null if it did nothing, or was complained of before.
    @Nullable
    String complaint() {
        if (complained) {
            return null;
        }
        complained = violation != null;
        return violation;
    }
}
