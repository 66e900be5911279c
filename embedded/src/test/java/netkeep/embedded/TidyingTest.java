package netkeep.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Memory of quiet rings is given back, and nothing else.
@Timeout(120)
class TidyingTest {
    private static final int LONGEST = 1_000_000;

    private record Ends(ServerSocketChannel listener, SocketChannel client, SocketChannel server)
            implements AutoCloseable {
        static Ends of(Embedded stack) throws IOException {
            ServerSocketChannel listener = stack.provider().openServerSocketChannel();
            listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            SocketChannel client = stack.provider().openSocketChannel();
            client.connect(listener.getLocalAddress());
            return new Ends(listener, client, listener.accept());
        }

        /// Sends a message from one end to the other.
        static void send(SocketChannel from, SocketChannel to, byte[] message) throws Exception {
            FutureTask<Integer> writer = new FutureTask<>(() -> from.write(ByteBuffer.wrap(message)));
            Thread.ofPlatform().start(writer);
            ByteBuffer got = ByteBuffer.allocate(message.length);
            while (got.hasRemaining() && to.read(got) >= 0) {
                // all of it
            }
            writer.get();
            assertArrayEquals(message, got.array());
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
            listener.close();
        }
    }

    /// Rings are looked at all the time, while streams pass through them that pause after each message.
    @Test
    void streamsStayExact() throws Exception {
        try (Embedded stack = Embedded.builder().sockets(64).start();
                Ends ends = Ends.of(stack)) {
            AtomicBoolean over = new AtomicBoolean();
            Thread rounds = Thread.ofPlatform().start(() -> {
                while (!over.get()) {
                    stack.tidying.round();
                }
            });
            try {
                RandomGenerator luck = Seeds.luck(1);
                for (int i = 0; i < 300; i++) {
                    byte[] message = new byte[1 + luck.nextInt(luck.nextInt(10) == 0 ? LONGEST : 3_000)];
                    luck.nextBytes(message);
                    Ends.send(ends.client, ends.server, message);
                    Ends.send(ends.server, ends.client, message);
                }
            } finally {
                over.set(true);
                rounds.join();
            }
        }
    }

    /// What arrived and was not read, and what lies ahead of a gap, is wanted; all else of an idle stream goes.
    @Test
    void anIdleStreamHoldsNoMemory() throws Exception {
        try (Embedded stack = Embedded.builder().sockets(256).start();
                Ends ends = Ends.of(stack)) {
            int filled = fill(ends);
            // Many streams, so that what else the process does with its memory is little beside it.
            for (int i = 0; i < 24; i++) {
                filled += fill(Ends.of(stack));
            }
            byte[] unread = {1, 2, 3};
            ends.server.write(ByteBuffer.wrap(unread));
            long before = residentOctets();
            stack.tidying.round();
            stack.tidying.round();
            long after = residentOctets();

            assertTrue(before - after > filled / 2, "given back: " + (before - after) + " of " + filled);
            ByteBuffer got = ByteBuffer.allocate(unread.length);
            while (got.hasRemaining()) {
                ends.client.read(got);
            }
            assertArrayEquals(unread, got.array());
        }
    }

    /// Writes until neither the other end's buffer nor ours takes any more, then reads it all.
    private static int fill(Ends ends) throws IOException {
        SocketChannel channel = ends.client;
        channel.configureBlocking(false);
        ByteBuffer zeros = ByteBuffer.allocate(LONGEST);
        int filled = 0;
        int length = channel.write(zeros);
        while (length != 0) {
            filled += length;
            length = channel.write(zeros.clear());
        }
        channel.configureBlocking(true);
        ByteBuffer all = ByteBuffer.allocate(filled);
        while (all.hasRemaining()) {
            ends.server.read(all);
        }
        return filled;
    }

    private static long residentOctets() throws IOException {
        String pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[1];
        return Long.parseLong(pages) * 4096;
    }
}
