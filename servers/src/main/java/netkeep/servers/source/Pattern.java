package netkeep.servers.source;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// The octets of a stream that can be checked at any place: each follows from its position.
///
/// ```text
/// x = position mod 1,000,003                      all in 32 bits, unsigned
/// x = (x xor x >> 16) * 0x7FEB352D
/// x = (x xor x >> 15) * 0x846CA68B
/// octet(position) = the lowest 8 bits of (x xor x >> 16)
/// ```
///
/// The period is a prime, so no length of segment, buffer or window divides it: octets that were lost, repeated or
/// exchanged are found out.
public final class Pattern {
    /// After so many octets the stream repeats itself.
    public static final int PERIOD = 1_000_003;

    /// The most octets that can be taken from [#octets] in one piece, wherever they begin.
    public static final int PIECE = 262_144;

    private static final ByteBuffer OCTETS = make();
    private static final MemorySegment SEGMENT = MemorySegment.ofBuffer(OCTETS);

    private Pattern() {}

    private static ByteBuffer make() {
        ByteBuffer octets = ByteBuffer.allocateDirect(PERIOD + PIECE);
        for (int i = 0; i < octets.capacity(); i++) {
            octets.put(i, octet(i));
        }
        return octets.asReadOnlyBuffer();
    }

    /// The octet at a position, 0 or more.
    public static byte octet(long position) {
        int x = (int) (position % PERIOD);
        x = (x ^ x >>> 16) * 0x7FEB_352D;
        x = (x ^ x >>> 15) * 0x846C_A68B;
        return (byte) (x ^ x >>> 16);
    }

    /// One period and [#PIECE] octets more, read-only and direct, with position and limit of the caller's own. To send
    /// from without copying: what begins at a position lies at `position % PERIOD`.
    public static ByteBuffer octets() {
        return OCTETS.duplicate();
    }

    /// Fills a buffer from its position to its limit, to which the position then moves.
    ///
    /// @param position of the first of these octets in the stream
    public static void fill(ByteBuffer out, long position) {
        long next = position;
        while (out.hasRemaining()) {
            int length = Math.min(out.remaining(), PIECE);
            out.put(out.position(), OCTETS, (int) (next % PERIOD), length).position(out.position() + length);
            next += length;
        }
    }

    /// Checks a buffer from its position to its limit. Neither moves.
    ///
    /// @param position of the first of these octets in the stream
    /// @return how many octets are right before the first that is wrong, or -1 if all are right
    public static long mismatch(ByteBuffer in, long position) {
        return mismatch(MemorySegment.ofBuffer(in), 0, in.remaining(), position);
    }

    /// As [#mismatch], of octets in memory.
    public static long mismatch(MemorySegment in, long at, long length, long position) {
        for (long done = 0; done < length; ) {
            long piece = Math.min(length - done, PIECE);
            long from = (position + done) % PERIOD;
            long wrong = MemorySegment.mismatch(in, at + done, at + done + piece, SEGMENT, from, from + piece);
            if (wrong >= 0) {
                return done + wrong;
            }
            done += piece;
        }
        return -1;
    }
}
