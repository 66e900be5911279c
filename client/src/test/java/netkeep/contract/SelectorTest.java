// Long: one model, one contract: it reads better whole.
package netkeep.contract;

import static netkeep.contract.Providers.loopback;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import netkeep.contract.Providers.Pair;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What `Selector` promises, of the platform's provider and of ours.
@Timeout(60)
public class SelectorTest {
    private static ByteBuffer one() {
        return ByteBuffer.allocate(1);
    }

    /// A selection finds nothing of a connection that its thread has not finished; the next one finds what had come.
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void whatCameBeforeAConnectionWasFinishedIsFound(SelectorProvider provider) throws Exception {
        try (Selector selector = provider.openSelector();
                ServerSocketChannel listener = provider.openServerSocketChannel();
                SocketChannel client = provider.openSocketChannel()) {
            listener.bind(loopback(0));
            client.configureBlocking(false);
            client.register(selector, SelectionKey.OP_READ);
            boolean connected = client.connect(listener.getLocalAddress());
            try (SocketChannel server = listener.accept()) {
                server.write(one());
                assertEquals(0, connected ? 0 : selector.selectNow());
                while (!client.finishConnect()) {
                    Thread.onSpinWait();
                }
                assertEquals(1, selector.select());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aConversationOnOneThread(SelectorProvider provider) throws Exception {
        try (Selector selector = provider.openSelector();
                ServerSocketChannel listener = provider.openServerSocketChannel()) {
            listener.bind(loopback(0)).configureBlocking(false);
            SelectionKey accepting = listener.register(selector, SelectionKey.OP_ACCEPT);
            SocketChannel client = provider.openSocketChannel();
            client.configureBlocking(false);
            boolean connected = client.connect(listener.getLocalAddress());
            SelectionKey asking = client.register(
                    selector, connected ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, "the client");
            int echoed = 0;
            ByteBuffer buffer = ByteBuffer.allocate(100);
            while (echoed < 10) {
                selector.select();
                Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
                while (keys.hasNext()) {
                    SelectionKey key = keys.next();
                    keys.remove();
                    if (key.equals(accepting)) {
                        SocketChannel server = listener.accept();
                        if (server != null) {
                            server.configureBlocking(false);
                            server.register(selector, SelectionKey.OP_READ);
                        }
                    } else if (key.isConnectable()) {
                        assertTrue(client.finishConnect());
                        key.interestOps(SelectionKey.OP_WRITE);
                    } else if (key.equals(asking) && key.isWritable()) {
                        assertEquals(1, client.write(one()));
                        key.interestOps(SelectionKey.OP_READ);
                    } else if (key.equals(asking)) {
                        assertEquals(1, client.read(buffer.clear()));
                        echoed++;
                        key.interestOps(SelectionKey.OP_WRITE);
                    } else {
                        SocketChannel server = (SocketChannel) key.channel();
                        assertEquals(1, server.read(buffer.clear()));
                        server.write(buffer.flip());
                    }
                }
            }
            assertEquals("the client", asking.attachment());
            for (SelectionKey key : List.copyOf(selector.keys())) {
                key.channel().close();
            }
        }
    }

    /// Programs there are that ask no connect whether it was done at once: over loopback it is not, for who does not
    /// wait.
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aConnectionIsToldOfThoughItWasThereBefore(SelectorProvider provider) throws Exception {
        try (Selector selector = provider.openSelector();
                ServerSocketChannel listener =
                        provider.openServerSocketChannel().bind(loopback(0));
                SocketChannel client = provider.openSocketChannel()) {
            client.configureBlocking(false);
            assertFalse(client.connect(listener.getLocalAddress()));
            listener.accept().close();
            SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT);
            assertEquals(1, selector.select());
            assertTrue(key.isConnectable());
            assertTrue(client.finishConnect());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void anActionMayCloseTheSelector(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            pair.server().configureBlocking(false).register(selector, SelectionKey.OP_WRITE);
            assertThrows(
                    ClosedSelectorException.class,
                    () -> selector.select(key -> {
                        try {
                            key.selector().close();
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    }));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aTimeoutOfAgesIsNotOver(SelectorProvider provider) throws Exception {
        try (Selector selector = provider.openSelector()) {
            FutureTask<Integer> selecting = new FutureTask<>(() -> selector.select(Long.MAX_VALUE / 10_000));
            Thread.ofPlatform().start(selecting);
            assertThrows(TimeoutException.class, () -> selecting.get(50, TimeUnit.MILLISECONDS));
            selector.wakeup();
            assertEquals(0, selecting.get());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void whatIsReadyStaysReadyUntilItIsRead(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            pair.server().configureBlocking(false);
            SelectionKey key = pair.server().register(selector, SelectionKey.OP_READ);
            assertEquals(0, selector.selectNow());
            pair.client().write(ByteBuffer.allocate(2));
            assertEquals(1, selector.select());
            assertEquals(Set.of(key), selector.selectedKeys());
            assertEquals(SelectionKey.OP_READ, key.readyOps());
            assertEquals(0, selector.select());
            selector.selectedKeys().clear();
            assertEquals(1, selector.select());
            selector.selectedKeys().clear();
            assertEquals(1, pair.server().read(one()));
            assertEquals(1, selector.selectNow());
            selector.selectedKeys().clear();
            assertEquals(1, pair.server().read(one()));
            assertEquals(0, selector.selectNow());
            pair.client().shutdownOutput();
            assertEquals(1, selector.select());
            assertTrue(key.isReadable());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void readyOperationsAreGathered(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            pair.server().configureBlocking(false);
            SelectionKey key = pair.server().register(selector, SelectionKey.OP_WRITE);
            assertEquals(1, selector.select());
            assertEquals(SelectionKey.OP_WRITE, key.readyOps());
            key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            pair.client().write(one());
            while (selector.select() == 0) {
                assertTrue(key.isValid());
            }
            assertEquals(SelectionKey.OP_READ | SelectionKey.OP_WRITE, key.readyOps());
            key.interestOps(0);
            selector.selectedKeys().clear();
            assertEquals(0, selector.selectNow());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void roomToWriteIsToldAgain(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            pair.client().configureBlocking(false);
            pair.client().register(selector, SelectionKey.OP_WRITE);
            ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
            long written = 0;
            while (selector.selectNow() > 0) {
                selector.selectedKeys().clear();
                written += pair.client().write(chunk.clear());
            }
            FutureTask<Long> reader = new FutureTask<>(() -> {
                long read = 0;
                ByteBuffer all = ByteBuffer.allocate(1 << 20);
                for (int length = 0; length >= 0; length = pair.server().read(all.clear())) {
                    read += length;
                }
                return read;
            });
            Thread.ofPlatform().start(reader);
            for (int i = 0; i < 100; i++) {
                assertEquals(1, selector.select());
                selector.selectedKeys().clear();
                written += pair.client().write(chunk.clear());
            }
            pair.client().close();
            assertEquals(written, reader.get());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void anActionIsToldEachReadyKey(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            pair.server().configureBlocking(false);
            SelectionKey key = pair.server().register(selector, SelectionKey.OP_READ);
            List<SelectionKey> told = new ArrayList<>();
            assertEquals(0, selector.selectNow(told::add));
            pair.client().write(one());
            assertEquals(1, selector.select(told::add));
            assertEquals(1, selector.select(told::add, 1_000));
            assertEquals(List.of(key, key), told);
            assertTrue(selector.selectedKeys().isEmpty());
            assertThrows(IllegalArgumentException.class, () -> selector.select(told::add, -1));
            assertThrows(
                    IllegalStateException.class,
                    () -> selector.select(again -> {
                        try {
                            selector.selectNow();
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    }));
        }
    }

    /// Both ends of a connection can be written to; who is told first ends the other one's interest.
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void anActionIsToldNoKeyWhoseInterestAnActionHasEnded(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            pair.client().configureBlocking(false);
            pair.server().configureBlocking(false);
            SelectionKey one = pair.client().register(selector, SelectionKey.OP_WRITE);
            SelectionKey other = pair.server().register(selector, SelectionKey.OP_WRITE);
            List<SelectionKey> told = new ArrayList<>();
            assertEquals(1, selector.select(key -> {
                told.add(key);
                (key.equals(one) ? other : one).interestOps(0);
            }));
            assertEquals(1, told.size());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aWakeupCountsOnce(SelectorProvider provider) throws Exception {
        try (Selector selector = provider.openSelector()) {
            selector.wakeup();
            selector.wakeup();
            assertEquals(0, selector.select());
            assertEquals(0, selector.select(1));
            FutureTask<Integer> selecting = new FutureTask<>(selector::select);
            Thread.ofPlatform().start(selecting);
            selector.wakeup();
            assertEquals(0, selecting.get());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void anInterruptEndsASelection(SelectorProvider provider) throws Exception {
        try (Selector selector = provider.openSelector()) {
            FutureTask<Boolean> selecting = new FutureTask<>(() -> {
                selector.select();
                return Thread.currentThread().isInterrupted();
            });
            Thread thread = Thread.ofPlatform().start(selecting);
            thread.interrupt();
            assertTrue(selecting.get());
            assertTrue(selector.isOpen());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void cancelledKeysGoWithTheNextSelection(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            SocketChannel server = pair.server();
            assertThrows(IllegalBlockingModeException.class, () -> server.register(selector, SelectionKey.OP_READ));
            server.configureBlocking(false);
            assertThrows(IllegalArgumentException.class, () -> server.register(selector, SelectionKey.OP_ACCEPT));
            SelectionKey key = server.register(selector, SelectionKey.OP_READ);
            assertSame(key, server.keyFor(selector));
            assertThrows(IllegalBlockingModeException.class, () -> server.configureBlocking(true));
            pair.client().write(one());
            assertEquals(1, selector.select());
            key.cancel();
            assertFalse(key.isValid());
            assertThrows(CancelledKeyException.class, key::interestOps);
            assertThrows(CancelledKeyException.class, key::readyOps);
            assertTrue(selector.keys().contains(key));
            assertThrows(CancelledKeyException.class, () -> server.register(selector, SelectionKey.OP_READ));
            assertEquals(0, selector.selectNow());
            assertTrue(selector.keys().isEmpty());
            assertTrue(selector.selectedKeys().isEmpty());
            assertNull(server.keyFor(selector));
            server.configureBlocking(true);
            assertEquals(1, server.read(one()));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aClosedChannelLeaves(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            pair.server().configureBlocking(false);
            SelectionKey key = pair.server().register(selector, SelectionKey.OP_READ);
            pair.server().close();
            assertFalse(key.isValid());
            assertEquals(-1, pair.client().read(one()));
            assertEquals(0, selector.selectNow());
            assertTrue(selector.keys().isEmpty());
        }
    }

    /// A third of what its buffer was is more than there is in the whole of what it is now.
    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void whoWaitsForRoomIsToldThoughTheBufferShrinksMeanwhile(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
            SocketChannel writer = pair.client();
            writer.configureBlocking(false);
            SelectionKey key = writer.register(selector, SelectionKey.OP_WRITE);
            long written = 0;
            while (selector.select(100) != 0) {
                selector.selectedKeys().clear();
                written += writer.write(chunk.clear());
            }
            writer.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
            for (long read = 0; read < written; ) {
                read += pair.server().read(chunk.clear());
            }
            assertEquals(1, selector.select(20_000));
            assertTrue(key.isWritable());
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void theKeySetsAreProtected(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            pair.server().configureBlocking(false);
            SelectionKey key = pair.server().register(selector, SelectionKey.OP_WRITE);
            assertEquals(Set.of(key), selector.keys());
            assertThrows(
                    UnsupportedOperationException.class, () -> selector.keys().clear());
            assertThrows(
                    UnsupportedOperationException.class, () -> selector.keys().remove(key));
            assertThrows(
                    UnsupportedOperationException.class,
                    () -> selector.selectedKeys().add(key));
            selector.select();
            assertTrue(selector.selectedKeys().remove(key));
            assertFalse(selector.selectedKeys().remove(key));
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void aClosedSelectorIsUsedNoMore(SelectorProvider provider) throws Exception {
        try (Pair pair = Pair.of(provider)) {
            Selector selector = provider.openSelector();
            pair.server().configureBlocking(false);
            SelectionKey key = pair.server().register(selector, SelectionKey.OP_READ);
            FutureTask<Integer> selecting = new FutureTask<>(() -> selector.select());
            Thread.ofPlatform().start(selecting);
            selector.close();
            try {
                selecting.get();
            } catch (java.util.concurrent.ExecutionException e) {
                assertTrue(e.getCause() instanceof ClosedSelectorException, "closed before it began");
            }
            assertFalse(key.isValid());
            assertThrows(ClosedSelectorException.class, selector::select);
            assertThrows(ClosedSelectorException.class, selector::keys);
            assertThrows(ClosedSelectorException.class, selector::selectedKeys);
            assertThrows(ClosedSelectorException.class, () -> pair.server().register(selector, SelectionKey.OP_READ));
            pair.server().configureBlocking(true);
        }
    }

    @ParameterizedTest
    @MethodSource("netkeep.contract.Providers#all")
    void thePlatformsChannelsAreSelectedToo(SelectorProvider provider) throws Exception {
        Pipe pipe = SelectorProvider.provider().openPipe();
        try (Pair pair = Pair.of(provider);
                Selector selector = provider.openSelector()) {
            pipe.source().configureBlocking(false);
            pair.server().configureBlocking(false);
            SelectionKey piped = pipe.source().register(selector, SelectionKey.OP_READ, "pipe");
            SelectionKey key = pair.server().register(selector, SelectionKey.OP_READ);
            assertEquals(Set.of(piped, key), selector.keys());
            assertSame(piped, pipe.source().keyFor(selector));
            assertEquals(0, selector.selectNow());
            pipe.sink().write(one());
            assertEquals(1, selector.select());
            assertEquals(Set.of(piped), selector.selectedKeys());
            assertTrue(piped.isReadable());
            selector.selectedKeys().clear();
            assertEquals(1, selector.selectNow());
            pair.client().write(one());
            selector.selectedKeys().clear();
            assertEquals(2, selector.selectNow());
            selector.selectedKeys().clear();
            assertEquals(1, pipe.source().read(one()));
            assertEquals(1, pair.server().read(one()));
            FutureTask<Integer> writer = new FutureTask<>(() -> pipe.sink().write(one()));
            Thread.ofPlatform().start(writer);
            assertEquals(1, selector.select());
            assertEquals(1, writer.get());
            assertEquals("pipe", piped.attachment());
            piped.cancel();
            selector.selectNow();
            assertEquals(Set.of(key), selector.keys());
            pipe.source().configureBlocking(true);
        } finally {
            pipe.source().close();
            pipe.sink().close();
        }
    }
}
