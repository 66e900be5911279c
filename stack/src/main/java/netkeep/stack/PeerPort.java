package netkeep.stack;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import netkeep.engine.ledger.FrameMarks;
import netkeep.ring.FrameConsumer;
import netkeep.ring.FrameProducer;
import netkeep.ring.PeerViolation;
import netkeep.ring.Pieces;
import org.jspecify.annotations.Nullable;

/// Another stack that has the same addresses on the same links: a ring of frames each way, and a bell. What lies in a
/// ring is a frame with a head:
///
/// ```text
///  0  link  u32   the number of the link that it came by
///  4  copy  u32   1 if all stacks get it, 0 if it is for this one
///  8  the frame, from its virtio header on
/// ```
///
/// Who breaks its ring is one from which nothing comes and to which all is lost, as long as this process lives. What
/// finds no room is lost as on a wire.
public final class PeerPort {
    /// Octets before a frame.
    static final int HEAD = 8;

    /// Octets of the longest frame with its head: a packet of any length behind its link's headers.
    public static final int LONGEST = HEAD + (1 << 16) + 64;

    private static final int LINK = 0;
    private static final int COPY = 4;

    private final Intake in;
    private final FrameProducer out;
    private final int links;
    private final Runnable bell;
    private final MemorySegment head = Arena.ofAuto().allocate(HEAD, Integer.BYTES);
    private final Pieces pieces = new Pieces();
    private int link;
    private boolean copy;
    private long taken;
    private long laid;

    /// @param in    frames from the other stack
    /// @param out   frames to it
    /// @param links how many there are, the loopback included
    /// @param bell  wakes its domain
    public PeerPort(FrameConsumer in, FrameProducer out, int links, Runnable bell) {
        this.in = new Intake(in);
        this.out = out;
        this.links = links;
        this.bell = bell;
        // A predecessor may have died between what it published and its ring.
        bell.run();
    }

    /// Takes the next frame: its offset in [#memory], or [FrameConsumer#EMPTY].
    long take() {
        long at = in.take();
        if (at == FrameConsumer.EMPTY) {
            return at;
        }
        link = in.memory().get(ValueLayout.JAVA_INT, at + LINK);
        copy = in.memory().get(ValueLayout.JAVA_INT, at + COPY) != 0;
        if (link < 0 || link >= links || in.length() <= HEAD) {
            in.breaks(new PeerViolation("a frame of " + in.length() + " octets for link " + link));
            return FrameConsumer.EMPTY;
        }
        return at + HEAD;
    }

    /// The link by which the frame came that was taken last.
    int link() {
        return link;
    }

    /// Whether others have it, too.
    boolean copy() {
        return copy;
    }

    /// Octets of it.
    int length() {
        return in.length() - HEAD;
    }

    MemorySegment memory() {
        return in.memory();
    }

    /// Where the next frame lies.
    long position() {
        return in.position();
    }

    /// Has the frame at a place not taken.
    ///
    /// @param place as [netkeep.engine.ledger.Hand] has it
    void refuse(long place) {
        in.refuse(place);
    }

    /// Whether the frame at a position is that one.
    boolean refuses(long position) {
        return in.refuses(position);
    }

    /// Lays a frame down, for [#publish].
    ///
    /// @param all whether it is brought to all stacks
    /// @return whether there was room
    boolean lay(int of, boolean all, MemorySegment frames, long at, int length) {
        if (in.broken()) {
            return false;
        }
        head.set(ValueLayout.JAVA_INT, LINK, of);
        head.set(ValueLayout.JAVA_INT, COPY, all ? 1 : 0);
        pieces.clear();
        pieces.add(head, 0, HEAD);
        pieces.add(frames, at, length);
        try {
            return out.give(pieces);
        } catch (PeerViolation why) {
            in.breaks(why);
            return false;
        }
    }

    /// Notes how far frames were taken: part of the commit.
    void note(int row, FrameMarks marks) {
        in.note(row, marks);
    }

    /// Shows the other stack what was laid down, and gives back what was taken; after the commit.
    void publish() {
        if (taken != in.position() || laid != out.position()) {
            taken = in.position();
            laid = out.position();
            out.publish();
            boolean waits = in.release();
            if (out.mustWake() || waits) {
                bell.run();
            }
        }
    }

    /// Says that the stack sleeps, then looks once more. [#awake] ends it, either way.
    ///
    /// @return whether there is nothing to do
    public boolean maySleep() {
        return in.maySleep();
    }

    /// Says that the stack is awake.
    public void awake() {
        in.awake();
    }

    /// What the other stack did that none may; null if it did nothing, or was complained of before.
    public @Nullable String complaint() {
        return in.complaint();
    }
}
