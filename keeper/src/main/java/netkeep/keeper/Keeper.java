// Long: what domains say is judged in one place, and who may say it.
package netkeep.keeper;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import netkeep.domain.Build;
import netkeep.domain.Bulletin;
import netkeep.domain.Line;
import netkeep.domain.Spawned;
import netkeep.domain.Tenancy;
import netkeep.domain.Word;
import netkeep.keeper.Child.Progress;
import netkeep.linux.Bell;
import netkeep.linux.Clock;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.linux.LinuxException;
import netkeep.linux.Poller;
import netkeep.linux.Sockets;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;

/// The parent of all domains: makes every region and holds a duplicate of all that must outlive one; when one dies, its
/// standby goes on. It reads nothing of what lies in the regions, and passes words on between parts. One thread runs
/// it: [#run].
public final class Keeper implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Keeper.class.getName());

    /// How long to wait for the next process after one that was of no use; to stand by, after one that is awaited.
    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

    /// Who is to stand by is not started before a successor had the machine for itself.
    private static final long BREATH_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /// The most words that are heard of one domain before others are.
    private static final int WORDS = 64;
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final long STOP = -1;
    private static final int EVENTS = 16;

    /// What has become of a domain.
    ///
    /// @param process  which it is now, 0 for none
    /// @param restarts processes that were it and died
    public record Held(String name, int process, int restarts) {}

    /// What has become of a keeper's domains, for whoever asks.
    ///
    /// @param standbys processes that are ready to take over, and have rehearsed
    /// @param sessions that are kept
    public record State(List<Held> domains, int standbys, int sessions) {}

    /// A death, and what the successor found.
    ///
    /// @param domain  which
    /// @param process that died
    /// @param number  of the domain's deaths until then
    /// @param cause   how it ended
    /// @param found   how far it was, and what it had in hand, where that shows
    public record Death(String domain, int process, int number, String cause, String found) {}

    /// Hears of every change of the state, in the keeper's thread.
    public interface Watcher {
        void changed(State now);

        void died(Death death);

        /// A process died that was a domain, and nobody has taken its place: until this returns all that it left is as
        /// it was.
        default void left(Remains remains) {}
    }

    /// What a domain left that died.
    ///
    /// @param death    what it was; nothing is found yet
    /// @param ofItself whether it died of itself, and was not killed
    /// @param nowNs    an instant behind it
    /// @param plan     of the domain
    /// @param granted  descriptors of its plan's grants
    /// @param sessions that it served, by their numbers
    public record Remains(
            Death death,
            boolean ofItself,
            long nowNs,
            Plan.Domain plan,
            List<Integer> granted,
            Map<Integer, Tenancy> sessions) {}

    private final Plan plan;
    private final Watcher watcher;
    private final Clock clock = new Clock();
    private final Epoll epoll = new Epoll(EVENTS);
    private final Bell stop = new Bell();
    private final Kept kept;
    private final List<Seat> seats = new ArrayList<>();
    private final Map<Integer, Tenancy> sessions = new HashMap<>();
    private final Map<Long, Child> children = new HashMap<>();
    private final List<CompletableFuture<Void>> dying = new ArrayList<>();
    private final Bulletin bulletin = new Bulletin();
    private long startAtNs;
    private long spareAtNs;
    private long lookAtNs;
    private volatile boolean ended;
    private State state = new State(List.of(), 0, 0);

    public Keeper(Plan plan, Watcher watcher) {
        this.plan = plan;
        this.kept = new Kept(plan.name());
        this.watcher = watcher;
        for (Plan.Domain domain : plan.domains()) {
            seats.add(new Seat(domain, kept));
        }
        epoll.add(stop.descriptor(), Epoll.EPOLLIN, STOP);
    }

    /// Keeps until [#end]; then those that serve end as if the keeper were gone, while all others are still there.
    public void run() {
        Threads.goFirst();
        while (!ended) {
            long nowNs = clock.nowNs();
            long untilNs = Math.min(Math.min(seat(nowNs), recruit(nowNs)), watch(nowNs));
            rehearse(nowNs);
            look();
            int count = epoll.await(untilNs == Long.MAX_VALUE ? Poller.NEVER : Math.max(0, untilNs - clock.nowNs()));
            for (int i = 0; i < count; i++) {
                happened(epoll.token(i));
            }
        }
        Spawned.dismiss(seats.stream().flatMap(Seat::serving).toList());
    }

    /// Seats whoever is ready where nobody is.
    ///
    /// @return when to call it again
    private long seat(long nowNs) {
        long untilNs = Long.MAX_VALUE;
        for (Seat seat : seats) {
            if (seat.child == null && nowNs >= seat.vacantUntilNs) {
                Child next = ready();
                if (next != null) {
                    seat.taken(next, nowNs);
                    children.values().forEach(child -> child.vigil.first(nowNs));
                    begin(seat, next);
                    lookAtNs = nowNs;
                    spareAtNs = nowNs + BREATH_NS;
                }
            } else if (seat.child == null) {
                untilNs = Math.min(untilNs, seat.vacantUntilNs);
            }
        }
        return untilNs;
    }

    /// Looks how all get on.
    ///
    /// @return when to call it again
    private long watch(long nowNs) {
        if (nowNs >= lookAtNs) {
            lookAtNs = nowNs
                    + children.values().stream()
                            .mapToLong(child -> child.look(nowNs))
                            .min()
                            .orElse(PAUSE_NS);
            List<Child> dying = children.values().stream()
                    .filter(child -> child.vigil.dies())
                    .toList();
            dying.forEach(this::happened);
            return dying.isEmpty() ? lookAtNs : nowNs;
        }
        return lookAtNs;
    }

    /// Whoever can be seated, rather one that has rehearsed. Who did wrong cannot: it is about to be dead.
    private @Nullable Child ready() {
        return spares().filter(child -> child.progress != Progress.STARTS && !child.life.failed())
                .max(Comparator.comparing(child -> child.progress))
                .orElse(null);
    }

    /// Those that are nothing yet.
    private Stream<Child> spares() {
        return children.values().stream().filter(child -> child.seat == null);
    }

    /// Starts processes for all seats that are vacant, and then those that stand by.
    ///
    /// @return when to call it again
    private long recruit(long nowNs) {
        long needed = seats.stream().filter(seat -> seat.child == null).count() - spares().count();
        for (long missing = needed + plan.standbys(); missing > 0; missing--, needed--) {
            long atNs = needed > 0 ? startAtNs : Math.max(startAtNs, spareAtNs);
            if (nowNs < atNs) {
                return atNs;
            }
            try {
                Spawned started = Spawned.start(plan.line(), epoll);
                children.put((long) started.process(), new Child(started, nowNs + plan.readyNs()));
            } catch (LinuxException refused) {
                LOG.log(Level.WARNING, "no process can be started: " + refused.getMessage());
                startAtNs = nowNs + PAUSE_NS;
                return startAtNs;
            }
        }
        return Long.MAX_VALUE;
    }

    /// Has those rehearse for whom there is no seat, one at a time, for others need the cores; and those hurry whom a
    /// seat waits for that somebody had: one a core, for of several that share one none is there before the last.
    private void rehearse(long nowNs) {
        long awaited = seats.stream()
                .filter(seat -> seat.child == null && seat.restarts != 0)
                .count();
        spares().filter(child -> child.progress == Progress.STARTS)
                .limit(Math.min(awaited, CORES))
                .forEach(child -> child.life.hurry());
        if (spares().noneMatch(child -> child.progress == Progress.REHEARSES)) {
            spares().filter(child -> child.progress == Progress.READY)
                    .findFirst()
                    .ifPresent(child -> {
                        child.is(Progress.REHEARSES, nowNs + plan.readyNs());
                        child.say(Word.REHEARSE, 0, "");
                    });
        }
    }

    private void look() {
        List<Held> domains = seats.stream()
                .map(seat ->
                        new Held(seat.plan.name(), seat.child == null ? 0 : seat.child.life.process(), seat.restarts))
                .toList();
        long warm = spares().filter(child -> child.progress == Progress.WARM).count();
        State seen = new State(domains, (int) warm, sessions.size());
        if (!seen.equals(state)) {
            state = seen;
            watcher.changed(seen);
        }
        bulletin.next(children.values().stream().map(Child::news))
                .ifPresent(news -> pass(new Word(Word.NEWS, 0, news), false));
    }

    /// Ends [#run], from any thread.
    public void end() {
        ended = true;
        try (Bell bell = new Bell(Descriptors.duplicate(stop.descriptor()))) {
            bell.ring();
        }
    }

    private void begin(Seat seat, Child child) {
        String names = String.join(
                " ", seat.plan.grants().stream().map(Plan.Grant::name).toList());
        child.say(Word.GRANT, seat.predecessor, names + "\n" + seat.plan.settings(), seat.grants);
        sessions.forEach((number, session) -> tell(seat, child, number, session));
        child.say(Word.BEGIN, 0, "");
    }

    /// Tells a domain of a session.
    private static void tell(Seat seat, Child child, int number, Tenancy session) {
        if (seat.plan.serves()) {
            child.say(Word.SERVE, number, session.terms(), session.served());
            if (session.left()) {
                child.say(Word.LEAVE, number, "");
            }
        }
        if (seat.plan.admits()) {
            child.say(Word.ADMIT, number, session.terms(), session.admitted());
        }
    }

    private void happened(long token) {
        Child child = children.get(token);
        if (child != null) { // not the bell, nor one that is buried
            happened(child);
        }
    }

    private void happened(Child child) {
        hear(child, WORDS);
        if (child.life.ended()) {
            // What it said last.
            hear(child, Integer.MAX_VALUE);
            buried(child);
        }
    }

    /// Takes what a domain says. Who says what it may not is killed; a line that is broken means that it is dead
    /// or about to be.
    private void hear(Child child, int most) {
        try {
            Line.Received received = child.life.hear();
            for (int words = 1; received != null; words++) {
                heard(child, received);
                received = words < most ? child.life.hear() : null;
            }
        } catch (IOException broken) {
            child.life.kill();
        }
    }

    private void heard(Child child, Line.Received received) {
        try {
            child.life.said(clock.nowNs());
            heard(child, Word.of(received.octets()), received);
        } catch (IllegalArgumentException | LinuxException wrong) {
            received.refuse();
            child.life.fail("said what it may not: " + wrong.getMessage());
        }
    }

    private void heard(Child child, Word word, Line.Received with) {
        if (!may(child, word.kind()) || with.descriptors().length != (word.kind() == Word.WANT ? 1 : 0)) {
            throw new IllegalArgumentException("a word of kind " + word.kind() + " about " + word.number());
        }
        switch (word.kind()) {
            case Word.READY -> child.ready(word.number(), Build.parse(word.text()), bulletin);
            case Word.WARM -> child.is(Progress.WARM, Long.MAX_VALUE);
            case Word.REPORT -> {
                child.reported = true;
                watcher.died(Objects.requireNonNull(child.seat).death(Word.plain(word.text())));
            }
            case Word.WANT -> want(word, with);
            case Word.LEAVE -> left(word);
            case Word.CUT -> cut(child, word);
            case Word.OVER -> over(word);
            case Word.RENEW -> renew(child, word);
            case Word.CAPTURE -> seats.forEach(seat -> seat.say(word));
            default -> pass(word, word.kind() == Word.ASK);
        }
    }

    /// Whether a word is this domain's to say, and now.
    private static boolean may(Child child, char kind) {
        Seat seat = child.seat;
        return switch (kind) {
            case Word.READY -> child.progress == Progress.STARTS;
            case Word.WARM -> child.progress == Progress.REHEARSES;
            case Word.REPORT -> seat != null && seat.predecessor != 0 && !child.reported;
            case Word.WANT, Word.LEAVE, Word.ASK, Word.CAPTURE -> seat != null && seat.plan.admits();
            case Word.CUT, Word.OVER, Word.TELL, Word.RENEW -> seat != null && seat.plan.serves();
            default -> false;
        };
    }

    private void want(Word word, Line.Received with) {
        Plan.Sessions all = plan.sessions();
        int number = word.number();
        if (number < 0 || number >= all.most() || sessions.containsKey(number)) {
            throw new IllegalArgumentException("session " + number);
        }
        int client = with.descriptors()[0];
        int user = Sockets.peerUser(client);
        Tenancy session;
        try {
            Plan.Terms terms = all.terms().apply(user, word.text());
            session = new Tenancy(plan.name(), number, client, terms.lengths(), terms.text(), terms.more());
        } catch (LinuxException lacking) {
            LOG.log(Level.WARNING, "no session can be made: " + lacking.getMessage());
            with.refuse();
            pass(new Word(Word.OVER, number, ""), false);
            return;
        }
        sessions.put(number, session);
        for (Seat seat : seats) {
            if (seat.child != null) {
                seat.child.life.session();
                tell(seat, seat.child, number, session);
            }
        }
    }

    private void left(Word word) {
        Tenancy session = sessions.get(word.number());
        if (session != null && session.leaves()) {
            bulletin.cut(session, word.text());
            pass(word, true);
        }
    }

    private void cut(Child by, Word word) {
        Tenancy session = sessions.get(word.number());
        if (session != null && session.cutBy(by.life.process())) {
            bulletin.cut(session, word.text());
            pass(word, false);
        }
    }

    /// A domain broke what it shares with `by`: both get it anew, and it is replaced.
    private void renew(Child by, Word word) {
        String[] said = word.text().split("\n", 2);
        List<String> names = List.of(said[0].split(" "));
        Seat seat = Objects.requireNonNull(by.seat);
        Seat peer = seats.stream()
                .filter(other -> other != seat && seat.shares(names) && other.breaks(names))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("regions that it shares with nobody"));
        kept.forget(names);
        seats.forEach(all -> all.grants = kept.of(all.plan.grants()));
        by.say(Word.RENEW, word.number(), said[0], kept.of(seat.named(names)));
        if (peer.child != null) {
            String why = "broke its rings: " + Word.plain(said[said.length - 1]);
            bulletin.cut("part=" + peer.plan.name().replace(' ', '-') + " pid=" + peer.child.life.process(), why);
            peer.child.life.fail(why);
        }
    }

    private void over(Word word) {
        Tenancy session = sessions.remove(word.number());
        if (session != null) {
            session.close();
            pass(word, false);
        }
    }

    /// Passes a word on to the stack, or to control.
    private void pass(Word word, boolean stack) {
        seats.stream()
                .filter(seat -> stack ? seat.plan.serves() : seat.plan.admits())
                .forEach(seat -> seat.say(word));
    }

    private void buried(Child child) {
        children.remove((long) child.life.process());
        epoll.remove(child.life.line().descriptor());
        child.close();
        dying.removeIf(CompletableFuture::isDone);
        dying.add(child.life.leave(epoll));
        long nowNs = clock.nowNs();
        if (child.seat != null) {
            Seat seat = child.seat;
            seat.vacated(child, nowNs);
            spareAtNs = nowNs + PAUSE_NS;
            List<Integer> granted = Arrays.stream(seat.grants).boxed().toList();
            watcher.left(new Remains(seat.death(""), child.life.diedOfItself(), nowNs, seat.plan, granted, sessions));
        } else {
            LOG.log(Level.WARNING, "a process ended before it was of use: " + child.life.cause());
            startAtNs = nowNs + PAUSE_NS;
            spareAtNs = startAtNs + bulletin.pauseNs();
        }
    }

    /// Kills all domains that are left.
    @Override
    public void close() {
        children.values().forEach(child -> child.life.kill());
        children.values().forEach(child -> child.life.await());
        children.values().forEach(Child::close);
        dying.forEach(CompletableFuture::join);
        sessions.values().forEach(Tenancy::close);
        kept.close();
        epoll.close();
        stop.close();
    }
}
