package netkeep.embedded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import netkeep.client.SendRoom;
import netkeep.client.StreamHandler;
import netkeep.sim.Seeds;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OnStackTest {
    /// Sends back what arrives, as far as there is room.
    private static final class Echo implements StreamHandler {
        private final CompletableFuture<@Nullable IOException> end = new CompletableFuture<>();

        @Override
        public int received(MemorySegment octets, long at, int length, SendRoom room) {
            int done = 0;
            while (done < length && room.length() > 0) {
                int piece = Math.min(length - done, room.length());
                MemorySegment.copy(octets, at + done, room.memory(), room.at(), piece);
                room.written(piece);
                done += piece;
            }
            return done;
        }

        @Override
        public void ended(@Nullable IOException why) {
            end.complete(why);
        }
    }

    @Test
    void octetsAreHandledWhereTheyLie() throws Exception {
        try (Embedded stack = Embedded.builder().sockets(64).start();
                ServerSocketChannel listener = stack.provider().openServerSocketChannel()) {
            listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
            SocketChannel client = stack.provider().openSocketChannel();
            client.connect(listener.getLocalAddress());
            SocketChannel server = listener.accept();
            Echo echo = new Echo();
            stack.onStack(server, echo);
            byte[] sent = new byte[3_000_000];
            Seeds.luck(1).nextBytes(sent);
            FutureTask<Integer> writer = new FutureTask<>(() -> client.write(ByteBuffer.wrap(sent)));
            Thread.ofPlatform().start(writer);
            ByteBuffer got = ByteBuffer.allocate(sent.length);
            while (got.hasRemaining()) {
                client.read(got);
            }
            assertEquals(sent.length, writer.get());
            assertArrayEquals(sent, got.array());
            client.shutdownOutput();
            assertNull(echo.end.get());
            server.close();
            assertEquals(-1, client.read(got.clear()));
        }
    }

    @Test
    void onlyConnectionsOfTheStackAreHandled() throws IOException {
        try (Embedded stack = Embedded.builder().sockets(64).start();
                SocketChannel platform = SelectorProvider.provider().openSocketChannel();
                SocketChannel fresh = stack.provider().openSocketChannel()) {
            assertThrows(IllegalArgumentException.class, () -> stack.onStack(platform, new Echo()));
            assertThrows(IllegalArgumentException.class, () -> stack.onStack(fresh, new Echo()));
        }
    }
}
