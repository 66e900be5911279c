package netkeep.trials.interop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32C;
import netkeep.sim.Seeds;

/// Octets with a checksum, one way over a connection.
///
/// They repeat after a prime number of octets, which no segment, buffer or window is a multiple of: what is lost,
/// repeated or in the wrong place changes the checksum of the whole.
final class Stream {
    private static final int PERIOD = 1_000_003;
    private static final int READ = 1 << 18;

    private Stream() {}

    private static ByteBuffer pattern(long seed) {
        byte[] octets = new byte[PERIOD];
        Seeds.luck(seed).nextBytes(octets);
        ByteBuffer all = ByteBuffer.allocateDirect(PERIOD);
        return all.put(octets).flip();
    }

    /// Sends that many octets, and then no more.
    static void send(SocketChannel to, long octets, long seed) throws IOException {
        ByteBuffer pattern = pattern(seed);
        for (long left = octets; left > 0; ) {
            pattern.clear().limit((int) Math.min(PERIOD, left));
            while (pattern.hasRemaining()) {
                left -= to.write(pattern);
            }
        }
        to.shutdownOutput();
    }

    /// The checksum of what [#send] sends.
    static long sum(long octets, long seed) {
        ByteBuffer pattern = pattern(seed);
        CRC32C sum = new CRC32C();
        for (long left = octets; left > 0; left -= PERIOD) {
            sum.update(pattern.clear().limit((int) Math.min(PERIOD, left)));
        }
        return sum.getValue();
    }

    /// Reads all there is, and says its checksum.
    ///
    /// @throws IOException also if it is not as many as expected
    static long receive(SocketChannel from, long octets) throws IOException {
        CRC32C sum = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ);
        long seen = 0;
        while (from.read(buffer.clear()) >= 0) {
            seen += buffer.position();
            sum.update(buffer.flip());
        }
        if (seen != octets) {
            throw new IOException(seen + " octets of " + octets);
        }
        return sum.getValue();
    }

    /// Runs something on a thread of its own.
    static <T> FutureTask<T> start(Callable<T> body) {
        FutureTask<T> task = new FutureTask<>(body);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }
}
