package netkeep.keeper;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import netkeep.domain.Doorbell;
import netkeep.domain.Line;
import netkeep.domain.Shared;
import netkeep.domain.Word;
import netkeep.linux.Bell;
import netkeep.linux.Clock;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;
import netkeep.linux.Poller;
import org.jspecify.annotations.Nullable;

/// The parent of a domain: makes every region and holds a duplicate of all that must outlive it; when it dies, its
/// standby goes on. It reads nothing of what lies in the regions.
///
/// One thread runs it: [#run].
public final class Keeper implements AutoCloseable {
    /// How long a domain lives at least, else the next one is started later.
    private static final long SHORT_LIFE_NS = TimeUnit.SECONDS.toNanos(1);

    private static final long LONGEST_PAUSE_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long FIRST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);

    /// How often a domain is asked whether it goes on, and how long it may take to say so: death is the only failure,
    /// so
    /// whoever hangs is killed.
    private static final long ASK_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long STOP = -1;
    private static final int EVENTS = 16;

    /// How many sessions that were cut off are remembered.
    private static final int MOST_CUT = 16;

    /// What a keeper is told to keep.
    ///
    /// @param line     starts a domain: the program and its arguments
    /// @param settings of the domain, which it understands and the keeper does not
    /// @param ledger   octets of the ledger's region
    /// @param devices  of the links, by their numbers
    /// @param listener where clients connect
    public record Plan(List<String> line, String settings, long ledger, List<Integer> devices, int listener) {}

    /// What has become of a keeper's domain, for whoever asks.
    ///
    /// @param process  that serves
    /// @param restarts domains that died while they served
    /// @param standby  whether another is ready to take over
    /// @param sessions that are kept
    public record State(int process, int restarts, boolean standby, int sessions) {}

    /// Hears of every change of the state, in the keeper's thread.
    public interface Watcher {
        void changed(State now);
    }

    /// What must outlive a domain of one session.
    private record Kept(
            int connection, int client, int clientRead, int stack, int stackRead, int bell, int clientBell) {
        /// In the order of [netkeep.domain.Granted].
        int[] all() {
            return new int[] {connection, clientRead, stack, bell, client, stackRead, clientBell};
        }

        void close() {
            for (int descriptor : all()) {
                Descriptors.close(descriptor);
            }
        }
    }

    private final Plan plan;
    private final Watcher watcher;
    private final int ledger;
    private final Clock clock = new Clock();
    private final Epoll epoll = new Epoll(EVENTS);
    private final Bell stop = new Bell();
    private final Map<Integer, Kept> sessions = new HashMap<>();
    private final Map<Long, Child> children = new HashMap<>();
    private final Deque<String> cut = new ArrayDeque<>();
    private @Nullable Child serving;
    private @Nullable Child standby;
    private long begunNs;
    private long askAtNs;
    private long askedNs;
    private boolean asked;
    private long startAtNs;
    private long pauseNs = FIRST_PAUSE_NS;
    private int restarts;
    private volatile boolean ended;
    private State state = new State(0, 0, false, 0);

    public Keeper(Plan plan, Watcher watcher) {
        this.plan = plan;
        this.watcher = watcher;
        this.ledger = Shared.make("ledger", plan.ledger());
        epoll.add(stop.descriptor(), Epoll.EPOLLIN, STOP);
    }

    /// Keeps until [#end].
    public void run() {
        while (!ended) {
            long nowNs = clock.nowNs();
            if (standby == null && nowNs >= startAtNs) {
                standby = start();
            }
            Child next = standby;
            if (serving == null && next != null && next.ready) {
                begin(next);
            }
            ask(nowNs);
            look();
            int count = epoll.await(waitNs(clock.nowNs()));
            for (int i = 0; i < count; i++) {
                happened(epoll.token(i));
            }
        }
    }

    private long waitNs(long nowNs) {
        long untilNs = standby == null ? startAtNs : Long.MAX_VALUE;
        untilNs = serving == null ? untilNs : Math.min(untilNs, askAtNs);
        return untilNs == Long.MAX_VALUE ? Poller.NEVER : Math.max(0, untilNs - nowNs);
    }

    /// Asks who serves whether it goes on; kills it if it has not answered.
    private void ask(long nowNs) {
        Child child = serving;
        if (child == null || nowNs < askAtNs) {
            return;
        }
        askAtNs = nowNs + ASK_NS;
        if (!asked) {
            asked = true;
            askedNs = nowNs;
            try {
                child.say(Word.ALIVE, 0, "");
            } catch (IOException dead) {
                // Its end is told by its descriptor.
            }
        } else if (nowNs - askedNs > PATIENCE_NS) {
            child.kill();
        }
    }

    private void look() {
        Child now = serving;
        Child next = standby;
        State seen = new State(now == null ? 0 : now.process, restarts, next != null && next.ready, sessions.size());
        if (!seen.equals(state)) {
            state = seen;
            watcher.changed(seen);
            tell();
        }
    }

    /// Tells control what it has to know for those who ask.
    private void tell() {
        Child control = serving;
        if (control == null) {
            return;
        }
        StringBuilder news = new StringBuilder();
        for (Child child : children.values()) {
            String what = child == serving ? "serving" : child.ready ? "standby" : "starting";
            news.append("domain pid=")
                    .append(child.process)
                    .append(" part=link,stack,control state=")
                    .append(what);
            news.append(" restarts=").append(restarts).append('\n');
        }
        cut.forEach(line -> news.append("cut ").append(line).append('\n'));
        try {
            control.say(Word.NEWS, 0, news.toString());
        } catch (IOException dead) {
            // Its end is told by its descriptor.
        }
    }

    /// Ends [#run], from any thread.
    public void end() {
        ended = true;
        try (Bell bell = new Bell(Descriptors.duplicate(stop.descriptor()))) {
            bell.ring();
        }
    }

    private Child start() {
        Child child = Child.start(plan.line());
        children.put((long) child.process, child);
        epoll.add(child.pidfd, Epoll.EPOLLIN, child.process);
        epoll.add(child.line.descriptor(), Epoll.EPOLLIN, child.process);
        return child;
    }

    private void begin(Child child) {
        standby = null;
        serving = child;
        begunNs = clock.nowNs();
        startAtNs = begunNs;
        askAtNs = begunNs + ASK_NS;
        asked = false;
        try {
            List<Integer> all = new ArrayList<>();
            all.add(ledger);
            all.addAll(plan.devices());
            all.add(plan.listener());
            child.say(
                    Word.GRANT,
                    0,
                    plan.settings(),
                    all.stream().mapToInt(Integer::intValue).toArray());
            for (Map.Entry<Integer, Kept> session : sessions.entrySet()) {
                child.say(Word.SESSION, session.getKey(), "", session.getValue().all());
            }
            child.say(Word.BEGIN, 0, "");
        } catch (IOException dead) {
            // Its end is told by its descriptor.
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

    private void heard(Child child, Word word, Line.Received with) throws IOException {
        switch (word.kind()) {
            case Word.READY -> child.ready = true;
            case Word.ALIVE -> asked = asked && child != serving;
            case Word.WANT -> want(child, word, with);
            case Word.CUT -> {
                cut.addLast(word.text().lines().findFirst().orElse(""));
                if (cut.size() > MOST_CUT) {
                    cut.removeFirst();
                }
                tell();
                with.refuse();
            }
            case Word.OVER -> {
                Kept kept = sessions.remove(word.number());
                if (kept != null) {
                    kept.close();
                }
                with.refuse();
            }
            default -> throw new IllegalArgumentException("a word of kind " + word.kind());
        }
    }

    private void want(Child child, Word word, Line.Received with) throws IOException {
        String[] lengths = word.text().split(" ", 2);
        if (child != serving || with.descriptors().length != 1 || sessions.containsKey(word.number())) {
            with.refuse();
            throw new IllegalArgumentException("session " + word.number());
        }
        int client = Shared.make("client-" + word.number(), Long.parseLong(lengths[0]));
        int stack = Shared.make("stack-" + word.number(), Long.parseLong(lengths[1]));
        int[] bell = Doorbell.pair();
        Kept kept = new Kept(
                with.descriptors()[0],
                client,
                Shared.readOnly(client),
                stack,
                Shared.readOnly(stack),
                bell[0],
                bell[1]);
        sessions.put(word.number(), kept);
        child.say(Word.SESSION, word.number(), "", kept.all());
    }

    private void buried(Child child) {
        epoll.remove(child.pidfd);
        epoll.remove(child.line.descriptor());
        children.remove((long) child.process);
        child.close();
        long nowNs = clock.nowNs();
        boolean tooSoon = child != serving || nowNs - begunNs < SHORT_LIFE_NS;
        if (child == serving) {
            serving = null;
            restarts++;
        } else {
            standby = null;
        }
        // Whoever dies at once will do so again: later and later.
        pauseNs = tooSoon ? Math.min(2 * pauseNs, LONGEST_PAUSE_NS) : FIRST_PAUSE_NS;
        startAtNs = tooSoon ? nowNs + pauseNs : nowNs;
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
        sessions.values().forEach(Kept::close);
        Descriptors.close(ledger);
        epoll.close();
        stop.close();
    }
}
