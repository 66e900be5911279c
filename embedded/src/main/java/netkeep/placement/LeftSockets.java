package netkeep.placement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.engine.Engine;
import netkeep.engine.socket.Attachment;
import org.jspecify.annotations.Nullable;

/// Sockets that no process of their client has any more, as control says: lines of `left SESSION SOCKET LIFE`. They are
/// closed; the answer, the same lines, comes once that is committed: until then control says it to each successor. Or
/// sessions without a client that are to be given up, `left SESSION`, which control hears of when they are over.
final class LeftSockets {
    private static final Pattern LEFT = Pattern.compile("left \\d{1,9}( \\d{1,9} \\d{1,9})?");

    /// @param asked what the client had asked for until then, ever: it may have closed the socket itself
    private record Left(Attachment attachment, int socket, int life, long asked, String line) {}

    private final Engine engine;
    private final Line keeper;
    private final List<Left> waiting = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();
    private long nextNs;

    LeftSockets(Engine engine, Line keeper) {
        this.engine = engine;
        this.keeper = keeper;
    }

    static boolean concerns(Word word) {
        return !word.text().isEmpty()
                && word.text().lines().allMatch(line -> LEFT.matcher(line).matches());
    }

    /// @param served by the numbers of their sessions, null for those that are over
    void take(Word word, IntFunction<@Nullable Served> served) {
        word.text().lines().forEach(line -> {
            String[] said = line.split(" ", 4);
            Served of = served.apply(Integer.parseInt(said[1]));
            if (said.length == 2) {
                if (of != null) {
                    of.giveUp();
                }
            } else if (of == null || of.leaving || of.attachment.closed()) {
                closed.add(line);
            } else {
                Attachment attachment = of.attachment;
                int socket = Integer.parseInt(said[2]);
                waiting.add(new Left(attachment, socket, Integer.parseInt(said[3]), attachment.asked(), line));
            }
        });
    }

    /// Closes those whose clients' requests until then have been taken, behind a turn.
    ///
    /// @return how many there were: then another turn is to follow, which commits it
    int close(long nowNs) throws IOException {
        if (!closed.isEmpty() && nowNs >= nextNs) {
            nextNs = nowNs + Word.PACE_NS;
            List<String> told = closed.subList(0, Math.min(Word.MOST_LINES, closed.size()));
            keeper.send(new Word(Word.TELL, 0, String.join("\n", told)).octets());
            told.clear();
        }
        for (int i = waiting.size() - 1; i >= 0; i--) {
            Left left = waiting.get(i);
            if (left.attachment.violation() != null || left.attachment.taken() - left.asked >= 0) {
                engine.leave(left.attachment, left.socket, left.life, nowNs);
                closed.add(waiting.remove(i).line);
            }
        }
        return closed.size();
    }

    /// A session ends, and with it all of its sockets.
    void forget(Attachment attachment) {
        waiting.removeIf(left -> left.attachment == attachment && closed.add(left.line));
    }
}
