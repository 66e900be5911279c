package netkeep.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One job in several placements, beside the kernel: all sides in turn, round by round.
///
/// @param ours   in the order of the placements
/// @param stolen from all sides alike
/// @param notes  what a reader has to know besides
record PlacedRow(Job job, Map<Placed, Side> ours, Side kernel, Stolen stolen, List<String> notes) {
    /// Figures of one side.
    ///
    /// @param values    round by round, in the job's unit
    /// @param loadShare share of the time that the load's core was busy, 0 to 1
    record Side(Samples values, Cost cost, double loadShare) {
        static Side of(Job job, List<Run> runs) {
            return new Side(
                    Run.samples(runs, Run::value),
                    Cost.of(runs, job.isBulk()),
                    Run.samples(runs, Run::loadShare).median());
        }
    }

    /// What one side comes to, measured by another.
    ///
    /// @param ratios round by round
    /// @param bar    for their median, null where nobody has set one
    record Ratio(
            String over,
            String under,
            Samples ratios,
            @Nullable Bar bar) {
        boolean met() {
            return bar == null || bar.met(0, ratios.median());
        }
    }

    private static final String KERNEL = "kernel";

    PlacedRow {
        notes = List.copyOf(notes);
    }

    /// @param measured the kernel first, then the placements in their order
    static PlacedRow of(Job job, Collection<Placed> placements, Rounds.Measured measured) {
        Map<Placed, Side> ours = new EnumMap<>(Placed.class);
        StringBuilder steered = new StringBuilder(
                "frames steered at: kernel " + measured.steerings().getFirst());
        int number = 1;
        for (Placed placed : placements) {
            steered.append(", ")
                    .append(placed.id())
                    .append(' ')
                    .append(measured.steerings().get(number));
            ours.put(placed, Side.of(job, measured.runs().get(number++)));
        }
        boolean any = measured.steerings().stream().anyMatch(each -> each != Steering.NONE);
        return new PlacedRow(
                job,
                ours,
                Side.of(job, measured.runs().getFirst()),
                measured.stolen(),
                any ? List.of(steered.toString()) : List.of());
    }

    /// The price of each boundary, and what is left beside the kernel.
    List<Ratio> ratios() {
        List<Ratio> ratios = new ArrayList<>();
        if (Job.programs().contains(job)) {
            ours.forEach((placed, side) -> ratios.add(
                    new Ratio(placed.id(), KERNEL, side.values().over(kernel.values()), programBar(placed))));
            return ratios;
        }
        add(ratios, Placed.FACTORED, Placed.MONOLITHIC, factoredBar());
        add(ratios, Placed.MONOLITHIC, Placed.EMBEDDED, monolithicBar());
        Side factored = ours.get(Placed.FACTORED);
        if (factored != null) {
            Samples ratio = factored.values().over(kernel.values());
            ratios.add(new Ratio(Placed.FACTORED.id(), KERNEL, ratio, kernelBar()));
        }
        return ratios;
    }

    private void add(List<Ratio> ratios, Placed over, Placed under, @Nullable Bar bar) {
        Side one = ours.get(over);
        Side other = ours.get(under);
        if (one != null && other != null) {
            ratios.add(new Ratio(over.id(), under.id(), one.values().over(other.values()), bar));
        }
    }

    private @Nullable Bar factoredBar() {
        return switch (job) {
            case HTTP_WORK, SEND, CONNECT -> Bar.atLeast(0.85);
            case RECEIVE -> Bar.atLeast(0.75);
            case HTTP_8 -> Bar.atLeast(0.7);
            case RR -> Bar.atMost(1.5);
            default -> null;
        };
    }

    private @Nullable Bar monolithicBar() {
        return switch (job) {
            case HTTP_WORK -> Bar.atLeast(0.8);
            case SEND -> Bar.atLeast(0.65);
            case RECEIVE -> Bar.atLeast(0.85);
            default -> null;
        };
    }

    private Bar programBar(Placed placed) {
        if (placed != Placed.FACTORED) {
            return job.bar();
        }
        return job.isBulk() ? Bar.atLeast(0.85) : Bar.atLeast(1.1);
    }

    private @Nullable Bar kernelBar() {
        return switch (job) {
            case HTTP -> Bar.atLeast(1.8);
            case SEND -> Bar.atLeast(1.2);
            case RR -> Bar.atMost(0.9);
            default -> null;
        };
    }

    /// Whether others took so much time that the row says little.
    boolean disturbed() {
        return stolen.share() >= Row.DISTURBED;
    }
}
