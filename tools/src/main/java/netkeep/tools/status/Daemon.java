package netkeep.tools.status;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Line;
import netkeep.linux.Clock;
import netkeep.linux.Errno;
import netkeep.linux.LinuxException;
import netkeep.linux.Poller;
import netkeep.linux.Sockets;
import netkeep.session.Ask;
import org.jspecify.annotations.Nullable;

/// A daemon that runs, as whoever owns it sees it over the socket at which its clients greet: see [Ask].
///
/// What answers may die meanwhile: the question goes to its successor.
public final class Daemon implements AutoCloseable {
    /// How long it may take until somebody answers: longer than a death.
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(15);

    /// After this long another connection is tried: the question may have died with whoever heard it.
    private static final long AGAIN_NS = TimeUnit.SECONDS.toNanos(3);

    private final Path path;
    private final Clock clock = new Clock();
    private final int keeper;
    private Line line;

    private Daemon(Path path, Line line) {
        this.path = path;
        this.line = line;
        this.keeper = Sockets.peerProcess(line.descriptor());
    }

    /// @throws IOException if nobody listens there
    public static Daemon at(Path path) throws IOException {
        return new Daemon(path, connect(path));
    }

    private static Line connect(Path path) throws IOException {
        try {
            return Line.to(path.toString());
        } catch (LinuxException refused) {
            throw new ConnectException("nobody keeps a stack at " + path + ": " + refused.getMessage());
        }
    }

    /// Where it listens.
    Path path() {
        return path;
    }

    /// The process that listens: it keeps all domains.
    public int keeper() {
        return keeper;
    }

    /// The answer to a question.
    ///
    /// @throws IOException if there is none, or it is an error
    public String ask(String question) throws IOException {
        Line.Received answer = answer(question);
        answer.refuse();
        return Ask.read(answer.octets()).text();
    }

    /// Asks questions that are one change, in their order. Whoever hears one may die before he answers, when it took
    /// effect or when it did not: then all are asked anew, so the first is to undo what the others have done.
    ///
    /// @throws IOException as [#ask]
    public void change(List<String> questions) throws IOException {
        long endNs = clock.nowNs() + PATIENCE_NS;
        for (int next = 0; next < questions.size(); ) {
            try {
                once(questions.get(next)).refuse();
                next++;
            } catch (EOFException gone) {
                again(endNs, gone);
                next = 0;
            }
        }
    }

    /// Says what is to be captured; to be said again and again.
    ///
    /// @param wish as [netkeep.placement.CaptureWish] has it
    /// @return descriptors of all domains' capture regions, in their order, for whoever called to close
    public int[] capture(String wish) throws IOException {
        return answer(wish).descriptors();
    }

    private Line.Received answer(String question) throws IOException {
        long endNs = clock.nowNs() + PATIENCE_NS;
        while (true) {
            try {
                return once(question);
            } catch (EOFException gone) {
                again(endNs, gone);
            }
        }
    }

    private void again(long endNs, EOFException gone) throws IOException {
        if (clock.nowNs() > endNs) {
            throw new IOException("nobody answers at " + path, gone);
        }
        line.close();
        line = connect(path);
    }

    private Line.Received once(String question) throws IOException {
        try {
            line.send(Ask.question(question));
        } catch (IOException closed) {
            throw gone(closed);
        }
        Poller poller = new Poller(1);
        poller.add(line.descriptor(), Poller.POLLIN);
        poller.await(AGAIN_NS);
        Line.Received received = line.poll();
        if (received == null) {
            throw gone(null);
        }
        Ask.Answer answer;
        try {
            answer = Ask.read(received.octets());
        } catch (IllegalArgumentException foreign) {
            throw new IOException(path + " is the socket of something else", foreign);
        }
        if (answer.errno() != 0) {
            String why = answer.errno() == Errno.EPERM
                    ? "only the user that started it, and root, may ask it"
                    : Errno.name(answer.errno());
            throw new IOException("the daemon at " + path + " does not answer: " + why);
        }
        if (answer.text().startsWith("error: ")) {
            throw new IOException(
                    "the daemon at " + path + " says: " + answer.text().substring(7));
        }
        return received;
    }

    private static EOFException gone(@Nullable IOException cause) {
        EOFException gone = new EOFException("no answer");
        gone.initCause(cause);
        return gone;
    }

    /// The lines of an answer, as they are read by [StatusLine].
    public List<StatusLine> lines(String question) throws IOException {
        return ask(question).lines().map(StatusLine::parse).toList();
    }

    /// All sockets, a line each, asked for in pieces.
    List<String> sockets() throws IOException {
        List<String> all = new ArrayList<>();
        for (long next = 0; next >= 0; ) {
            List<String> piece = ask("ss " + next).lines().toList();
            next = Long.parseLong(piece.getFirst().substring("next=".length()));
            all.addAll(piece.subList(1, piece.size()));
        }
        return all;
    }

    @Override
    public void close() {
        line.close();
    }
}
