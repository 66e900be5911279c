package netkeep.ring;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/// A looking end of a capture: see [CaptureWriter] for the layout. It writes nothing, and begins with what comes next.
///
/// Whoever writes may be hostile: what is read is a copy, checked before it is said.
public final class CaptureReader {
    private final Region region;
    private final MemorySegment data;
    private long position;
    private long number;
    private long lost;
    // How many entries there were when this ended.
    private long end = Long.MAX_VALUE;
    private int captured;
    private int original;
    private int kind;
    private long instant;
    private long entry;

    /// @param data where entries are copied to: [CaptureWriter#LONGEST] octets
    public CaptureReader(Region region, MemorySegment data) {
        this.region = region;
        this.data = data;
        this.number = region.i64Acquire(CaptureWriter.GIVEN);
        this.position = region.i64Acquire(CaptureWriter.TAIL);
    }

    /// Takes the next entry, if there is one, and copies what it has. After it was overtaken there is none at first.
    ///
    /// @throws PeerViolation if the writer wrote what cannot be
    public boolean next() throws PeerViolation {
        while (true) {
            long tail = region.i64Acquire(CaptureWriter.TAIL);
            if (tail == position) {
                return false;
            }
            if (position < 0 || position % CaptureWriter.HEAD != 0) {
                throw new PeerViolation("a capture's tail was " + position);
            }
            long at = CaptureWriter.ENTRIES + position % CaptureWriter.CAPACITY;
            int octets = read(at);
            // All that was read is older than the claim that is read now.
            VarHandle.loadLoadFence();
            long claim = region.i64Acquire(CaptureWriter.CLAIM);
            if (claim < tail) {
                throw new PeerViolation("a capture's claim " + claim + " with tail " + tail);
            }
            if (claim - position > CaptureWriter.CAPACITY) {
                // Overwritten, perhaps while it was read.
                position = region.i64Acquire(CaptureWriter.TAIL);
                return false;
            }
            check(octets, tail);
            position += octets;
            if (boundary() != 0) {
                lost += Math.max(0, entry - number);
                number = entry + 1;
                return true;
            }
        }
    }

    /// Copies the entry, which may be any octets.
    ///
    /// @return its octets as it says them
    private int read(long at) {
        int octets = region.i32(at);
        captured = region.i32(at + CaptureWriter.CAPTURED);
        original = region.i32(at + CaptureWriter.ORIGINAL);
        kind = region.i32(at + CaptureWriter.BOUNDARY);
        instant = region.i64(at + CaptureWriter.INSTANT);
        entry = region.i64(at + CaptureWriter.NUMBER);
        long end = region.length() - at - CaptureWriter.HEAD;
        if (captured >= 0 && captured <= Math.min(end, CaptureWriter.LONGEST)) {
            MemorySegment.copy(region.memory(), at + CaptureWriter.HEAD, data, 0, captured);
        }
        return octets;
    }

    private void check(int octets, long tail) throws PeerViolation {
        long left = CaptureWriter.CAPACITY - position % CaptureWriter.CAPACITY;
        boolean whole = octets > 0 && octets % CaptureWriter.HEAD == 0 && octets <= left;
        if (boundary() == 0) {
            whole &= octets == left;
        } else {
            boolean data = captured >= 0 && captured <= CaptureWriter.LONGEST;
            whole &= data && octets == CaptureWriter.room(captured) && original >= 0;
        }
        if (!whole || tail < position + octets) {
            throw new PeerViolation("a capture's entry of " + octets + " octets at " + position + " of " + tail);
        }
    }

    /// What [#next] has taken, [#captured] octets of it.
    public MemorySegment data() {
        return data;
    }

    public int captured() {
        return captured;
    }

    /// Octets that there were.
    public int original() {
        return original;
    }

    public int boundary() {
        return kind & 0xFF;
    }

    /// [CaptureWriter#UP] or [CaptureWriter#DOWN].
    public int way() {
        return kind >>> 8 & 0xFF;
    }

    public int link() {
        return kind >>> 16 & 0xFF;
    }

    public int verdict() {
        return kind >>> 24;
    }

    /// Nanoseconds since 1970.
    public long instant() {
        return instant;
    }

    /// Entries that were overwritten before they were read, as far as is known by now.
    public long lost() {
        return lost;
    }

    /// What comes from now on is none of this reader's; what there is it may still take.
    public void end() {
        end = region.i64Acquire(CaptureWriter.GIVEN);
    }

    /// Whether it has taken all that was there when it ended.
    public boolean ended() {
        return number >= end;
    }

    /// As [#lost], with its own behind the last one that it took.
    public long lostAtEnd() {
        return lost + Math.max(0, Math.min(end, region.i64Acquire(CaptureWriter.GIVEN)) - number);
    }

    /// The process that writes.
    public long writer() {
        return region.i64Acquire(CaptureWriter.WRITER);
    }
}
