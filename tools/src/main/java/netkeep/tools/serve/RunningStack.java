package netkeep.tools.serve;

import java.io.IOException;
import netkeep.embedded.Embedded;
import netkeep.link.LinkGone;
import netkeep.link.PcapngWriter;
import netkeep.tools.status.StatusServer;
import org.jspecify.annotations.Nullable;

/// A stack with what was opened for it.
///
/// @param link    its only one
/// @param capture of the link, if one is taken
/// @param status  that answers `ss` and `nstat`; none where there is no place for its socket
public record RunningStack(
        Embedded stack,
        WatchedLink link,
        @Nullable PcapngWriter capture,
        @Nullable StatusServer status) implements AutoCloseable {
    /// Lets a stack tell about itself.
    static RunningStack of(Embedded stack, WatchedLink link, @Nullable PcapngWriter capture) {
        return new RunningStack(stack, link, capture, status(stack));
    }

    /// Answers `ss` and `nstat` about a stack, if there is a place for the socket.
    static @Nullable StatusServer status(Embedded stack) {
        try {
            return StatusServer.start(stack);
        } catch (IOException nowhere) {
            System.err.println("netkeep: ss and nstat will not find this stack: " + nowhere.getMessage());
            return null;
        }
    }

    /// What to do when the link's device goes away. It must not wait.
    public void whenGone(Runnable action) {
        link.whenGone(action);
    }

    /// Whether the link's device went away.
    public boolean gone() {
        return link.gone() != null;
    }

    /// Whoever did what he wanted asks whether that was all there was to do.
    ///
    /// @throws IOException if the link's device went away; the message says what to do
    public void check() throws IOException {
        LinkGone why = link.gone();
        if (why != null) {
            throw new IOException(why.getMessage());
        }
    }

    @Override
    public void close() {
        if (status != null) {
            status.close();
        }
        stack.close();
        if (capture != null) {
            capture.close();
        }
    }
}
