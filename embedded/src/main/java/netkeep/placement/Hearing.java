package netkeep.placement;

import java.util.concurrent.TimeUnit;

/// Listens for a client's voice. Whoever rings wakes the stack, as often as it likes: a client that rings again and
/// again and asks for nothing is not heard for a while, each time a longer one. What it asks for is found meanwhile by
/// any turn, and by one at the end of that while.
final class Hearing {
    /// So many rings in a row must have been for nothing: a turn may take a request before its ring comes.
    static final int IN_A_ROW = 4;

    static final long FIRST_NS = TimeUnit.MILLISECONDS.toNanos(1);
    static final long MOST_NS = TimeUnit.MILLISECONDS.toNanos(16);

    /// What is heard.
    interface Voice {
        /// Begins to listen to it, or ends that.
        void listen(boolean on);
    }

    private final Voice voice;
    private boolean rung;
    private int inARow;
    private long pauseNs = FIRST_NS;
    private long againNs = Long.MAX_VALUE;

    Hearing(Voice voice) {
        this.voice = voice;
    }

    /// The client has rung.
    void rung() {
        rung = true;
    }

    /// After each turn.
    ///
    /// @param asked whether the client has asked for something since the turn before
    void turned(boolean asked, long nowNs) {
        if (nowNs >= againNs) {
            againNs = Long.MAX_VALUE;
            voice.listen(true);
        }
        if (asked) {
            inARow = 0;
            pauseNs = FIRST_NS;
        } else if (rung) {
            inARow = Math.min(inARow + 1, IN_A_ROW);
            if (inARow == IN_A_ROW && againNs == Long.MAX_VALUE) {
                voice.listen(false);
                againNs = nowNs + pauseNs;
                pauseNs = Math.min(2 * pauseNs, MOST_NS);
            }
        }
        rung = false;
    }

    /// When to call [#turned] at the latest.
    long deadlineNs() {
        return againNs;
    }
}
