package netkeep.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// The giving end of a ring of frames between two domains.
///
/// ```text
/// the producer's region, from `ours`                    the consumer's region, from `theirs`
///   0  tail   u64  where the next frame will lie          0  head   u64  where the first lies that is not given back
///   8  waits  u32  1 while the producer waits for room   64  asleep u32  1 while the consumer sleeps
///  64  line, line ...  64 octets each                    68  begun  u32  1 once its owner's commits count
///
/// a position, u64                    a frame, from a line's begin on
///  20..63  lines before it, ever       0  length u32   of the frame; 0: the next one lies in line 0
///   0..19  its line                    4  unused u32
///                                      8  the frame
/// ```
///
/// A frame lies in one piece. Where it does not fit before the ring's end, one line says that it lies at the begin; so
/// it does when a ring is found empty behind its middle: a consumer that keeps up finds all frames in the first half,
/// and the cache holds it. One thread at a time calls it.
public final class FrameProducer {
    /// Octets of the consumer's side.
    public static final long CONSUMER_LENGTH = 128;

    static final long WAITS = 8;
    static final long ASLEEP = 64;
    static final long BEGUN = 68;
    static final long LINES = 64;
    static final int LINE = 64;

    /// Octets before a frame.
    static final int HEAD = 8;

    /// The bits of a position that are its line.
    private static final int LINE_BITS = 20;

    private final Region region;
    private final long ours;
    private final Region peer;
    private final long theirs;
    private final int lines;
    private long count;
    private int line;
    private long headCount;
    private int headLine;
    private long published;

    /// What was published when the consumer was last asked whether it sleeps; nothing yet.
    private long asked = -1;

    /// @param ours     where the producer's side lies in its region; a multiple of 8
    /// @param peer     the region that holds the consumer's side, from `theirs`
    /// @param capacity octets for frames, a multiple of 64 below 64 MiB
    /// @param tail     where to begin: 0, or where a predecessor's lay
    public FrameProducer(Region region, long ours, Region peer, long theirs, int capacity, long tail) {
        this.region = region;
        this.ours = ours;
        this.peer = peer;
        this.theirs = theirs;
        this.lines = capacity / LINE;
        this.count = count(tail);
        this.line = line(tail);
        this.headCount = count - lines;
        this.published = region.i64(ours);
        enough();
        publish();
    }

    /// Octets of the producer's side.
    public static long length(int capacity) {
        return LINES + capacity;
    }

    /// The position that a predecessor has published.
    public static long published(Region region, long ours) {
        return region.i64(ours);
    }

    static long position(long count, int line) {
        return count << LINE_BITS | line;
    }

    static long count(long position) {
        return position >>> LINE_BITS;
    }

    static int line(long position) {
        return (int) position & (1 << LINE_BITS) - 1;
    }

    /// Lines that a frame takes.
    static int lines(int length) {
        return (HEAD + length + LINE - 1) / LINE;
    }

    /// Offset in the producer's region where a frame of up to `length` octets may be laid down, or -1 while there is no
    /// room for it.
    ///
    /// @throws PeerViolation if the consumer's position cannot be; the ring is then dead
    public long free(int length) throws PeerViolation {
        int need = lines(length);
        boolean first = position() == published;
        if (first || ahead() < need) {
            refresh();
        }
        boolean nearer = first && count == headCount && behind() >= ahead();
        if (nearer || ahead() < need) {
            if (behind() < need) {
                return -1;
            }
            region.i32(ours + LINES + (long) line * LINE, 0);
            count++;
            line = 0;
        }
        return at();
    }

    /// Lines in a row that are free from the tail on.
    private int ahead() {
        return count == headCount || line > headLine ? lines - line : headLine - line;
    }

    /// Lines in a row that are free from the ring's begin on, once a line says so.
    private int behind() {
        return count == headCount || line > headLine ? headLine : 0;
    }

    private void refresh() throws PeerViolation {
        long head = peer.i64Acquire(theirs);
        long waiting = count - count(head);
        if (waiting < 0 || waiting > lines || line(head) >= lines) {
            throw new PeerViolation("head " + Long.toHexString(head) + " with tail " + Long.toHexString(position()));
        }
        headCount = count(head);
        headLine = line(head);
    }

    /// Gives the frame that was laid down at [#free]; nobody sees it before [#publish].
    ///
    /// @param length at least 1, at most that of [#free]
    public void give(int length) {
        region.i32(ours + LINES + (long) line * LINE, length);
        int taken = lines(length);
        count += taken;
        line += taken;
        if (line == lines) {
            line = 0;
        }
    }

    /// Whether a position lies behind where the next frame will lie, and in this ring.
    ///
    /// @param position that a predecessor noted, which may be of another ring
    public boolean before(long position) {
        long more = count(position) - count;
        return more > 0 && more <= lines;
    }

    /// Looks at the frame that a predecessor laid down next and did not publish; [#give] gives it.
    ///
    /// @param longest octets of a frame
    /// @return its octets; 0 if none can lie there
    public int laid(int longest) {
        if (line != 0 && length() == 0) {
            count++;
            line = 0;
        }
        int length = length();
        return length > 0 && length <= longest && lines(length) <= lines - line ? length : 0;
    }

    private int length() {
        return region.i32(ours + LINES + (long) line * LINE);
    }

    /// Where [#laid] found it: its offset in the region.
    public long at() {
        return ours + LINES + (long) line * LINE + HEAD;
    }

    /// Lays a frame down and gives it.
    ///
    /// @return whether there was room
    /// @throws PeerViolation as [#free]
    public boolean give(Pieces frame) throws PeerViolation {
        int length = frame.total();
        long at = free(length);
        if (at < 0) {
            return false;
        }
        for (int i = 0; i < frame.count; i++) {
            region.copy(at, frame.memory[i], frame.at[i], frame.length[i]);
            at += frame.length[i];
        }
        give(length);
        return true;
    }

    /// Octets in a row that are free now, with what goes before each frame and is lost behind it.
    ///
    /// @throws PeerViolation as [#free]
    public int room() throws PeerViolation {
        refresh();
        return LINE * Math.max(ahead(), behind());
    }

    /// Where the next frame will lie.
    public long position() {
        return position(count, line);
    }

    /// Shows the consumer all that was given.
    public void publish() {
        long tail = position();
        if (published != tail) {
            published = tail;
            region.i64Release(ours, tail);
        }
    }

    /// As [Producer#mustWake].
    public boolean mustWake() {
        if (asked == published) {
            return false;
        }
        asked = published;
        VarHandle.fullFence();
        return peer.i32Acquire(theirs + ASLEEP) != 0;
    }

    /// Says that this side waits for room, then looks once more. [#enough] ends it, either way.
    ///
    /// @return whether there is still none for a frame of `length` octets
    /// @throws PeerViolation as [#free]
    public boolean mayWait(int length) throws PeerViolation {
        region.i32Release(ours + WAITS, 1);
        VarHandle.fullFence();
        return room() < LINE * lines(length);
    }

    /// Says that this side waits no longer.
    public void enough() {
        region.i32Release(ours + WAITS, 0);
    }

    /// The region in which frames are laid down.
    public MemorySegment memory() {
        return region.memory();
    }
}
