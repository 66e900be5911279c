package netkeep.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The result as lines for a terminal.
final class Table {
    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";

    private final boolean colours;

    /// @param colours whether what is met or missed is shown in colour, too
    Table(boolean colours) {
        this.colours = colours;
    }

    /// The line above the rows.
    static String head() {
        return line("job", "ours", "kernel", "unit", "ratio (spread)", "bar", "", "CPU ours/kern.", "stolen");
    }

    /// A row's line, and under it what else there is to say.
    List<String> lines(Row row) {
        Job job = row.job();
        int decimals = job.unit().decimals();
        List<String> lines = new ArrayList<>();
        lines.add(line(
                job.id(),
                number(row.ours().median(), decimals),
                number(row.kernel().median(), decimals),
                job.unit().toString(),
                ratio(row.ratio(), row.ratios()),
                job.bar().toString(),
                verdict(row.met()),
                cost(row),
                "%s %% %s ms"
                        .formatted(
                                number(row.stolen().share() * 100, 1),
                                number(row.stolen().longestMs(), 1))));
        Row.Ceiling ceiling = row.ceiling();
        if (ceiling != null) {
            lines.add(line(
                    "  ceiling",
                    number(ceiling.values().median(), decimals),
                    "",
                    job.unit().toString(),
                    ratio(ceiling.values().median() / row.kernel().median(), ceiling.ratios()),
                    "",
                    "",
                    number(ceiling.cost().core(), 2),
                    "load's core " + number(ceiling.loadShare() * 100, 0) + " %"));
        }
        if (row.loadIsLimit()) {
            lines.add("              the load's core is the limit: it was "
                    + number(row.loadShare() * 100, 0) + " % busy"
                    + (row.costDecides()
                            ? "; CPU per request decides, " + number(row.costRatio(), 2) + " of the kernel's, bar "
                                    + job.costBar()
                            : ""));
        }
        if (row.disturbed()) {
            lines.add("              others, or a compiler that still warmed up, had "
                    + number(row.stolen().share() * 100, 0)
                    + " % of the cores meanwhile: measure again when the machine is quiet");
        }
        row.notes().forEach(note -> lines.add("              " + note));
        return lines;
    }

    /// What the columns mean.
    static List<String> legend() {
        return List.of(
                "Medians of the rounds; ours over TAP, the kernel's over veth with TSO."
                        + " CPU: seconds per 100,000 requests,",
                "for send and receive per GiB, in which the server's core was busy, spinning and softirqs with it.",
                "Stolen: share of time that a spinner did not get its core between the rounds, and the longest gap.");
    }

    /// What the line under a row means.
    static String ceilingLegend() {
        return "Ceiling: a bare responder in C with canned answers on a TAP like ours, and its ratio to the kernel.";
    }

    private static String ratio(double ratio, Samples rounds) {
        return "%s (%s..%s)".formatted(number(ratio, 2), number(rounds.min(), 2), number(rounds.max(), 2));
    }

    private static String cost(Row row) {
        Cost ours = row.oursCost();
        Cost kernel = row.kernelCost();
        return ours == null || kernel == null ? "" : number(ours.core(), 2) + " / " + number(kernel.core(), 2);
    }

    private String verdict(boolean met) {
        String word = met ? "met" : "missed";
        // Padded before it is coloured: a terminal's codes have no width.
        return colours ? (met ? GREEN : RED) + "%-6s".formatted(word) + PLAIN : word;
    }

    private static String line(Object... cells) {
        return "%-13s %10s %10s %-14s %-22s %-12s %-6s %-15s %s"
                .formatted(cells)
                .stripTrailing();
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
