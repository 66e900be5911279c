package netkeep.domain;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a keeper has control tell those who ask: lines as [netkeep.session.Ask] has them.
public final class Bulletin {
    /// How many that were cut off are remembered.
    private static final int MOST_CUT = 16;

    /// How long to wait with the next process to stand by after one that was refused: the same program may lie there
    /// for long.
    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(5);

    private final Deque<String> cut = new ArrayDeque<>();
    private String refused = "";
    private String told = "";

    /// Nothing has happened yet.
    public Bulletin() {}

    /// Somebody was cut off.
    ///
    /// @param who    fields, `name=value`
    /// @param reason whoever said it
    public void cut(String who, String reason) {
        cut.addLast("cut " + who + " reason=" + Word.plain(reason) + "\n");
        if (cut.size() > MOST_CUT) {
            cut.removeFirst();
        }
    }

    /// A session was cut off.
    ///
    /// @param reason empty if it was not: its client has gone by itself
    public void cut(Tenancy session, String reason) {
        if (!reason.isEmpty()) {
            cut("session=" + session.number() + " pid=" + session.process(), reason);
        }
    }

    /// A process says which build it is of: it is killed if that cannot take over from this one.
    public void introduced(Spawned process, Build build) {
        String why = build.refusal();
        if (why != null) {
            process.fail(why);
        }
        refused = why == null ? "" : "refused pid=" + process.process() + " reason=" + why + "\n";
    }

    /// How much later than another one the next process is to stand by.
    public long pauseNs() {
        return refused.isEmpty() ? 0 : PAUSE_NS;
    }

    /// What is to be told now.
    ///
    /// @param domains a line of each
    /// @return nothing if it is what was told last
    public Optional<String> next(Stream<String> domains) {
        String text = domains.collect(Collectors.joining()) + String.join("", cut) + refused;
        if (text.equals(told)) {
            return Optional.empty();
        }
        told = text;
        return Optional.of(text);
    }
}
