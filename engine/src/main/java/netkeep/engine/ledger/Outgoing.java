package netkeep.engine.ledger;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Pieces;

/// Frames that a turn lays down and its shell sends after the commit: nothing of it outlives the turn.
///
/// Each frame has a head of [#HEAD] octets of memory of its own, enough for all headers and for a whole small message;
/// payload behind it stays where it lies: in a send ring, in the frame it answers, in a reassembly buffer.
public final class Outgoing {
    /// Octets of a head. Not a power of two, so that heads do not share the same lines of the first cache.
    public static final int HEAD = 2112;

    private final MemorySegment heads;
    private final Pieces[] frames;
    private final int[] links;
    private int count;
    private long turn;

    /// @param heads room for the heads of the most frames that a turn sends
    public Outgoing(MemorySegment heads) {
        this.heads = heads;
        this.frames = new Pieces[(int) (heads.byteSize() / HEAD)];
        this.links = new int[frames.length];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = new Pieces();
        }
    }

    /// How many more frames find room in this turn.
    public int room() {
        return frames.length - count;
    }

    /// The most frames of a turn, whatever their length.
    public int most() {
        return frames.length;
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

    /// Another number in each turn: what is named in a frame must lie still while it is the same.
    public long turn() {
        return turn;
    }

    /// Forgets all frames: they were sent.
    public void clear() {
        count = 0;
        turn++;
    }
}
