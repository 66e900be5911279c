package netkeep.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Whole numbers in network byte order, at any offset.
///
/// Reading widens, so that no unsigned field is ever negative; only [#i32] and [#u64] give the bits as they are.
/// Writing takes the low bits and ignores the rest.
public final class Octets {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private Octets() {}

    public static int u8(MemorySegment bytes, long at) {
        return bytes.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    public static int u16(MemorySegment bytes, long at) {
        return bytes.get(SHORT, at) & 0xFFFF;
    }

    public static long u32(MemorySegment bytes, long at) {
        return bytes.get(INT, at) & 0xFFFF_FFFFL;
    }

    /// The 32 bits as they are: for sequence numbers, which wrap.
    public static int i32(MemorySegment bytes, long at) {
        return bytes.get(INT, at);
    }

    public static long u48(MemorySegment bytes, long at) {
        return (long) u16(bytes, at) << 32 | u32(bytes, at + 2);
    }

    public static long u64(MemorySegment bytes, long at) {
        return bytes.get(LONG, at);
    }

    public static void u8(MemorySegment bytes, long at, int value) {
        bytes.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    public static void u16(MemorySegment bytes, long at, int value) {
        bytes.set(SHORT, at, (short) value);
    }

    public static void u32(MemorySegment bytes, long at, long value) {
        bytes.set(INT, at, (int) value);
    }

    public static void i32(MemorySegment bytes, long at, int value) {
        bytes.set(INT, at, value);
    }

    public static void u48(MemorySegment bytes, long at, long value) {
        u16(bytes, at, (int) (value >>> 32));
        u32(bytes, at + 2, value);
    }

    public static void u64(MemorySegment bytes, long at, long value) {
        bytes.set(LONG, at, value);
    }
}
