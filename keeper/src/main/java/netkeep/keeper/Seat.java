package netkeep.keeper;

import java.util.List;
import java.util.stream.Stream;
import netkeep.domain.BackOff;
import netkeep.domain.Spawned;
import netkeep.domain.Vigil;
import netkeep.domain.Word;
import org.jspecify.annotations.Nullable;

/// A domain that is to be there, and the process that is it now.
final class Seat {
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
    private final BackOff backOff = new BackOff();

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
        backOff.begins(nowNs);
    }

    /// Whoever was seated is dead.
    void vacated(Child dead, long nowNs) {
        child = null;
        predecessor = dead.life.diedOfItself() ? DIED : KILLED;
        lastDead = dead.life.process();
        lastCause = dead.life.cause();
        restarts++;
        vacantUntilNs = nowNs + backOff.ends(nowNs);
    }

    /// Whoever is seated, if it serves.
    Stream<Spawned> serving() {
        return child != null && plan.serves() ? Stream.of(child.life) : Stream.empty();
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
