package netkeep.servers.source;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import netkeep.servers.loop.Deadlines;
import netkeep.servers.loop.Gate;
import netkeep.servers.loop.Listener;
import netkeep.servers.loop.Loop;
import netkeep.servers.loop.Ready;
import netkeep.servers.loop.Time;

/// Sends the [Pattern] to whoever connects, without end or up to a limit, and reads nothing.
///
/// Over UDP each datagram is answered by one of the same length, 8 octets or more: the position of its first octet
/// of the pattern as a 64-bit number in network order, and the pattern from there. Positions go on from answer to
/// answer. No answer is longer than what it answers by more than these 8 octets, so that a forged sender gains nothing.
///
/// Not safe for several threads, but for [#close].
public final class SourceServer implements AutoCloseable {
    /// A connection without end.
    public static final long ENDLESS = Long.MAX_VALUE;

    private static final int BACKLOG = 4096;

    /// Pieces written to one connection in one pass, so that the others get their turn.
    private static final int TURNS = 8;

    private static final int DATAGRAMS = 64;
    private static final int LONGEST_DATAGRAM = 65_536;

    private final Loop loop;
    private final Gate gate;
    private final long limit;
    private final ByteBuffer octets = Pattern.octets();
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(LONGEST_DATAGRAM);
    private long datagramPosition;

    /// @param provider    whose channels are served
    /// @param connections how many are open at most
    /// @param limit       octets after which a connection is closed, or [#ENDLESS]
    public SourceServer(SelectorProvider provider, Time time, int connections, long limit) throws IOException {
        if (limit < 0) {
            throw new IllegalArgumentException("limit " + limit);
        }
        this.loop = new Loop(provider, time);
        this.gate = new Gate(connections);
        this.limit = limit;
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
        return (InetSocketAddress) loop.bind(address, this::answer);
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
        channel.register(loop.selector(), SelectionKey.OP_WRITE, new Stream(channel));
        gate.enter();
    }

    /// One connection.
    private final class Stream implements Ready {
        private final SocketChannel channel;
        private long position;

        Stream(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void ready(SelectionKey key, long nowNs) {
            try {
                if (position == limit) {
                    end();
                } else {
                    write(key);
                }
            } catch (IOException gone) {
                close();
            }
        }

        private void write(SelectionKey key) throws IOException {
            for (int turn = 0; turn < TURNS && position < limit; turn++) {
                int at = (int) (position % Pattern.PERIOD);
                int length = (int) Math.min(Pattern.PIECE, limit - position);
                octets.limit(at + length).position(at);
                position += channel.write(octets);
                if (octets.hasRemaining()) {
                    return;
                }
            }
            if (position == limit) {
                // What the peer may still send is read first, so that no RST overtakes the end of the stream.
                channel.shutdownOutput();
                key.interestOps(SelectionKey.OP_READ);
            }
        }

        private void end() throws IOException {
            datagram.clear();
            if (channel.read(datagram) < 0) {
                close();
            }
        }

        private void close() {
            try {
                channel.close();
            } catch (IOException failure) {
                // The channel is gone, which is all that is asked for.
            }
            gate.leave();
        }
    }

    private void answer(SelectionKey key, long nowNs) {
        DatagramChannel channel = (DatagramChannel) key.channel();
        for (int i = 0; i < DATAGRAMS; i++) {
            datagram.clear();
            try {
                SocketAddress from = channel.receive(datagram);
                if (from == null) {
                    return;
                }
                int length = Math.max(Long.BYTES, datagram.position());
                datagram.clear().limit(length).putLong(datagramPosition);
                Pattern.fill(datagram, datagramPosition);
                datagramPosition += length - Long.BYTES;
                channel.send(datagram.flip(), from);
            } catch (IOException unreachable) {
                // That datagram is lost, as datagrams are.
            }
        }
    }
}
