package netkeep.tools.demo;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import netkeep.embedded.Embedded;
import netkeep.link.FaultLink;
import netkeep.link.Faults;
import netkeep.link.SimLink;
import netkeep.linux.Clock;

/// Two stacks of ours in this process and a simulated wire between them that loses and reorders frames: what can be
/// shown where the kernel lends no network at all.
final class Simulated implements AutoCloseable {
    static final String WIRE = "a simulated wire that loses 1 frame of 100 and delays 1 of 50";

    private static final Faults FAULTS = Faults.NONE.withLoss(0.01).withReorder(0.02, 500_000);
    private static final String SERVER = "198.18.0.2";
    private static final String CLIENT = "198.18.0.1";
    private static final int CHUNK = 1 << 16;

    private final Embedded server;
    private final Embedded client;
    private final Serving serving;

    Simulated(Path root) throws IOException {
        SimLink.Pair wire = SimLink.pair(SimLink.Settings.DEFAULT, 0x02_00_00_00_00_01L, 0x02_00_00_00_00_02L);
        FaultLink spoilt = new FaultLink(wire.left(), FAULTS, FAULTS, new SplittableRandom(1), new Clock()::nowNs);
        server =
                Embedded.builder().link("wire", spoilt, List.of(SERVER + "/24")).start();
        client = Embedded.builder()
                .link("wire", wire.right(), List.of(CLIENT + "/24"))
                .start();
        serving = new Serving("netkeep-simulated", server.provider(), root, List.of(SERVER));
    }

    /// Gets a file over a connection of its own.
    ///
    /// @return the SHA-256 of what came, in hexadecimal
    String sha256(Exhibit exhibit) throws IOException {
        SelectorProvider provider = client.provider();
        try (SocketChannel channel = provider.openSocketChannel()) {
            channel.connect(new InetSocketAddress(SERVER, Serving.PORT));
            String request = "GET " + exhibit.path() + " HTTP/1.1\r\nHost: " + SERVER + "\r\nConnection: close\r\n\r\n";
            ByteBuffer octets = StandardCharsets.US_ASCII.encode(request);
            while (octets.hasRemaining()) {
                channel.write(octets);
            }
            MessageDigest digest = Exhibit.digest();
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
            skipHead(channel, chunk);
            do {
                digest.update(chunk);
                chunk.clear();
                if (channel.read(chunk) < 0) {
                    return HexFormat.of().formatHex(digest.digest());
                }
                chunk.flip();
            } while (true);
        }
    }

    /// Leaves what stands behind the head.
    @SuppressWarnings("ByteBufferBackingArray") // it is allocated here, and begins at 0
    private static void skipHead(SocketChannel channel, ByteBuffer chunk) throws IOException {
        while (true) {
            if (channel.read(chunk) < 0) {
                throw new EOFException("the connection ended within the head of a response");
            }
            String head =
                    StandardCharsets.ISO_8859_1.decode(chunk.duplicate().flip()).toString();
            int end = head.indexOf("\r\n\r\n");
            if (end >= 0) {
                if (!head.startsWith("HTTP/1.1 200 ")) {
                    throw new IOException(
                            "the server answered " + head.lines().findFirst().orElse(""));
                }
                chunk.flip().position(end + 4);
                return;
            }
        }
    }

    @Override
    public void close() {
        serving.close();
        client.close();
        server.close();
    }
}
