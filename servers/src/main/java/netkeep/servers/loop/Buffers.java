package netkeep.servers.loop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Direct buffers for what is unfinished, of three sizes, together bounded. None is ever given back to the system.
public final class Buffers {
    private static final int[] SIZES = {4_096, 40_960, 266_240};

    private final List<ArrayDeque<ByteBuffer>> free = new ArrayList<>();
    private long left;

    /// @param bytes memory for all together
    public Buffers(long bytes) {
        left = bytes;
        for (int i = 0; i < SIZES.length; i++) {
            free.add(new ArrayDeque<>());
        }
    }

    /// A buffer with so much room or more, at most 266,240 octets, or null if there is no memory left.
    public @Nullable ByteBuffer take(int capacity) {
        for (int i = 0; i < SIZES.length; i++) {
            if (capacity <= SIZES[i]) {
                ByteBuffer buffer = free.get(i).pollLast();
                if (buffer == null && left >= SIZES[i]) {
                    left -= SIZES[i];
                    buffer = make(SIZES[i]);
                }
                if (buffer != null) {
                    return buffer.clear();
                }
            }
        }
        return null;
    }

    /// Takes a buffer back.
    public void give(ByteBuffer buffer) {
        for (int i = 0; i < SIZES.length; i++) {
            if (buffer.capacity() == SIZES[i]) {
                free.get(i).addLast(buffer);
                return;
            }
        }
        throw new IllegalArgumentException("a buffer of " + buffer.capacity());
    }

    /// A direct little-endian buffer, for whoever keeps it for good.
    public static ByteBuffer make(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
