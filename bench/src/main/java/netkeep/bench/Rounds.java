package netkeep.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Runs both sides in turn, so that each round of the one has a round of the other within seconds.
final class Rounds {
    private static final int SERVER_CORE = 0;
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
        warmUp(job, kernel, load);
        warmUp(job, ours, load);
        List<Run> oursRuns = new ArrayList<>();
        List<Run> kernelRuns = new ArrayList<>();
        Weather weather = new Weather(lab, plan.probeMs());
        for (int round = 0; round < plan.rounds(); round++) {
            weather.look();
            // Who goes first changes, so that a drift favours nobody.
            if (round % 2 == 0) {
                kernelRuns.add(run(job, kernel, load, plan.runMs()));
                oursRuns.add(run(job, ours, load, plan.runMs()));
            } else {
                oursRuns.add(run(job, ours, load, plan.runMs()));
                kernelRuns.add(run(job, kernel, load, plan.runMs()));
            }
        }
        return Row.of(job, "tap", oursRuns, kernelRuns, weather.end());
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
        double server = ProcessFigures.cpuSeconds(side.server().handle());
        String output = lab.load(job.loadCore(), ms, load.command(side, ms));
        double serverSeconds = ProcessFigures.cpuSeconds(side.server().handle()) - server;
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
