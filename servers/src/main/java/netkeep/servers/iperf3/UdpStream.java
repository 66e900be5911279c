package netkeep.servers.iperf3;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import netkeep.servers.loop.Deadlines;

/// A stream over UDP.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |              seconds              |  0
/// +--------+--------+--------+--------+
/// |            microseconds           |  4
/// +--------+--------+--------+--------+
/// |    number, from 1; or 64 bits     |  8
/// +--------+--------+--------+--------+
/// ```
final class UdpStream extends Stream {
    /// What the client sends first, and what it is answered: in the order of its machine, which is little-endian.
    static final int HELLO = 0x3637_3839;

    static final int WELCOME = 0x3938_3736;
    static final int GREETING = Integer.BYTES;

    /// Datagrams in one pass, so that the others get their turn.
    private static final int BATCH = 64;

    /// What was not sent in time, because this thread was held up, goes out at once up to here; the rest is put off:
    /// a burst would be lost in the receiver's buffer.
    private static final long DEBT_NS = MILLISECONDS.toNanos(2);

    private final DatagramChannel channel;
    private final SocketAddress peer;
    private final ByteBuffer block;
    private final boolean ownChannel;
    private long beganNs;
    private double lastTransitS = Double.NaN;

    /// @param channel    non-blocking
    /// @param block      of the size agreed on, for all streams of the thread
    /// @param ownChannel whether the channel goes with this stream
    UdpStream(Run run, int index, DatagramChannel channel, SocketAddress peer, ByteBuffer block, boolean ownChannel) {
        super(run, index);
        this.channel = channel;
        this.peer = peer;
        this.block = block;
        this.ownChannel = ownChannel;
    }

    @Override
    void begin() {
        // Datagrams are sent when they are due, and taken by whoever owns the channel.
        beganNs = run.beganNs();
    }

    @Override
    long pace(long nowNs) throws IOException {
        if (!run.sends()) {
            return Deadlines.NEVER;
        }
        Terms terms = run.terms();
        for (int i = 0; i < BATCH; i++) {
            if (run.left() == 0) {
                return Deadlines.NEVER;
            }
            if (terms.bitsPerSecond() != 0) {
                long dueNs = beganNs + (long) (octets * 8.0 * SECONDS.toNanos(1) / terms.bitsPerSecond());
                if (dueNs > nowNs) {
                    return dueNs;
                }
                beganNs += Math.max(0, nowNs - dueNs - DEBT_NS);
            }
            if (!send(nowNs)) {
                return nowNs + MILLISECONDS.toNanos(1);
            }
        }
        return nowNs;
    }

    private boolean send(long nowNs) throws IOException {
        long number = packets + 1;
        block.clear()
                .limit(run.terms().block())
                .putInt((int) (nowNs / SECONDS.toNanos(1)))
                .putInt((int) (nowNs % SECONDS.toNanos(1) / MICROSECONDS.toNanos(1)));
        if (run.terms().wide()) {
            block.putLong(number);
        } else {
            block.putInt((int) number);
        }
        if (channel.send(block.rewind(), peer) == 0) {
            return false;
        }
        packets = number;
        octets += run.terms().block();
        run.sent(run.terms().block());
        return true;
    }

    /// Takes a datagram, from its position to its limit.
    void arrives(ByteBuffer datagram, long nowNs) {
        int length = datagram.remaining();
        if (length < (run.terms().wide() ? 16 : 12)) {
            return;
        }
        octets += length;
        run.received(length);
        double sentS = datagram.getInt() + datagram.getInt() / 1e6;
        long number = run.terms().wide() ? datagram.getLong() : datagram.getInt() & 0xFFFF_FFFFL;
        if (number > packets) {
            lost += number - packets - 1;
            packets = number;
        } else {
            late++;
            lost = Math.max(0, lost - 1);
        }
        double transitS = nowNs / 1e9 - sentS;
        if (!Double.isNaN(lastTransitS)) {
            jitterS += (Math.abs(transitS - lastTransitS) - jitterS) / 16;
        }
        lastTransitS = transitS;
    }

    @Override
    void stop() {
        // What is not sent is not due any more.
    }

    @Override
    void close() {
        if (ownChannel) {
            try {
                channel.close();
            } catch (IOException failure) {
                // The channel is gone, which is all that is asked for.
            }
        }
    }
}
