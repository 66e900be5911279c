package netkeep.keeper;

import java.util.List;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Vigil;
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

    private static final int KILLED = 1;
    private static final int DIED = 2;

    final Plan.Domain plan;
    final List<Vigil.Sign> signs;
    int[] grants;

    @Nullable
    Child child;

    /// How whoever was seated last ended, as [netkeep.domain.Word#GRANT] says it.
    int predecessor;

    /// Deaths of those who were seated.
    int restarts;

    /// When the next one may be seated.
    long vacantUntilNs;

    private int lastDead;
    private String lastCause = "";
    private int shortLives;
    private long pauseNs = FIRST_PAUSE_NS;
    private long begunNs;

    Seat(Plan.Domain plan, Kept kept) {
        this.plan = plan;
        this.grants = kept.of(plan.grants());
        this.signs = plan.signs().stream()
                .map(sign -> new Vigil.Sign(kept.written(sign.region()), sign.at()))
                .toList();
    }

    /// Those of its grants that are regions of these names.
    List<Plan.Grant> named(List<String> names) {
        return plan.grants().stream()
                .filter(grant -> grant instanceof Plan.Shared region && names.contains(region.region()))
                .toList();
    }

    /// Whether it has all regions of these names.
    boolean shares(List<String> names) {
        return named(names).size() == names.size();
    }

    /// Whether it can have broken what lies in them: one at least is its own to write.
    boolean breaks(List<String> names) {
        return shares(names) && named(names).stream().anyMatch(grant -> ((Plan.Shared) grant).writable());
    }

    void taken(Child by, long nowNs) {
        child = by;
        by.seated(this, nowNs);
        begunNs = nowNs;
    }

    /// Whoever was seated is dead.
    void vacated(Child dead, long nowNs) {
        child = null;
        predecessor = dead.life.diedOfItself() ? DIED : KILLED;
        lastDead = dead.life.process();
        lastCause = dead.life.cause();
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

    /// Passes a word on to who is seated, if anybody is.
    void say(Word word) {
        if (child != null) {
            child.say(word.kind(), word.number(), word.text());
        }
    }

    /// The last death, and what the successor found.
    Keeper.Death death(String found) {
        return new Keeper.Death(plan.name(), lastDead, restarts, lastCause, found);
    }
}
