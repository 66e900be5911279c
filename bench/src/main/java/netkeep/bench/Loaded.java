package netkeep.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import netkeep.bench.Namespaces.Place;

/// What every process of a side does for one request while a load runs.
///
/// @param byPart of the server, and of each domain by its parts
record Loaded(Map<String, Counts> byPart) {
    static final String CLIENT = "client";
    private static final int SERVER_CORE = 0;
    private static final int LOAD_CORE = 1;
    private static final int LEAD_MS = 400;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Warms a side up on both cores, then counts for a while in the middle of a run.
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
        int ms = plan.runMs();
        int loadMs = ms + 2 * LEAD_MS;
        Map<String, Program> counting = new LinkedHashMap<>();
        Map<String, Counts> counted = new LinkedHashMap<>();
        try (Program running = lab.start(Place.LOAD, LOAD_CORE, load.command(side, loadMs))) {
            running.endsWithin(Duration.ofMillis(LEAD_MS));
            for (Map.Entry<String, Long> each : processes.entrySet()) {
                counting.put(each.getKey(), lab.start(Place.SERVER, Counts.command(each.getValue(), ms)));
            }
            for (Map.Entry<String, Program> each : counting.entrySet()) {
                each.getValue().awaitEnd(PATIENCE);
                counted.put(each.getKey(), Counts.parse(each.getValue().said()));
            }
            running.awaitEnd(PATIENCE);
            double requests = load.outcome(running.output()).amount() * ms / loadMs;
            counted.replaceAll((part, counts) -> counts.per(requests));
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
