package netkeep.bench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One line of the result: a job on one placement and link, beside the kernel.
///
/// @param ours       our figure, round by round
/// @param kernel     the kernel's, of the same rounds
/// @param ratios     the one by the other, round by round
/// @param oursCost   what the work cost us; null where it is not the question
/// @param kernelCost what it cost the kernel; null with the other
/// @param loadShare  share of the time that the load's core was busy in our runs, 0 to 1
/// @param notes      what a reader has to know besides
/// @param ceiling    the bare responder's figures of the same rounds; null where it was not asked for
record Row(
        Job job,
        String placement,
        String link,
        Samples ours,
        Samples kernel,
        Samples ratios,
        @Nullable Cost oursCost,
        @Nullable Cost kernelCost,
        double loadShare,
        Stolen stolen,
        List<String> notes,
        @Nullable Ceiling ceiling) {
    /// What the bare responder came to.
    ///
    /// @param ratios    to the kernel, round by round
    /// @param loadShare share of the time that the load's core was busy, 0 to 1
    record Ceiling(Samples values, Samples ratios, Cost cost, double loadShare) {
        static Ceiling of(Job job, List<Run> runs, List<Run> kernel) {
            Samples values = Run.samples(runs, Run::value);
            return new Ceiling(
                    values,
                    values.over(Run.samples(kernel, Run::value)),
                    Cost.of(runs, job.isBulk()),
                    Run.samples(runs, Run::loadShare).median());
        }
    }

    /// From here on the load's core is taken for the limit.
    private static final double FULL = 0.97;

    /// With a larger share of time stolen, a row says little.
    static final double DISTURBED = 0.1;

    Row {
        notes = List.copyOf(notes);
    }

    static Row of(Job job, String link, List<Run> ours, List<Run> kernel, Stolen stolen) {
        Samples oursValues = Run.samples(ours, Run::value);
        Samples kernelValues = Run.samples(kernel, Run::value);
        return new Row(
                job,
                "embedded",
                link,
                oursValues,
                kernelValues,
                oursValues.over(kernelValues),
                Cost.of(ours, job.isBulk()),
                Cost.of(kernel, job.isBulk()),
                Run.samples(ours, Run::loadShare).median(),
                stolen,
                List.of(),
                null);
    }

    /// The same with the bare responder's figures.
    Row under(Ceiling most) {
        return new Row(
                job, placement, link, ours, kernel, ratios, oursCost, kernelCost, loadShare, stolen, notes, most);
    }

    /// The same with one more note.
    Row noting(String note) {
        List<String> more = new ArrayList<>(notes);
        more.add(note);
        return new Row(
                job, placement, link, ours, kernel, ratios, oursCost, kernelCost, loadShare, stolen, more, ceiling);
    }

    /// The median of ours by the median of the kernel's.
    double ratio() {
        return ours.median() / kernel.median();
    }

    /// Whether more could have been served, had the load's core been able to ask for it. On one core there is no
    /// core of the load's own; and where others took the cores, they were what kept it busy.
    boolean loadIsLimit() {
        return job.loadCore() != 0 && loadShare >= FULL && stolen.share() < DISTURBED;
    }

    /// Our CPU time per piece of work by the kernel's, the server's core as a whole; 0 where it was not taken.
    double costRatio() {
        return oursCost == null || kernelCost == null ? 0 : oursCost.core() / kernelCost.core();
    }

    /// Whether others took so much time that the row says little.
    boolean disturbed() {
        return stolen.share() >= DISTURBED;
    }

    /// Whether the CPU time per request decides, for the rate cannot.
    boolean costDecides() {
        return job.costBar() != 0 && loadIsLimit();
    }

    boolean met() {
        return costDecides() ? costRatio() <= job.costBar() : job.bar().met(ours.median(), ratio());
    }
}
