package netkeep.tools.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import netkeep.embedded.Embedded;
import netkeep.link.SimLink;
import netkeep.servers.source.Pattern;

/// The demo where the kernel allows no link: two stacks of ours on a wire in memory, nothing of the kernel's between
/// them.
final class Simulated {
    private static final int OCTETS = 64 << 20;

    private Simulated() {}

    static void show() throws IOException {
        SimLink.Pair wire = SimLink.pair(SimLink.Settings.DEFAULT, 0x02_00_00_00_00_01L, 0x02_00_00_00_00_02L);
        try (Embedded left = Embedded.builder()
                        .link("wire", wire.left(), List.of("198.18.0.1/24"))
                        .start();
                Embedded right = Embedded.builder()
                        .link("wire", wire.right(), List.of("198.18.0.2/24"))
                        .start();
                ServerSocketChannel listener = right.provider().openServerSocketChannel()) {
            InetSocketAddress at = new InetSocketAddress("198.18.0.2", 80);
            listener.bind(at);
            Thread.ofPlatform().daemon().start(() -> send(listener));
            try (SocketChannel channel = left.provider().openSocketChannel()) {
                channel.connect(at);
                receive(channel);
            }
        }
        System.out.printf(
                "SIMULATED: %,d octets from one stack of ours to another, over a wire in memory: all right%n", OCTETS);
    }

    private static void send(ServerSocketChannel listener) {
        ByteBuffer chunk = ByteBuffer.allocateDirect(1 << 16);
        try (SocketChannel channel = listener.accept()) {
            long sent = 0;
            while (sent < OCTETS) {
                chunk.clear();
                Pattern.fill(chunk, sent);
                chunk.flip();
                while (chunk.hasRemaining()) {
                    sent += channel.write(chunk);
                }
            }
        } catch (IOException e) {
            System.err.println("netkeep: simulated server: " + e.getMessage());
        }
    }

    private static void receive(SocketChannel channel) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocateDirect(1 << 16);
        long received = 0;
        while (channel.read(chunk.clear()) >= 0) {
            chunk.flip();
            int length = chunk.remaining();
            if (Pattern.mismatch(chunk, received) >= 0) {
                throw new IOException("octet " + received + " or one behind it is wrong");
            }
            received += length;
        }
        if (received != OCTETS) {
            throw new IOException(received + " octets instead of " + OCTETS);
        }
    }
}
