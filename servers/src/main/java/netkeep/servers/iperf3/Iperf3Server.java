package netkeep.servers.iperf3;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import netkeep.servers.loop.Deadlines;
import netkeep.servers.loop.Gate;
import netkeep.servers.loop.Listener;
import netkeep.servers.loop.Loop;
import netkeep.servers.loop.Ready;
import netkeep.servers.loop.Time;
import org.jspecify.annotations.Nullable;

/// The server that `iperf3 -c` measures against: one test after another, over TCP or UDP, either direction.
///
/// Tests in both directions at once, SCTP, an omitted begin and authentication are refused. What a client asks of
/// congestion control, segment size and marking is not done.
///
/// Not safe for several threads, but for [#close].
public final class Iperf3Server implements AutoCloseable {
    private static final int BACKLOG = 256;
    private static final int CONNECTIONS = 256;
    private static final int DATAGRAMS = 64;
    private static final int LONGEST_DATAGRAM = 65_536;

    /// How long a connection may take to say its name.
    private static final long OPENING_NS = SECONDS.toNanos(5);

    private final Loop loop;
    private final Time time;
    private final Gate gate = new Gate(CONNECTIONS);
    private final List<Opening> openings = new ArrayList<>();
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(LONGEST_DATAGRAM);
    private @Nullable Measurement test;
    private volatile long tests;

    /// @param provider whose channels are served
    public Iperf3Server(SelectorProvider provider, Time time) throws IOException {
        this.loop = new Loop(provider, time);
        this.time = time;
    }

    /// Listens for connections, and for datagrams on the same port.
    ///
    /// @return the address, with the port that was found if none was asked for
    public InetSocketAddress listen(InetSocketAddress address) throws IOException {
        Listener listener = loop.listen(address, BACKLOG, this::arrives);
        gate.add(listener);
        InetSocketAddress found = (InetSocketAddress) listener.address();
        loop.bind(found, this::datagrams);
        return found;
    }

    /// Serves until [#close].
    public void run() throws IOException {
        loop.run(this::expire);
    }

    /// Ends [#run], from any thread. Does not wait for it.
    @Override
    public void close() {
        loop.close();
    }

    /// Tests that came to their end; from any thread.
    public long tests() {
        return tests;
    }

    private void arrives(SocketChannel channel) throws IOException {
        Opening opening = new Opening(channel, loop.nowNs() + OPENING_NS);
        channel.register(loop.selector(), SelectionKey.OP_READ, opening);
        openings.add(opening);
        gate.enter();
    }

    private long expire(long nowNs) {
        long nextNs = Deadlines.NEVER;
        for (int i = openings.size() - 1; i >= 0; i--) {
            Opening opening = openings.get(i);
            if (nowNs - opening.deadlineNs >= 0) {
                opening.drop();
            } else {
                nextNs = Math.min(nextNs, opening.deadlineNs);
            }
        }
        Measurement now = test;
        if (now != null) {
            nextNs = Math.min(nextNs, now.expire(nowNs));
            if (now.over()) {
                end(now);
            }
        }
        return nextNs;
    }

    private void end(Measurement ended) {
        ended.close();
        for (int i = 0; i < ended.connections(); i++) {
            gate.leave();
        }
        if (ended.done()) {
            count();
        }
        test = null;
    }

    /// Only the server's thread writes the counter.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void count() {
        tests++;
    }

    /// Whose datagram it is follows from where it comes from.
    private void datagrams(SelectionKey key, long nowNs) {
        DatagramChannel channel = (DatagramChannel) key.channel();
        for (int i = 0; i < DATAGRAMS; i++) {
            try {
                SocketAddress from = channel.receive(datagram.clear());
                if (from == null) {
                    return;
                }
                Measurement now = test;
                // A datagram of nobody's is not answered.
                if (now != null && now.datagram(from, datagram.flip(), channel, time.nowNs())) {
                    datagram.clear()
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putInt(UdpStream.WELCOME)
                            .order(ByteOrder.BIG_ENDIAN);
                    channel.send(datagram.flip(), from);
                    now.streamAdded(nowNs);
                }
            } catch (IOException unreachable) {
                // That datagram is lost, as datagrams are.
            }
        }
    }

    /// A connection that has not said its name.
    private final class Opening implements Ready {
        private final SocketChannel channel;
        private final long deadlineNs;
        private final ByteBuffer cookie = ByteBuffer.allocate(Control.COOKIE);

        Opening(SocketChannel channel, long deadlineNs) {
            this.channel = channel;
            this.deadlineNs = deadlineNs;
        }

        @Override
        public void ready(SelectionKey key, long nowNs) {
            try {
                if (channel.read(cookie) < 0) {
                    drop();
                } else if (!cookie.hasRemaining()) {
                    openings.remove(this);
                    name(key, nowNs);
                }
            } catch (IOException gone) {
                drop();
            }
        }

        private void name(SelectionKey key, long nowNs) throws IOException {
            Measurement now = test;
            if (now == null) {
                test = new Measurement(cookie.array(), new Control(channel), loop.selector(), key, nowNs);
            } else if (Arrays.equals(cookie.array(), now.cookie()) && now.wantsConnections()) {
                now.connection(channel, nowNs);
            } else {
                channel.write(ByteBuffer.wrap(new byte[] {Step.ACCESS_DENIED.code()}));
                drop();
            }
        }

        private void drop() {
            openings.remove(this);
            try {
                channel.close();
            } catch (IOException failure) {
                // The channel is gone, which is all that is asked for.
            }
            gate.leave();
        }
    }
}
