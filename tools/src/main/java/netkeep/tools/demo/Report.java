package netkeep.tools.demo;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import netkeep.tools.JsonText;
import org.jspecify.annotations.Nullable;

/// What the demo prints: as it goes, or as one JSON object at its end.
final class Report {
    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String PLAIN = "\u001b[0m";

    private final PrintWriter out;
    private final boolean json;
    private final boolean color;
    private final Map<String, @Nullable Object> all = new LinkedHashMap<>();
    private final List<Map<String, @Nullable Object>> files = new ArrayList<>();
    private final List<Map<String, @Nullable Object>> deaths = new ArrayList<>();
    private boolean sound = true;

    Report(PrintWriter out, boolean json, boolean color) {
        this.out = out;
        this.json = json;
        this.color = color;
    }

    /// A fact for JSON, a line of text for people.
    void say(String name, String fact, String line) {
        all.put(name, fact);
        print(line);
    }

    void print(String line) {
        if (!json) {
            out.println(line);
            out.flush();
        }
    }

    /// Whether a file came whole.
    void file(Exhibit exhibit, String way, String got) {
        boolean same = got.equals(exhibit.sha256());
        sound &= same;
        Map<String, @Nullable Object> file = new LinkedHashMap<>();
        file.put("octets", exhibit.length());
        file.put("over", way);
        file.put("sha256", got);
        file.put("same", same);
        files.add(file);
        String verdict = same ? painted(GREEN, "every octet the same") : painted(RED, "NOT the same");
        print(String.format(
                Locale.ROOT, "  %,12d octets over %-5s sha-256 %.16s...  %s", exhibit.length(), way, got, verdict));
    }

    private String painted(String paint, String text) {
        return color ? paint + text + PLAIN : text;
    }

    /// A death in the middle of the file that is told of next.
    ///
    /// @param octets that had come by then
    void death(Kept.Death death, long octets) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("part", death.part());
        row.put("process", death.process());
        row.put("successor", death.successor());
        row.put("ms", death.ns() / 1e6);
        row.put("octets", octets);
        deaths.add(row);
        print(String.format(
                Locale.ROOT,
                "  the %s, process %d, is killed after %,d octets: process %d goes on after %.0f ms",
                death.part(),
                death.process(),
                octets,
                death.successor(),
                death.ns() / 1e6));
    }

    void figures(List<Figure> figures) {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "  %-34s %-7s", "", ""));
        for (Where where : Where.values()) {
            head.append(String.format(Locale.ROOT, " %10s", where.id()));
        }
        print(head.toString());
        for (Figure figure : figures) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            row.put("what", figure.what());
            row.put("unit", figure.unit());
            StringBuilder line =
                    new StringBuilder(String.format(Locale.ROOT, "  %-34s %-7s", figure.what(), figure.unit()));
            for (Where where : Where.values()) {
                Double value = figure.values().get(where);
                row.put(where.id(), value);
                line.append(String.format(Locale.ROOT, " %10s", value == null ? "-" : "%.2f".formatted(value)));
            }
            rows.add(row);
            print(line.toString());
        }
        all.put("figures", rows);
    }

    /// Whether all files came whole.
    boolean sound() {
        return sound;
    }

    void end() {
        if (json) {
            all.put("files", files);
            all.put("deaths", deaths);
            all.put("sound", sound);
            out.println(JsonText.line(all));
            out.flush();
        }
    }
}
