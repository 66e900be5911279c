package netkeep.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The taking end of a ring of frames: see [FrameProducer] for the layout.
public final class FrameConsumer {
    /// What [#take] answers when nothing is there.
    public static final long EMPTY = -1;

    private final Region region;
    private final long ours;
    private final Region peer;
    private final long theirs;
    private final int lines;
    private final int longest;
    private long count;
    private int line;
    private long ready;
    private long released;
    private int length;

    /// @param ours     where the consumer's side lies in its region; the others as for [FrameProducer]
    /// @param longest  octets of a frame
    /// @param position where to begin: 0, or the position that a predecessor committed
    public FrameConsumer(Region region, long ours, Region peer, long theirs, int capacity, int longest, long position) {
        this.region = region;
        this.ours = ours;
        this.peer = peer;
        this.theirs = theirs;
        this.lines = capacity / FrameProducer.LINE;
        this.longest = longest;
        this.count = FrameProducer.count(position);
        this.line = FrameProducer.line(position);
        this.released = region.i64(ours);
        // A predecessor may have died after its commit and before it released, or asleep.
        release();
        awake();
    }

    /// Whether positions that the owner of this region has committed are of this ring: before that they are those of
    /// another one, in whose place it came.
    public static boolean begun(Region region, long ours) {
        return region.i32(ours + FrameProducer.BEGUN) != 0;
    }

    /// Notes that from now on they are; after the commit of a first position of zero.
    public static void begin(Region region, long ours) {
        region.i32Release(ours + FrameProducer.BEGUN, 1);
    }

    /// Takes the next frame: its offset in [#memory], or [#EMPTY]; its length is [#length]. What lies there is the
    /// peer's, until [#release]. Publishes nothing.
    ///
    /// @throws PeerViolation if the producer wrote what cannot be; the ring is then dead
    public long take() throws PeerViolation {
        if (ready == 0 && !refresh()) {
            return EMPTY;
        }
        int next = head();
        if (next == 0) {
            skip();
            if (ready == 0 && !refresh()) {
                return EMPTY;
            }
            next = head();
        }
        int taken = next <= 0 || next > longest ? Integer.MAX_VALUE : FrameProducer.lines(next);
        if (taken > lines - line || taken > ready) {
            throw new PeerViolation("a frame of " + next + " octets in line " + line + " with " + ready + " ready");
        }
        long at = theirs + FrameProducer.LINES + (long) line * FrameProducer.LINE + FrameProducer.HEAD;
        length = next;
        count += taken;
        ready -= taken;
        line += taken;
        if (line == lines) {
            line = 0;
        }
        return at;
    }

    /// What stands before the next frame: read once.
    private int head() {
        return peer.i32(theirs + FrameProducer.LINES + (long) line * FrameProducer.LINE);
    }

    private void skip() {
        count++;
        ready--;
        line = 0;
    }

    /// Octets of the frame that was taken last.
    public int length() {
        return length;
    }

    /// Where frames lie.
    public MemorySegment memory() {
        return peer.memory();
    }

    /// Where the next frame will lie: what a commit keeps.
    public long position() {
        return FrameProducer.position(count, line);
    }

    /// Gives the room of all that was taken back; called after the commit that covers it.
    public void release() {
        long head = position();
        if (released != head) {
            released = head;
            region.i64Release(ours, head);
        }
    }

    /// Whether the producer must be woken, because it waits for room; asked after [#release].
    public boolean mustWake() {
        VarHandle.fullFence();
        return peer.i32Acquire(theirs + FrameProducer.WAITS) != 0;
    }

    /// As [Consumer#maySleep].
    ///
    /// @throws PeerViolation if the producer's position cannot be
    public boolean maySleep() throws PeerViolation {
        region.i32Release(ours + FrameProducer.ASLEEP, 1);
        VarHandle.fullFence();
        return ready == 0 && !refresh();
    }

    /// Says that this side is awake.
    public void awake() {
        region.i32Release(ours + FrameProducer.ASLEEP, 0);
    }

    /// Looks again how far the producer is. Acquire: what lies before that position is there to be read.
    private boolean refresh() throws PeerViolation {
        long tail = peer.i64Acquire(theirs);
        ready = FrameProducer.count(tail) - count;
        // A line that is not there would stop the producer's successor, and nobody else would see it.
        if (ready < 0 || ready > lines || FrameProducer.line(tail) >= lines) {
            throw new PeerViolation("tail " + Long.toHexString(tail) + " with " + Long.toHexString(position()));
        }
        return ready != 0;
    }
}
