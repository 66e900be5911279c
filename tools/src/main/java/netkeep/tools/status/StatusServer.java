package netkeep.tools.status;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import netkeep.embedded.Embedded;
import netkeep.engine.ledger.Counter;
import netkeep.engine.ledger.Counters;
import netkeep.engine.tcp.Listing;
import netkeep.placement.SocketLine;

/// Answers what is asked of a running stack, on a UNIX socket that only its user can open.
///
/// A question is a line: `sockets` or `counters`. The answer is lines of fields (see [SocketLine]), and the last line
/// is a full stop. The stack is looked at between two of its turns.
public final class StatusServer implements AutoCloseable {
    static final String SOCKETS = "sockets";
    static final String COUNTERS = "counters";
    static final String END = ".";

    private static final int LONGEST_QUESTION = 64;

    private final Embedded stack;
    private final Path path;
    private final ServerSocketChannel listener;

    private StatusServer(Embedded stack, Path path, ServerSocketChannel listener) {
        this.stack = stack;
        this.path = path;
        this.listener = listener;
    }

    /// Begins to answer, on a thread of its own.
    public static StatusServer start(Embedded stack) throws IOException {
        Path path = Places.own();
        Files.deleteIfExists(path);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            listener.bind(UnixDomainSocketAddress.of(path));
            // The directory is its user's alone already.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException | RuntimeException failure) {
            listener.close();
            throw failure;
        }
        StatusServer server = new StatusServer(stack, path, listener);
        Thread.ofPlatform().daemon().name("netkeep-status").start(server::run);
        return server;
    }

    private void run() {
        while (listener.isOpen()) {
            try (SocketChannel channel = listener.accept()) {
                answer(channel);
            } catch (IOException gone) {
                // Who asked went away, or the listener was closed.
            }
        }
    }

    private void answer(SocketChannel channel) throws IOException {
        ByteBuffer question = ByteBuffer.allocate(LONGEST_QUESTION);
        while (question.hasRemaining() && channel.read(question) > 0) {
            if (question.get(question.position() - 1) == '\n') {
                break;
            }
        }
        String asked = new String(question.array(), 0, question.position(), StandardCharsets.UTF_8).strip();
        String answer = switch (asked) {
            case SOCKETS -> sockets();
            case COUNTERS -> counters();
            default -> "error=no such question\n" + END + "\n";
        };
        ByteBuffer octets = StandardCharsets.UTF_8.encode(answer);
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    private String sockets() {
        long nowNs = stack.nowNs();
        StringBuilder lines = new StringBuilder();
        stack.ask(engine -> Listing.of(engine.tcp(), nowNs))
                .forEach(view -> lines.append(SocketLine.of(view)).append('\n'));
        return lines.append(END).append('\n').toString();
    }

    private String counters() {
        List<Counter> all = List.of(Counter.values());
        List<Long> values = stack.ask(engine -> {
            Counters counters = engine.counters();
            return all.stream().map(counters::get).toList();
        });
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < all.size(); i++) {
            lines.append(all.get(i)).append('=').append(values.get(i)).append('\n');
        }
        return lines.append(END).append('\n').toString();
    }

    @Override
    public void close() {
        try {
            listener.close();
            Files.deleteIfExists(path);
        } catch (IOException failure) {
            // What is left is removed by whoever asks next.
        }
    }
}
