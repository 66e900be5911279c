package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// A stream from the kernel's side to an echo server of a daemon and back, piece by piece in a thread of its own, every
/// octet compared, until it is ended.
final class Echoed {
    private static final int PATIENCE_MS = 20_000;

    private final Socket socket;
    private final int length;
    private final FutureTask<Integer> task;
    private volatile boolean over;

    private Echoed(Socket socket, int length) {
        this.socket = socket;
        this.length = length;
        this.task = new FutureTask<>(this::talk);
    }

    /// A stream that has begun.
    ///
    /// @param length octets of a piece, of which no more are under way
    static Echoed begin(Place place, String address, int port, int length) throws IOException {
        Socket socket = place.space().call(() -> new Socket(address, port));
        socket.setSoTimeout(PATIENCE_MS);
        Echoed echoed = new Echoed(socket, length);
        Thread.ofPlatform().daemon().start(echoed.task);
        return echoed;
    }

    private int talk() throws IOException {
        SplittableRandom luck = new SplittableRandom(7);
        byte[] piece = new byte[length];
        int pieces = 0;
        try (socket) {
            do {
                luck.nextBytes(piece);
                socket.getOutputStream().write(piece);
                assertArrayEquals(piece, socket.getInputStream().readNBytes(length), "piece " + pieces);
                pieces++;
            } while (!over);
            socket.shutdownOutput();
            assertEquals(-1, socket.getInputStream().read());
        }
        return pieces;
    }

    /// Ends the stream, which its peer ends, too.
    ///
    /// @return how many pieces came back
    /// @throws java.util.concurrent.ExecutionException why they did not
    int end() throws Exception {
        over = true;
        return task.get(2 * PATIENCE_MS, TimeUnit.MILLISECONDS);
    }
}
