package netkeep.tools.place;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import netkeep.embedded.Embedded;
import netkeep.link.SimLink;
import netkeep.placement.Standby;
import netkeep.servers.discard.DiscardServer;
import netkeep.servers.http.HttpServer;
import netkeep.servers.http.HttpSettings;
import netkeep.servers.loop.Time;
import netkeep.servers.source.SourceServer;

/// Lets servers and clients talk over the loopback of a stack, so that the code of the data path is compiled when it is
/// needed. Needs no rights and touches no device.
public final class Rehearsal implements Standby.Rehearsal {
    private static final int HTTP = 80;
    private static final int DISCARD = 9;
    private static final int SOURCE = 19;
    private static final int CHUNK = 1 << 16;
    private static final int CONNECTIONS = 16;

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

    private boolean goesOn(long endNs) {
        return System.nanoTime() < endNs && !left;
    }

    @Override
    public void run() throws IOException {
        if (left) {
            return;
        }
        SimLink silent = SimLink.pair(SimLink.Settings.DEFAULT, 0x02_00_00_00_00_01L, 0x02_00_00_00_00_02L)
                .left();
        try (Embedded stack = Embedded.builder()
                        .link("wire", silent, List.of("198.18.9.1/24"))
                        .start();
                HttpServer http =
                        new HttpServer(stack.provider(), HttpSettings.of(ROOT), Time.SYSTEM, new SecureRandom());
                SourceServer source = new SourceServer(stack.provider(), Time.SYSTEM, 64, Long.MAX_VALUE);
                DiscardServer discard = new DiscardServer(stack.provider(), Time.SYSTEM, 64)) {
            http.listen(at(HTTP));
            source.listen(at(SOURCE));
            discard.listen(at(DISCARD));
            serve(http::run);
            requests(stack.provider());
            serve(source::run);
            bulk(stack.provider(), SOURCE);
            serve(discard::run);
            bulk(stack.provider(), DISCARD);
            over = true;
        }
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

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress("198.18.9.1", port);
    }

    private void requests(SelectorProvider provider) throws IOException {
        SocketChannel[] channels = new SocketChannel[CONNECTIONS];
        ByteBuffer request = ByteBuffer.wrap(
                ("GET /" + FILE + " HTTP/1.1\r\nHost: rehearsal\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
        ByteBuffer response = ByteBuffer.allocateDirect(CHUNK);
        for (int i = 0; i < channels.length; i++) {
            channels[i] = provider.openSocketChannel();
            channels[i].connect(at(HTTP));
        }
        long endNs = System.nanoTime() + millis * 1_000_000L;
        for (int round = 0; round < rounds && goesOn(endNs); round++) {
            for (SocketChannel channel : channels) {
                channel.write(request.rewind());
            }
            for (SocketChannel channel : channels) {
                channel.read(response.clear());
            }
        }
        for (SocketChannel channel : channels) {
            channel.close();
        }
    }

    private void bulk(SelectorProvider provider, int port) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        try (SocketChannel channel = provider.openSocketChannel()) {
            channel.connect(at(port));
            long endNs = System.nanoTime() + millis * 1_000_000L / 2;
            for (int round = 0; round < rounds && goesOn(endNs); round++) {
                if (port == SOURCE) {
                    channel.read(chunk.clear());
                } else {
                    channel.write(chunk.clear());
                }
            }
        }
    }
}
