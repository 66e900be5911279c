package netkeep.placement;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import netkeep.domain.Build;
import netkeep.domain.Classes;
import netkeep.domain.Line;
import netkeep.domain.Pulse;
import netkeep.domain.Sandbox;
import netkeep.domain.Word;
import netkeep.engine.Engine;
import netkeep.linux.Clock;
import netkeep.linux.Epoll;
import netkeep.linux.Poller;
import netkeep.linux.Threads;
import org.jspecify.annotations.Nullable;

/// A protection domain: some parts in one thread, which calls them in turn.
///
/// The process says that it is ready, is told what it is to be, and goes on where its predecessor's last commit was.
/// All that outlives it is its keeper's.
public final class Domain {
    /// How often descriptors are looked at while there is no time to sleep.
    private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int EVENTS = 64;
    private static final long KEEPER = -1;

    /// The exit code of a domain that died of itself.
    private static final int DEAD = 70;

    /// The packages of all that may run in a domain.
    private static final List<String> CODE = List.of(
            "netkeep.control",
            "netkeep.domain",
            "netkeep.engine",
            "netkeep.link",
            "netkeep.linux",
            "netkeep.names",
            "netkeep.placement",
            "netkeep.ring",
            "netkeep.session",
            "netkeep.stack",
            "netkeep.wire");

    private final Line keeper;
    private final Grants grants;
    private final Pulse pulse;
    private final Clock clock = new Clock();
    private final Epoll epoll;

    /// Tests add theirs.
    final List<Part> parts = new ArrayList<>();

    private final long spinNs;
    private final Capture capture;

    /// Without control.
    Domain(Line keeper, Grants grants, Epoll epoll, Arena arena) {
        this(keeper, grants, null, epoll, arena);
    }

    /// @param own one end of a line whose other end nobody else has, for control: behind its walls a process
    /// makes none
    Domain(Line keeper, Grants grants, @Nullable Line own, Epoll epoll, Arena arena) {
        this.keeper = keeper;
        this.epoll = epoll;
        this.grants = grants;
        this.pulse = grants.pulse(arena);
        this.spinNs = grants.settings().spinNs();
        this.capture = new Capture(grants, clock, arena);
        epoll.add(keeper.descriptor(), Epoll.EPOLLIN, KEEPER);
        for (String part : grants.settings().parts()) {
            Watch watch = new Watch(epoll, parts.size());
            String[] words = part.split(" ");
            parts.add(
                    switch (words[0]) {
                        case "link" -> {
                            int number = Integer.parseInt(words[1]);
                            yield new LinkPart(
                                    grants.settings().devices().get(number - 1), number, grants, watch, arena);
                        }
                        case "stack" -> new StackPart(keeper, grants, clock, watch, arena);
                        case "control" ->
                            new ControlPart(keeper, grants, Objects.requireNonNull(own), clock, watch, arena);
                        default -> throw new IllegalArgumentException("no part " + part);
                    });
        }
    }

    /// Loads the code of a domain, and takes over what never was: for the JVM to learn what a successor needs.
    public static void rehearse() throws IOException {
        Classes.load(CODE);
        Build.own();
        Sandbox.prepare();
        Takeover.rehearse(() -> true);
        Visits.rehearse();
    }

    /// Has an engine be as one that serves here is: in trials it dies of some inputs. The JVM compiles that, too.
    public static void prepare(Engine engine) {
        Poison.in(engine);
    }

    /// Stands by, then is a domain until the keeper is gone.
    ///
    /// @param keeper    whose domain this process is
    /// @param rehearsal what it does as long as it is not told what to be
    public static void serve(Line keeper, Standby.Rehearsal rehearsal) {
        try {
            // Beside all else: it takes half as long as that, and nothing before the walls waits for it.
            Thread preparing = Thread.ofPlatform().daemon().start(Sandbox::prepare);
            Classes.load(CODE);
            String build = Build.own().text();
            keeper.send(new Word(Word.READY, Threads.threadId(), build).octets());
            Epoll epoll = new Epoll(EVENTS);
            Line[] pair = Line.pair();
            Line.Received first = keeper.receive();
            boolean stoodBy = Word.of(first.octets()).kind() == Word.REHEARSE;
            if (stoodBy) {
                new Standby(keeper).await(rehearsal);
                first = keeper.receive();
            }
            Domain domain = new Domain(keeper, Grants.of(first), pair[0], epoll, Arena.global());
            if (!stoodBy) {
                // Before any octet from outside is touched, which it does when it takes over.
                join(preparing);
                Sandbox.close();
            }
            try {
                domain.begin();
                domain.run();
            } catch (EOFException gone) {
                domain.end();
            }
        } catch (EOFException gone) {
            // The keeper has ended, or needs this process no more.
        } catch (IOException | RuntimeException | Error dead) {
            // Nothing in this process can be relied on any more, and the sooner it is gone the sooner another is there.
            dead.printStackTrace();
            Runtime.getRuntime().halt(DEAD);
        }
    }

    private static void join(Thread thread) throws IOException {
        try {
            thread.join();
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    /// Takes what a predecessor had, until it is told to begin.
    void begin() throws IOException {
        Line.Received next = keeper.receive();
        Word word = Word.of(next.octets());
        while (word.kind() != Word.BEGIN) {
            hear(word, next);
            next = keeper.receive();
            word = Word.of(next.octets());
        }
        StringBuilder found = new StringBuilder("round " + pulse.rounds());
        for (Part part : parts) {
            String left = part.begin();
            found.append(left.isEmpty() ? "" : ", ").append(left);
        }
        if (grants.inherited()) {
            keeper.send(new Word(Word.REPORT, 0, found.toString()).octets());
        }
    }

    /// Goes round until the keeper is gone.
    ///
    /// @throws EOFException then
    void run() throws IOException {
        long nowNs = clock.nowNs();
        Spin spin = new Spin(spinNs, nowNs);
        long lookNs = nowNs;
        while (true) {
            pulse.beat();
            // Before the turns: what came gives them something to do, and behind them the domain may sleep.
            if (nowNs >= lookNs) {
                ready(epoll.await(0));
                if (capture.forget(nowNs)) {
                    show();
                }
                lookNs = nowNs + LOOK_NS;
            }
            int done = 0;
            for (int i = 0; i < parts.size(); i++) {
                done += parts.get(i).turn(nowNs);
            }
            long before = nowNs;
            nowNs = clock.nowNs();
            if (done != 0) {
                spin.found(nowNs);
            } else if (spin.goesOn(before)) {
                pause();
                before = nowNs;
                nowNs = clock.nowNs();
                spin.offered(before, nowNs);
            } else {
                sleep(nowNs);
                nowNs = clock.nowNs();
                spin.found(nowNs);
            }
        }
    }

    /// The keeper has ended: so does its domain, once its parts have done what they owe to others.
    private void end() throws IOException {
        long goneNs = clock.nowNs();
        boolean goesOn = true;
        while (goesOn) {
            goesOn = false;
            long nowNs = clock.nowNs();
            for (int i = 0; i < parts.size(); i++) {
                goesOn |= parts.get(i).ends(nowNs, goneNs);
            }
            if (goesOn) {
                LockSupport.parkNanos(LOOK_NS);
            }
        }
    }

    /// Who is to give this domain something to do may need this very core for it.
    @SuppressWarnings("ThreadPriorityCheck")
    private static void pause() {
        Thread.yield();
    }

    /// Some rounds of the loop, for a rehearsal: whenever it would sleep it goes on.
    void turns(int count) throws IOException {
        for (int round = 0; round < count; round++) {
            for (Part part : parts) {
                part.turn(clock.nowNs());
                part.maySleep();
                part.deadlineNs();
                part.awake();
            }
        }
    }

    /// Sleeps until something comes or is due, unless there is something by now.
    private void sleep(long nowNs) throws IOException {
        boolean may = true;
        long deadlineNs = Long.MAX_VALUE;
        for (int i = 0; i < parts.size(); i++) {
            may &= parts.get(i).maySleep();
            deadlineNs = Math.min(deadlineNs, parts.get(i).deadlineNs());
        }
        int ready = 0;
        if (may && deadlineNs > nowNs) {
            ready = epoll.await(deadlineNs == Long.MAX_VALUE ? Poller.NEVER : deadlineNs - nowNs);
        }
        for (int i = 0; i < parts.size(); i++) {
            parts.get(i).awake();
        }
        ready(ready);
    }

    private void ready(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            long token = epoll.token(i);
            if (token == KEEPER) {
                hear();
            } else {
                parts.get(Watch.part(token)).ready(Watch.descriptor(token));
                pulse.beat();
            }
        }
    }

    /// Takes what the keeper has said.
    void hear() throws IOException {
        for (Line.Received next = keeper.poll(); next != null; next = keeper.poll()) {
            hear(Word.of(next.octets()), next);
            pulse.beat();
        }
    }

    /// Somebody captures, or nobody any more.
    private void show() {
        parts.forEach(part -> part.show(capture));
    }

    private void hear(Word word, Line.Received with) throws IOException {
        if (word.kind() == Word.CAPTURE) {
            capture.wish(word.text(), clock.nowNs());
            show();
            return;
        }
        if (word.kind() == Word.ALIVE) {
            // That it came round to hear it is the answer.
            return;
        }
        for (Part part : parts) {
            if (part.heard(word, with.descriptors())) {
                return;
            }
        }
        throw new IOException("not for this domain: " + word);
    }
}
