package netkeep.bench;

/// How long and how often is measured, the same on both sides.
///
/// @param rounds   runs of either side whose median counts, at least 1
/// @param runMs    length of a run
/// @param warmupMs length of the run before the first round, which does not count
/// @param trialMs  length of the runs that find each side's best [Steering]; 0 for none, and frames are not steered
/// @param probeMs  length of a look for stolen time
/// @param idle     idle connections of the job that holds them
record Plan(int rounds, int runMs, int warmupMs, int trialMs, int probeMs, int idle) {
    static final Plan FULL = new Plan(5, 3_000, 15_000, 1_000, 100, 100_000);
    /// All jobs together end within [#QUICK_MS].
    static final Plan QUICK = new Plan(3, 200, 1_000, 0, 20, 30_000);

    static final int QUICK_MS = 60_000;

    /// When a quick run is this far, the jobs left get less, so that all of them get their turn on a busy machine, too.
    private static final int QUICK_LATE_MS = 35_000;

    Plan {
        if (rounds < 1 || runMs < 1 || warmupMs < 1 || trialMs < 0 || probeMs < 1 || idle < 1) {
            throw new IllegalArgumentException("a plan of nothing: " + rounds + " rounds of " + runMs + " ms");
        }
    }

    /// What is left of a quick plan after a while.
    ///
    /// @param spentMs since the first job began
    Plan after(long spentMs) {
        return spentMs < QUICK_LATE_MS ? this : new Plan(1, runMs, runMs, 0, probeMs, Math.min(idle, 5_000));
    }

    Plan withRounds(int count) {
        return new Plan(count, runMs, warmupMs, trialMs, probeMs, idle);
    }

    Plan withRunMs(int length) {
        return new Plan(rounds, length, warmupMs, Math.min(trialMs, length), probeMs, idle);
    }

    /// @param length of the run before the first round
    Plan withWarmupMs(int length) {
        return new Plan(rounds, runMs, length, Math.min(trialMs, length), probeMs, idle);
    }

    Plan withIdle(int connections) {
        return new Plan(rounds, runMs, warmupMs, trialMs, probeMs, connections);
    }
}
