package netkeep.agent;

import java.io.IOException;
import java.net.ProtocolFamily;
import java.nio.channels.DatagramChannel;
import netkeep.client.OpenProvider;
import netkeep.client.Platform;
import org.jspecify.annotations.Nullable;

/// The JVM's provider where the agent is.
public final class SystemWide extends OpenProvider {
    /// For the JVM, which makes one.
    public SystemWide() {
        super(Agent.stack(), Platform.provider(), Agent.stack().rules());
    }

    /// As [OpenProvider#openDatagramChannel(ProtocolFamily)]; with null, which no program can ask for, a channel to
    /// stand behind a `DatagramSocket`: see [DatagramHook].
    @Override
    public DatagramChannel openDatagramChannel(@Nullable ProtocolFamily family) throws IOException {
        return family == null ? openUninterruptible() : super.openDatagramChannel(family);
    }
}
