package netkeep.client;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Code that handles a connection's octets where they lie, on the thread that runs the stack: within its turn. It must
/// be quick and wait for nothing; all connections of the stack stand still meanwhile.
public interface StreamHandler {
    /// Octets are there. Called again with those that it leaves, once more have come or room has.
    ///
    /// @param octets where they lie, read-only; nothing of it may be kept
    /// @param room   where to write an answer
    /// @return how many it is done with, 0..`length`
    int received(MemorySegment octets, long at, int length, SendRoom room);

    /// No more octets come. The channel is still to be closed, and can still be written to if `why` is null.
    ///
    /// @param why null for the end of the stream
    void ended(@Nullable IOException why);
}
