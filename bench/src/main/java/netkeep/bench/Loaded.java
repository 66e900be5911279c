package netkeep.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import netkeep.bench.Namespaces.Place;

/// What every process of a side does for one request while a load runs.
///
/// @param byPart of the server, and of each domain by its parts
record Loaded(Map<String, Counts> byPart) {
    static final String CLIENT = "client";
    private static final int SERVER_CORE = 0;
    private static final int LOAD_CORE = 1;
    private static final int LEAD_MS = 600;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Warms a side up on both cores, then counts through a whole run.
    ///
    /// @param apart whether the domains have the other core, with the load; else all share the server's
    static Loaded of(Lab lab, Contender side, Map<String, Long> domains, Load load, Plan plan, boolean apart)
            throws IOException, InterruptedException {
        lab.pin(side, "0,1");
        lab.load(LOAD_CORE, plan.warmupMs(), load.command(side, plan.warmupMs()));
        lab.pin(side, String.valueOf(SERVER_CORE));
        Map<String, Long> processes = new LinkedHashMap<>();
        processes.put(CLIENT, side.server().handle().pid());
        processes.putAll(domains);
        if (apart) {
            for (long domain : domains.values()) {
                lab.pin(domain, String.valueOf(LOAD_CORE));
            }
        }
        Map<String, Program> counting = new LinkedHashMap<>();
        Map<String, Counts> counted = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Long> each : processes.entrySet()) {
                List<String> count = Counts.command(each.getValue(), plan.runMs() + 2 * LEAD_MS);
                counting.put(each.getKey(), lab.start(Place.SERVER, count));
            }
            // A whole run lies within what is counted: what perf itself takes to start is not felt in it.
            Thread.sleep(LEAD_MS);
            String said = lab.load(LOAD_CORE, plan.runMs(), load.command(side, plan.runMs()));
            double requests = load.outcome(said).amount();
            for (Map.Entry<String, Program> each : counting.entrySet()) {
                each.getValue().awaitEnd(PATIENCE);
                counted.put(each.getKey(), Counts.parse(each.getValue().said()).per(requests));
            }
        } finally {
            counting.values().forEach(Program::close);
        }
        return new Loaded(counted);
    }

    /// CPU time of a request in all processes, in microseconds.
    double cpuMicros() {
        return byPart.values().stream().mapToDouble(Counts::cpuSeconds).sum() * 1e6;
    }

    /// Requests that the stack serves between two sleeps: the size of a batch at a boundary.
    int batch() {
        double switches = byPart.entrySet().stream()
                .filter(each -> each.getKey().contains("stack"))
                .mapToDouble(each -> each.getValue().switches())
                .findFirst()
                .orElse(1);
        return Math.clamp(Math.round(1 / switches), 1, 64);
    }
}
