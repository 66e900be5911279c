package netkeep.servers.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import netkeep.servers.loop.Buffers;
import org.jspecify.annotations.Nullable;

/// What a connection keeps from one pass to the next. A connection at rest has none.
final class Work {
    /// Octets that arrived and are not done with, from position to limit; or null.
    @Nullable
    ByteBuffer in;

    /// Octets that are to go out, from position to limit; or null. They go before what [#transfer] has.
    @Nullable
    ByteBuffer out;

    /// Content that is being sent, or null.
    @Nullable
    Transfer transfer;

    /// Content that is being read off, if [#headLength] is not 0.
    final Content content = new Content();

    /// Octets of the head whose content is being read off. It is kept at the beginning of [#in], to be answered
    /// when the content has passed.
    int headLength;

    /// Whether nothing is kept.
    boolean isEmpty() {
        return in == null && out == null && transfer == null && headLength == 0;
    }

    /// Lays what was kept of the input at the beginning of a buffer, and gives up what it was kept in.
    ///
    /// @return how much it is
    int unfold(ByteBuffer into, Buffers buffers) {
        ByteBuffer kept = in;
        if (kept == null) {
            return 0;
        }
        int length = kept.limit();
        into.put(0, kept, 0, length).position(length);
        buffers.give(kept);
        in = null;
        return length;
    }

    /// Keeps the octets `[at, end)` of what arrived.
    ///
    /// @throws IOException if no memory is left for it
    void keepIn(ByteBuffer from, int at, int end, Buffers buffers) throws IOException {
        in = keep(from, at, end - at, buffers);
    }

    /// Keeps so many octets from the position of what is to go out.
    ///
    /// @throws IOException if no memory is left for it
    void keepOut(ByteBuffer from, int length, Buffers buffers) throws IOException {
        out = keep(from, from.position(), length, buffers);
    }

    private static ByteBuffer keep(ByteBuffer from, int at, int length, Buffers buffers) throws IOException {
        ByteBuffer kept = buffers.take(length);
        if (kept == null) {
            throw new IOException("no buffer is left");
        }
        return kept.put(0, from, at, length).limit(length);
    }
}
