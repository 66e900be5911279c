package netkeep.tools.serve;

import netkeep.embedded.Embedded;
import netkeep.link.PcapngWriter;
import org.jspecify.annotations.Nullable;

/// A stack with what was opened for it.
///
/// @param link    as the options named it
/// @param capture of the link, if one is taken
public record RunningStack(
        Embedded stack, String link, @Nullable PcapngWriter capture) implements AutoCloseable {
    @Override
    public void close() {
        stack.close();
        if (capture != null) {
            capture.close();
        }
    }
}
