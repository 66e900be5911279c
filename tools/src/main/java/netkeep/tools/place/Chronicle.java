package netkeep.tools.place;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import netkeep.keeper.Keeper;
import netkeep.keeper.Plan;
import netkeep.placement.Recording;
import netkeep.tools.JsonText;
import org.jspecify.annotations.Nullable;

/// Says what becomes of a keeper's domains, a line each, and writes a report of each death.
final class Chronicle implements Keeper.Watcher {
    private final Lines lines;
    private final boolean json;
    private final @Nullable Path whose;
    private final @Nullable Path reports;
    private final Readiness readiness;

    /// @param whose     where programs attach, if there are others; else null
    /// @param reports   where each death is to have its file; null for nowhere
    /// @param readiness hears when all domains are there
    Chronicle(Lines lines, boolean json, @Nullable Path whose, @Nullable Path reports, Readiness readiness) {
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
    public void died(Keeper.Death death) {
        Map<String, Object> values = values(death);
        values.putAll(stack());
        say(
                json
                        ? JsonText.line(Map.of("died", values))
                        : prefix() + "died: " + death.domain() + ", process " + death.process() + ", " + death.cause()
                                + (death.found().isEmpty() ? "" : "; " + death.found()));
        if (reports != null) {
            Path recording = file(reports, death, ".recording");
            if (Files.exists(recording)) {
                values.put("recording", recording.toString());
            }
            write(file(reports, death, ".json"), file -> Files.writeString(file, JsonText.line(values) + "\n"));
        }
    }

    private String prefix() {
        return whose == null ? "" : whose + ": ";
    }

    /// Which one it is about, if there are others.
    private Map<String, Object> stack() {
        return whose == null ? Map.of() : Map.of("stack", whose.toString());
    }

    /// A stack's inputs are recorded if it died of itself: who was killed did not die of them, and its successor is not
    /// to wait.
    @Override
    public void left(Keeper.Remains remains) {
        if (reports == null) {
            return;
        }
        Keeper.Death death = remains.death();
        boolean recorded = remains.ofItself() && remains.plan().serves();
        write(file(reports, death, ".recording"), file -> {
            // An earlier keeper may have left one.
            Files.deleteIfExists(file);
            if (recorded) {
                record(file, remains);
            }
        });
    }

    private static void record(Path file, Keeper.Remains remains) throws IOException {
        StringBuilder settings = new StringBuilder(remains.plan().settings());
        Map<String, Integer> regions = new LinkedHashMap<>();
        for (int i = 0; i < remains.granted().size(); i++) {
            if (remains.plan().grants().get(i) instanceof Plan.Shared region) {
                regions.put(region.region(), remains.granted().get(i));
            }
        }
        remains.sessions().forEach((number, session) -> {
            settings.append(Recording.terms(number, session.terms())).append('\n');
            regions.putAll(session.regions());
        });
        Recording.write(file, remains.death().cause(), remains.nowNs(), settings.toString(), regions);
    }

    private Path file(Path directory, Keeper.Death death, String kind) {
        Path own = whose == null ? directory : directory.resolve(String.valueOf(whose.getFileName()));
        return own.resolve(death.domain().replace(' ', '-') + "-" + death.number() + kind);
    }

    private interface Writer {
        void write(Path file) throws IOException;
    }

    private void write(Path file, Writer by) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            by.write(file);
        } catch (IOException full) {
            say("no report at " + file + ": " + full.getMessage());
        }
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
