package netkeep.tools.demo;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Small requests one after another on one connection of the kernel's stack.
final class Pings implements AutoCloseable {
    private static final int MOST = 1 << 16;

    private final SocketChannel channel;
    private final ByteBuffer request;
    private final ByteBuffer response = ByteBuffer.allocateDirect(1 << 16);

    /// To be called in the namespace that the connection is to be of.
    Pings(String address, String path) throws IOException {
        channel = SocketChannel.open(new InetSocketAddress(address, 80));
        channel.socket().setTcpNoDelay(true);
        request = ByteBuffer.wrap(
                ("GET " + path + " HTTP/1.1\r\nHost: demo\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /// Sends requests for a while.
    ///
    /// @return the median time of one, in nanoseconds
    long medianNs(long forNs) throws IOException {
        long[] times = new long[MOST];
        int count = 0;
        long endNs = System.nanoTime() + forNs;
        while (count < MOST && (count == 0 || System.nanoTime() < endNs)) {
            long before = System.nanoTime();
            channel.write(request.rewind());
            if (channel.read(response.clear()) < 0) {
                throw new IOException("the server closed the connection");
            }
            times[count++] = System.nanoTime() - before;
        }
        Arrays.sort(times, 0, count);
        return times[count / 2];
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
