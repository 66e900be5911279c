package netkeep.tools.place;

import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import netkeep.keeper.Keeper;
import netkeep.tools.JsonText;
import org.jspecify.annotations.Nullable;

/// Says what becomes of a keeper's domains, a line each, and has a report of each death.
final class Chronicle implements Keeper.Watcher {
    private final Lines lines;
    private final boolean json;
    private final @Nullable Path whose;
    private final @Nullable Reports reports;
    private final Readiness readiness;

    /// Deaths by their domains, of which no successor has said yet what it found.
    private final Map<String, Keeper.Death> untold = new HashMap<>();

    /// @param whose     where programs attach, if there are others; else null
    /// @param reports   where each death is to have its files; null for nowhere
    /// @param readiness hears when all domains are there
    Chronicle(Lines lines, boolean json, @Nullable Path whose, @Nullable Reports reports, Readiness readiness) {
        this.lines = lines;
        this.json = json;
        this.whose = whose;
        this.reports = reports;
        this.readiness = readiness;
    }

    /// Programs can attach.
    void up(Path session) {
        say(json ? JsonText.line(Map.of("up", session.toString())) : "up: programs attach at " + session);
    }

    @Override
    public void changed(Keeper.State now) {
        if (now.domains().stream().allMatch(domain -> domain.process() != 0)) {
            readiness.ready(this);
        }
        Map<String, Object> values = values(now);
        values.putAll(stack());
        lines.add(json ? JsonText.line(values) : prefix() + text(now), true);
    }

    @Override
    public void left(Keeper.Remains remains) {
        Keeper.Death before = untold.put(remains.death().domain(), remains.death());
        if (before != null) {
            // Its successor did not come to say what it found.
            tell(before);
        }
        if (reports != null) {
            reports.left(remains, group());
        }
    }

    @Override
    public void died(Keeper.Death death) {
        untold.remove(death.domain());
        tell(death);
    }

    private void tell(Keeper.Death death) {
        Map<String, Object> values = values(death);
        values.putAll(stack());
        String line = json
                ? JsonText.line(Map.of("died", values))
                : prefix() + "died: " + death.domain() + ", process " + death.process() + ", " + death.cause()
                        + (death.found().isEmpty() ? "" : "; " + death.found());
        if (reports == null) {
            say(line);
            return;
        }
        // Who reads the line finds the report.
        reports.died(
                death,
                group(),
                (recording, dropped) -> {
                    if (recording != null) {
                        values.put("recording", recording.toString());
                    } else if (dropped) {
                        values.put("recording_dropped", true);
                    }
                    return JsonText.line(values);
                },
                report -> say(report == null ? line : naming(report, values, line)));
    }

    /// The line of a death of which there is a report.
    private String naming(Path report, Map<String, Object> values, String line) {
        if (!json) {
            return line + "; report: " + report;
        }
        Map<String, Object> named = new LinkedHashMap<>(values);
        named.put("report", report.toString());
        return JsonText.line(Map.of("died", named));
    }

    /// Of its reports, if there are others.
    private @Nullable String group() {
        return whose == null ? null : String.valueOf(whose.getFileName());
    }

    private String prefix() {
        return whose == null ? "" : whose + ": ";
    }

    /// Which one it is about, if there are others.
    private Map<String, Object> stack() {
        return whose == null ? Map.of() : Map.of("stack", whose.toString());
    }

    private static Map<String, Object> values(Keeper.Death death) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("part", death.domain());
        values.put("process", death.process());
        values.put("number", death.number());
        values.put("cause", death.cause());
        values.put("found", death.found());
        values.put("time", Instant.now().toString());
        return values;
    }

    private static Map<String, Object> values(Keeper.State now) {
        Map<String, Object> values = new LinkedHashMap<>();
        Map<String, Object> domains = new LinkedHashMap<>();
        for (Keeper.Held domain : now.domains()) {
            Map<String, Object> held = new LinkedHashMap<>();
            held.put("process", domain.process());
            held.put("restarts", domain.restarts());
            domains.put(domain.name(), held);
        }
        values.put("domains", domains);
        values.put("standbys", now.standbys());
        values.put("sessions", now.sessions());
        return values;
    }

    private static String text(Keeper.State now) {
        StringBuilder text = new StringBuilder();
        for (Keeper.Held domain : now.domains()) {
            text.append(domain.name())
                    .append(domain.process() == 0 ? ": nobody" : ": process " + domain.process())
                    .append(", restarts ")
                    .append(domain.restarts())
                    .append("; ");
        }
        String standbys = switch (now.standbys()) {
            case 0 -> "no standby";
            case 1 -> "one stands by";
            default -> now.standbys() + " stand by";
        };
        return text + standbys + "; sessions: " + now.sessions();
    }

    private void say(String line) {
        lines.add(line, false);
    }
}
