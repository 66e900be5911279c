package netkeep.servers.iperf3;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import netkeep.servers.loop.Deadlines;
import netkeep.servers.loop.Ready;
import org.jspecify.annotations.Nullable;

/// A test as the server sees it, from the client's first word to its last.
final class Measurement implements Ready {
    /// iperf3's number for what is not done.
    private static final int UNIMPLEMENTED = 13;

    /// A client that says nothing for so long is gone.
    private static final long PATIENCE_NS = SECONDS.toNanos(120);

    /// How long the server waits, after the client's end, for what the client says that it sent.
    private static final long DRAIN_NS = SECONDS.toNanos(2);

    /// What is awaited of the client.
    private enum Phase {
        TERMS,
        STREAMS,
        END,
        RESULTS,
        /// The rest of what it sent.
        DRAIN,
        FAREWELL,
        OVER
    }

    private final byte[] cookie;
    private final Control control;
    private final Selector selector;
    private final SelectionKey key;
    private final Map<SocketAddress, UdpStream> byPeer = new HashMap<>();
    private Phase phase = Phase.TERMS;
    private @Nullable Run run;
    private @Nullable ByteBuffer block;
    private int connections = 1;
    private long heardNs;
    private long heardOctets;
    private long sentByPeer;
    private long drainUntilNs;
    private boolean done;

    /// @param key of the control connection
    Measurement(byte[] cookie, Control control, Selector selector, SelectionKey key, long nowNs) throws IOException {
        this.cookie = cookie;
        this.control = control;
        this.selector = selector;
        this.key = key;
        this.heardNs = nowNs;
        key.attach(this);
        say(Step.PARAM_EXCHANGE);
    }

    byte[] cookie() {
        return cookie;
    }

    /// Connections that are open for it.
    int connections() {
        return connections;
    }

    boolean over() {
        return phase == Phase.OVER;
    }

    /// Whether it came to its end, results and all.
    boolean done() {
        return done;
    }

    private void say(Step step) throws IOException {
        control.put(step);
        write();
    }

    private void write() throws IOException {
        key.interestOps(control.flush() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    @Override
    public void ready(SelectionKey ignored, long nowNs) {
        try {
            write();
            control.fill();
            heardNs = nowNs;
            while (phase != Phase.OVER && hear(nowNs)) {
                // As long as there is something to hear.
            }
        } catch (IOException gone) {
            phase = Phase.OVER;
        }
    }

    private boolean hear(long nowNs) throws IOException {
        if (phase == Phase.TERMS || phase == Phase.RESULTS) {
            Map<String, @Nullable Object> message = control.message();
            if (message == null) {
                return false;
            }
            if (phase == Phase.TERMS) {
                agree(message);
            } else {
                results(message, nowNs);
            }
            return true;
        }
        Step step = control.step();
        if (step == null) {
            return false;
        }
        Run now = run;
        if (step == Step.TEST_END && phase == Phase.END && now != null) {
            now.end(nowNs);
            if (now.sends()) {
                now.finish();
            }
            phase = Phase.RESULTS;
            say(Step.EXCHANGE_RESULTS);
        } else {
            done = step == Step.IPERF_DONE && phase == Phase.FAREWELL;
            phase = Phase.OVER;
        }
        return true;
    }

    private void agree(Map<String, @Nullable Object> message) throws IOException {
        try {
            Terms terms = Terms.read(message);
            // Over UDP some may be lost: the client says when it has enough.
            run = new Run(terms.udp() ? terms.withOctets(0) : terms, terms.reverse());
            block = ByteBuffer.allocateDirect(terms.block());
            phase = Phase.STREAMS;
            say(Step.CREATE_STREAMS);
        } catch (BadPeer refused) {
            control.refuse(UNIMPLEMENTED);
            throw refused;
        }
    }

    boolean wantsConnections() {
        return phase == Phase.STREAMS && run != null && !run.terms().udp();
    }

    /// One of its streams over TCP.
    void connection(SocketChannel channel, long nowNs) throws IOException {
        Run now = run;
        ByteBuffer octets = block;
        if (now == null || octets == null) {
            throw new BadPeer("a stream before its time");
        }
        connections++;
        Connections.set(channel, now.terms());
        now.add(new TcpStream(now, now.streams().size(), channel, selector, octets));
        streamAdded(nowNs);
    }

    /// A datagram for it.
    ///
    /// @return whether it begins a stream, and is to be answered
    boolean datagram(SocketAddress from, ByteBuffer datagram, DatagramChannel channel, long nowNs) {
        Run now = run;
        ByteBuffer octets = block;
        if (now == null || octets == null || !now.terms().udp()) {
            return false;
        }
        UdpStream stream = byPeer.get(from);
        if (stream != null) {
            if (!now.sends() && phase != Phase.STREAMS) {
                stream.arrives(datagram, nowNs);
            }
            return false;
        }
        if (phase != Phase.STREAMS || now.complete() || datagram.remaining() != UdpStream.GREETING) {
            return false;
        }
        stream = new UdpStream(now, now.streams().size(), channel, from, octets, false);
        byPeer.put(from, stream);
        now.add(stream);
        return true;
    }

    /// With its last stream, the test begins.
    void streamAdded(long nowNs) throws IOException {
        Run now = run;
        heardNs = nowNs;
        if (now != null && now.complete()) {
            phase = Phase.END;
            say(Step.TEST_START);
            say(Step.TEST_RUNNING);
            now.begin(nowNs);
        }
    }

    private void results(Map<String, @Nullable Object> message, long nowNs) {
        if (message.get("streams") instanceof List<?> streams) {
            for (Object stream : streams) {
                if (stream instanceof Map<?, ?> told && told.get("bytes") instanceof Double octets) {
                    sentByPeer += octets.longValue();
                }
            }
        }
        phase = Phase.DRAIN;
        drainUntilNs = nowNs + DRAIN_NS;
    }

    /// Does what is due.
    long expire(long nowNs) {
        Run now = run;
        if (now == null) {
            return patience(nowNs);
        }
        if (now.failure() != null) {
            phase = Phase.OVER;
            return nowNs;
        }
        if (phase == Phase.DRAIN) {
            boolean all = now.sends() || now.received() >= sentByPeer;
            if (!all && nowNs - drainUntilNs < 0) {
                // What comes is looked at in the same pass; what does not come is waited for a moment.
                return Math.min(drainUntilNs, nowNs + MILLISECONDS.toNanos(1));
            }
            tell(now);
        }
        if (now.received() != heardOctets || phase == Phase.END && now.sends()) {
            heardOctets = now.received();
            heardNs = nowNs;
        }
        return Math.min(now.pace(nowNs), patience(nowNs));
    }

    private void tell(Run now) {
        try {
            phase = Phase.FAREWELL;
            control.put(now.json());
            say(Step.DISPLAY_RESULTS);
        } catch (IOException gone) {
            phase = Phase.OVER;
        }
    }

    private long patience(long nowNs) {
        if (nowNs - heardNs >= PATIENCE_NS) {
            phase = Phase.OVER;
        }
        return phase == Phase.OVER ? nowNs : Math.min(Deadlines.NEVER, heardNs + PATIENCE_NS);
    }

    void close() {
        if (run != null) {
            run.close();
        }
        try {
            control.channel().close();
        } catch (IOException failure) {
            // The channel is gone, which is all that is asked for.
        }
    }
}
