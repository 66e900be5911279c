package netkeep.tools.chaos;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What came of it.
///
/// @param stacks    what successors reported
/// @param calmGapNs the longest silence of the steady stream while nothing died
/// @param calmRate  octets per nanosecond, undisturbed
/// @param rate      the same meanwhile
record Outcome(
        String placement,
        long seed,
        Tally tally,
        List<Felt> felt,
        Deaths.Reported stacks,
        long calmGapNs,
        double calmRate,
        double rate) {
    private static final double GIGABITS = 8;
    private static final double NS_PER_MS = 1e6;

    /// A death, and the longest silences behind it: of the steady stream, and of a probe that did nothing but look.
    record Felt(Deaths.Death death, long gapNs, long probeNs) {}

    long losses() {
        return tally.losses();
    }

    Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("placement", placement.toLowerCase(Locale.ROOT));
        values.put("seed", seed);
        values.put("deaths", felt.size());
        values.put("deaths_by_part", count(each -> each.death().part()));
        values.put("deaths_by_kind", count(each -> each.death().kind().name().toLowerCase(Locale.ROOT)));
        values.put(
                "deaths_in_takeover",
                felt.stream().filter(each -> each.death().takeover()).count());
        values.put("stacks_killed", stacks.stacks());
        values.put("turns_cut", stacks.cut());
        values.put("connections", tally.connections.sum());
        values.put("octets", tally.octets.sum());
        values.put("datagrams", tally.datagrams.sum());
        values.put("datagrams_answered", tally.answers.sum());
        values.put("losses", losses());
        values.put("faults", tally.faults());
        values.put("undisturbed_gbit_s", round(calmRate * GIGABITS));
        values.put("gbit_s", round(rate * GIGABITS));
        values.put("undisturbed_gap_ms", round(calmGapNs / NS_PER_MS));
        values.put(
                "blackout_ms_killed",
                blackouts(each -> single(each) && each.death().kind() == Deaths.Kind.KILLED));
        values.put("blackout_ms_poisoned", blackouts(each -> single(each) && poisoned(each)));
        values.put("blackout_ms_hung", blackouts(each -> single(each) && hung(each)));
        values.put("blackout_ms_in_takeover", blackouts(each -> each.death().takeover()));
        values.put(
                "probe_gap_ms",
                distribution(felt.stream().mapToLong(Felt::probeNs).sorted().toArray()));
        return values;
    }

    private static boolean single(Felt each) {
        return !each.death().takeover();
    }

    private static boolean poisoned(Felt each) {
        return each.death().kind() == Deaths.Kind.FRAME || each.death().kind() == Deaths.Kind.REQUEST;
    }

    private static boolean hung(Felt each) {
        return each.death().kind() == Deaths.Kind.STOPPED || each.death().kind() == Deaths.Kind.ENDLESS_FRAME;
    }

    private interface By {
        String of(Felt each);
    }

    private Map<String, Object> count(By by) {
        Map<String, Object> counts = new TreeMap<>();
        for (Felt each : felt) {
            counts.merge(by.of(each), 1, (one, more) -> (Integer) one + (Integer) more);
        }
        return counts;
    }

    private Map<String, Object> blackouts(Predicate<Felt> which) {
        return distribution(felt.stream()
                .filter(which)
                .mapToLong(each -> Math.max(0, each.gapNs() - calmGapNs))
                .sorted()
                .toArray());
    }

    private static Map<String, Object> distribution(long[] sorted) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("count", sorted.length);
        if (sorted.length != 0) {
            values.put("median", round(sorted[sorted.length / 2] / NS_PER_MS));
            values.put("p99", round(sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)] / NS_PER_MS));
            values.put("most", round(sorted[sorted.length - 1] / NS_PER_MS));
        }
        return values;
    }

    private static double round(double value) {
        return Math.round(value * 10) / 10.0;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        values().forEach((name, value) ->
                text.append(name.replace('_', ' ')).append(": ").append(value).append('\n'));
        return text.toString();
    }
}
