package netkeep.stack;

import java.lang.foreign.MemorySegment;
import netkeep.engine.Engine;
import netkeep.engine.ip.Landing;
import netkeep.engine.ledger.FrameMarks;
import netkeep.engine.ledger.Hand;
import netkeep.ring.Region;

/// The frames that a turn takes from a link in the stack's own domain: each is noted in a region before it is judged.
/// How many were taken is part of the commit ([FrameMarks]); so a successor finds those that were read and whose turn
/// was never committed, and takes them again.
///
/// ```text
///    0  read u64   frames that were read, ever
///   64  notes of 64 frames, 32 octets each: that of frame n is number n % 64
/// 2112  the frames of a turn, each from its virtio header on, at multiples of 64
///
/// note:  0  at        u32  where it begins, counted from the begin of all frames
///        4  length    u32  of the frame
///        8  from      u32  its first octet that lies in a receive ring, not here; 0 for none
///       12  elsewhere u32  how many from there on do
///       16  socket    u32  whose ring that is
///       20  offset    u32  where in the ring
/// ```
public final class Inbox {
    /// The most frames that a turn takes.
    public static final int FRAMES = 64;

    /// Octets of a note, and where the first is.
    public static final int NOTE = 32;

    public static final int NOTES = 64;

    private static final int READ = 0;
    private static final int AT = 0;
    private static final int LENGTH = 4;
    private static final int FROM = 8;
    private static final int ELSEWHERE = 12;
    private static final int SOCKET = 16;
    private static final int OFFSET = 20;

    /// Where the frames begin.
    public static final int BEGIN = NOTES + FRAMES * NOTE;

    /// Octets of a turn's frames: small ones lie close together, and of the longest there are three. More would go
    /// through the nearest cache and out of it again before anybody has read them.
    private static final int SHARE = 256 << 10;

    /// Octets of a link's part of the region.
    public static final long PART = BEGIN + SHARE;

    private static final long NOBODY = -1;

    private final Region region;
    private final long base;
    private long taken;
    private long read;
    private long noted;
    private long refused = NOBODY;

    /// @param base  where the link's part begins
    /// @param taken frames that a predecessor's commits cover, 0 for none
    Inbox(Region region, long base, long taken) {
        this.region = region;
        this.base = base;
        this.taken = taken;
        this.noted = taken;
        long found = region.i64Acquire(base + READ) - taken;
        // Another number is of a region that was not this ledger's.
        this.read = found > 0 && found <= FRAMES ? taken + found : taken;
        region.i64Release(base + READ, read);
    }

    MemorySegment memory() {
        return region.memory();
    }

    /// Where the frames of a turn begin, and where they end.
    long begin() {
        return base + BEGIN;
    }

    long end() {
        return base + PART;
    }

    /// Whether there are frames that a predecessor has read and that were not taken.
    boolean left() {
        return read != taken;
    }

    /// Frames that were taken, ever: the number of the next one.
    long position() {
        return taken;
    }

    /// Notes that a frame was read.
    void read(long at, int length) {
        note(at, length, 0, 0, 0, 0);
    }

    /// Notes that a frame was read as a landing says.
    void read(long at, int length, Landing landing) {
        note(at, length, landing.from(), landing.within(length), landing.socket(), landing.offset());
    }

    private void note(long at, int length, int from, int elsewhere, int socket, int offset) {
        long note = of(read);
        region.i32(note + AT, (int) (at - begin()));
        region.i32(note + LENGTH, length);
        region.i32(note + FROM, from);
        region.i32(note + ELSEWHERE, elsewhere);
        region.i32(note + SOCKET, socket);
        region.i32(note + OFFSET, offset);
        region.i64Release(base + READ, ++read);
    }

    private long of(long number) {
        return base + NOTES + NOTE * (number % FRAMES);
    }

    /// The next frame is taken.
    ///
    /// @return its number
    long take() {
        return taken++;
    }

    /// All octets of the frame that was taken last lie with it by now.
    void whole() {
        region.i32Release(of(taken - 1) + ELSEWHERE, 0);
    }

    /// Where the next frame lies.
    long at() {
        return begin() + region.i32(of(taken) + AT);
    }

    /// Octets of the next frame; 0 if it is none.
    int length() {
        long note = of(taken);
        int at = region.i32(note + AT);
        int length = region.i32(note + LENGTH);
        return at >= 0 && length >= 0 && (long) at + length <= SHARE ? length : 0;
    }

    /// Brings what a predecessor had read straight to receive rings to where the frames lie, before anything is stored
    /// there. A frame of which a part is lost is none.
    void gather(Engine engine) {
        long first = taken;
        for (; taken < read; taken++) {
            long note = of(taken);
            int from = region.i32(note + FROM);
            int elsewhere = region.i32(note + ELSEWHERE);
            if (elsewhere == 0) {
                continue;
            }
            boolean within = from > 0 && elsewhere > 0 && (long) from + elsewhere <= length();
            boolean whole = within
                    && engine.fetch(
                            region.i32(note + SOCKET), region.i32(note + OFFSET), elsewhere, memory(), at() + from);
            region.i32(note + LENGTH, whole ? region.i32(note + LENGTH) : 0);
            region.i32Release(note + ELSEWHERE, 0);
        }
        taken = first;
    }

    /// Has the frame at a place not taken.
    ///
    /// @param place as [Hand] has it
    void refuse(long place) {
        refused = place;
    }

    /// Whether the next frame is that one.
    boolean refuses() {
        boolean it = refused != NOBODY && Hand.at(taken, refused);
        if (it) {
            refused = NOBODY;
        }
        return it;
    }

    /// Notes how many were taken: part of the commit.
    void note(int link, FrameMarks marks) {
        if (taken != noted) {
            noted = taken;
            marks.note(link, taken);
        }
    }
}
