package netkeep.tools.chaos;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/// What was asked of one program, and what came of it. Any thread adds to it.
final class Account {
    /// Answers that a load generator counted.
    final LongAdder requests = new LongAdder();

    /// Answers that were compared.
    final LongAdder checked = new LongAdder();

    private final Map<String, Long> errors = new TreeMap<>();
    private double slowestMs;

    /// What a load generator counted.
    ///
    /// @param told what went wrong, and how often
    synchronized void generated(long count, double slowest, Map<String, Long> told) {
        requests.add(count);
        slowestMs = Math.max(slowestMs, slowest);
        told.forEach((what, times) -> errors.merge(what, times, Long::sum));
    }

    /// How often load generators say that something went wrong.
    synchronized long losses() {
        return errors.values().stream().mapToLong(Long::longValue).sum();
    }

    synchronized Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("requests", requests.sum());
        values.put("errors", new TreeMap<>(errors));
        values.put("slowest_ms", slowestMs);
        values.put("checked", checked.sum());
        return values;
    }
}
