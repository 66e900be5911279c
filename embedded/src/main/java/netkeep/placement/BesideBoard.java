package netkeep.placement;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import netkeep.ring.Region;
import org.jspecify.annotations.Nullable;

/// Lines that a daemon's stack shows a program's own beside it: the addresses, routes and rules that hold now, as
/// [Settings] has them.
///
/// ```text
///  0  version u64   0 while nothing was shown, odd while it is being written
///  8  length  u32   octets of the text
/// 16  text          UTF-8
/// ```
///
/// Who reads finds the same even version before and behind, or reads again later. A writer that dies within is
/// followed by one that writes all of it once more.
public final class BesideBoard {
    /// Octets of it all.
    static final long LENGTH = 1 << 15;

    private static final long VERSION = 0;
    private static final long TEXT_LENGTH = 8;
    private static final long TEXT = 16;

    private final Region region;
    private final long at;
    private long seen;

    BesideBoard(Region region, long at) {
        this.region = region;
        this.at = at;
    }

    /// Shows a text instead of the last one.
    ///
    /// @return whether there was room for it; if not, nothing has changed
    boolean show(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        if (octets.length > LENGTH - TEXT) {
            return false;
        }
        long odd = region.i64(at + VERSION) | 1;
        region.i64Release(at + VERSION, odd);
        VarHandle.storeStoreFence();
        region.i32(at + TEXT_LENGTH, octets.length);
        region.copy(at + TEXT, MemorySegment.ofArray(octets), 0, octets.length);
        region.i64Release(at + VERSION, odd + 1);
        return true;
    }

    /// What is shown.
    ///
    /// @return null if nothing is, or it was read before, or is being written
    public @Nullable String read() {
        long version = region.i64Acquire(at + VERSION);
        if (version == seen || (version & 1) != 0) {
            return null;
        }
        int length = region.i32(at + TEXT_LENGTH);
        if (length < 0 || length > LENGTH - TEXT) {
            return null;
        }
        byte[] octets = new byte[length];
        MemorySegment.copy(region.memory(), ValueLayout.JAVA_BYTE, at + TEXT, octets, 0, length);
        VarHandle.loadLoadFence();
        if (region.i64Acquire(at + VERSION) != version) {
            return null;
        }
        seen = version;
        return new String(octets, StandardCharsets.UTF_8);
    }
}
