package netkeep.keeper;

import netkeep.domain.Build;
import netkeep.domain.Bulletin;
import netkeep.domain.Spawned;
import netkeep.domain.Vigil;
import netkeep.domain.Word;
import org.jspecify.annotations.Nullable;

/// A process that is a domain, or is to become one. Whoever hangs, or says what it may not, is killed.
final class Child {
    /// How far one is: told what to be, it goes on from wherever it is.
    enum Progress {
        STARTS,
        READY,
        REHEARSES,
        WARM
    }

    final Spawned life;
    Progress progress = Progress.STARTS;

    /// What it was told to be.
    @Nullable
    Seat seat;

    /// Whether it said what it found of its predecessor.
    boolean reported;

    private String version = "unknown";
    private long lateNs;
    Vigil vigil;

    /// @param lateNs when it must have become ready
    Child(Spawned life, long lateNs) {
        this.life = life;
        this.vigil = new Vigil(life.process(), life.process());
        this.lateNs = lateNs;
    }

    /// It waits to be told what to be.
    ///
    /// @param server   its thread that will serve
    /// @param build    whose it is
    /// @param bulletin which says if it is killed for that
    void ready(int server, Build build, Bulletin bulletin) {
        version = build.version();
        bulletin.introduced(life, build);
        Vigil next = new Vigil(life.process(), server);
        vigil.close();
        vigil = next;
        is(Progress.READY, Long.MAX_VALUE);
        life.serves(server);
    }

    /// It has come so far.
    ///
    /// @param untilNs when it must be further
    void is(Progress now, long untilNs) {
        progress = now;
        lateNs = untilNs;
    }

    /// It is `at` now.
    void seated(Seat at, long nowNs) {
        seat = at;
        lateNs = Long.MAX_VALUE;
        vigil.signs(at.signs, progress == Progress.WARM, nowNs);
    }

    /// Looks how it gets on, and kills it if it does not.
    ///
    /// @return how soon to look again, ns
    long look(long nowNs) {
        vigil.look(nowNs);
        String fault = vigil.fault(nowNs);
        if (vigil.dies()) {
            life.dies();
        } else if (fault != null) {
            life.fail(fault, vigil.isStopped());
        } else if (nowNs > lateNs) {
            life.fail("not ready in time");
        } else if (vigil.silent(nowNs)) {
            say(Word.ALIVE, 0, "");
        }
        return vigil.soonNs();
    }

    void say(char kind, int number, String text, int... descriptors) {
        life.say(new Word(kind, number, text), descriptors);
    }

    /// What it is now, for those who ask.
    String news() {
        String part = seat == null ? "none" : seat.plan.name().replace(' ', '-');
        String state = seat != null ? "serving" : progress == Progress.WARM ? "standby" : "starting";
        return "domain pid=" + life.process() + " part=" + part + " state=" + state + " restarts="
                + (seat == null ? 0 : seat.restarts) + " version=" + version + "\n";
    }

    void close() {
        vigil.close();
        life.close();
    }
}
