package netkeep.servers.loop;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/// Takes a connection that was accepted.
public interface Arrival {
    /// @param channel non-blocking; it belongs to the callee from here on, unless this throws
    void arrives(SocketChannel channel) throws IOException;
}
