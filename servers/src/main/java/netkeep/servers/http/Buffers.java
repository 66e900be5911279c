package netkeep.servers.http;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Direct buffers for what is unfinished, of three sizes, together bounded. None is ever given back to the system.
final class Buffers {
    private static final int[] SIZES = {4_096, 40_960, 262_144 + 4_096};

    private final List<ArrayDeque<ByteBuffer>> free = new ArrayList<>();
    private long left;

    /// @param bytes memory for all together
    Buffers(long bytes) {
        left = bytes;
        for (int i = 0; i < SIZES.length; i++) {
            free.add(new ArrayDeque<>());
        }
    }

    /// A buffer that holds so many octets and [Octets#SLACK] more, or null if there is no memory left.
    @Nullable
    ByteBuffer take(int length) {
        for (int i = 0; i < SIZES.length; i++) {
            if (length + Octets.SLACK <= SIZES[i]) {
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
    void give(ByteBuffer buffer) {
        for (int i = 0; i < SIZES.length; i++) {
            if (buffer.capacity() == SIZES[i]) {
                free.get(i).addLast(buffer);
                return;
            }
        }
        throw new IllegalArgumentException("a buffer of " + buffer.capacity());
    }

    static ByteBuffer make(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
