package netkeep.servers.echo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import netkeep.servers.loop.Buffers;
import netkeep.servers.loop.Gate;
import netkeep.servers.loop.Ready;
import org.jspecify.annotations.Nullable;

/// One connection whose octets go back.
final class Echo implements Ready {
    private final SocketChannel channel;
    private final ByteBuffer chunk;
    private final Buffers buffers;
    private final Gate gate;

    /// What the peer has not taken, or null.
    private @Nullable ByteBuffer rest;

    /// @param chunk to read into; all connections of a server share it
    Echo(SocketChannel channel, ByteBuffer chunk, Buffers buffers, Gate gate) {
        this.channel = channel;
        this.chunk = chunk;
        this.buffers = buffers;
        this.gate = gate;
    }

    @Override
    public void ready(SelectionKey key, long nowNs) {
        try {
            if (rest != null) {
                writeOn(key, rest);
            } else {
                read(key);
            }
        } catch (IOException gone) {
            close();
        }
    }

    private void read(SelectionKey key) throws IOException {
        chunk.clear();
        if (channel.read(chunk) < 0) {
            close();
            return;
        }
        channel.write(chunk.flip());
        if (chunk.hasRemaining()) {
            ByteBuffer kept = buffers.take(chunk.remaining());
            if (kept == null) {
                close();
                return;
            }
            rest = kept.put(chunk).flip();
            key.interestOps(SelectionKey.OP_WRITE);
        }
    }

    private void writeOn(SelectionKey key, ByteBuffer kept) throws IOException {
        channel.write(kept);
        if (!kept.hasRemaining()) {
            rest = null;
            buffers.give(kept);
            key.interestOps(SelectionKey.OP_READ);
        }
    }

    private void close() {
        ByteBuffer kept = rest;
        rest = null;
        if (kept != null) {
            buffers.give(kept);
        }
        try {
            channel.close();
        } catch (IOException failure) {
            // The channel is gone, which is all that is asked for.
        }
        gate.leave();
    }
}
