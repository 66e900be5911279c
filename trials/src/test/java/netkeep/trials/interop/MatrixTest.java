package netkeep.trials.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import netkeep.engine.ledger.Counter;
import netkeep.linux.LinuxException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Streams between our stack and the kernel's, both ways at once, over every cell of the matrix: no octet is lost,
/// added, changed or moved; without trouble on the link nobody finds a bad checksum or an old timestamp either.
///
/// `-Dnetkeep.interop.bytes=1073741824` makes the streams longer, `-Dnetkeep.interop.cells=0-9` takes some of the
/// cells; `-Dnetkeep.interop.report=true` prints a line for each.
@Timeout(value = 170, unit = TimeUnit.SECONDS)
class MatrixTest {
    private static final long OCTETS = Long.getLong("netkeep.interop.bytes", 3L << 19);
    private static final int PORT = 7001;

    static List<Cell> cells() {
        List<Cell> all = Cell.all();
        String some = System.getProperty("netkeep.interop.cells", "");
        if (some.isEmpty()) {
            return all;
        }
        String[] ends = some.split("-", 2);
        int last = Integer.parseInt(ends[ends.length - 1]);
        return all.subList(Integer.parseInt(ends[0]), Math.min(all.size(), last + 1));
    }

    private static Ground ground(Cell cell) {
        try {
            return new Ground(cell);
        } catch (LinuxException refused) {
            assumeTrue(false, "not on this machine: " + refused.getMessage());
            throw refused;
        }
    }

    @ParameterizedTest
    @MethodSource("cells")
    void streams(Cell cell) throws Exception {
        try (Ground ground = ground(cell)) {
            long beganNs = System.nanoTime();
            kernelConnects(ground, cell);
            weConnect(ground, cell);
            report(cell, ground, System.nanoTime() - beganNs);
            if (cell.trouble() == Cell.Trouble.NONE) {
                assertEquals(0, ground.kernels("Tcp", "InErrs"), "bad segments for the kernel");
                assertEquals(0, ground.kernels("Ip", "InHdrErrors"), "bad packets for the kernel");
                assertEquals(0, ground.ours(Counter.TcpInErrs), "bad segments for us");
            }
            // A veth pair changes the order of what two cores send: what is late can be old, then.
            if (cell.trouble() == Cell.Trouble.NONE && cell.tap()) {
                assertEquals(0, ground.kernels("TcpExt", "PAWSEstab"), "old timestamps for the kernel");
                assertEquals(0, ground.ours(Counter.TcpExtPAWSEstab), "old timestamps for us");
            }
        }
    }

    private static void kernelConnects(Ground ground, Cell cell) throws Exception {
        InetSocketAddress there = Ground.at(cell.six() ? Ground.OURS_6 : Ground.OURS_4, PORT);
        try (ServerSocketChannel listener = ground.stack().provider().openServerSocketChannel()) {
            listener.bind(there);
            FutureTask<SocketChannel> accepted = Stream.start(listener::accept);
            SocketChannel kernels =
                    ground.kernel(() -> SelectorProvider.provider().openSocketChannel());
            kernels.connect(there);
            bothWays(accepted.get(), kernels);
        }
    }

    private static void weConnect(Ground ground, Cell cell) throws Exception {
        InetSocketAddress there = Ground.at(cell.six() ? Ground.KERNEL_6 : Ground.KERNEL_4, PORT);
        try (ServerSocketChannel listener =
                ground.kernel(() -> SelectorProvider.provider().openServerSocketChannel())) {
            listener.bind(there);
            SocketChannel ours = ground.stack().provider().openSocketChannel();
            ours.connect(there);
            bothWays(ours, listener.accept());
        }
    }

    private static void bothWays(SocketChannel ours, SocketChannel kernels) throws Exception {
        try (ours;
                kernels) {
            kernels.setOption(StandardSocketOptions.TCP_NODELAY, true);
            FutureTask<Long> up = Stream.start(() -> Stream.receive(ours, OCTETS));
            FutureTask<Long> down = Stream.start(() -> Stream.receive(kernels, OCTETS));
            FutureTask<Integer> sender = Stream.start(() -> send(ours, 1));
            send(kernels, 2);
            sender.get();
            assertEquals(Stream.sum(OCTETS, 2), up.get());
            assertEquals(Stream.sum(OCTETS, 1), down.get());
        }
    }

    private static int send(SocketChannel to, long seed) throws IOException {
        Stream.send(to, OCTETS, seed);
        return 0;
    }

    private static void report(Cell cell, Ground ground, long tookNs) {
        if (Boolean.getBoolean("netkeep.interop.report")) {
            List<String> words = new ArrayList<>();
            words.add(String.format(Locale.ROOT, "%-40s", cell));
            words.add(String.format(Locale.ROOT, "%7.2f s", tookNs / 1e9));
            words.add(String.format(Locale.ROOT, "%7.2f Gbit/s both ways", 4 * OCTETS * 8.0 / tookNs));
            words.add("sent again: ours " + ground.ours(Counter.TcpRetransSegs) + " of "
                    + ground.ours(Counter.TcpOutSegs) + ", kernel's " + ground.kernels("Tcp", "RetransSegs") + " of "
                    + ground.kernels("Tcp", "OutSegs"));
            words.add(
                    "errors: ours " + ground.ours(Counter.TcpInErrs) + ", kernel's " + ground.kernels("Tcp", "InErrs"));
            System.out.println(String.join("  ", words));
        }
    }
}
