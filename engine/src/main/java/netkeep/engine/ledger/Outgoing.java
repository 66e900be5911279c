package netkeep.engine.ledger;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import netkeep.ring.Pieces;

/// Frames that a turn lays down and its shell sends after the commit: nothing of it outlives the turn.
///
/// Each frame has a head of [#HEAD] octets of memory of its own, enough for all headers and for a whole small message;
/// payload behind it stays where it lies: in a send ring, in the frame it answers, in a reassembly buffer.
public final class Outgoing {
    /// Octets of a head. Not a power of two, so that heads do not share the same lines of the first cache.
    public static final int HEAD = 2112;

    /// Octets that a frame may need besides its own where it waits.
    public static final int ASIDE = 72;

    private final MemorySegment heads;
    private final Pieces[] frames;
    private final int[] links;

    /// Octets that each link still takes, by their numbers; 0 or less if it is full.
    private final long[] left;

    private int count;

    /// @param heads room for the heads of the most frames that a turn sends
    /// @param links how many there are
    public Outgoing(MemorySegment heads, int links) {
        this.heads = heads;
        this.frames = new Pieces[(int) (heads.byteSize() / HEAD)];
        this.links = new int[frames.length];
        this.left = new long[links];
        Arrays.fill(left, Long.MAX_VALUE);
        for (int i = 0; i < frames.length; i++) {
            frames[i] = new Pieces();
        }
    }

    /// How many more frames find room in this turn. One that its link has no room for is lost as on a wire: whoever
    /// can wait asks [#full] before.
    public int room() {
        return frames.length - count;
    }

    /// Links that there are.
    public int links() {
        return left.length;
    }

    /// Bounds what is laid down for a link from now on. The frame that reaches the bound may pass it.
    ///
    /// @param octets of all its frames, each with [#ASIDE] more; also of those that wait for the commit already
    public void bound(int link, int octets) {
        left[link] = octets;
        for (int i = 0; i < count; i++) {
            if (links[i] == link) {
                left[link] -= frames[i].total() + ASIDE;
            }
        }
    }

    /// Whether a link was given as much as it takes.
    public boolean full(int link) {
        return left[link] <= 0;
    }

    public MemorySegment heads() {
        return heads;
    }

    /// Where the next frame's head lies in [#heads]. Only while there is [#room].
    public long head() {
        return (long) count * HEAD;
    }

    /// The next frame's pieces, empty. Only while there is [#room].
    public Pieces pieces() {
        Pieces pieces = frames[count];
        pieces.clear();
        return pieces;
    }

    /// Takes the frame laid down in [#pieces].
    ///
    /// @param link the number of the link that sends it
    public void give(int link) {
        left[link] -= frames[count].total() + ASIDE;
        links[count++] = link;
    }

    /// Frames that wait for the commit.
    public int count() {
        return count;
    }

    public Pieces frame(int index) {
        return frames[index];
    }

    public int link(int index) {
        return links[index];
    }

    /// Forgets all frames: they were sent.
    public void clear() {
        count = 0;
    }
}
