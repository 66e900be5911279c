package netkeep.servers.loop;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// A listening channel of a [Loop].
public final class Listener implements Ready {
    /// Connections taken in one pass, so that those that are there already get their turn.
    private static final int BATCH = 64;

    /// How long no connection is taken after taking one failed. Out of descriptors, the channel stays ready:
    /// without the rest the loop would spin.
    private static final long REST_NS = 100_000_000;

    private final ServerSocketChannel channel;
    private final Arrival arrives;
    private long restUntilNs = Deadlines.NEVER;
    private boolean paused;

    @Nullable
    SelectionKey key;

    Listener(ServerSocketChannel channel, Arrival arrives) {
        this.channel = channel;
        this.arrives = arrives;
    }

    /// The address it is bound to.
    public SocketAddress address() throws IOException {
        return channel.getLocalAddress();
    }

    @Override
    public void ready(SelectionKey key, long nowNs) {
        for (int taken = 0; taken < BATCH && !paused; taken++) {
            try {
                SocketChannel connection = channel.accept();
                if (connection == null) {
                    return;
                }
                take(connection);
            } catch (IOException failure) {
                restUntilNs = nowNs + REST_NS;
                key.interestOps(0);
                return;
            }
        }
    }

    private void take(SocketChannel connection) throws IOException {
        try {
            connection.configureBlocking(false);
            arrives.arrives(connection);
        } catch (IOException gone) {
            connection.close();
        }
    }

    /// Takes no connection until [#resume]: they wait in the backlog.
    public void pause() {
        paused = true;
        interest(0);
    }

    /// Ends a [#pause].
    public void resume() {
        if (paused) {
            paused = false;
            interest(restUntilNs == Deadlines.NEVER ? SelectionKey.OP_ACCEPT : 0);
        }
    }

    /// Ends the rest after a failure, if it is over.
    ///
    /// @return when it will be over, or [Deadlines#NEVER]
    long resume(long nowNs) {
        if (restUntilNs != Deadlines.NEVER && nowNs - restUntilNs >= 0) {
            restUntilNs = Deadlines.NEVER;
            interest(paused ? 0 : SelectionKey.OP_ACCEPT);
        }
        return restUntilNs;
    }

    private void interest(int operations) {
        if (key != null && key.isValid()) {
            key.interestOps(operations);
        }
    }

    void close() throws IOException {
        channel.close();
    }
}
