package netkeep.placement;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.engine.Engine;
import netkeep.engine.socket.Attachment;
import org.jspecify.annotations.Nullable;

/// Sockets that no process of their client has any more, as control says: `left SESSION SOCKET LIFE`. They are closed;
/// the answer, the same text, comes once that is committed: until then control says it to each successor again.
final class LeftSockets {
    private static final Pattern LEFT = Pattern.compile("left \\d{1,9} \\d{1,9} \\d{1,9}");

    /// @param asked what the client had asked for until then, ever: it may have closed the socket itself
    private record Left(Attachment attachment, int socket, int life, long asked, Word word) {}

    private final Engine engine;
    private final Line keeper;
    private final List<Left> waiting = new ArrayList<>();
    private final List<Word> closed = new ArrayList<>();

    LeftSockets(Engine engine, Line keeper) {
        this.engine = engine;
        this.keeper = keeper;
    }

    static boolean concerns(Word word) {
        return LEFT.matcher(word.text()).matches();
    }

    /// The session that it is about.
    ///
    /// @param most sessions
    static int session(Word word, int most) {
        return Math.floorMod(Integer.parseInt(word.text().split(" ", 4)[1]), most);
    }

    /// @param attachment of the session, or null if it is over
    void take(Word word, @Nullable Attachment attachment) {
        String[] said = word.text().split(" ", 4);
        if (attachment == null || attachment.closed()) {
            closed.add(word);
        } else {
            waiting.add(new Left(
                    attachment, Integer.parseInt(said[2]), Integer.parseInt(said[3]), attachment.asked(), word));
        }
    }

    /// Closes those whose clients' requests until then have been taken, behind a turn.
    ///
    /// @return how many there were: then another turn is to follow, which commits it
    int close(long nowNs) throws IOException {
        for (Word word : closed) {
            keeper.send(new Word(Word.TELL, word.number(), word.text()).octets());
        }
        closed.clear();
        for (int i = waiting.size() - 1; i >= 0; i--) {
            Left left = waiting.get(i);
            if (left.attachment.violation() != null || left.attachment.taken() - left.asked >= 0) {
                engine.leave(left.attachment, left.socket, left.life, nowNs);
                closed.add(waiting.remove(i).word);
            }
        }
        return closed.size();
    }

    /// A session ends, and with it all of its sockets.
    void forget(Attachment attachment) {
        waiting.removeIf(left -> left.attachment == attachment && closed.add(left.word));
    }
}
