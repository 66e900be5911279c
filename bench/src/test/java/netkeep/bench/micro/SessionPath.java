package netkeep.bench.micro;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import netkeep.embedded.Embedded;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// The channels of `java.nio` over a session: what is written to one end of a connection inside the stack is read from
/// the other, on one thread. All of it is in there: the call, both copies, the turns, both ends' TCP, the loopback.
///
/// As [FastPath], too long a path for the short runs of [AllocationTest]; [Figures] prints what it allocates.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SessionPath {
    private static final int PORT = 7001;

    @Param({"1", "1448", "16384"})
    public int length;

    private Embedded stack;
    private SocketChannel from;
    private SocketChannel to;
    private ByteBuffer out;
    private ByteBuffer in;

    @Setup
    public void connect() throws IOException {
        stack = Embedded.builder().sockets(64).start();
        out = ByteBuffer.allocateDirect(length);
        in = ByteBuffer.allocateDirect(length);
        InetSocketAddress here = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT);
        try (ServerSocketChannel listener = stack.provider().openServerSocketChannel()) {
            listener.bind(here);
            from = stack.provider().openSocketChannel();
            from.connect(here);
            to = listener.accept();
        }
        // Nagle's algorithm would wait for the acknowledgment, which waits for an answer.
        from.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    @TearDown
    public void close() throws IOException {
        from.close();
        to.close();
        stack.close();
    }

    @Benchmark
    public int writeAndRead() throws IOException {
        out.clear();
        while (out.hasRemaining()) {
            from.write(out);
        }
        in.clear();
        while (in.hasRemaining()) {
            to.read(in);
        }
        return in.position();
    }
}
