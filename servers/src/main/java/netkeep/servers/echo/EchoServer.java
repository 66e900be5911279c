package netkeep.servers.echo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
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
import netkeep.servers.loop.Time;

/// Sends back what it is sent, over TCP and UDP.
///
/// While a connection's peer does not take what comes back, nothing more is read from it. A datagram that cannot go
/// back at once is dropped.
///
/// Not safe for several threads, but for [#close].
public final class EchoServer implements AutoCloseable {
    /// Octets read at a time; no datagram is longer.
    private static final int CHUNK = 262_144;

    private static final int BACKLOG = 4096;

    /// Memory for what peers do not take.
    private static final long KEPT = 256L << 20;

    private static final int DATAGRAMS = 64;

    private final Loop loop;
    private final Gate gate;
    private final Buffers buffers = new Buffers(KEPT);
    private final ByteBuffer chunk = Buffers.make(CHUNK);
    private final Echo echo;

    /// @param provider    whose channels are served
    /// @param connections how many are open at most
    public EchoServer(SelectorProvider provider, Time time, int connections) throws IOException {
        loop = new Loop(provider, time);
        gate = new Gate(connections);
        echo = new Echo(chunk, buffers, gate);
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
        return (InetSocketAddress) loop.bind(address, this::datagrams);
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

    private void arrives(SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        SelectionKey key = channel.register(loop.selector(), SelectionKey.OP_READ, echo);
        gate.enter();
        // The first octets often come with the last of the handshake: that saves a pass.
        echo.ready(key, loop.nowNs());
    }

    private void datagrams(SelectionKey key, long nowNs) {
        DatagramChannel channel = (DatagramChannel) key.channel();
        for (int i = 0; i < DATAGRAMS; i++) {
            chunk.clear();
            try {
                SocketAddress from = channel.receive(chunk);
                if (from == null) {
                    return;
                }
                channel.send(chunk.flip(), from);
            } catch (IOException unreachable) {
                // That datagram is lost, as datagrams are.
            }
        }
    }
}
