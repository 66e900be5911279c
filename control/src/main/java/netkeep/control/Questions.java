package netkeep.control;

import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import netkeep.domain.Line;
import netkeep.domain.Word;

/// What control asks the stack for clients, at the pace of [Word#PACE_NS].
final class Questions {
    private final Line keeper;
    private final Set<String> left = new LinkedHashSet<>();
    private boolean addresses;
    private long nextNs;

    Questions(Line keeper) {
        this.keeper = keeper;
    }

    /// A socket is to be closed, as a line of [Ends] says, or a session given up, as one of [Orphans] does. The same
    /// line may be said again.
    void left(String line) {
        left.add(line);
    }

    /// What was not asked yet need not be.
    void forget(String line) {
        left.remove(line);
    }

    /// Somebody wants to know the stack's addresses.
    void addresses() {
        addresses = true;
    }

    /// @return how many words were said
    int turn(long nowNs) throws IOException {
        if (nowNs < deadlineNs()) {
            return 0;
        }
        nextNs = nowNs + Word.PACE_NS;
        if (addresses) {
            addresses = false;
            ask(OwnAddresses.TITLE);
        }
        StringBuilder lines = new StringBuilder();
        Iterator<String> next = left.iterator();
        for (int count = 0; count < Word.MOST_LINES && next.hasNext(); count++) {
            lines.append(next.next()).append('\n');
            next.remove();
        }
        if (!lines.isEmpty()) {
            ask(lines.toString());
        }
        return 1;
    }

    /// When the next [#turn] has something to say.
    ///
    /// @return Long.MAX_VALUE if nothing waits
    long deadlineNs() {
        return left.isEmpty() && !addresses ? Long.MAX_VALUE : nextNs;
    }

    private void ask(String question) throws IOException {
        keeper.send(new Word(Word.ASK, 0, question).octets());
    }
}
