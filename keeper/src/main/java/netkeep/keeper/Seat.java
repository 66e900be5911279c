package netkeep.keeper;

import java.util.concurrent.TimeUnit;
import netkeep.domain.Word;
import org.jspecify.annotations.Nullable;

/// A domain that is to be there, and the process that is it now.
final class Seat {
    /// How long a process lives at least, else the next one is seated later.
    private static final long SHORT_LIFE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long LONGEST_PAUSE_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long FIRST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    /// Two deaths in short are as many as the same input may cost.
    private static final int FREE_DEATHS = 2;

    /// How often a domain is asked whether it goes on, and how long it may take to say so: death is the only failure,
    /// so whoever hangs is killed.
    private static final long ASK_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);

    /// The same for the first answer: code is loaded, and not compiled yet.
    private static final long FIRST_PATIENCE_NS = TimeUnit.SECONDS.toNanos(5);

    private static final int KILLED = 1;
    private static final int DIED = 2;

    final Plan.Domain plan;
    final int[] grants;

    @Nullable
    Child child;

    /// How whoever was seated last ended, as [netkeep.domain.Word#GRANT] says it.
    int predecessor;

    /// Who that was.
    int lastDead;

    String lastCause = "";

    /// Deaths of those who were seated.
    int restarts;

    /// When the next one may be seated.
    long vacantUntilNs;

    private int shortLives;
    private long pauseNs = FIRST_PAUSE_NS;
    private long begunNs;
    private long askAtNs;
    private long askedNs;
    private boolean asked;
    private long patienceNs;

    Seat(Plan.Domain plan, int[] grants) {
        this.plan = plan;
        this.grants = grants;
    }

    void taken(Child by, long nowNs) {
        child = by;
        by.seat = this;
        begunNs = nowNs;
        askAtNs = nowNs + ASK_NS;
        asked = false;
        patienceNs = FIRST_PATIENCE_NS;
    }

    /// Whoever was seated is dead.
    void vacated(Child dead, long nowNs) {
        child = null;
        predecessor = dead.diedOfItself() ? DIED : KILLED;
        lastDead = dead.process;
        lastCause = dead.cause();
        restarts++;
        shortLives = nowNs - begunNs < SHORT_LIFE_NS ? shortLives + 1 : 0;
        // Whoever dies at once will do so again: later and later.
        if (shortLives > FREE_DEATHS) {
            pauseNs = Math.min(2 * pauseNs, LONGEST_PAUSE_NS);
            vacantUntilNs = nowNs + pauseNs;
        } else {
            pauseNs = FIRST_PAUSE_NS;
            vacantUntilNs = nowNs;
        }
    }

    /// Asks who is seated whether it goes on; kills it if it has not answered.
    ///
    /// @return when to ask again
    long ask(long nowNs) {
        Child seated = child;
        if (seated == null) {
            return Long.MAX_VALUE;
        }
        if (nowNs >= askAtNs) {
            askAtNs = nowNs + ASK_NS;
            if (!asked) {
                asked = true;
                askedNs = nowNs;
                seated.say(Word.ALIVE, 0, "");
            } else if (nowNs - askedNs > patienceNs) {
                seated.hung = true;
                seated.kill();
            }
        }
        return askAtNs;
    }

    /// Passes a word on to who is seated, if anybody is.
    void say(Word word) {
        if (child != null) {
            child.say(word.kind(), word.number(), word.text());
        }
    }

    /// It goes on.
    void answered() {
        patienceNs = PATIENCE_NS;
        asked = false;
    }
}
