package netkeep.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Runs all sides in turn, so that each round of the one has a round of the others within seconds.
final class Rounds {
    private static final int SERVER_CORE = 0;
    /// Runs with each steering.
    private static final int TRIALS = 2;

    private static final String ONE_CORE = "0";
    private static final String BOTH_CORES = "0,1";

    private final Lab lab;
    private final Plan plan;

    Rounds(Lab lab, Plan plan) {
        this.lab = lab;
        this.plan = plan;
    }

    /// Warms both up alike, then measures.
    Row measure(Job job, Contender ours, Contender kernel, Load load) throws IOException, InterruptedException {
        return row(job, measure(job, List.of(kernel, ours), load));
    }

    /// The same, with the bare responder in the same rounds.
    Row measure(Job job, Contender ours, Contender kernel, Contender ceiling, Load load)
            throws IOException, InterruptedException {
        Measured measured = measure(job, List.of(kernel, ours, ceiling), load);
        Row row = row(job, measured)
                .under(Row.Ceiling.of(
                        job, measured.runs().get(2), measured.runs().get(0)));
        Steering steering = measured.steerings().get(2);
        return steering == Steering.NONE ? row : row.noting("frames steered at: ceiling " + steering);
    }

    private static Row row(Job job, Measured measured) {
        Row row = Row.of(job, "tap", measured.runs().get(1), measured.runs().get(0), measured.stolen());
        Steering oursSteering = measured.steerings().get(1);
        Steering kernelSteering = measured.steerings().get(0);
        return oursSteering == Steering.NONE && kernelSteering == Steering.NONE
                ? row
                : row.noting("frames steered at: ours " + oursSteering + ", kernel " + kernelSteering);
    }

    /// What came out, side by side.
    ///
    /// @param runs      round by round
    /// @param steerings what each side chose
    record Measured(List<List<Run>> runs, List<Steering> steerings, Stolen stolen) {}

    /// Warms all sides up alike, then measures them in turn.
    Measured measure(Job job, List<Contender> sides, Load load) throws IOException, InterruptedException {
        List<List<Run>> runs = new ArrayList<>();
        for (Contender side : sides) {
            runs.add(new ArrayList<>());
            warmUp(job, side, load);
        }
        List<Steering> steerings = new ArrayList<>();
        for (Contender side : sides) {
            steerings.add(steer(job, side, load));
        }
        Weather weather = new Weather(lab, plan.probeMs());
        for (int round = 0; round < plan.rounds(); round++) {
            weather.look();
            for (int turn = 0; turn < sides.size(); turn++) {
                // Who goes first changes, so that a drift favours nobody.
                int number = round % 2 == 0 ? turn : sides.size() - 1 - turn;
                runs.get(number).add(run(job, sides.get(number), load, plan.runMs()));
            }
        }
        Stolen stolen = weather.end();
        for (Contender side : sides) {
            Steering.NONE.set(lab.namespaces(), side, job.loadCore(), SERVER_CORE);
        }
        return new Measured(runs, steerings, stolen);
    }

    /// Finds the steering that is best for a side, by a short run with each, and leaves it set.
    private Steering steer(Job job, Contender side, Load load) throws IOException, InterruptedException {
        if (plan.trialMs() == 0 || job.loadCore() == SERVER_CORE) {
            return Steering.NONE;
        }
        // One that is faster than all others in whatever run: others take time from a run, and give it to none.
        Steering best = Steering.NONE;
        double bestValue = 0;
        for (int pass = 0; pass < TRIALS; pass++) {
            for (Steering each : Steering.choices(side)) {
                each.set(lab.namespaces(), side, job.loadCore(), SERVER_CORE);
                double value = run(job, side, load, plan.trialMs()).value();
                double speed = job.bar().kind() == Bar.Kind.RATIO_AT_MOST ? 1 / value : value;
                if (speed > bestValue) {
                    best = each;
                    bestValue = speed;
                }
            }
        }
        best.set(lab.namespaces(), side, job.loadCore(), SERVER_CORE);
        return best;
    }

    /// Warms a side up, then pins it. While it warms up a JVM's compiler may use the load's core, too: else it would
    /// take the server's for seconds.
    private void warmUp(Job job, Contender side, Load load) throws IOException, InterruptedException {
        lab.pin(side, job.loadCore() == SERVER_CORE ? ONE_CORE : BOTH_CORES);
        run(job, side, load, plan.warmupMs());
        lab.pin(side, ONE_CORE);
    }

    /// One run of one side.
    Run run(Job job, Contender side, Load load, int ms) throws IOException, InterruptedException {
        CoreTime serverCore = CoreTime.now(SERVER_CORE);
        CoreTime loadCore = CoreTime.now(job.loadCore());
        double server = ProcessFigures.cpuSeconds(side.processes());
        String output = lab.load(job.loadCore(), ms, load.command(side, ms));
        double serverSeconds = ProcessFigures.cpuSeconds(side.processes()) - server;
        double coreSeconds = CoreTime.now(SERVER_CORE).since(serverCore).busySeconds();
        double loadShare = CoreTime.now(job.loadCore()).since(loadCore).share();
        if (!side.server().isAlive()) {
            throw new IOException(
                    "the server ended during " + job.id() + side.server().tail());
        }
        Load.Outcome outcome = load.outcome(output);
        return new Run(outcome.value(), outcome.amount(), serverSeconds, coreSeconds, loadShare);
    }
}
