package netkeep.servers.discard;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import netkeep.servers.loop.Buffers;
import netkeep.servers.loop.Deadlines;
import netkeep.servers.loop.Gate;
import netkeep.servers.loop.Listener;
import netkeep.servers.loop.Loop;
import netkeep.servers.loop.Ready;
import netkeep.servers.loop.Time;

/// Reads what it is sent over TCP and UDP, counts it and forgets it.
///
/// Not safe for several threads, but for [#close], [#octets] and [#datagrams].
public final class DiscardServer implements AutoCloseable {
    private static final int CHUNK = 65_536;
    private static final int BACKLOG = 4096;

    /// Chunks read from one connection in one pass, so that the others get their turn.
    private static final int TURNS = 8;

    private static final int BATCH = 64;

    private final Loop loop;
    private final Gate gate;
    private final ByteBuffer chunk = Buffers.make(CHUNK);
    private final Ready ready = this::read;
    private volatile long octets;
    private volatile long datagrams;

    /// @param provider    whose channels are served
    /// @param connections how many are open at most
    public DiscardServer(SelectorProvider provider, Time time, int connections) throws IOException {
        loop = new Loop(provider, time);
        gate = new Gate(connections);
    }

    /// Listens for connections.
    ///
    /// @return the address, with the port that was found if none was asked for
    public InetSocketAddress listen(InetSocketAddress address) throws IOException {
        Listener listener = loop.listen(address, BACKLOG, this::arrives);
        gate.add(listener);
        return (InetSocketAddress) listener.address();
    }

    /// Takes datagrams.
    ///
    /// @return the address, with the port that was found if none was asked for
    public InetSocketAddress bind(InetSocketAddress address) throws IOException {
        return (InetSocketAddress) loop.bind(address, this::receive);
    }

    /// Serves until [#close].
    public void run() throws IOException {
        loop.run(Deadlines.NONE);
    }

    /// Ends [#run], from any thread. Does not wait for it.
    @Override
    public void close() {
        loop.close();
    }

    /// Octets that came over all connections and in all datagrams so far; from any thread.
    public long octets() {
        return octets;
    }

    /// Datagrams that came so far; from any thread.
    public long datagrams() {
        return datagrams;
    }

    private void arrives(SocketChannel channel) throws IOException {
        channel.register(loop.selector(), SelectionKey.OP_READ, ready);
        gate.enter();
    }

    private void read(SelectionKey key, long nowNs) {
        SocketChannel channel = (SocketChannel) key.channel();
        long sum = 0;
        try {
            int count = CHUNK;
            for (int turn = 0; turn < TURNS && count == CHUNK; turn++) {
                chunk.clear();
                count = channel.read(chunk);
                sum += Math.max(0, count);
            }
            if (count < 0) {
                close(channel);
            }
        } catch (IOException gone) {
            close(channel);
        }
        add(sum, 0);
    }

    private void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException failure) {
            // The channel is gone, which is all that is asked for.
        }
        gate.leave();
    }

    private void receive(SelectionKey key, long nowNs) {
        DatagramChannel channel = (DatagramChannel) key.channel();
        long sum = 0;
        int count = 0;
        try {
            for (; count < BATCH; count++) {
                chunk.clear();
                if (channel.receive(chunk) == null) {
                    break;
                }
                sum += chunk.position();
            }
        } catch (IOException lost) {
            // That datagram is lost, as datagrams are.
        }
        add(sum, count);
    }

    /// Only the server's thread writes the counters.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void add(long moreOctets, long moreDatagrams) {
        octets += moreOctets;
        datagrams += moreDatagrams;
    }
}
