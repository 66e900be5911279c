package netkeep.servers.iperf3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import netkeep.servers.loop.Ready;

/// A stream over TCP.
final class TcpStream extends Stream implements Ready {
    /// Blocks in one pass, so that the others get their turn.
    private static final int TURNS = 8;

    private final SocketChannel channel;
    private final SelectionKey key;
    private final ByteBuffer block;

    /// @param channel non-blocking; it belongs to this stream
    /// @param block   of the size agreed on, for all streams of the thread; what is in it does not matter
    TcpStream(Run run, int index, SocketChannel channel, Selector selector, ByteBuffer block) throws IOException {
        super(run, index);
        this.channel = channel;
        this.block = block;
        this.key = channel.register(selector, 0, this);
    }

    @Override
    void begin() {
        key.interestOps(run.sends() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
    }

    @Override
    void stop() {
        if (run.sends() && key.isValid()) {
            key.interestOps(0);
        }
    }

    @Override
    void finish() {
        try {
            channel.shutdownOutput();
        } catch (IOException failure) {
            // Then its end is seen in another way.
        }
    }

    @Override
    public void ready(SelectionKey key, long nowNs) {
        try {
            if (run.sends()) {
                send();
            } else {
                receive();
            }
        } catch (IOException gone) {
            run.fail(gone);
        }
    }

    private void send() throws IOException {
        for (int turn = 0; turn < TURNS; turn++) {
            block.clear().limit((int) Math.min(block.capacity(), run.left()));
            int wanted = block.remaining();
            if (wanted == 0) {
                stop();
                return;
            }
            int written = channel.write(block);
            octets += written;
            run.sent(written);
            if (written < wanted) {
                return;
            }
        }
    }

    private void receive() throws IOException {
        for (int turn = 0; turn < TURNS; turn++) {
            int read = channel.read(block.clear());
            if (read < 0) {
                key.interestOps(0);
                return;
            }
            octets += read;
            run.received(read);
            if (read < block.capacity()) {
                return;
            }
        }
    }

    @Override
    void close() {
        try {
            channel.close();
        } catch (IOException failure) {
            // The channel is gone, which is all that is asked for.
        }
    }
}
