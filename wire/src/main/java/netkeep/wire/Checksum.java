package netkeep.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The Internet checksum, RFC 1071.
///
/// A *sum* is a long: the one's complement sum of 16-bit words in network order, not yet folded. It starts as 0 or
/// as [#pseudo]; [#add] continues it, and any field of at most 48 bits that stands at an even offset may be added with
/// a plain `+`. A few thousand additions of each kind cannot overflow it. [#fold] ends it.
public final class Checksum {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final long LOW = 0xFFFF_FFFFL;
    /// From so many octets on the wide loop pays.
    private static final long MANY = 128;

    private Checksum() {}

    /// Adds octets that begin at an even offset of what is summed. An odd last octet counts as if a zero followed: only
    /// [#addOdd] may go on behind it.
    ///
    /// @param at any offset in memory, even or odd
    public static long add(long sum, MemorySegment bytes, long at, long length) {
        return sum + ordered(fold16(words(bytes, at, length)));
    }

    /// Adds octets that begin at an odd offset of what is summed, behind a piece of odd length.
    public static long addOdd(long sum, MemorySegment bytes, long at, long length) {
        return sum + swap(ordered(fold16(words(bytes, at, length))));
    }

    /// The sum of the same octets, had they begun one octet later (RFC 1071 §2 (B)).
    public static long swap(long sum) {
        long folded = fold16(sum);
        return (folded & 0xFF) << 8 | folded >>> 8;
    }

    /// The checksum as it stands in a header: folded and complemented, 0..0xFFFF. Over octets that hold their own
    /// checksum it is 0 if they are whole.
    public static int fold(long sum) {
        return ~fold16(sum) & 0xFFFF;
    }

    /// Folded, but not complemented: what a checksum field holds while a device is to complete it.
    public static int partial(long sum) {
        return fold16(sum);
    }

    /// The sum of a pseudo-header, of RFC 9293 §3.1 for IPv4 and RFC 8200 §8.1 for IPv6.
    ///
    /// @param length octets of header and payload of the upper protocol
    public static long pseudo(long srcHi, long srcLo, long dstHi, long dstLo, int protocol, long length) {
        // The 0xFFFF that marks a mapped address is a zero of one's complement, so that IPv4 needs no branch; the
        // protocol number keeps the whole sum from being zero.
        return halves(srcHi) + halves(srcLo) + halves(dstHi) + halves(dstLo) + protocol + length;
    }

    /// A checksum field after one of the fields that it covers has changed (RFC 1624 §3, equation 3).
    ///
    /// @param was what stood in the field, up to 48 bits, at an even offset
    /// @param is  what stands there now
    public static int update(int checksum, long was, long is) {
        return fold((~checksum & 0xFFFF) + (~fold16(was) & 0xFFFF) + (long) fold16(is));
    }

    /// The sum in native order, unfolded: RFC 1071 §2 (B) lets the octets be swapped once, at the end.
    private static long words(MemorySegment bytes, long at, long length) {
        return length < MANY ? few(bytes, at, length) : many(bytes, at, length);
    }

    /// What a header or two need: as few steps as can be.
    private static long few(MemorySegment bytes, long at, long length) {
        long a = 0;
        long b = 0;
        long i = at;
        long end = at + length;
        for (; i <= end - 16; i += 16) {
            a += halves(bytes.get(LONG, i));
            b += halves(bytes.get(LONG, i + 8));
        }
        if (i <= end - 8) {
            a += halves(bytes.get(LONG, i));
            i += 8;
        }
        if (i <= end - 4) {
            b += bytes.get(INT, i) & LOW;
            i += 4;
        }
        if (i <= end - 2) {
            a += bytes.get(SHORT, i) & 0xFFFF;
            i += 2;
        }
        if (i < end) {
            int last = bytes.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
            b += LITTLE ? last : last << 8;
        }
        return a + b;
    }

    /// What a payload needs: a loop of this shape, one int a step, is the one that the compiler makes wide. Four
    /// accumulators of longs take twice the time.
    private static long many(MemorySegment bytes, long at, long length) {
        int ints = (int) (length >>> 2);
        long sum = 0;
        for (int i = 0; i < ints; i++) {
            sum += bytes.get(INT, at + 4L * i) & LOW;
        }
        long whole = 4L * ints;
        return sum + few(bytes, at + whole, length - whole);
    }

    private static long halves(long value) {
        return (value >>> 32) + (value & LOW);
    }

    private static long ordered(int folded) {
        return LITTLE ? (folded & 0xFF) << 8 | folded >>> 8 : folded;
    }

    /// The same one's complement number in 16 bits. Zero only for zero.
    private static int fold16(long sum) {
        long folded = halves(sum);
        folded = (folded & 0xFFFF) + (folded >>> 16 & 0xFFFF) + (folded >>> 32);
        folded = (folded & 0xFFFF) + (folded >>> 16);
        return (int) ((folded & 0xFFFF) + (folded >>> 16));
    }
}
