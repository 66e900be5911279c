package netkeep.domain;

import java.util.ArrayDeque;
import java.util.Deque;

/// What a keeper tells those who ask, besides what has become of its domains: lines as [netkeep.session.Ask] has them.
public final class Bulletin {
    /// How many that were cut off are remembered.
    private static final int MOST_CUT = 16;

    private final Deque<String> cut = new ArrayDeque<>();

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

    /// All of it.
    public String text() {
        return String.join("", cut);
    }
}
