package netkeep.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Placements side by side as lines for a terminal: figures as they come, ratios and bars at the end.
final class PlacedTable {
    private PlacedTable() {}

    /// The line above the rows.
    static String head() {
        return figures("job", "placement", "figure (spread)", "unit", "CPU", "load's core", "stolen");
    }

    /// A row's lines, a side each.
    static List<String> lines(PlacedRow row) {
        List<String> lines = new ArrayList<>();
        String stolen = number(row.stolen().share() * 100, 1) + " % "
                + number(row.stolen().longestMs(), 1) + " ms";
        for (Map.Entry<Placed, PlacedRow.Side> each : row.ours().entrySet()) {
            lines.add(line(row.job(), each.getKey().id(), each.getValue(), stolen));
        }
        lines.add(line(row.job(), "kernel", row.kernel(), stolen));
        if (row.disturbed()) {
            lines.add("              others had much of the cores meanwhile: measure again when the machine is quiet");
        }
        row.notes().forEach(note -> lines.add("              " + note));
        return lines;
    }

    private static String line(Job job, String placement, PlacedRow.Side side, String stolen) {
        return figures(
                job.id(),
                placement,
                spread(side.values(), job.unit().decimals()),
                job.unit().toString(),
                number(side.cost().core(), 2),
                number(side.loadShare() * 100, 0) + " %",
                stolen);
    }

    /// What each boundary costs, and what was asked for.
    static List<String> prices(List<PlacedRow> rows) {
        List<String> lines = new ArrayList<>();
        lines.add(price("job", "of", "by", "median (spread)", "bar", ""));
        for (PlacedRow row : rows) {
            for (PlacedRow.Ratio ratio : row.ratios()) {
                Bar bar = ratio.bar();
                lines.add(price(
                        row.job().id(),
                        ratio.over(),
                        ratio.under(),
                        spread(ratio.ratios(), 2),
                        bar == null ? "" : bar.toString(),
                        bar == null ? "" : ratio.met() ? "met" : "missed"));
            }
        }
        return lines;
    }

    /// What the columns mean.
    static List<String> legend() {
        return List.of(
                "Medians of the rounds, all sides in turn; server and all domains on one core, the load on the other.",
                "CPU: seconds per 100,000 requests, for send and receive per GiB, in which the server's core was busy.",
                "A ratio is the median of the rounds' ratios.");
    }

    private static String spread(Samples samples, int decimals) {
        return "%s (%s..%s)"
                .formatted(
                        number(samples.median(), decimals),
                        number(samples.min(), decimals),
                        number(samples.max(), decimals));
    }

    private static String figures(Object... cells) {
        return "%-13s %-11s %-28s %-14s %-6s %-12s %s".formatted(cells).stripTrailing();
    }

    private static String price(Object... cells) {
        return "%-13s %-11s %-11s %-20s %-8s %s".formatted(cells).stripTrailing();
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
