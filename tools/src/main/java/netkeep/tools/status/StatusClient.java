package netkeep.tools.status;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Asks running stacks.
final class StatusClient {
    /// One stack's answer.
    record Answer(long pid, List<String> lines) {}

    private StatusClient() {}

    /// Asks all stacks of this user, or one.
    ///
    /// @param pid of the process to ask, 0 for all
    /// @throws IOException if there is none
    static List<Answer> ask(String question, long pid) throws IOException {
        List<Answer> answers = new ArrayList<>();
        for (Path socket : Places.running()) {
            if (pid == 0 || Places.pid(socket) == pid) {
                answers.add(ask(question, socket));
            }
        }
        if (answers.isEmpty()) {
            throw new IOException(
                    (pid == 0 ? "no stack of this user runs" : "process " + pid + " runs no stack of this user")
                            + ": none answers in " + Places.directory());
        }
        return answers;
    }

    private static Answer ask(String question, Path socket) throws IOException {
        List<String> lines = new ArrayList<>();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                BufferedReader reader = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            channel.write(StandardCharsets.UTF_8.encode(question + "\n"));
            String line = reader.readLine();
            for (; line != null && !line.equals(StatusServer.END); line = reader.readLine()) {
                lines.add(line);
            }
            if (line == null) {
                throw new IOException("the stack of process " + Places.pid(socket) + " broke off its answer");
            }
        }
        return new Answer(Places.pid(socket), lines);
    }
}
