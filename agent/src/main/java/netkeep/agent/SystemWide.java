package netkeep.agent;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.locks.ReentrantLock;
import netkeep.client.NetkeepSelectorProvider;
import netkeep.client.OpenProvider;
import netkeep.client.Platform;
import org.jspecify.annotations.Nullable;

/// The JVM's provider where the agent is: it attaches, or starts the stack, when it is first wanted.
public final class SystemWide extends OpenProvider {
    /// For the JVM, which makes one.
    public SystemWide() {
        super(new Lazily(Agent.options()), Platform.provider(), Agent.options().rules());
    }

    /// As [OpenProvider#openDatagramChannel(ProtocolFamily)]; with null, which no program can ask for, a channel to
    /// stand
    /// behind a `DatagramSocket`: see [DatagramHook].
    @Override
    public DatagramChannel openDatagramChannel(@Nullable ProtocolFamily family) throws IOException {
        return family == null ? openUninterruptible() : super.openDatagramChannel(family);
    }

    /// A stack that is wanted later. What failed is tried again.
    private static final class Lazily implements Source {
        private final AgentOptions options;

        // No holder class: a virtual thread that waited for its initialization would keep its carrier.
        private final ReentrantLock lock = new ReentrantLock();
        private volatile @Nullable NetkeepSelectorProvider known;

        Lazily(AgentOptions options) {
            this.options = options;
        }

        @Override
        public NetkeepSelectorProvider provider() throws IOException {
            NetkeepSelectorProvider provider = known;
            if (provider != null) {
                return provider;
            }
            lock.lock();
            try {
                provider = known;
                if (provider == null) {
                    provider = options.start();
                    known = provider;
                }
                return provider;
            } finally {
                lock.unlock();
            }
        }
    }
}
