package netkeep.tools.chaos;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A connection to redis-server, in its protocol of version 2: what is sent is text, and so are answers.
final class RedisConnection implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /// @param socket is closed with this object
    RedisConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /// Puts a command behind those that [#send] will send.
    void add(String... words) {
        text("*" + words.length + "\r\n");
        for (String word : words) {
            text("$" + word.length() + "\r\n" + word + "\r\n");
        }
    }

    private void text(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Sends all commands in one piece.
    void send() throws IOException {
        socket.getOutputStream().write(out.toByteArray());
        out.reset();
    }

    void send(String... words) throws IOException {
        add(words);
        send();
    }

    /// An answer of one line, `+OK` or `:7`.
    String line() throws IOException {
        return AnswerLine.of(in);
    }

    /// An answer that tells its length first.
    String bulk() throws IOException {
        String line = line();
        if (!line.startsWith("$") || line.equals("$-1")) {
            throw new IOException("redis-server says \"" + line + "\" instead of a value");
        }
        byte[] octets = in.readNBytes(Integer.parseInt(line.substring(1)) + 2);
        return new String(octets, 0, Math.max(0, octets.length - 2), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
