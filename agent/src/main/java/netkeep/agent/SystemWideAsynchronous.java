package netkeep.agent;

import java.nio.channels.spi.SelectorProvider;
import netkeep.asynchronous.BlockingProvider;

/// The JVM's provider of asynchronous channels where the agent is.
public final class SystemWideAsynchronous extends BlockingProvider {
    /// For the JVM, which makes one.
    public SystemWideAsynchronous() {
        super(SelectorProvider.provider());
    }
}
