package netkeep.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.random.RandomGenerator;
import java.util.zip.CRC32C;
import netkeep.link.KernelAddress;
import netkeep.link.TapSettings;
import netkeep.linux.LinuxException;
import netkeep.linux.NetworkNamespace;
import netkeep.sim.Seeds;
import netkeep.wire.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Our channels on one side of a TAP, the kernel's on the other, in a network namespace of their own.
@Timeout(120)
class AgainstTheKernelTest {
    private static final String KERNEL_4 = "198.18.0.1";
    private static final String KERNEL_6 = "fd00:198:18::1";
    private static final String OURS_4 = "198.18.0.2";
    private static final String OURS_6 = "fd00:198:18::2";
    private static final int OCTETS = 8 << 20;

    private NetworkNamespace namespace;

    @BeforeEach
    void makeNamespace() {
        try {
            namespace = NetworkNamespace.make();
        } catch (LinuxException e) {
            assumeTrue(false, "no network namespace: " + e.getMessage());
        }
    }

    @AfterEach
    void dropNamespace() {
        if (namespace != null) {
            namespace.close();
        }
    }

    private Embedded stack(int mtu, boolean offloads, long spin) {
        Address four = Address.parse(KERNEL_4);
        Address six = Address.parse(KERNEL_6);
        TapSettings tap = TapSettings.of("nk-emb")
                .withOffloads(offloads, offloads, offloads)
                .withMtu(mtu)
                .withKernelAddresses(
                        mtu < 1280
                                ? List.of(new KernelAddress(four.hi(), four.lo(), 24))
                                : List.of(
                                        new KernelAddress(four.hi(), four.lo(), 24),
                                        new KernelAddress(six.hi(), six.lo(), 64)));
        List<String> ours = mtu < 1280 ? List.of(OURS_4 + "/24") : List.of(OURS_4 + "/24", OURS_6 + "/64");
        return namespace.call(() -> Embedded.builder()
                .tap(tap, ours)
                .sockets(1 << 10)
                .spinMicros(spin)
                .start());
    }

    /// Sockets of the kernel are of the namespace of the thread that opens them.
    private <T> T kernel(Callable<T> open) {
        return namespace.call(open);
    }

    private static InetSocketAddress at(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    private static <T> FutureTask<T> start(Callable<T> body) {
        FutureTask<T> task = new FutureTask<>(body);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    /// Sends octets that depend on the seed, and says their checksum.
    private static long send(SocketChannel to, long seed) throws IOException {
        RandomGenerator luck = Seeds.luck(seed);
        CRC32C sum = new CRC32C();
        byte[] octets = new byte[100_000];
        for (int left = OCTETS; left > 0; left -= octets.length) {
            luck.nextBytes(octets);
            int length = Math.min(left, 1 + luck.nextInt(octets.length));
            sum.update(octets, 0, length);
            ByteBuffer buffer = ByteBuffer.wrap(octets, 0, length);
            while (buffer.hasRemaining()) {
                to.write(buffer);
            }
            left += octets.length - length;
        }
        to.shutdownOutput();
        return sum.getValue();
    }

    private static long receive(SocketChannel from) throws IOException {
        CRC32C sum = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(50_000);
        while (from.read(buffer.clear()) >= 0) {
            sum.update(buffer.flip());
        }
        return sum.getValue();
    }

    private static void bothWays(SocketChannel a, SocketChannel b) throws Exception {
        FutureTask<Long> sentByA = start(() -> send(a, 1));
        FutureTask<Long> sentByB = start(() -> send(b, 2));
        FutureTask<Long> seenByA = start(() -> receive(a));
        long seenByB = receive(b);
        assertEquals(sentByA.get(), seenByB);
        assertEquals(sentByB.get(), seenByA.get());
        a.close();
        b.close();
    }

    @ParameterizedTest
    @CsvSource({
        "576, true, false",
        "1280, true, true",
        "1500, true, false",
        "1500, false, true",
        "9000, true, true",
        "65521, false, false"
    })
    void streamsOfTheKernelsConnections(int mtu, boolean offloads, boolean six) throws Exception {
        try (Embedded stack = stack(mtu, offloads, 20);
                ServerSocketChannel listener = stack.provider().openServerSocketChannel()) {
            InetSocketAddress there = at(six ? OURS_6 : OURS_4, 7001);
            listener.bind(there);
            FutureTask<SocketChannel> accepted = start(listener::accept);
            SocketChannel kernels = kernel(() -> SelectorProvider.provider().openSocketChannel());
            kernels.connect(there);
            SocketChannel ours = accepted.get();
            assertEquals(kernels.getLocalAddress(), ours.getRemoteAddress());
            bothWays(kernels, ours);
        }
    }

    @ParameterizedTest
    @CsvSource({"576, false, false", "1500, true, true", "9000, false, false", "65521, true, true"})
    void streamsOfOurConnections(int mtu, boolean offloads, boolean six) throws Exception {
        try (Embedded stack = stack(mtu, offloads, 20);
                ServerSocketChannel listener =
                        kernel(() -> SelectorProvider.provider().openServerSocketChannel())) {
            InetSocketAddress there = at(six ? KERNEL_6 : KERNEL_4, 7002);
            listener.bind(there);
            SocketChannel ours = stack.provider().openSocketChannel();
            ours.connect(there);
            SocketChannel kernels = listener.accept();
            assertEquals(ours.getLocalAddress(), kernels.getRemoteAddress());
            bothWays(kernels, ours);
        }
    }

    private static void echo(SocketChannel with) {
        try (with) {
            ByteBuffer buffer = ByteBuffer.allocate(100);
            while (with.read(buffer.clear()) >= 0) {
                with.write(buffer.flip());
            }
        } catch (ClosedChannelException e) {
            // The test is over before the peer's end was read.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Connects, asks five times, closes; again and again.
    private int ask(int times) throws IOException {
        int answers = 0;
        ByteBuffer buffer = ByteBuffer.allocate(100);
        for (int i = 0; i < times; i++) {
            try (SocketChannel with = kernel(() -> SelectorProvider.provider().openSocketChannel())) {
                with.connect(at(OURS_4, 7003));
                for (int round = 0; round < 5; round++) {
                    with.write(ByteBuffer.wrap(new byte[] {(byte) round}));
                    with.read(buffer.clear());
                    answers += buffer.get(0) == round ? 1 : 0;
                }
            }
        }
        return answers;
    }

    /// The kernel's clients and our virtual threads: many short connections.
    @ParameterizedTest
    @ValueSource(longs = {0, 50})
    void manyConnections(long spin) throws Exception {
        try (Embedded stack = stack(1500, true, spin);
                ServerSocketChannel listener = stack.provider().openServerSocketChannel()) {
            listener.bind(at(OURS_4, 7003), 1000);
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        SocketChannel accepted = listener.accept();
                        Thread.ofVirtual().start(() -> echo(accepted));
                    }
                } catch (ClosedChannelException e) {
                    // The test is over.
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            List<FutureTask<Integer>> askers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                askers.add(start(() -> ask(100)));
            }
            for (FutureTask<Integer> asker : askers) {
                assertEquals(100 * 5, asker.get());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1500, true, false", "1280, false, true"})
    void datagramsBothWays(int mtu, boolean offloads, boolean six) throws Exception {
        try (Embedded stack = stack(mtu, offloads, 0);
                DatagramChannel ours = stack.provider().openDatagramChannel();
                DatagramChannel kernels =
                        kernel(() -> SelectorProvider.provider().openDatagramChannel())) {
            ours.bind(at(six ? OURS_6 : OURS_4, 7004));
            kernels.bind(at(six ? KERNEL_6 : KERNEL_4, 7005));
            ByteBuffer got = ByteBuffer.allocate(70_000);
            for (int length : new int[] {0, 1, 1200, 1473, 20_000, 65_507 - 100}) {
                ByteBuffer sent = ByteBuffer.allocate(length);
                for (int i = 0; i < length; i++) {
                    sent.put(i, (byte) (i * 31 >> 3));
                }
                kernels.send(sent.duplicate(), ours.getLocalAddress());
                assertEquals(kernels.getLocalAddress(), ours.receive(got.clear()));
                assertEquals(sent, got.flip());
                ours.send(sent.duplicate(), kernels.getLocalAddress());
                assertEquals(ours.getLocalAddress(), kernels.receive(got.clear()));
                assertEquals(sent, got.flip());
            }
        }
    }
}
