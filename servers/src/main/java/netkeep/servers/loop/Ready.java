package netkeep.servers.loop;

import java.nio.channels.SelectionKey;

/// Whose channel is ready. Each key of a [Loop] has one attached.
public interface Ready {
    /// Does what the channel is ready for, without waiting.
    ///
    /// Throws nothing for what a peer does: it ends that peer's connection and returns.
    ///
    /// @param nowNs when this pass began
    void ready(SelectionKey key, long nowNs);
}
