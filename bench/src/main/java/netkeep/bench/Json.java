package netkeep.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The result as JSON: where it was measured, and a row a job.
final class Json {
    private Json() {}

    static String of(Map<String, String> environment, List<Row> rows) {
        return of(environment, "rows", rows.stream().map(Json::fields).toList());
    }

    static String ofPlacements(Map<String, String> environment, List<PlacedRow> rows) {
        return of(environment, "placements", rows.stream().map(Json::fields).toList());
    }

    static String ofBoundaries(Map<String, ?> result) {
        StringBuilder out = new StringBuilder();
        write(out, result, 0);
        return out.append('\n').toString();
    }

    private static String of(Map<String, String> environment, String name, List<?> rows) {
        StringBuilder out = new StringBuilder();
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("environment", environment);
        all.put(name, rows);
        write(out, all, 0);
        return out.append('\n').toString();
    }

    private static Map<String, @Nullable Object> fields(Row row) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("job", row.job().id());
        fields.put("placement", row.placement());
        fields.put("link", row.link());
        fields.put("unit", row.job().unit().toString());
        fields.put("ours", row.ours().median());
        fields.put("kernel", row.kernel().median());
        fields.put("ratio", row.ratio());
        fields.put("ours_spread", spread(row.ours()));
        fields.put("kernel_spread", spread(row.kernel()));
        fields.put("ratio_spread", spread(row.ratios()));
        fields.put("rounds", row.ours().count());
        fields.put("bar", row.job().bar().toString());
        fields.put("met", row.met());
        Cost ours = row.oursCost();
        Cost kernel = row.kernelCost();
        if (ours != null && kernel != null) {
            fields.put("cpu_unit", Cost.unit(row.job().isBulk()));
            fields.put("ours_cpu_server", ours.server());
            fields.put("ours_cpu_core", ours.core());
            fields.put("kernel_cpu_server", kernel.server());
            fields.put("kernel_cpu_core", kernel.core());
            fields.put("load_core_busy", row.loadShare());
            fields.put("load_is_limit", row.loadIsLimit());
            fields.put("cpu_decides", row.costDecides());
        }
        Row.Ceiling ceiling = row.ceiling();
        if (ceiling != null) {
            fields.put("ceiling", ceiling.values().median());
            fields.put("ceiling_ratio", ceiling.values().median() / row.kernel().median());
            fields.put("ceiling_spread", spread(ceiling.values()));
            fields.put("ceiling_ratio_spread", spread(ceiling.ratios()));
            fields.put("ceiling_cpu_server", ceiling.cost().server());
            fields.put("ceiling_cpu_core", ceiling.cost().core());
            fields.put("ceiling_load_core_busy", ceiling.loadShare());
        }
        fields.put("stolen_share", row.stolen().share());
        fields.put("stolen_longest_ms", row.stolen().longestMs());
        fields.put("steal_share", row.stolen().stealShare());
        fields.put("disturbed", row.disturbed());
        fields.put("notes", row.notes());
        return fields;
    }

    private static Map<String, @Nullable Object> fields(PlacedRow row) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("job", row.job().id());
        fields.put("unit", row.job().unit().toString());
        fields.put("cpu_unit", Cost.unit(row.job().isBulk()));
        Map<String, @Nullable Object> sides = new LinkedHashMap<>();
        row.ours().forEach((placed, side) -> sides.put(placed.id(), fields(side)));
        sides.put("kernel", fields(row.kernel()));
        fields.put("sides", sides);
        fields.put("ratios", row.ratios().stream().map(Json::fields).toList());
        fields.put("rounds", row.kernel().values().count());
        fields.put("stolen_share", row.stolen().share());
        fields.put("stolen_longest_ms", row.stolen().longestMs());
        fields.put("steal_share", row.stolen().stealShare());
        fields.put("disturbed", row.disturbed());
        fields.put("notes", row.notes());
        return fields;
    }

    private static Map<String, @Nullable Object> fields(PlacedRow.Side side) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("median", side.values().median());
        fields.put("spread", spread(side.values()));
        fields.put("cpu_server", side.cost().server());
        fields.put("cpu_core", side.cost().core());
        fields.put("load_core_busy", side.loadShare());
        return fields;
    }

    private static Map<String, @Nullable Object> fields(PlacedRow.Ratio ratio) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("of", ratio.over());
        fields.put("by", ratio.under());
        fields.put("median", ratio.ratios().median());
        fields.put("spread", spread(ratio.ratios()));
        Bar bar = ratio.bar();
        if (bar != null) {
            fields.put("bar", bar.toString());
            fields.put("met", ratio.met());
        }
        return fields;
    }

    private static List<Double> spread(Samples samples) {
        return List.of(samples.min(), samples.max());
    }

    private static void write(StringBuilder out, @Nullable Object value, int depth) {
        switch (value) {
            case null -> out.append("null");
            case Map<?, ?> map -> writeAll(out, map, depth);
            case List<?> list -> writeAll(out, list, depth);
            case Double number -> out.append(number(number));
            case Number number -> out.append(number);
            case Boolean truth -> out.append(truth.booleanValue());
            default -> quote(out, value.toString());
        }
    }

    private static void writeAll(StringBuilder out, Map<?, ?> map, int depth) {
        out.append('{');
        String between = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(between).append('\n').append("  ".repeat(depth + 1));
            quote(out, entry.getKey().toString());
            out.append(": ");
            write(out, entry.getValue(), depth + 1);
            between = ",";
        }
        out.append('\n').append("  ".repeat(depth)).append('}');
    }

    private static void writeAll(StringBuilder out, List<?> list, int depth) {
        boolean deep = list.stream().anyMatch(Map.class::isInstance);
        String indent = deep ? "\n" + "  ".repeat(depth + 1) : "";
        out.append('[');
        String between = "";
        for (Object item : list) {
            out.append(between).append(indent);
            write(out, item, depth + 1);
            between = deep ? "," : ", ";
        }
        out.append(deep ? "\n" + "  ".repeat(depth) : "").append(']');
    }

    /// JSON knows neither infinities nor NaN: a ratio to nothing is null.
    private static String number(double value) {
        return Double.isFinite(value) ? String.valueOf(value) : "null";
    }

    /// RFC 8259 §7: quotes, backslashes and control characters are escaped, and nothing else has to be.
    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
