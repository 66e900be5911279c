package netkeep.engine.fuzz;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;

/// The octets of all streams: what stands at a position of a stream is known without keeping it.
///
/// The period is a prime, so that an octet of a wrong place is found wherever buffers and windows end.
final class Pattern {
    private static final int PERIOD = 65521;
    private static final int LONGEST = 1 << 17;

    private final byte[] octets = new byte[PERIOD + LONGEST];
    private final MemorySegment memory;

    Pattern() {
        SplittableRandom luck = new SplittableRandom(1);
        for (int at = 0; at < octets.length; at++) {
            octets[at] = at < PERIOD ? (byte) luck.nextInt() : octets[at - PERIOD];
        }
        memory = Arena.global().allocate(octets.length, 8);
        MemorySegment.copy(MemorySegment.ofArray(octets), 0, memory, 0, octets.length);
    }

    private static int offset(int position) {
        return Math.floorMod(position, PERIOD);
    }

    /// The array in which a stream's octets from `position` on begin at [#at].
    byte[] octets() {
        return octets;
    }

    int at(int position) {
        return offset(position);
    }

    void fill(MemorySegment to, long at, int position, int length) {
        MemorySegment.copy(memory, offset(position), to, at, length);
    }

    boolean holds(MemorySegment in, long at, int position, int length) {
        long from = offset(position);
        return MemorySegment.mismatch(in, at, at + length, memory, from, from + length) < 0;
    }

    boolean holds(byte[] in, int position, int length) {
        int from = offset(position);
        return Arrays.equals(in, 0, length, octets, from, from + length);
    }
}
