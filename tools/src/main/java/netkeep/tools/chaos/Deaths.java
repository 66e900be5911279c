package netkeep.tools.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import netkeep.keeper.Keeper;
import netkeep.linux.LinuxException;
import netkeep.linux.Threads;
import netkeep.tools.place.Reports;

/// Ends parts of a placement, drawn by lot, again and again. Sees what the keeper says.
final class Deaths {
    /// How a part is ended.
    enum Kind {
        KILLED,
        STOPPED,
        FRAME,
        ENDLESS_FRAME,
        REQUEST,
        /// Of a connection.
        RECORD,
        /// To a link in a domain of its own.
        LINK_FRAME,
        ENDLESS_LINK_FRAME,
        /// To control.
        MESSAGE,
        ENDLESS_MESSAGE
    }

    /// One that was.
    ///
    /// @param part     whose
    /// @param takeover whether its predecessor had just died
    /// @param standby  whether another process stood by
    /// @param atNs     System.nanoTime
    record Death(String part, Kind kind, boolean takeover, boolean standby, long atNs) {}

    /// What successors said.
    ///
    /// @param stacks that were killed: what a stack dies of itself is in a turn always
    /// @param cut    how many of them in the midst of a turn: with an input in hand, or records half written
    /// @param causes of all deaths, also those that nobody here has begun
    /// @param files  reports of deaths that are on disk
    /// @param copies recordings of what was in hand that are there with them, or have been
    record Reported(int stacks, int cut, Map<String, Integer> causes, int files, int copies) {}

    /// Puts a poisonous input to the part that dies of it.
    interface Poisoner {
        void poison(Kind kind) throws IOException;
    }

    /// Those that come by the wire.
    private static final Set<Kind> FRAMES =
            EnumSet.of(Kind.FRAME, Kind.ENDLESS_FRAME, Kind.LINK_FRAME, Kind.ENDLESS_LINK_FRAME);

    private static final int SIGSTOP = 19;
    private static final String STACK = "stack";
    private static final String LINK = "link";
    private static final String CONTROL = "control";
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int TAKEOVER_MS = 30;

    /// Of inputs, and in takeovers, a quarter is to die at least: drawn are a few more.
    private static final double QUARTER = 0.27;

    /// Nobody died of a frame for so long: it was lost.
    private static final long LOST_NS = TimeUnit.SECONDS.toNanos(3);

    /// Of so many deaths, those in takeovers with what began them, one begins when all stand by, and is left alone
    /// until what is carried then shows.
    private static final int JUDGED = 5;

    // What the keeper and a successor say of a death.
    private static final String KILLED = "signal 9";
    private static final Pattern BETWEEN_TURNS =
            Pattern.compile("in hand: (nothing|the record of [^,]*), cut off: 0 slots$");

    private final SplittableRandom luck;
    private final int standbys;
    private final boolean lossy;
    private final Poisoner poisoner;
    private final Reports reports;
    private final List<Death> deaths = new ArrayList<>();

    /// What each keeper said last.
    private final Keeper.State[] states;

    private int cut;
    private int stacks;
    private int files;
    private int copies;
    private final Map<String, Integer> causes = new TreeMap<>();

    /// @param stacks   how many keepers there are
    /// @param standbys how many each has wait
    /// @param lossy    whether a poisonous frame may be lost on its way
    /// @param reports  where each death is reported, as under `netkeep up`: a takeover waits for that
    Deaths(long seed, int stacks, int standbys, boolean lossy, Poisoner poisoner, Reports reports) {
        this.standbys = standbys;
        this.lossy = lossy;
        this.luck = new SplittableRandom(seed);
        this.poisoner = poisoner;
        this.reports = reports;
        this.states = new Keeper.State[stacks];
        Arrays.fill(states, new Keeper.State(List.of(), 0, 0));
    }

    /// Sees what becomes of one keeper's domains.
    Keeper.Watcher of(int stack) {
        String group = "stack-" + (stack + 1);
        Map<String, Keeper.Death> untold = new HashMap<>();
        return new Keeper.Watcher() {
            @Override
            public void changed(Keeper.State now) {
                change(stack, now);
            }

            @Override
            public void died(Keeper.Death death) {
                untold.remove(death.domain());
                count(death);
                report(death, group);
            }

            @Override
            public void left(Keeper.Remains remains) {
                Keeper.Death before = untold.put(remains.death().domain(), remains.death());
                if (before != null) {
                    // Its successor did not come to say what it found.
                    report(before, group);
                }
                reports.left(remains, group);
            }
        };
    }

    private void report(Keeper.Death death, String group) {
        reports.died(
                death,
                group,
                (recording, dropped) -> {
                    count(false, recording != null);
                    return death.toString();
                },
                report -> count(report != null, false));
    }

    private synchronized void count(boolean file, boolean copy) {
        files += file ? 1 : 0;
        copies += copy ? 1 : 0;
    }

    private synchronized void change(int stack, Keeper.State now) {
        states[stack] = now;
        notifyAll();
    }

    private synchronized void count(Keeper.Death death) {
        causes.merge(death.cause(), 1, Integer::sum);
        if (isStack(death.domain()) && death.cause().equals(KILLED)) {
            stacks++;
            // Who has a record in hand, and has written nothing, may have been about to begin.
            cut += BETWEEN_TURNS.matcher(death.found()).find() ? 0 : 1;
        }
    }

    synchronized Reported reported() {
        return new Reported(stacks, cut, new TreeMap<>(causes), files, copies);
    }

    /// All there were, in order; those in takeovers with the death that began them.
    synchronized List<List<Death>> chains() {
        List<List<Death>> chains = new ArrayList<>();
        for (Death death : deaths) {
            if (!death.takeover) {
                chains.add(new ArrayList<>());
            }
            chains.getLast().add(death);
        }
        return chains;
    }

    /// Waits until all domains are there, and all that are to stand by do.
    ///
    /// @throws IOException if that takes too long
    void awaitAll() throws IOException, InterruptedException {
        awaitStandbys(standbys);
    }

    private synchronized void awaitStandbys(int least) throws IOException, InterruptedException {
        await(
                least + " do not stand by",
                () -> standbys(least) && domains().stream().allMatch(held -> held.process() != 0));
    }

    private boolean begun() {
        return Arrays.stream(states).noneMatch(state -> state.domains().isEmpty());
    }

    /// Of all stacks; those of a second one are called `NAME 2`.
    private List<Keeper.Held> domains() {
        List<Keeper.Held> all = new ArrayList<>();
        for (int stack = 0; stack < states.length; stack++) {
            for (Keeper.Held held : states[stack].domains()) {
                String name = held.name() + (stack == 0 ? "" : " " + (stack + 1));
                all.add(new Keeper.Held(name, held.process(), held.restarts()));
            }
        }
        return all;
    }

    /// Deaths of all parts of that name. A poisonous frame comes by whichever queue the kernel chooses.
    private synchronized int deaths(String part) {
        return domains().stream()
                .filter(held -> held.name().contains(part))
                .mapToInt(Keeper.Held::restarts)
                .sum();
    }

    private interface Condition {
        boolean holds();
    }

    private void await(String otherwise, Condition condition) throws IOException, InterruptedException {
        if (!await(PATIENCE_NS, condition)) {
            throw new IOException(otherwise + ": " + List.of(states));
        }
    }

    /// @return whether it holds before so long has passed
    private synchronized boolean await(long patienceNs, Condition condition) throws InterruptedException {
        long endNs = System.nanoTime() + patienceNs;
        while (!begun() || !condition.holds()) {
            long left = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    /// Ends parts until `untilNs`.
    ///
    /// @param feltNs for how long a death is felt, and no other follows but in its takeover
    void go(long untilNs, long feltNs) throws IOException, InterruptedException {
        boolean takeover = false;
        int chains = 0;
        while (System.nanoTime() < untilNs) {
            boolean poison = luck.nextDouble() < QUARTER;
            Kind kind = kind(poison);
            String part = poison ? first(diesOf(kind)) : any();
            boolean judged = chains % JUDGED == 0;
            if (!takeover) {
                awaitStandbys(judged ? standbys : Math.min(standbys, 1));
            }
            end(part, kind, takeover);
            takeover = luck.nextDouble() < QUARTER;
            if (takeover) {
                Thread.sleep(luck.nextInt(TAKEOVER_MS));
            } else {
                TimeUnit.NANOSECONDS.sleep(judged ? 2 * feltNs : feltNs);
                chains++;
            }
        }
    }

    private Kind kind(boolean poison) {
        if (!poison) {
            return luck.nextInt(16) == 0 ? Kind.STOPPED : Kind.KILLED;
        }
        boolean link = !first(LINK).contains(STACK);
        return switch (luck.nextInt(12)) {
            case 0 -> Kind.ENDLESS_FRAME;
            case 1, 2 -> Kind.REQUEST;
            case 3 -> Kind.RECORD;
            case 4 -> link ? Kind.LINK_FRAME : Kind.FRAME;
            case 5 -> link ? Kind.ENDLESS_LINK_FRAME : Kind.FRAME;
            case 6 -> Kind.MESSAGE;
            case 7 -> Kind.ENDLESS_MESSAGE;
            default -> Kind.FRAME;
        };
    }

    /// Which part does.
    private static String diesOf(Kind poison) {
        return switch (poison) {
            case LINK_FRAME, ENDLESS_LINK_FRAME -> LINK;
            case MESSAGE, ENDLESS_MESSAGE -> CONTROL;
            default -> STACK;
        };
    }

    /// The first domain in which a part is.
    private synchronized String first(String part) {
        return domains().stream()
                .map(Keeper.Held::name)
                .filter(name -> name.contains(part))
                .findFirst()
                .orElseThrow();
    }

    /// A stack seldom, for most that is poisonous is for stacks: so each part of three dies about as often.
    private synchronized String any() {
        List<Keeper.Held> all = domains();
        String drawn = all.get(luck.nextInt(all.size())).name();
        return isStack(drawn) ? all.get(luck.nextInt(all.size())).name() : drawn;
    }

    private static boolean isStack(String part) {
        return part.contains(STACK);
    }

    private synchronized boolean standbys(int least) {
        return Arrays.stream(states).allMatch(state -> state.standbys() >= least);
    }

    private synchronized Keeper.Held held(String part) {
        return domains().stream()
                .filter(held -> held.name().equals(part))
                .findFirst()
                .orElseThrow();
    }

    private void end(String part, Kind kind, boolean takeover) throws IOException, InterruptedException {
        Keeper.Held before = held(part);
        if (before.process() == 0) {
            return;
        }
        boolean frame = FRAMES.contains(kind);
        String whose = diesOf(kind);
        int deathsBefore = deaths(whose);
        long atNs = System.nanoTime();
        boolean standby = standbys(1);
        try {
            switch (kind) {
                case KILLED -> Threads.kill(before.process(), Threads.SIGKILL);
                case STOPPED -> Threads.kill(before.process(), SIGSTOP);
                default -> poisoner.poison(kind);
            }
        } catch (LinuxException gone) {
            // It died of its own of what it was given before.
        }
        while (frame && lossy && !await(LOST_NS, () -> deaths(whose) > deathsBefore)) {
            poisoner.poison(kind);
        }
        synchronized (this) {
            deaths.add(new Death(part, kind, takeover, standby, atNs));
            await(part + " does not come back", () -> {
                Keeper.Held now = held(part);
                boolean died = frame ? deaths(whose) > deathsBefore : now.restarts() > before.restarts();
                return died && (frame ? domains().stream().allMatch(held -> held.process() != 0) : now.process() != 0);
            });
        }
    }
}
