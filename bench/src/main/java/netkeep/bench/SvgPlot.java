package netkeep.bench;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The result as a picture: a bar a job, as long as the ratio to the kernel, with its spread and what it has to reach.
///
/// ```text
///  http      |##########|-----+--            2.9 of the kernel   (>= 1.80)
///  rr        |###+|                          0.33
///            0     1 (the kernel)    2
/// ```
final class SvgPlot {
    private static final int WIDTH = 900;
    private static final int LEFT = 130;
    private static final int RIGHT = 230;
    private static final int TOP = 56;
    private static final int ROW = 34;
    private static final int THICK = 16;
    private static final String MET = "#2a7f4f";
    private static final String MISSED = "#b3412f";

    private final StringBuilder out = new StringBuilder();
    private final List<Row> rows;
    private final double most;

    private SvgPlot(List<Row> rows) {
        this.rows = rows;
        this.most = Math.max(
                2,
                Math.ceil(rows.stream()
                                .mapToDouble(row -> Math.max(
                                        row.ratios().max(), row.job().bar().value()))
                                .max()
                                .orElse(1)
                        * 1.05));
    }

    /// Draws the rows whose bar is a ratio to the kernel.
    static String of(List<Row> rows) {
        return new SvgPlot(
                        rows.stream().filter(row -> row.job().bar().isRatio()).toList())
                .draw();
    }

    private String draw() {
        int bottom = TOP + ROW * rows.size();
        String height = String.valueOf(bottom + 44);
        element(
                "svg",
                null,
                "xmlns",
                "http://www.w3.org/2000/svg",
                "width",
                String.valueOf(WIDTH),
                "height",
                height,
                "viewBox",
                "0 0 " + WIDTH + " " + height,
                "font-family",
                "sans-serif",
                "font-size",
                "13");
        element("rect", "", "width", "100%", "height", "100%", "fill", "white");
        text(LEFT, 24, "start", "Netkeep over TAP, as a multiple of the kernel over veth");
        text(
                LEFT,
                42,
                "start",
                "Medians; thin lines: min to max of the rounds; black marks: the bar (<=: less is better)");
        axis(bottom);
        for (int i = 0; i < rows.size(); i++) {
            row(rows.get(i), TOP + ROW * i + ROW / 2);
        }
        return out.append("</svg>\n").toString();
    }

    private void axis(int bottom) {
        double step = most > 8 ? 2 : most > 4 ? 1 : 0.5;
        for (double at = 0; at <= most; at += step) {
            boolean kernel = at == 1;
            line(x(at), TOP, x(at), bottom, kernel ? "#333" : "#ddd", 1);
            text(x(at), bottom + 18, "middle", kernel ? "kernel" : number(at));
        }
    }

    private void row(Row row, int middle) {
        Bar bar = row.job().bar();
        text(LEFT - 10, middle + 5, "end", row.job().id());
        element(
                "rect",
                "",
                "x",
                number(LEFT),
                "y",
                number(middle - THICK / 2.0),
                "width",
                number(x(row.ratio()) - LEFT),
                "height",
                number(THICK),
                "fill",
                row.met() ? MET : MISSED);
        line(x(row.ratios().min()), middle, x(row.ratios().max()), middle, "#222", 1);
        line(x(bar.value()), middle - THICK / 2.0 - 4, x(bar.value()), middle + THICK / 2.0 + 4, "black", 2.5);
        String verdict = String.format(Locale.ROOT, "%.2f (%s) %s", row.ratio(), bar, row.met() ? "met" : "missed");
        text(WIDTH - RIGHT + 12, middle + 5, "start", verdict);
    }

    /// Where a ratio lies.
    private double x(double ratio) {
        return LEFT + (WIDTH - LEFT - RIGHT) * ratio / most;
    }

    private void line(double x1, double y1, double x2, double y2, String colour, double thick) {
        element(
                "line",
                "",
                "x1",
                number(x1),
                "y1",
                number(y1),
                "x2",
                number(x2),
                "y2",
                number(y2),
                "stroke",
                colour,
                "stroke-width",
                number(thick));
    }

    private void text(double x, double y, String anchor, String text) {
        element("text", text, "x", number(x), "y", number(y), "text-anchor", anchor);
    }

    /// @param content    the text in it; null leaves it open
    /// @param attributes names and values in turn
    private void element(String name, @Nullable String content, String... attributes) {
        out.append('<').append(name);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ')
                    .append(attributes[i])
                    .append("=\"")
                    .append(attributes[i + 1])
                    .append('"');
        }
        out.append('>');
        if (content != null) {
            out.append(escape(content)).append("</").append(name).append('>');
        }
        out.append('\n');
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
