package netkeep.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.locks.ReentrantLock;
import netkeep.client.Names;
import netkeep.client.NetkeepSelectorProvider;
import netkeep.client.OpenProvider;
import netkeep.client.Rules;
import org.jspecify.annotations.Nullable;

/// The program's stack, which is attached to or started when it is first wanted: for a socket, a selector or a name.
/// What failed is tried again.
final class WantedStack implements OpenProvider.Source, Names {
    /// What there is once it has begun.
    record Begun(NetkeepSelectorProvider provider, Names names) {}

    private final AgentOptions options;

    // No holder class: a virtual thread that waited for its initialization would keep its carrier.
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable Begun known;

    WantedStack(AgentOptions options) {
        this.options = options;
    }

    Rules rules() {
        return options.rules();
    }

    private Begun begun() throws IOException {
        Begun begun = known;
        if (begun != null) {
            return begun;
        }
        lock.lock();
        try {
            begun = known;
            if (begun == null) {
                begun = options.start();
                known = begun;
            }
            return begun;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public NetkeepSelectorProvider provider() throws IOException {
        return begun().provider;
    }

    @Override
    public Found addresses(String name, boolean v4, boolean v6) throws UnknownHostException {
        return names(name).addresses(name, v4, v6);
    }

    @Override
    public Found names(InetAddress address) throws UnknownHostException {
        return names(address.getHostAddress()).names(address);
    }

    private Names names(String wanted) throws UnknownHostException {
        try {
            return begun().names;
        } catch (IOException noStack) {
            throw (UnknownHostException)
                    new UnknownHostException(wanted + ": " + noStack.getMessage()).initCause(noStack);
        }
    }
}
