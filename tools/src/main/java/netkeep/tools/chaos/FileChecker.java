package netkeep.tools.chaos;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import netkeep.servers.source.Pattern;

/// Gets files over connections that are kept (RFC 9112 §9.3), many over each, and compares every octet.
final class FileChecker implements Asker {
    /// Over one connection.
    private static final int MOST_FILES = 100;

    private static final int PAUSE_MS = 1;
    private static final String OK = "HTTP/1.1 200";
    private static final String LENGTH = "content-length:";
    private static final String CLOSE = "connection: close";

    private final String address;
    private final int port;
    private final Account account;

    FileChecker(String address, int port, Account account) {
        this.address = address;
        this.port = port;
        this.account = account;
    }

    @Override
    public void ask(KernelSide side) throws IOException, InterruptedException {
        int next = 0;
        while (!side.over()) {
            try (Socket socket = side.connect(address, port)) {
                InputStream in = new BufferedInputStream(socket.getInputStream());
                boolean kept = true;
                for (int i = 0; kept && i < MOST_FILES && !side.over(); i++) {
                    kept = get(socket, in, FileGuest.LENGTHS.get(next++ % FileGuest.LENGTHS.size()));
                    account.checked.increment();
                    Thread.sleep(PAUSE_MS);
                }
            }
        }
    }

    /// @return whether the connection stays
    private boolean get(Socket socket, InputStream in, int file) throws IOException {
        String request = "GET /" + file + " HTTP/1.1\r\nHost: netkeep\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String status = AnswerLine.of(in);
        if (!status.startsWith(OK)) {
            throw new IOException("instead of file " + file + " came \"" + status + "\"");
        }
        int length = -1;
        boolean kept = true;
        for (String line = AnswerLine.of(in); !line.isEmpty(); line = AnswerLine.of(in)) {
            String header = line.toLowerCase(Locale.ROOT);
            kept &= !header.startsWith(CLOSE);
            if (header.startsWith(LENGTH)) {
                length = Integer.parseInt(header.substring(LENGTH.length()).strip());
            }
        }
        byte[] body = in.readNBytes(Math.max(length, 0));
        if (length != file || body.length != file) {
            throw new IOException("file " + file + " came with " + body.length + " octets of " + length);
        }
        long wrong = Pattern.mismatch(ByteBuffer.wrap(body), file);
        if (wrong >= 0) {
            throw new IOException("file " + file + " is wrong at " + wrong);
        }
        return kept;
    }
}
