package netkeep.bench;

import java.io.IOException;

/// Time that others took while a row was measured.
final class Weather {
    private final Lab lab;
    private final int probeMs;
    private final CoreTime[] before;
    private Probe seen = Probe.NONE;

    Weather(Lab lab, int probeMs) throws IOException {
        this.lab = lab;
        this.probeMs = probeMs;
        this.before = new CoreTime[] {CoreTime.now(0), CoreTime.now(1)};
    }

    /// Looks for a while, on both cores; called between runs.
    void look() throws IOException, InterruptedException {
        seen = seen.and(lab.probe(probeMs));
    }

    /// What was seen in all.
    Stolen end() throws IOException {
        double steal = 0;
        double all = 0;
        for (int core = 0; core < before.length; core++) {
            CoreTime since = CoreTime.now(core).since(before[core]);
            steal += since.stealSeconds();
            all += since.busySeconds() + since.idleSeconds() + since.stealSeconds();
        }
        return seen.stolen(all == 0 ? 0 : steal / all);
    }
}
