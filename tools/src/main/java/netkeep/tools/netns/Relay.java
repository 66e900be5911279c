package netkeep.tools.netns;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;

/// Carries what comes by one connection over to another, both ways; an end as an end, a failure as a reset. Its virtual
/// threads end with the connections.
final class Relay {
    private static final int CHUNK = 1 << 16;

    private final SocketChannel inner;
    private final SocketChannel outer;
    private final Runnable over;
    private final AtomicInteger open = new AtomicInteger(2);

    private Relay(SocketChannel inner, SocketChannel outer, Runnable over) {
        this.inner = inner;
        this.outer = outer;
        this.over = over;
    }

    /// Begins, and closes both in the end.
    ///
    /// @param sent is done when all that comes from within is given to the session
    /// @param over is done in the end
    static void between(SocketChannel inner, SocketChannel outer, Runnable sent, Runnable over) {
        Relay relay = new Relay(inner, outer, over);
        Thread.startVirtualThread(() -> {
            relay.carry(inner, outer);
            sent.run();
            relay.end();
        });
        Thread.startVirtualThread(() -> {
            relay.carry(outer, inner);
            relay.end();
        });
    }

    private void carry(SocketChannel from, SocketChannel to) {
        try {
            ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
            while (from.read(chunk.clear()) >= 0) {
                chunk.flip();
                while (chunk.hasRemaining()) {
                    to.write(chunk);
                }
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            reset(inner);
            reset(outer);
        }
    }

    private void end() {
        if (open.decrementAndGet() == 0) {
            close(inner);
            close(outer);
            over.run();
        }
    }

    /// Closes a connection so that its peer is told that something failed.
    static void reset(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException closed) {
            // The other way of this relay was quicker.
        }
        close(channel);
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException ignored) {
            // Nothing is left to be done with it.
        }
    }
}
