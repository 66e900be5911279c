package netkeep.servers.iperf3;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import netkeep.servers.loop.Deadlines;
import netkeep.servers.loop.Loop;
import netkeep.servers.loop.Ready;
import netkeep.servers.loop.Time;
import org.jspecify.annotations.Nullable;

/// The client that measures against `iperf3 -s`: one test.
public final class Iperf3Client {
    /// How long a server may be silent.
    private static final long PATIENCE_NS = SECONDS.toNanos(10);

    /// Between the last octet and the end of the test: iperf3 forgets what it has not read by then.
    private static final long SETTLE_NS = MILLISECONDS.toNanos(300);

    private static final int DATAGRAMS = 64;

    private final SelectorProvider provider;
    private final InetSocketAddress server;
    private final Terms terms;
    private final Run run;
    private final String cookie;
    private final Loop loop;
    private final Control control;
    private final ByteBuffer block;
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(65_536);
    private boolean awaitsResults;
    private boolean leaving;
    private boolean done;
    private long settledNs = Deadlines.NEVER;
    private long heardNs;
    private @Nullable Map<String, @Nullable Object> theirs;
    private @Nullable IOException failure;

    /// What one side counted of a stream.
    ///
    /// @param octets  sent or received
    /// @param packets datagrams sent, or the highest number received
    /// @param lost    datagrams that did not come
    public record Count(long octets, long packets, long lost) {}

    /// How a test went.
    ///
    /// @param ours   of each stream
    /// @param theirs of each stream
    /// @param late   datagrams that came to us after a later one
    public record Outcome(List<Count> ours, List<Count> theirs, long late) {}

    private Iperf3Client(
            SelectorProvider provider, Time time, RandomGenerator luck, InetSocketAddress server, Terms terms)
            throws IOException {
        this.provider = provider;
        this.server = server;
        this.terms = terms;
        this.run = new Run(terms, !terms.reverse());
        byte[] name = new byte[(Control.COOKIE - 1) / 2];
        luck.nextBytes(name);
        this.cookie = HexFormat.of().formatHex(name);
        this.block = ByteBuffer.allocateDirect(terms.block());
        this.loop = new Loop(provider, time);
        this.heardNs = time.nowNs();
        this.control = new Control(connect());
    }

    /// Makes a test with a server, and waits for its end.
    ///
    /// @param luck names the test
    /// @throws IOException also if the server refuses, or is silent for 10 s
    public static Outcome run(
            SelectorProvider provider, Time time, RandomGenerator luck, InetSocketAddress server, Terms terms)
            throws IOException {
        Iperf3Client client = new Iperf3Client(provider, time, luck, server, terms);
        try {
            return client.play();
        } finally {
            client.loop.closeAll();
        }
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = provider.openSocketChannel();
        try {
            channel.connect(server);
            channel.configureBlocking(false);
            channel.register(loop.selector(), SelectionKey.OP_READ, (Ready) this::hears);
            return channel;
        } catch (IOException refused) {
            channel.close();
            loop.closeAll();
            throw refused;
        }
    }

    private Outcome play() throws IOException {
        control.cookie(cookie);
        while (!done) {
            loop.pass(this::expire);
            IOException wrong = failure != null ? failure : run.failure();
            if (wrong != null) {
                throw wrong;
            }
        }
        List<Count> ours = new ArrayList<>();
        long late = 0;
        for (Stream stream : run.streams()) {
            ours.add(new Count(stream.octets, stream.packets, stream.lost));
            late += stream.late;
        }
        return new Outcome(ours, counts(theirs), late);
    }

    private static List<Count> counts(@Nullable Map<String, @Nullable Object> results) throws BadPeer {
        if (results == null || !(results.get("streams") instanceof List<?> streams)) {
            throw new BadPeer("no results");
        }
        List<Count> counts = new ArrayList<>();
        for (Object stream : streams) {
            if (!(stream instanceof Map<?, ?> told)) {
                throw new BadPeer("no result");
            }
            counts.add(new Count(whole(told, "bytes"), whole(told, "packets"), whole(told, "errors")));
        }
        return counts;
    }

    private static long whole(Map<?, ?> told, String name) {
        return told.get(name) instanceof Double number ? number.longValue() : 0;
    }

    private void hears(SelectionKey key, long nowNs) {
        try {
            control.fill();
            heardNs = nowNs;
            while (!done && hear(nowNs)) {
                // As long as there is something to hear.
            }
        } catch (IOException gone) {
            // Only when it has closed does a server take the next test.
            done = leaving;
            failure = leaving ? null : gone;
        }
    }

    private boolean hear(long nowNs) throws IOException {
        if (awaitsResults) {
            theirs = control.message();
            awaitsResults = theirs == null;
            return !awaitsResults;
        }
        Step step = control.step();
        if (step == null) {
            return false;
        }
        switch (step) {
            case PARAM_EXCHANGE -> control.put(terms.json());
            case CREATE_STREAMS -> create();
            case TEST_START -> {}
            case TEST_RUNNING -> run.begin(nowNs);
            case EXCHANGE_RESULTS -> {
                control.put(run.json());
                awaitsResults = true;
            }
            case DISPLAY_RESULTS -> {
                control.put(Step.IPERF_DONE);
                leaving = true;
            }
            case ACCESS_DENIED -> throw new BadPeer("the server is busy with another test");
            default -> throw new BadPeer("the server ends the test: " + step);
        }
        return true;
    }

    private void create() throws IOException {
        if (!run.streams().isEmpty()) {
            throw new BadPeer("streams are asked for twice");
        }
        if (terms.udp()) {
            greet();
            return;
        }
        while (!run.complete()) {
            SocketChannel channel = provider.openSocketChannel();
            channel.connect(server);
            channel.write(ByteBuffer.wrap((cookie + '\0').getBytes(StandardCharsets.US_ASCII)));
            Connections.set(channel, terms);
            run.add(new TcpStream(run, run.streams().size(), channel, loop.selector(), block));
        }
    }

    /// Opens a stream over UDP: each waits until the one before is welcome.
    private void greet() throws IOException {
        DatagramChannel channel = provider.openDatagramChannel();
        channel.connect(server);
        channel.configureBlocking(false);
        UdpStream stream = new UdpStream(run, run.streams().size(), channel, server, block, true);
        run.add(stream);
        channel.register(loop.selector(), SelectionKey.OP_READ, new Datagrams(channel, stream));
        datagram.clear()
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(UdpStream.HELLO)
                .order(ByteOrder.BIG_ENDIAN)
                .flip();
        channel.write(datagram);
    }

    /// What comes over a channel of its own.
    private final class Datagrams implements Ready {
        private final DatagramChannel channel;
        private final UdpStream stream;
        private boolean welcome;

        Datagrams(DatagramChannel channel, UdpStream stream) {
            this.channel = channel;
            this.stream = stream;
        }

        @Override
        public void ready(SelectionKey key, long nowNs) {
            try {
                for (int i = 0; i < DATAGRAMS && channel.read(datagram.clear()) > 0; i++) {
                    if (welcome) {
                        stream.arrives(datagram.flip(), loop.nowNs());
                        continue;
                    }
                    welcome = true;
                    if (!run.complete()) {
                        greet();
                    }
                }
            } catch (IOException gone) {
                run.fail(gone);
                failure = gone;
            }
        }
    }

    private long expire(long nowNs) {
        long nextNs = run.pace(nowNs);
        if (run.running()) {
            boolean sentAll = run.sends() && run.left() == 0;
            boolean gotAll = !run.sends() && terms.octets() != 0 && run.received() >= terms.octets();
            long untilNs = terms.octets() != 0 ? Deadlines.NEVER : run.beganNs() + terms.timeNs();
            if (sentAll || gotAll || nowNs >= untilNs) {
                run.end(nowNs);
                settledNs = run.sends() ? nowNs + SETTLE_NS : nowNs;
            }
            heardNs = nowNs;
            nextNs = Math.min(nextNs, untilNs);
        }
        if (nowNs >= settledNs) {
            settledNs = Deadlines.NEVER;
            say(Step.TEST_END);
        }
        if (nowNs - heardNs >= PATIENCE_NS) {
            failure = new SocketTimeoutException("the server is silent");
        }
        return Math.min(Math.min(nextNs, settledNs), heardNs + PATIENCE_NS);
    }

    private void say(Step step) {
        try {
            control.put(step);
        } catch (IOException gone) {
            failure = gone;
        }
    }
}
