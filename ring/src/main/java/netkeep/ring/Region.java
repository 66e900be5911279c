package netkeep.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Memory that one part writes and others map read-only; the one class through which it is stored to.
///
/// Offsets are octets from the region's begin; numbers lie in the machine's own order. Each access is checked against
/// the region's length. A test double overrides the stores, counts them, and ends the run at one of them: that
/// is why this class is not final.
public class Region {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final VarHandle ORDERED_INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle ORDERED_LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle WINDOWS = MethodHandles.arrayElementVarHandle(ByteBuffer[].class);

    /// Octets from the begin of one window to that of the next; a window is nearly twice as long.
    private static final int WINDOW_BITS = 30;

    /// Octets of the longest window: a buffer's limit is an array's.
    private static final long MOST = Integer.MAX_VALUE - 8;

    private final MemorySegment memory;
    private final @Nullable ByteBuffer[] windows;

    /// @param memory of exactly the region's length, its address a multiple of 8; kept for the region's life
    public Region(MemorySegment memory) {
        this.memory = memory;
        this.windows = new @Nullable ByteBuffer[(int) (memory.byteSize() >>> WINDOW_BITS) + 1];
    }

    /// The whole region, to read from and to say where payload lies. Stores go through this class's methods only, but
    /// for the kernel's: it may read octets to a place where nobody reads yet.
    public final MemorySegment memory() {
        return memory;
    }

    public final long length() {
        return memory.byteSize();
    }

    public final int u8(long at) {
        return memory.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    public final int u16(long at) {
        return memory.get(SHORT, at) & 0xFFFF;
    }

    public final int i32(long at) {
        return memory.get(INT, at);
    }

    public final long i64(long at) {
        return memory.get(LONG, at);
    }

    /// Reads a word that a peer may be storing: once, and before all reads that follow.
    public final int i32Acquire(long at) {
        return (int) ORDERED_INT.getAcquire(memory, at);
    }

    /// As [#i32Acquire].
    public final long i64Acquire(long at) {
        return (long) ORDERED_LONG.getAcquire(memory, at);
    }

    /// Reads a word that a peer may be storing: once, in no order with others.
    public final long i64Opaque(long at) {
        return (long) ORDERED_LONG.getOpaque(memory, at);
    }

    public void u8(long at, int value) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    public void u16(long at, int value) {
        memory.set(SHORT, at, (short) value);
    }

    public void i32(long at, int value) {
        memory.set(INT, at, value);
    }

    public void i64(long at, long value) {
        memory.set(LONG, at, value);
    }

    /// Stores a word after all stores before it: who reads it with acquire sees them too.
    public void i32Release(long at, int value) {
        ORDERED_INT.setRelease(memory, at, value);
    }

    /// As [#i32Release].
    public void i64Release(long at, long value) {
        ORDERED_LONG.setRelease(memory, at, value);
    }

    /// Copies octets in from anywhere.
    public void copy(long at, MemorySegment from, long fromAt, long length) {
        MemorySegment.copy(from, fromAt, memory, at, length);
    }

    /// Copies words in from the heap.
    ///
    /// @param count words of eight octets
    public void copy(long at, long[] from, int fromAt, int count) {
        MemorySegment.copy(from, fromAt, memory, LONG, at, count);
    }

    /// Copies words out to the heap.
    ///
    /// @param count words of eight octets
    public final void read(long at, long[] to, int toAt, int count) {
        MemorySegment.copy(memory, LONG, at, to, toAt, count);
    }

    /// Zeroes `length` octets.
    public void clear(long at, long length) {
        memory.asSlice(at, length).fill((byte) 0);
    }

    /// Copies octets in from a buffer of any kind, whose position stays; allocates nothing.
    ///
    /// @param length at most 1 GiB
    public void copy(long at, ByteBuffer from, int fromAt, int length) {
        window(at).put((int) at & (1 << WINDOW_BITS) - 1, from, fromAt, length);
    }

    /// Copies octets out to a buffer of any kind, whose position stays; allocates nothing.
    ///
    /// @param length at most 1 GiB
    public final void read(long at, ByteBuffer to, int toAt, int length) {
        to.put(toAt, window(at), (int) at & (1 << WINDOW_BITS) - 1, length);
    }

    /// The buffer in which the 1 GiB from `at` on lie, as far as the region goes: a buffer holds 2 GiB at most.
    private ByteBuffer window(long at) {
        int index = (int) (at >>> WINDOW_BITS);
        ByteBuffer window = (ByteBuffer) WINDOWS.getAcquire(windows, index);
        if (window == null) {
            long begin = (long) index << WINDOW_BITS;
            window = memory.asSlice(begin, Math.min(memory.byteSize() - begin, MOST))
                    .asByteBuffer();
            WINDOWS.setRelease(windows, index, window);
        }
        return window;
    }
}
