package netkeep.ring;

import java.lang.invoke.VarHandle;

/// The giving end of a capture: copies of what crosses a boundary, in a region that any number of readers look at. It
/// waits for nobody and knows no reader: who is too slow finds what it has not read overwritten, and how much that was.
///
/// ```text
/// the region
///   0  claim  u64  what lies a region's room below this is being overwritten
///   8  tail   u64  where the next entry will lie: octets of entries before it, ever
///  16  given  u64  entries, ever
///  24  writer u64  the process that writes
///  64  room for entries, [#CAPACITY] octets; position p lies at 64 + p % CAPACITY
///
/// an entry, which takes a multiple of 32 octets
///   0  octets   u32  of the entry
///   4  captured u32  octets that follow this head
///   8  original u32  octets that there were
///  12  boundary u8   0: there is nothing here, the next entry lies at the room's begin
///  13  way      u8   1 towards the client, 2 towards the wire
///  14  link     u8   its number; 0 for the stack's own loopback, and where there is none
///  15  verdict  u8   what the stack made of it, an ordinal of `Verdict`
///  16  instant  u64  nanoseconds since 1970
///  24  number   u64  of entries before it, ever
/// ```
///
/// An entry lies in one piece. Killed at any instant, what lies below the tail is whole. One thread calls it.
public final class CaptureWriter {
    /// Octets for entries.
    public static final int CAPACITY = 1 << 24;

    /// Octets of the region.
    public static final long LENGTH = 64 + CAPACITY;

    /// Octets of the longest entry's data.
    public static final int LONGEST = 1 << 18;

    /// Ways.
    public static final int UP = 1;

    public static final int DOWN = 2;

    static final long CLAIM = 0;
    static final long TAIL = 8;
    static final long GIVEN = 16;
    static final long WRITER = 24;
    static final long ENTRIES = 64;
    static final int HEAD = 32;
    static final long CAPTURED = 4;
    static final long ORIGINAL = 8;
    static final long BOUNDARY = 12;
    static final long WAY = 13;
    static final long LINK = 14;
    static final long VERDICT = 15;
    static final long INSTANT = 16;
    static final long NUMBER = 24;

    private final Region region;
    private long tail;
    private long given;
    private long claim;

    /// @param region  a new one, all zeros, or a dead predecessor's
    /// @param process that writes from now on
    public CaptureWriter(Region region, int process) {
        this.region = region;
        this.tail = region.i64(TAIL);
        this.given = region.i64(GIVEN);
        // A predecessor may have died in an entry: what it wrote over stays claimed.
        this.claim = Math.max(region.i64(CLAIM), tail);
        region.i64Release(WRITER, process);
    }

    /// Octets that an entry takes.
    static int room(int captured) {
        return HEAD + captured + HEAD - 1 & -HEAD;
    }

    /// Writes an entry.
    ///
    /// @param boundary not 0
    /// @param instant  nanoseconds since 1970
    /// @param what     where it lies
    /// @param most     octets of it that are kept at most, as far as [#LONGEST]
    /// @param original octets that there were
    public void give(int boundary, int way, int link, int verdict, long instant, Pieces what, int most, int original) {
        int captured = Math.min(Math.min(most, LONGEST), what.total());
        int octets = room(captured);
        int left = CAPACITY - (int) (tail % CAPACITY);
        claim = Math.max(claim, tail + octets + (left < octets ? left : 0));
        region.i64(CLAIM, claim);
        // Who sees an octet of what follows sees the claim, too.
        VarHandle.storeStoreFence();
        if (left < octets) {
            long nothing = ENTRIES + tail % CAPACITY;
            region.i32(nothing, left);
            region.u8(nothing + BOUNDARY, 0);
            tail += left;
        }
        long at = ENTRIES + tail % CAPACITY;
        region.i32(at, octets);
        region.i32(at + CAPTURED, captured);
        region.i32(at + ORIGINAL, original);
        region.u8(at + BOUNDARY, boundary);
        region.u8(at + WAY, way);
        region.u8(at + LINK, link);
        region.u8(at + VERDICT, verdict);
        region.i64(at + INSTANT, instant);
        region.i64(at + NUMBER, given);
        copy(what, at + HEAD, captured);
        tail += octets;
        given++;
        region.i64Release(TAIL, tail);
        region.i64Release(GIVEN, given);
    }

    private void copy(Pieces what, long at, int octets) {
        int left = octets;
        for (int i = 0; i < what.count && left > 0; i++) {
            int length = Math.min(left, what.length[i]);
            region.copy(at + octets - left, what.memory[i], what.at[i], length);
            left -= length;
        }
    }
}
