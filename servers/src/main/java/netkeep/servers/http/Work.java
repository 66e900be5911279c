package netkeep.servers.http;

import java.nio.ByteBuffer;
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
}
