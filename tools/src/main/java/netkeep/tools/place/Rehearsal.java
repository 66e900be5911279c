package netkeep.tools.place;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import netkeep.embedded.Embedded;
import netkeep.embedded.EmbeddedBuilder;
import netkeep.engine.tcp.TcpSettings;
import netkeep.link.FaultLink;
import netkeep.link.Faults;
import netkeep.link.Link;
import netkeep.link.TapLink;
import netkeep.linux.Clock;
import netkeep.linux.Descriptors;
import netkeep.linux.Sockets;
import netkeep.placement.Domain;
import netkeep.placement.Standby;
import netkeep.servers.echo.EchoServer;
import netkeep.servers.http.HttpServer;
import netkeep.servers.http.HttpSettings;
import netkeep.servers.loop.Time;
import netkeep.servers.source.SourceServer;

/// Lets servers and clients talk over a wire between two stacks, so that the code of the data path is compiled when it
/// is needed. What no traffic here takes the JVM compiles as if it never happened, and a successor would run without
/// compiled code when it first does: so there are both families, streams both ways, connections that come and go,
/// datagrams, peers with ECN and without, and a wire that loses and reorders. Needs no rights and touches no device.
public final class Rehearsal implements Standby.Rehearsal {
    private static final int HTTP = 80;
    private static final int ECHO = 7;
    private static final int SOURCE = 19;
    private static final int CHUNK = 1 << 16;
    private static final int CONNECTIONS = 16;
    private static final int DATAGRAM = 64;
    private static final int MTU = 1500;
    private static final int BUFFER = 1 << 20;
    private static final long MAC = 0x02_00_00_00_00_01L;

    /// Over the wire; and of IPv6 over the loopback, with ECN: on a wire its addresses are tested for two seconds
    /// first.
    private static final String SERVER = "198.18.9.1";

    private static final String SERVER6 = "fd00:198:18:9::1";
    private static final List<String> OWN = List.of("198.18.9.1/24", "fd00:198:18:9::1/64");
    private static final List<String> OTHERS = List.of("198.18.9.2/24");

    /// Where the wire is poor.
    private static final String POOR_SERVER = "198.18.8.1";

    private static final List<String> POOR_OWN = List.of("198.18.8.1/24");
    private static final List<String> POOR_OTHERS = List.of("198.18.8.2/24");
    private static final Faults POOR = Faults.NONE.withLoss(0.01).withReorder(0.02, 200_000);

    /// A short file that every JVM has, and where: one made for this would stay where a process is killed.
    private static final String FILE = "release";

    private static final Path ROOT = Path.of(System.getProperty("java.home"));

    private final int millis;
    private final int rounds;

    /// From now on servers may find their stack closed.
    private volatile boolean over;

    /// Nobody needs it any more.
    private volatile boolean left;

    /// @param millis how long each kind of traffic runs
    public Rehearsal(int millis) {
        this(millis, Integer.MAX_VALUE);
    }

    /// @param millis how long each kind of traffic runs at most
    /// @param rounds the same: a request on each of some connections, or 64 KiB of a stream
    public Rehearsal(int millis, int rounds) {
        this.millis = millis;
        this.rounds = rounds;
    }

    @Override
    public void run() throws IOException {
        if (left) {
            return;
        }
        try (Wire wire = new Wire(0);
                Wire poor = new Wire(2);
                Embedded stack =
                        start(Embedded.builder().link("wire", wire.left, OWN).link("poor", poor.left, POOR_OWN));
                Embedded peer = start(other("wire", wire.right, OTHERS));
                Embedded poorPeer = start(other("poor", spoilt(poor.right), POOR_OTHERS));
                HttpServer http =
                        new HttpServer(stack.provider(), HttpSettings.of(ROOT), Time.SYSTEM, new SecureRandom());
                SourceServer source = new SourceServer(stack.provider(), Time.SYSTEM, 64, Long.MAX_VALUE);
                EchoServer echo = new EchoServer(stack.provider(), Time.SYSTEM, 64)) {
            http.listen(at(SERVER, HTTP));
            for (String server : List.of(SERVER, SERVER6, POOR_SERVER)) {
                source.listen(at(server, SOURCE));
                echo.listen(at(server, ECHO));
                echo.bind(at(server, ECHO));
            }
            SelectorProvider here = stack.provider();
            SelectorProvider there = peer.provider();
            SelectorProvider far = poorPeer.provider();
            // One after the other: who waits for the same stack takes turns in running it.
            serve(http::run);
            requests(here, at(SERVER, HTTP));
            serve(source::run);
            takes(here, at(SERVER6, SOURCE));
            takes(there, at(SERVER, SOURCE));
            takes(far, at(POOR_SERVER, SOURCE));
            serve(echo::run);
            talk(here, at(SERVER6, ECHO));
            talk(there, at(SERVER, ECHO));
            echoes(far, at(POOR_SERVER, ECHO));
            over = true;
        }
    }

    private void talk(SelectorProvider provider, InetSocketAddress server) throws IOException {
        requests(provider, server);
        echoes(provider, server);
        comesAndGoes(provider, server);
        datagrams(provider, server);
    }

    /// A socket pair with what a daemon's TAP is at either end: the code of a link is compiled for the one kind that
    /// serves then.
    private static final class Wire implements AutoCloseable {
        /// The ends once more, so that the link that goes first does not end the other.
        private final int[] held = new int[2];

        private final Link left;
        private final Link right;

        /// @param number of its first end's address
        private Wire(int number) {
            int[] ends = Sockets.pair(Sockets.SOCK_SEQPACKET | Sockets.SOCK_NONBLOCK);
            for (int i = 0; i < held.length; i++) {
                Sockets.buffers(ends[i], BUFFER);
                held[i] = Descriptors.duplicate(ends[i]);
            }
            this.left = new TapLink("left", ends[0], MTU, MAC + number, true, true, true);
            this.right = new TapLink("right", ends[1], MTU, MAC + number + 1, true, true, true);
        }

        @Override
        public void close() {
            for (int end : held) {
                Descriptors.close(end);
            }
        }
    }

    private static Link spoilt(Link link) {
        return new FaultLink(link, POOR, POOR, new SplittableRandom(1), new Clock()::nowNs);
    }

    private static EmbeddedBuilder other(String name, Link link, List<String> addresses) {
        return Embedded.builder().link(name, link, addresses).tcp(TcpSettings.DEFAULT.withCongestion(false, false));
    }

    private static Embedded start(EmbeddedBuilder plan) {
        Embedded stack = plan.start();
        stack.ask(engine -> {
            Domain.prepare(engine);
            return true;
        });
        return stack;
    }

    @Override
    public void leave() {
        over = true;
        left = true;
    }

    private interface Run {
        void run() throws IOException;
    }

    private void serve(Run server) {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                server.run();
            } catch (IOException | LinkageError e) {
                // Whoever is left may find neither its stack nor its classes.
                if (!over) {
                    System.err.println("netkeep: rehearsal: " + e.getMessage());
                }
            }
        });
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(address, port);
    }

    /// Does something again and again, for a part of the time and of the rounds.
    private void rounds(int part, Run one) throws IOException {
        long endNs = System.nanoTime() + millis * 1_000_000L / part;
        for (int round = 0; round < rounds / part && System.nanoTime() < endNs && !left; round++) {
            one.run();
        }
    }

    private void requests(SelectorProvider provider, InetSocketAddress server) throws IOException {
        ByteBuffer request = ByteBuffer.wrap(
                ("GET /" + FILE + " HTTP/1.1\r\nHost: rehearsal\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        ByteBuffer response = ByteBuffer.allocateDirect(CHUNK);
        SocketChannel[] channels = new SocketChannel[CONNECTIONS];
        for (int i = 0; i < channels.length; i++) {
            channels[i] = connected(provider, server);
        }
        rounds(4, () -> {
            for (SocketChannel channel : channels) {
                channel.write(request.rewind());
            }
            for (SocketChannel channel : channels) {
                channel.read(response.clear());
            }
        });
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    private static SocketChannel connected(SelectorProvider provider, InetSocketAddress server) throws IOException {
        SocketChannel channel = provider.openSocketChannel();
        channel.connect(server);
        return channel;
    }

    private void takes(SelectorProvider provider, InetSocketAddress server) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        try (SocketChannel channel = connected(provider, server)) {
            rounds(2, () -> channel.read(chunk.clear()));
        }
    }

    private void echoes(SelectorProvider provider, InetSocketAddress server) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        try (SocketChannel channel = connected(provider, server)) {
            rounds(4, () -> thereAndBack(channel, chunk.clear()));
        }
    }

    private static void thereAndBack(SocketChannel channel, ByteBuffer chunk) throws IOException {
        while (chunk.hasRemaining()) {
            channel.write(chunk);
        }
        chunk.clear();
        while (chunk.hasRemaining() && channel.read(chunk) >= 0) {}
    }

    private void comesAndGoes(SelectorProvider provider, InetSocketAddress server) throws IOException {
        ByteBuffer few = ByteBuffer.allocateDirect(DATAGRAM);
        rounds(2, () -> {
            try (SocketChannel channel = connected(provider, server)) {
                thereAndBack(channel, few.clear());
                channel.shutdownOutput();
                channel.read(few.clear());
            }
        });
    }

    private void datagrams(SelectorProvider provider, InetSocketAddress server) throws IOException {
        ByteBuffer datagram = ByteBuffer.allocateDirect(DATAGRAM);
        try (DatagramChannel channel = provider.openDatagramChannel()) {
            channel.connect(server);
            // One that is lost is not waited for.
            channel.configureBlocking(false);
            rounds(2, () -> {
                channel.write(datagram.clear());
                channel.read(datagram.clear());
            });
        }
    }
}
