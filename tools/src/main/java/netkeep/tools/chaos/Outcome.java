package netkeep.tools.chaos;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/// What came of it.
///
/// @param stacks   what successors reported
/// @param calm     the longest silences of the steady stream, ns, in windows as long as a death is felt, while nothing
/// died
/// @param carried  octets per nanosecond, by streams as fast as they can, undisturbed
/// @param calmRate the same by a load of a share of that, undisturbed
/// @param rate     the same meanwhile
/// @param lost     what the wire was to lose, and what was sent again: names and values
record Outcome(
        String placement,
        long seed,
        Tally tally,
        List<Felt> felt,
        Deaths.Reported stacks,
        List<Long> calm,
        double carried,
        double calmRate,
        double rate,
        Map<String, Object> lost)
        implements Told {
    private static final double GIGABITS = 8;
    private static final double NS_PER_MS = 1e6;

    /// Of so many silences behind deaths that came alone, with somebody ready, each is told.
    private static final int LONGEST = 12;

    private static final Set<Deaths.Kind> KILLED = Set.of(Deaths.Kind.KILLED);
    private static final Set<Deaths.Kind> POISONED = Set.of(
            Deaths.Kind.FRAME, Deaths.Kind.REQUEST, Deaths.Kind.RECORD, Deaths.Kind.LINK_FRAME, Deaths.Kind.MESSAGE);
    private static final Set<Deaths.Kind> HUNG = Set.of(
            Deaths.Kind.STOPPED,
            Deaths.Kind.ENDLESS_FRAME,
            Deaths.Kind.ENDLESS_LINK_FRAME,
            Deaths.Kind.ENDLESS_MESSAGE);

    /// A death with those in the takeovers that it began, and the longest silences while they are felt: of the steady
    /// stream, and of a probe that did nothing but look.
    ///
    /// @param rate after that, octets per nanosecond; NaN if another followed
    record Felt(List<Deaths.Death> chain, Gaps.Gap gap, long probeNs, double rate) {
        private boolean alone(Set<Deaths.Kind> kinds) {
            return chain.size() == 1 && kinds.contains(chain.getFirst().kind());
        }

        /// Which part's and of what, empty for several.
        private String name() {
            return chain.size() > 1 ? "" : begun() + (chain.getFirst().standby() ? "" : " without standby");
        }

        private String begun() {
            Deaths.Death first = chain.getFirst();
            return first.part() + " "
                    + first.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }

        /// What it was, and when after it the steady stream stood still.
        private String told() {
            return String.format(
                    Locale.ROOT,
                    "%s: %.1f ms from %.1f ms on; the probe %.1f ms",
                    begun(),
                    gap.lengthNs() / NS_PER_MS,
                    (gap.fromNs() - chain.getFirst().atNs()) / NS_PER_MS,
                    probeNs / NS_PER_MS);
        }

        /// Whether a standby was there for each.
        private boolean stoodBy() {
            return chain.stream().allMatch(Deaths.Death::standby);
        }
    }

    @Override
    public long losses() {
        return tally.losses();
    }

    @Override
    public Map<String, Object> values() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("placement", placement.toLowerCase(Locale.ROOT));
        values.put("seed", seed);
        values.putAll(deaths(felt.stream().map(Felt::chain).toList(), stacks));
        values.put("connections", tally.connections.sum());
        values.put("octets", tally.octets.sum());
        values.put("datagrams", tally.datagrams.sum());
        values.put("datagrams_answered", tally.answers.sum());
        values.put("losses", losses());
        values.put("faults", tally.faults());
        values.putAll(lost);
        values.put("carried_gbit_s", round(carried * GIGABITS));
        values.put("undisturbed_gbit_s", round(calmRate * GIGABITS));
        values.put("gbit_s", round(rate * GIGABITS));
        double[] after = felt.stream()
                .mapToDouble(Felt::rate)
                .filter(each -> !Double.isNaN(each))
                .sorted()
                .toArray();
        values.put("gbit_s_a_second_after", after.length == 0 ? 0 : round(after[after.length / 2] * GIGABITS));
        values.put("undisturbed_gap_ms", distribution(usual()));
        values.put("blackout_ms_killed", blackouts(each -> each.stoodBy() && each.alone(KILLED)));
        values.put("blackout_ms_poisoned", blackouts(each -> each.stoodBy() && each.alone(POISONED)));
        values.put("blackout_ms_hung", blackouts(each -> each.stoodBy() && each.alone(HUNG)));
        values.put(
                "blackout_ms_in_takeover",
                blackouts(each -> each.stoodBy() && each.chain().size() > 1));
        values.put(
                "blackout_ms_without_standby",
                blackouts(each -> !each.stoodBy() && each.chain().size() == 1));
        values.put(
                "blackout_ms_in_takeover_without_standby",
                blackouts(each -> !each.stoodBy() && each.chain().size() > 1));
        values.put("blackout_ms_by_part", byPart());
        values.put(
                "longest_silences",
                felt.stream()
                        .filter(each -> each.stoodBy() && each.chain().size() == 1)
                        .sorted(Comparator.comparingLong(each -> -each.gap().lengthNs()))
                        .limit(LONGEST)
                        .map(Felt::told)
                        .toList());
        values.put(
                "probe_gap_ms",
                distribution(felt.stream().mapToLong(Felt::probeNs).sorted().toArray()));
        return values;
    }

    /// Of what there were how many.
    static Map<String, Object> deaths(List<List<Deaths.Death>> chains, Deaths.Reported stacks) {
        Map<String, Object> values = new LinkedHashMap<>();
        List<Deaths.Death> deaths = chains.stream().flatMap(List::stream).toList();
        values.put("deaths", deaths.size());
        values.put("deaths_by_part", count(deaths, Deaths.Death::part));
        values.put("deaths_by_kind", count(deaths, death -> death.kind().name().toLowerCase(Locale.ROOT)));
        values.put(
                "deaths_in_takeover",
                deaths.stream().filter(Deaths.Death::takeover).count());
        values.put("deaths_by_cause", stacks.causes());
        values.put("stacks_killed", stacks.stacks());
        values.put("turns_cut", stacks.cut());
        values.put("reports", stacks.files());
        values.put("recordings", stacks.copies());
        return values;
    }

    private static Map<String, Object> count(List<Deaths.Death> deaths, Function<Deaths.Death, String> by) {
        Map<String, Object> counts = new TreeMap<>();
        for (Deaths.Death each : deaths) {
            counts.merge(by.apply(each), 1, (one, more) -> (Integer) one + (Integer) more);
        }
        return counts;
    }

    private long[] usual() {
        return calm.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    /// Silences beyond what is usual while nothing dies.
    private Map<String, Object> blackouts(Predicate<Felt> which) {
        long usualNs = calm.isEmpty() ? 0 : usual()[calm.size() / 2];
        return distribution(felt.stream()
                .filter(which)
                .mapToLong(each -> Math.max(0, each.gap().lengthNs() - usualNs))
                .sorted()
                .toArray());
    }

    /// Of each part and kind of death that began in no takeover and began none.
    private Map<String, Object> byPart() {
        Map<String, Object> all = new TreeMap<>();
        for (Felt each : felt) {
            String name = each.name();
            if (!name.isEmpty()) {
                all.computeIfAbsent(name, any -> blackouts(other -> other.name().equals(name)));
            }
        }
        return all;
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
}
