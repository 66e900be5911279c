package netkeep.tools.serve;

import java.io.IOException;
import netkeep.embedded.Embedded;
import netkeep.link.PcapngWriter;
import netkeep.tools.status.StatusServer;
import org.jspecify.annotations.Nullable;

/// A stack with what was opened for it.
///
/// @param link    as the options named it
/// @param capture of the link, if one is taken
/// @param status  that answers `ss` and `nstat`; none where there is no place for its socket
public record RunningStack(
        Embedded stack,
        String link,
        @Nullable PcapngWriter capture,
        @Nullable StatusServer status) implements AutoCloseable {
    /// Lets a stack tell about itself.
    static RunningStack of(Embedded stack, String link, @Nullable PcapngWriter capture) {
        StatusServer status = null;
        try {
            status = StatusServer.start(stack);
        } catch (IOException nowhere) {
            System.err.println("netkeep: ss and nstat will not find this stack: " + nowhere.getMessage());
        }
        return new RunningStack(stack, link, capture, status);
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
