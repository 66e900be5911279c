package netkeep.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import netkeep.link.AroundLink;
import netkeep.link.SimLink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who waits on a stack that ends is told so, once and for all, instead of waiting or spinning.
@Timeout(30)
class BrokenStackTest {
    /// A link that breaks the stack: nothing that a link may do, which is the point.
    private static final class Bad extends AroundLink {
        private volatile boolean bad;

        Bad() {
            super(SimLink.pair(SimLink.Settings.DEFAULT, 0x02_00_00_00_00_01L, 0x02_00_00_00_00_02L)
                    .left());
        }

        @Override
        public int receive(MemorySegment frames, long at, int room) {
            if (bad) {
                throw new IllegalStateException("a bad link");
            }
            return link.receive(frames, at, room);
        }
    }

    private static Embedded stack(Bad link) {
        return Embedded.builder()
                .link("bad", link, List.of("198.18.9.1/24"))
                .sockets(1 << 6)
                .start();
    }

    private static FutureTask<Integer> selecting(Selector selector) {
        FutureTask<Integer> task = new FutureTask<>(() -> {
            // A listener looks ready when its stack is broken: the next call says why.
            int passes = 0;
            while (passes < 1_000) {
                selector.select(key -> {});
                passes++;
            }
            return passes;
        });
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private static IOException told(FutureTask<?> task) {
        return assertInstanceOf(
                IOException.class,
                assertThrows(ExecutionException.class, task::get).getCause());
    }

    @Test
    void selectorOfABrokenStackFails() throws IOException {
        Bad link = new Bad();
        try (Embedded stack = stack(link);
                Selector selector = stack.provider().openSelector();
                ServerSocketChannel listener = stack.provider().openServerSocketChannel()) {
            listener.bind(null).configureBlocking(false);
            listener.register(selector, SelectionKey.OP_ACCEPT);
            FutureTask<Integer> task = selecting(selector);
            link.bad = true;
            // Whoever drives the stack when it breaks gets what broke it, everybody else the news of it.
            Throwable first = assertThrows(ExecutionException.class, task::get).getCause();
            assertTrue(first.getMessage().contains("a bad link"), first.toString());
            IOException after = assertThrows(IOException.class, selector::selectNow);
            assertEquals("the stack is broken: java.lang.IllegalStateException: a bad link", after.getMessage());
        }
    }

    /// A stack on one end of a wire, which is looked at all the time by a thread that waits for nothing else.
    private static Embedded spinning(SimLink link, String address) {
        return Embedded.builder()
                .link("wire", link, List.of(address + "/24"))
                .sockets(1 << 6)
                .spinMicros(-1)
                .yields(true)
                .lingerMillis(TimeUnit.HOURS.toMillis(1))
                .start();
    }

    /// The thread that selects takes what the peer says last, for which the thread that closes waits.
    @Test
    void closeIsOverWithTheLastConnection() throws Exception {
        SimLink.Pair wire = SimLink.pair(SimLink.Settings.DEFAULT, 0x02_00_00_00_00_01L, 0x02_00_00_00_00_02L);
        Embedded peer = spinning(wire.right(), "198.18.9.2");
        Embedded stack = spinning(wire.left(), "198.18.9.1");
        FutureTask<Integer> peers = selecting(peer.provider().openSelector());
        try (ServerSocketChannel listener = peer.provider().openServerSocketChannel();
                SocketChannel client = stack.provider().openSocketChannel()) {
            listener.bind(new InetSocketAddress(InetAddress.ofLiteral("198.18.9.2"), 7));
            client.connect(listener.getLocalAddress());
            listener.accept().close();
            FutureTask<Integer> task = new FutureTask<>(stack.provider().openSelector()::select);
            Thread leader = Thread.ofPlatform().daemon().start(task);
            while (Arrays.stream(leader.getStackTrace())
                    .noneMatch(frame -> frame.getMethodName().equals("lead"))) {
                Thread.onSpinWait();
            }
            stack.close();
            assertEquals("the stack is closed", told(task).getMessage());
        }
        peer.close();
        assertEquals("the stack is closed", told(peers).getMessage());
    }

    @Test
    void selectorOfAClosedStackFails() throws IOException {
        Embedded stack = stack(new Bad());
        Selector selector = stack.provider().openSelector();
        FutureTask<Integer> task = selecting(selector);
        stack.close();
        assertEquals("the stack is closed", told(task).getMessage());
    }
}
