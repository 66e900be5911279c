package netkeep.trials.command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One end of a connection, which never waits: what it has sent, and what has come.
final class End {
    private static final int LAST = 1000;
    private static final int ROOM = 1 << 14;

    private final String name;
    private final SplittableRandom luck;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream got = new ByteArrayOutputStream();
    private final ByteBuffer room = ByteBuffer.allocate(ROOM);
    private @Nullable SocketChannel channel;
    private boolean shut;
    private boolean ended;

    End(String name, long seed) {
        this.name = name;
        this.luck = new SplittableRandom(seed);
    }

    /// @param with which may be about to connect
    void begin(SocketChannel with) throws IOException {
        with.configureBlocking(false);
        channel = with;
    }

    private SocketChannel channel() {
        if (channel == null) {
            throw new AssertionError(name + " has not begun");
        }
        return channel;
    }

    boolean begun() {
        return channel != null;
    }

    boolean connected() throws IOException {
        return channel().isConnected() || channel().finishConnect();
    }

    /// Sends octets, of which there is room for all.
    void write(int octets) throws IOException {
        byte[] piece = new byte[octets];
        luck.nextBytes(piece);
        assertEquals(octets, channel().write(ByteBuffer.wrap(piece)), name);
        sent.write(piece);
    }

    /// Sends a FIN.
    void shut() throws IOException {
        channel().shutdownOutput();
        shut = true;
    }

    /// Closes what has read to the end: there is no program at this end any more.
    void close() throws IOException {
        channel().close();
        shut = true;
    }

    /// Reads what is there.
    ///
    /// @return whether it was the end
    boolean read() throws IOException {
        int length = 1;
        while (!ended && length > 0) {
            length = channel().read(room.clear());
            ended = length < 0;
            got.write(room.array(), 0, Math.max(0, length));
        }
        return ended;
    }

    /// Reads so much.
    void read(int octets) throws Exception {
        int whole = got.size() + octets;
        Place.await(name + " does not get " + octets + " octets", () -> {
            read();
            return got.size() >= whole;
        });
    }

    /// Reads to the end.
    void readAll() throws Exception {
        Place.await(name + " does not end", this::read);
    }

    /// Connects, sends what is still to be sent, and reads, as far as it comes.
    ///
    /// @return whether it is over: both FINs were sent, and all was read
    boolean goOn() throws IOException {
        if (!(shut && ended) && connected()) {
            if (!shut) {
                write(LAST);
                shut();
            }
            read();
        }
        return shut && ended;
    }

    /// To the octet what the other end has sent.
    void check(End other) throws IOException {
        assertArrayEquals(other.sent.toByteArray(), got.toByteArray(), name);
        channel().close();
    }
}
