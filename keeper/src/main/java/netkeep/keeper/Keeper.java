package netkeep.keeper;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Line;
import netkeep.domain.Word;
import netkeep.linux.Bell;
import netkeep.linux.Clock;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.linux.Poller;
import org.jspecify.annotations.Nullable;

/// The parent of all domains: makes every region and holds a duplicate of all that must outlive one; when one dies, its
/// standby goes on. It reads nothing of what lies in the regions, and passes words on between parts.
///
/// One thread runs it: [#run].
public final class Keeper implements AutoCloseable {
    /// How long to wait for the next process after one that died before it was of use.
    private static final long PAUSE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long STOP = -1;
    private static final int EVENTS = 16;

    /// How many sessions that were cut off are remembered.
    private static final int MOST_CUT = 16;

    /// What has become of a domain.
    ///
    /// @param process  which it is now, 0 for none
    /// @param restarts processes that were it and died
    public record Held(String name, int process, int restarts) {}

    /// What has become of a keeper's domains, for whoever asks.
    ///
    /// @param standby  whether another process is ready to take over, and rehearsed
    /// @param sessions that are kept
    public record State(List<Held> domains, boolean standby, int sessions) {}

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
    }

    private final Plan plan;
    private final Watcher watcher;
    private final Clock clock = new Clock();
    private final Epoll epoll = new Epoll(EVENTS);
    private final Bell stop = new Bell();
    private final Kept kept;
    private final List<Seat> seats = new ArrayList<>();
    private final Map<Integer, Tenancy> sessions = new HashMap<>();
    private final Map<Long, Child> children = new HashMap<>();
    private final Deque<String> cut = new ArrayDeque<>();
    private long startAtNs;
    private volatile boolean ended;
    private State state = new State(List.of(), false, 0);

    public Keeper(Plan plan, Watcher watcher) {
        this.plan = plan;
        this.kept = new Kept(plan.name());
        this.watcher = watcher;
        for (Plan.Domain domain : plan.domains()) {
            seats.add(new Seat(domain, kept.of(domain.grants())));
        }
        epoll.add(stop.descriptor(), Epoll.EPOLLIN, STOP);
    }

    /// Keeps until [#end].
    public void run() {
        while (!ended) {
            long nowNs = clock.nowNs();
            long untilNs = Math.min(seat(nowNs), recruit(nowNs));
            rehearse();
            look();
            int count = epoll.await(untilNs == Long.MAX_VALUE ? Poller.NEVER : Math.max(0, untilNs - clock.nowNs()));
            for (int i = 0; i < count; i++) {
                happened(epoll.token(i));
            }
        }
    }

    /// Seats whoever is ready where nobody is, and asks all others whether they go on.
    ///
    /// @return when to call it again
    private long seat(long nowNs) {
        long untilNs = Long.MAX_VALUE;
        for (Seat seat : seats) {
            if (seat.child == null && nowNs >= seat.vacantUntilNs) {
                Child next = ready();
                if (next != null) {
                    seat.taken(next, nowNs);
                    begin(seat, next);
                }
            }
            if (seat.child != null) {
                untilNs = Math.min(untilNs, seat.ask(nowNs));
            } else if (seat.vacantUntilNs > nowNs) {
                untilNs = Math.min(untilNs, seat.vacantUntilNs);
            }
        }
        return untilNs;
    }

    /// Whoever can be seated, rather one that has rehearsed.
    private @Nullable Child ready() {
        Child found = null;
        for (Child child : children.values()) {
            if (child.ready && child.seat == null && (found == null || child.warm)) {
                found = child;
            }
        }
        return found;
    }

    /// Starts processes for all seats that are vacant, and one to stand by.
    ///
    /// @return when to call it again
    private long recruit(long nowNs) {
        long missing = 1
                + seats.stream().filter(seat -> seat.child == null).count()
                - children.values().stream().filter(child -> child.seat == null).count();
        if (nowNs < startAtNs) {
            return missing > 0 ? startAtNs : Long.MAX_VALUE;
        }
        for (; missing > 0; missing--) {
            Child child = Child.start(plan.line());
            children.put((long) child.process, child);
            epoll.add(child.pidfd, Epoll.EPOLLIN, child.process);
            epoll.add(child.line.descriptor(), Epoll.EPOLLIN, child.process);
        }
        return Long.MAX_VALUE;
    }

    /// Has those rehearse for whom there is no seat.
    private void rehearse() {
        for (Child child : children.values()) {
            if (child.ready && child.seat == null && !child.rehearses) {
                child.rehearses = true;
                child.say(Word.REHEARSE, 0, "");
            }
        }
    }

    private void look() {
        List<Held> domains = seats.stream()
                .map(seat -> new Held(seat.plan.name(), seat.child == null ? 0 : seat.child.process, seat.restarts))
                .toList();
        boolean standby = children.values().stream().anyMatch(child -> child.warm && child.seat == null);
        State seen = new State(domains, standby, sessions.size());
        if (!seen.equals(state)) {
            state = seen;
            watcher.changed(seen);
            news();
        }
    }

    /// Tells control what it has to know for those who ask.
    private void news() {
        StringBuilder news = new StringBuilder();
        for (Child child : children.values()) {
            Seat seat = child.seat;
            news.append("domain pid=")
                    .append(child.process)
                    .append(" part=")
                    .append(seat == null ? "none" : seat.plan.name().replace(' ', '-'))
                    .append(" state=")
                    .append(seat != null ? "serving" : child.warm ? "standby" : "starting")
                    .append(" restarts=")
                    .append(seat == null ? 0 : seat.restarts)
                    .append('\n');
        }
        cut.forEach(line -> news.append("cut ").append(line).append('\n'));
        pass(new Word(Word.NEWS, 0, news.toString()), false);
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
            child.say(Word.SERVE, number, session.terms.text(), session.served());
            if (session.left) {
                child.say(Word.LEAVE, number, "");
            }
        }
        if (seat.plan.admits()) {
            child.say(Word.ADMIT, number, session.terms.text(), session.admitted());
        }
    }

    private void happened(long token) {
        if (token == STOP) {
            stop.silence();
            return;
        }
        Child child = children.get(token);
        if (child == null) {
            return;
        }
        hear(child);
        if (child.reap()) {
            // What it said last.
            hear(child);
            buried(child);
        }
    }

    /// Takes what a domain says; a line that is broken means that it is dead or about to be.
    private void hear(Child child) {
        try {
            for (Line.Received received = child.line.poll(); received != null; received = child.line.poll()) {
                heard(child, Word.of(received.octets()), received);
            }
        } catch (IOException | IllegalArgumentException broken) {
            child.kill();
        }
    }

    private void heard(Child child, Word word, Line.Received with) {
        Seat seat = child.seat;
        if (word.kind() == Word.WANT) {
            want(require(seat, seat != null && seat.plan.admits(), word), word, with);
            return;
        }
        with.refuse();
        switch (word.kind()) {
            case Word.READY -> child.ready = true;
            case Word.WARM -> child.warm = true;
            case Word.REPORT -> {
                Seat by = require(seat, true, word);
                watcher.died(new Death(by.plan.name(), by.lastDead, by.restarts, by.lastCause, word.text()));
            }
            case Word.ALIVE -> require(seat, true, word).answered();
            case Word.LEAVE -> {
                require(seat, seat != null && seat.plan.admits(), word);
                left(word);
            }
            case Word.ASK -> {
                require(seat, seat != null && seat.plan.admits(), word);
                pass(word, true);
            }
            case Word.CAPTURE -> {
                require(seat, seat != null && seat.plan.admits(), word);
                seats.forEach(each -> each.say(word));
            }
            case Word.TELL -> {
                require(seat, seat != null && seat.plan.serves(), word);
                pass(word, false);
            }
            case Word.CUT -> {
                require(seat, seat != null && seat.plan.serves(), word);
                cut(word);
            }
            case Word.OVER -> {
                require(seat, seat != null && seat.plan.serves(), word);
                over(word);
            }
            default -> throw new IllegalArgumentException("a word of kind " + word.kind());
        }
    }

    /// Nobody says what is not its to say.
    private static Seat require(@Nullable Seat seat, boolean may, Word word) {
        if (seat == null || !may) {
            throw new IllegalArgumentException("not for this domain to say: " + word);
        }
        return seat;
    }

    private void want(Seat from, Word word, Line.Received with) {
        Plan.Sessions all = plan.sessions();
        boolean possible = word.number() >= 0 && word.number() < all.most() && !sessions.containsKey(word.number());
        if (with.descriptors().length != 1 || !possible) {
            with.refuse();
            throw new IllegalArgumentException("session " + word.number() + " of " + from.plan.name());
        }
        Tenancy session = new Tenancy(plan.name(), word.number(), with.descriptors()[0], all);
        sessions.put(word.number(), session);
        for (Seat seat : seats) {
            if (seat.child != null) {
                tell(seat, seat.child, word.number(), session);
            }
        }
    }

    private void left(Word word) {
        Tenancy session = sessions.get(word.number());
        if (session != null) {
            session.left = true;
            pass(word, true);
        }
    }

    private void cut(Word word) {
        Tenancy session = sessions.get(word.number());
        if (session != null) {
            String why = word.text().lines().findFirst().orElse("");
            cut.addLast("session=" + word.number() + " pid=" + session.process() + " reason=" + why);
            if (cut.size() > MOST_CUT) {
                cut.removeFirst();
            }
            news();
            pass(word, false);
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
        for (Seat seat : seats) {
            if (stack ? seat.plan.serves() : seat.plan.admits()) {
                seat.say(word);
            }
        }
    }

    private void buried(Child child) {
        epoll.remove(child.pidfd);
        epoll.remove(child.line.descriptor());
        children.remove((long) child.process);
        child.close();
        if (child.seat != null) {
            child.seat.vacated(child, clock.nowNs());
        } else {
            startAtNs = clock.nowNs() + PAUSE_NS;
        }
    }

    /// Ends all domains.
    @Override
    public void close() {
        List<Child> all = new ArrayList<>(children.values());
        all.forEach(Child::kill);
        for (Child child : all) {
            child.await();
            child.close();
        }
        sessions.values().forEach(Tenancy::close);
        kept.close();
        epoll.close();
        stop.close();
    }
}
