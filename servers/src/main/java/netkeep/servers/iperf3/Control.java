package netkeep.servers.iperf3;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The connection over which the two ends agree, without waiting: steps of one octet, and JSON behind its length.
///
/// ```text
///  0      7 8     15 16    23 24    31
/// +--------+--------+--------+--------+
/// |           length of JSON          |  network order
/// +--------+--------+--------+--------+
/// |  JSON ...
/// ```
final class Control {
    /// The client's name for a test: 36 characters and a NUL, first on each of its TCP connections.
    static final int COOKIE = 37;

    /// Of JSON: 128 streams need a third of it.
    private static final int LONGEST = 1 << 16;

    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(Integer.BYTES + LONGEST);
    private final ByteBuffer out = ByteBuffer.allocate(2 * LONGEST);

    /// @param channel non-blocking
    Control(SocketChannel channel) {
        this.channel = channel;
    }

    SocketChannel channel() {
        return channel;
    }

    /// Reads what there is.
    ///
    /// @throws EOFException if the other side has ended
    void fill() throws IOException {
        if (in.hasRemaining() && channel.read(in) < 0) {
            throw new EOFException("the other side has closed the connection");
        }
    }

    /// The next step, or null if it has not come.
    @Nullable
    Step step() throws BadPeer {
        if (in.position() == 0) {
            return null;
        }
        in.flip();
        byte code = in.get();
        in.compact();
        return Step.of(code);
    }

    /// The next message, or null if it has not come whole.
    @Nullable
    Map<String, @Nullable Object> message() throws BadPeer {
        if (in.position() < Integer.BYTES) {
            return null;
        }
        int length = in.getInt(0);
        if (length < 0 || length > LONGEST) {
            throw new BadPeer("a message of " + length);
        }
        if (in.position() < Integer.BYTES + length) {
            return null;
        }
        byte[] text = new byte[length];
        in.flip().position(Integer.BYTES).get(text);
        in.compact();
        return Json.object(new String(text, StandardCharsets.UTF_8));
    }

    void cookie(String cookie) throws IOException {
        out.put(cookie.getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
        flush();
    }

    void put(Step step) throws IOException {
        out.put(step.code());
        flush();
    }

    void put(String json) throws IOException {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        out.putInt(text.length).put(text);
        flush();
    }

    /// Ends it with an error in iperf3's words.
    void refuse(int error) throws IOException {
        out.put(Step.SERVER_ERROR.code()).putInt(error).putInt(0);
        flush();
    }

    /// Writes what can be written.
    ///
    /// @return whether all was
    boolean flush() throws IOException {
        channel.write(out.flip());
        out.compact();
        return out.position() == 0;
    }
}
