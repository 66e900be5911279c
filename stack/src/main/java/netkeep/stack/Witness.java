package netkeep.stack;

import java.lang.foreign.MemorySegment;
import netkeep.ring.Pieces;
import netkeep.wire.Verdict;

/// Sees all frames between links and a stack. It keeps nothing that it is given.
public interface Witness {
    /// A frame came, and this is what became of it.
    void came(int link, MemorySegment frames, long at, int length, Verdict verdict);

    /// A frame is given to a link.
    void goes(int link, Pieces frame);
}
