package netkeep.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import netkeep.session.Option;
import netkeep.session.SessionLayout;
import netkeep.sim.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What our channels do with the session's memory, beside the contract that they share with the platform's.
@Timeout(120)
class SessionTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

    private record Ends(ServerSocketChannel listener, ConnectionChannel a, ConnectionChannel b) {
        static Ends of(Fake fake) throws IOException {
            ServerSocketChannel listener =
                    fake.provider.openServerSocketChannel().bind(ANY);
            SocketChannel a = fake.provider.openSocketChannel();
            a.connect(listener.getLocalAddress());
            return new Ends(listener, (ConnectionChannel) a, (ConnectionChannel) listener.accept());
        }
    }

    /// Whatever sizes are written and read, across the border of the ring's parts and round its end.
    @Test
    void octetsSurviveEveryWrap() {
        Seeds.each(100, luck -> {
            try {
                wraps(luck);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void wraps(RandomGenerator luck) throws IOException {
        Fake fake = new Fake(new SessionLayout(8, 16, 32, 1 << 13), 1 + luck.nextInt(1 << 13));
        Ends ends = Ends.of(fake);
        ends.a.configureBlocking(false);
        ends.b.configureBlocking(false);
        byte[] sent = new byte[60_000];
        luck.nextBytes(sent);
        byte[] got = new byte[sent.length];
        int written = 0;
        int read = 0;
        while (read < got.length) {
            if (luck.nextInt(3) > 0) {
                ByteBuffer from = luck.nextBoolean() ? ByteBuffer.allocateDirect(9_000) : ByteBuffer.allocate(9_000);
                from.put(sent, written, luck.nextInt(Math.min(9_000, sent.length - written) + 1))
                        .flip();
                written += ends.a.write(from);
            } else {
                ByteBuffer to = luck.nextBoolean() ? ByteBuffer.allocateDirect(9_000) : ByteBuffer.allocate(9_000);
                to.limit(luck.nextInt(Math.min(9_000, got.length - read) + 1));
                int length = ends.b.read(to);
                to.flip().get(got, read, length);
                read += length;
            }
        }
        assertArrayEquals(sent, got);
    }

    /// With an event ring that holds next to nothing, everything is found all the same.
    @Test
    void aMissedEventCostsNothing() throws IOException {
        Fake fake = new Fake(new SessionLayout(256, 256, 2, 1 << 13), 1 << 12);
        ServerSocketChannel listener = fake.provider.openServerSocketChannel().bind(ANY);
        listener.configureBlocking(false);
        Selector selector = fake.provider.openSelector();
        listener.register(selector, SelectionKey.OP_ACCEPT);
        List<SocketChannel> clients = new ArrayList<>();
        fake.pump.eager = false;
        for (int i = 0; i < 100; i++) {
            SocketChannel client = fake.provider.openSocketChannel();
            clients.add(client);
            client.connect(listener.getLocalAddress());
        }
        fake.pump.eager = true;
        int accepted = 0;
        while (accepted < 100) {
            assertTrue(selector.select() > 0);
            selector.selectedKeys().clear();
            for (SocketChannel server = listener.accept(); server != null; server = listener.accept()) {
                server.configureBlocking(false);
                server.register(selector, SelectionKey.OP_READ);
                accepted++;
            }
        }
        for (SocketChannel client : clients) {
            client.write(ByteBuffer.allocate(1));
        }
        int read = 0;
        while (read < 100) {
            read += selector.select(key -> assertEquals(1, octets(key)));
        }
        for (SocketChannel client : clients) {
            client.close();
        }
        assertEquals(101, fake.stack.live());
    }

    private static int octets(SelectionKey key) {
        try {
            return ((SocketChannel) key.channel()).read(ByteBuffer.allocate(10));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Sockets come back: many more connections than the session has sockets.
    @Test
    void socketsAreUsedAgain() throws IOException {
        Fake fake = new Fake(new SessionLayout(16, 16, 64, 1 << 13), 1 << 12);
        ServerSocketChannel listener = fake.provider.openServerSocketChannel().bind(ANY);
        for (int i = 0; i < 200; i++) {
            SocketChannel a = fake.provider.openSocketChannel();
            a.connect(listener.getLocalAddress());
            SocketChannel b = listener.accept();
            a.write(ByteBuffer.wrap(new byte[] {(byte) i}));
            ByteBuffer one = ByteBuffer.allocate(2);
            assertEquals(1, b.read(one));
            assertEquals((byte) i, one.get(0));
            a.close();
            assertEquals(-1, b.read(one));
            b.close();
        }
        assertEquals(1, fake.stack.live());
    }

    /// Its peer closes later, when its words are another's.
    @Test
    void aConnectionsEndIsNotThatOfTheNextInItsPlace() throws IOException {
        Fake fake = new Fake();
        Ends ends = Ends.of(fake);
        int place = ends.a.connection.socket;
        ends.a.close();
        ConnectionChannel next = (ConnectionChannel) fake.provider.openSocketChannel();
        assertEquals(place, next.connection.socket);
        next.connect(ends.listener.getLocalAddress());
        ends.b.close();
        next.configureBlocking(false);
        assertEquals(0, next.read(ByteBuffer.allocate(1)));
    }

    @Test
    void moreSocketsThanThereAreIsTold() throws IOException {
        Fake fake = new Fake(new SessionLayout(8, 16, 64, 1 << 13), 1 << 12);
        for (int i = 0; i < 4; i++) {
            assertNotNull(fake.provider.openSocketChannel());
        }
        SocketException none = assertThrows(SocketException.class, fake.provider::openSocketChannel);
        assertEquals("Too many open files", none.getMessage());
    }

    /// A stack that writes what cannot be is not believed, and not waited for.
    @Test
    void anImpossibleWordEndsTheSession() throws IOException {
        Fake fake = new Fake();
        Ends ends = Ends.of(fake);
        fake.stack.lie(ends.a.connection.socket, SessionLayout.RCV_TAIL, 1L << 40);
        assertThrows(SocketException.class, () -> ends.a.read(ByteBuffer.allocate(10)));
        assertThrows(IOException.class, () -> ends.b.read(ByteBuffer.allocate(10)));
        assertThrows(IOException.class, fake.provider::openSocketChannel);
    }

    /// The stack moves the edge of a buffer that it enlarges while a client, by the smaller one, asks to be told.
    @Test
    void whoAsksForRoomIsToldThoughTheBufferGrowsMeanwhile() throws IOException {
        Fake fake = new Fake();
        Ends ends = Ends.of(fake);
        ends.a.configureBlocking(false);
        while (ends.a.write(ByteBuffer.allocate(9_000)) > 0) {}
        int socket = ends.a.connection.socket;
        int buffer = (int) ends.a.connection.buffer();
        long wake = fake.layout.clientWords(socket) + SessionLayout.SND_WAKE;
        fake.beforeRelease = at -> {
            if (at == wake) {
                fake.beforeRelease = none -> {};
                fake.stack.tune(socket, buffer + buffer / 3 + 100);
            }
        };
        Selector selector = fake.provider.openSelector();
        ends.a.register(selector, SelectionKey.OP_WRITE);
        if (selector.selectNow() == 0) {
            ByteBuffer all = ByteBuffer.allocate(1 << 17);
            while (all.position() < (1 << 16) + buffer) {
                ends.b.read(all);
            }
            assertEquals(1, selector.selectNow());
        }
    }

    /// A thread asks whether the stack sleeps while another is about to show it a request: one of the two wakes it.
    @Test
    void whoAsksTooEarlyWhetherTheStackSleepsDoesNotLeaveItAsleep() throws Exception {
        Fake fake = new Fake();
        Ends ends = Ends.of(fake);
        fake.pump.glance();
        fake.pump.eager = false;
        FutureTask<Boolean> early = new FutureTask<>(fake.session::stackSleeps);
        fake.beforeRelease = at -> {
            if (at == SessionLayout.producer()) {
                fake.beforeRelease = none -> {};
                Thread asking = Thread.ofPlatform().start(early);
                while (asking.isAlive() && asking.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                assertTrue(fake.stack.maySleep());
            }
        };
        ends.a.setOption(StandardSocketOptions.TCP_NODELAY, true);
        assertTrue(fake.session.stackSleeps() || early.get());
    }

    /// One thread selects, and another changes an interest, which that one need not see: what it waits for it is told
    /// of all the same.
    @Test
    void anInterestThatIsSetMeanwhileKeepsNoOneAsleep() throws Exception {
        Fake fake = new Fake();
        Ends ends = Ends.of(fake);
        ends.b.configureBlocking(false);
        Selector selector = fake.provider.openSelector();
        SelectionKey key = ends.b.register(selector, SelectionKey.OP_READ);
        FutureTask<Integer> selecting = new FutureTask<>(selector::select);
        Thread thread = Thread.ofPlatform().daemon().start(selecting);
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        key.interestOps(SelectionKey.OP_READ);
        ends.a.write(ByteBuffer.allocate(1));
        assertEquals(1, selecting.get());
    }

    @Test
    void optionsReachTheStack() throws IOException {
        Fake fake = new Fake();
        Ends ends = Ends.of(fake);
        ends.b.setOption(StandardSocketOptions.TCP_NODELAY, true);
        ends.b.setOption(StandardSocketOptions.SO_LINGER, 7);
        fake.pump.glance();
        assertEquals(1, fake.stack.option(ends.b.connection.socket, Option.NO_DELAY));
        assertEquals(7, fake.stack.option(ends.b.connection.socket, Option.LINGER));
    }

    @Test
    void aSocketsTimeoutIsAnException() throws IOException {
        Ends ends = Ends.of(new Fake());
        ends.a.socket().setSoTimeout(1);
        ends.listener.socket().setSoTimeout(1);
        assertThrows(
                SocketTimeoutException.class,
                () -> ends.a.socket().getInputStream().read());
        assertThrows(SocketTimeoutException.class, () -> ends.listener.socket().accept());
        ends.b.socket().getOutputStream().write(7);
        assertEquals(7, ends.a.socket().getInputStream().read());
        ends.b.close();
        assertEquals(-1, ends.a.socket().getInputStream().read());
    }

    /// From one selection to the next, where there is more than one channel to handle.
    @Test
    void requestsMayBeHeldBackWhileSeveralChannelsAreHandled() throws IOException {
        Fake fake = new Fake();
        Selector selector = fake.provider.openSelector();
        List<Ends> all = List.of(Ends.of(fake), Ends.of(fake));
        for (Ends ends : all) {
            ends.b.configureBlocking(false);
            ends.b.register(selector, SelectionKey.OP_READ);
            ends.a.write(ByteBuffer.allocate(1));
        }
        assertEquals(2, selector.select());
        assertTrue(fake.pump.holds);
        selector.selectedKeys().forEach(SessionTest::octets);
        assertEquals(0, selector.selectNow());
        assertFalse(fake.pump.holds);
        all.getFirst().a.write(ByteBuffer.allocate(1));
        assertEquals(1, selector.select(SessionTest::octets));
        assertFalse(fake.pump.holds);
    }

    /// Once warm, a conversation through a selector allocates nothing on our side of the session.
    @Test
    void theDataPathAllocatesNothing() throws IOException {
        Fake fake = new Fake();
        Ends ends = Ends.of(fake);
        ends.b.configureBlocking(false);
        Selector selector = fake.provider.openSelector();
        ends.b.register(selector, SelectionKey.OP_READ);
        ByteBuffer asked = ByteBuffer.allocateDirect(64);
        ByteBuffer heap = ByteBuffer.allocate(64);
        Consumer<SelectionKey> answer = key -> echo(key, heap);
        com.sun.management.ThreadMXBean meter =
                (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20_000; round++) {
            ends.a.write(asked.clear());
            fake.pump.glance();
            fake.pump.eager = false;
            long before = meter.getCurrentThreadAllocatedBytes();
            selector.select(answer);
            least = Math.min(least, meter.getCurrentThreadAllocatedBytes() - before);
            fake.pump.eager = true;
            fake.pump.glance();
            assertEquals(64, ends.a.read(asked.clear()));
        }
        assertEquals(0, least);
    }

    private static void echo(SelectionKey key, ByteBuffer buffer) {
        try {
            SocketChannel channel = (SocketChannel) key.channel();
            channel.read(buffer.clear());
            channel.write(buffer.flip());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
