package netkeep.servers.echo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import netkeep.servers.loop.Buffers;
import netkeep.servers.loop.Gate;
import netkeep.servers.loop.Ready;

/// Sends octets back, on all connections of a server: a connection has nothing of its own but what its peer has not
/// taken, as long as there is such.
final class Echo implements Ready {
    private final ByteBuffer chunk;
    private final Buffers buffers;
    private final Gate gate;

    /// @param chunk to read into
    Echo(ByteBuffer chunk, Buffers buffers, Gate gate) {
        this.chunk = chunk;
        this.buffers = buffers;
        this.gate = gate;
    }

    @Override
    public void ready(SelectionKey key, long nowNs) {
        try {
            read(key);
        } catch (IOException gone) {
            close(key);
        }
    }

    private void read(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        chunk.clear();
        if (channel.read(chunk) < 0) {
            close(key);
            return;
        }
        channel.write(chunk.flip());
        if (chunk.hasRemaining()) {
            ByteBuffer kept = buffers.take(chunk.remaining());
            if (kept == null) {
                close(key);
                return;
            }
            key.attach(new Rest(kept.put(chunk).flip()));
            key.interestOps(SelectionKey.OP_WRITE);
        }
    }

    private void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException failure) {
            // The channel is gone, which is all that is asked for.
        }
        gate.leave();
    }

    /// What a connection's peer has not taken. Nothing more is read from it until it has.
    private final class Rest implements Ready {
        private final ByteBuffer kept;

        Rest(ByteBuffer kept) {
            this.kept = kept;
        }

        @Override
        public void ready(SelectionKey key, long nowNs) {
            try {
                ((SocketChannel) key.channel()).write(kept);
            } catch (IOException gone) {
                buffers.give(kept);
                close(key);
                return;
            }
            if (!kept.hasRemaining()) {
                buffers.give(kept);
                key.attach(Echo.this);
                key.interestOps(SelectionKey.OP_READ);
            }
        }
    }
}
