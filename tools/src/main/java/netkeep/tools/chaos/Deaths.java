package netkeep.tools.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import netkeep.keeper.Keeper;
import netkeep.linux.LinuxException;
import netkeep.linux.Threads;

/// Ends parts of a placement, drawn by lot, again and again. Sees what the keeper says.
final class Deaths implements Keeper.Watcher {
    /// How a part is ended.
    enum Kind {
        KILLED,
        STOPPED,
        FRAME,
        ENDLESS_FRAME,
        REQUEST
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
    record Reported(int stacks, int cut) {}

    /// Puts a poisonous input to the stack.
    interface Poisoner {
        void poison(Kind kind) throws IOException;
    }

    private static final int SIGSTOP = 19;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int TAKEOVER_MS = 30;

    /// From one death, or those in the takeovers that it began, to the next: it is felt for a second, and in another
    /// one
    /// shows whether all is as before.
    private static final int ALONE_MS = 2000;

    // What the keeper and a successor say of a death.
    private static final String KILLED = "signal 9";
    private static final String BETWEEN_TURNS = "in hand: nothing, cut off: 0 slots";

    private final SplittableRandom luck;
    private final Poisoner poisoner;
    private final List<Death> deaths = new ArrayList<>();
    private Keeper.State state = new Keeper.State(List.of(), 0, 0);
    private int cut;
    private int stacks;

    Deaths(long seed, Poisoner poisoner) {
        this.luck = new SplittableRandom(seed);
        this.poisoner = poisoner;
    }

    @Override
    public synchronized void changed(Keeper.State now) {
        state = now;
        notifyAll();
    }

    @Override
    public synchronized void died(Keeper.Death death) {
        if (death.domain().contains("stack") && death.cause().equals(KILLED)) {
            stacks++;
            cut += death.found().endsWith(BETWEEN_TURNS) ? 0 : 1;
        }
    }

    synchronized Reported reported() {
        return new Reported(stacks, cut);
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

    /// Waits until all domains are there and another process stands by.
    ///
    /// @throws IOException if that takes too long
    synchronized void awaitStandby() throws IOException, InterruptedException {
        await("nobody stands by", () -> standby() && state.domains().stream().allMatch(held -> held.process() != 0));
    }

    private interface Condition {
        boolean holds();
    }

    private void await(String otherwise, Condition condition) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + PATIENCE_NS;
        while (state.domains().isEmpty() || !condition.holds()) {
            long left = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
            if (left <= 0) {
                throw new IOException(otherwise + ": " + state);
            }
            wait(left);
        }
    }

    /// Ends parts until `untilNs`.
    void go(long untilNs) throws IOException, InterruptedException {
        boolean takeover = false;
        while (System.nanoTime() < untilNs) {
            if (!takeover) {
                awaitStandby();
            }
            boolean poison = luck.nextInt(4) == 0;
            String part = poison ? stack() : any();
            Kind kind = kind(poison);
            end(part, kind, takeover);
            takeover = luck.nextInt(4) == 0;
            Thread.sleep(takeover ? luck.nextInt(TAKEOVER_MS) : ALONE_MS);
        }
    }

    private Kind kind(boolean poison) {
        if (!poison) {
            return luck.nextInt(16) == 0 ? Kind.STOPPED : Kind.KILLED;
        }
        int drawn = luck.nextInt(8);
        return drawn == 0 ? Kind.ENDLESS_FRAME : drawn <= 2 ? Kind.REQUEST : Kind.FRAME;
    }

    private synchronized String stack() {
        return state.domains().stream()
                .map(Keeper.Held::name)
                .filter(name -> name.contains("stack"))
                .findFirst()
                .orElseThrow();
    }

    private synchronized String any() {
        return state.domains().get(luck.nextInt(state.domains().size())).name();
    }

    private synchronized boolean standby() {
        return state.standbys() > 0;
    }

    private synchronized Keeper.Held held(String part) {
        return state.domains().stream()
                .filter(held -> held.name().equals(part))
                .findFirst()
                .orElseThrow();
    }

    private void end(String part, Kind kind, boolean takeover) throws IOException, InterruptedException {
        Keeper.Held before = held(part);
        if (before.process() == 0) {
            return;
        }
        long atNs = System.nanoTime();
        boolean standby = standby();
        try {
            switch (kind) {
                case KILLED -> Threads.kill(before.process(), Threads.SIGKILL);
                case STOPPED -> Threads.kill(before.process(), SIGSTOP);
                case FRAME, ENDLESS_FRAME, REQUEST -> poisoner.poison(kind);
            }
        } catch (LinuxException gone) {
            // It died of its own of what it was given before.
        }
        synchronized (this) {
            deaths.add(new Death(part, kind, takeover, standby, atNs));
            await(part + " does not come back", () -> {
                Keeper.Held now = held(part);
                return now.restarts() > before.restarts() && now.process() != 0;
            });
        }
    }
}
