package netkeep.tools.status;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import netkeep.placement.Settings;
import netkeep.tools.place.Placement;
import netkeep.tools.place.Shelf;

/// What a daemon is and does: what its parts answer, with what the kernel tells of their processes.
///
/// @param keeper    the process that keeps the others
/// @param domains   `domain` lines, with `memory` and `cpu_ns`; those that serve with `turns`: of a stack those that
///                  it committed, of link and control how often their loops went round
/// @param links     `link` lines
/// @param addresses `address` lines
/// @param routes    `route` lines
/// @param filter    its rules, in their order
/// @param sessions  `session` lines, with `sockets` and `memory`
/// @param cut       `cut` lines: sessions that were cut off
/// @param refused   a `refused` line, if the keeper refuses the program that lies where it would start processes
/// @param names     `names` line: what the resolver has and did
/// @param servers   `name-server` lines: whom it asks
/// @param ledger    octets that are touched of it
/// @param report    the last death's, empty if there is none
/// @param stack     its number among those on the same links, from 0
/// @param beside    all of these, with `name` and `path`; none if it is alone
record DaemonStatus(
        Map<String, Object> keeper,
        List<Map<String, Object>> domains,
        List<Map<String, Object>> links,
        List<Map<String, Object>> addresses,
        List<Map<String, Object>> routes,
        List<String> filter,
        List<Map<String, Object>> sessions,
        List<Map<String, Object>> cut,
        List<Map<String, Object>> refused,
        List<Map<String, Object>> names,
        List<Map<String, Object>> servers,
        long ledger,
        String report,
        int stack,
        List<Map<String, Object>> beside) {

    /// Asks everything.
    static DaemonStatus of(Daemon daemon) throws IOException {
        List<StatusLine> stack = daemon.lines("status");
        List<StatusLine> news = daemon.lines("domains");
        List<StatusLine> resolver = daemon.lines("names");
        Map<String, Path> regions = ProcessFigures.regions(daemon.keeper(), Placement.regions(daemon.path()));
        long turns = stack.stream()
                .filter(line -> line.kind().equals("stack"))
                .mapToLong(line -> line.number("turn"))
                .findFirst()
                .orElse(0);
        Map<String, Object> keeper = new LinkedHashMap<>();
        keeper.put("pid", (long) daemon.keeper());
        figures(keeper);
        List<Map<String, Object>> domains = all(news, "domain");
        for (Map<String, Object> domain : domains) {
            Path pulse = regions.get(Placement.pulse(text(domain, "part")));
            if (serves(domain, "stack")) {
                domain.put("turns", turns);
            } else if (pulse != null && "serving".equals(domain.get("state"))) {
                domain.put("turns", ProcessFigures.rounds(pulse));
            }
            figures(domain);
        }
        List<Map<String, Object>> sessions = new ArrayList<>();
        for (StatusLine line : daemon.lines("sessions")) {
            long number = line.number("number");
            Map<String, Object> session = new LinkedHashMap<>(line.fields());
            daemon.lines("session " + number).forEach(more -> session.putAll(more.fields()));
            session.put(
                    "memory",
                    ProcessFigures.touched(regions.get("client-" + number))
                            + ProcessFigures.touched(regions.get("stack-" + number)));
            sessions.add(session);
        }
        Settings settings = Settings.parse(daemon.ask("settings"));
        List<Map<String, Object>> beside = new ArrayList<>();
        for (Settings.Beside one : settings.beside()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", one.name());
            fields.put("path", one.path());
            beside.add(fields);
        }
        return new DaemonStatus(
                keeper,
                domains,
                all(stack, "link"),
                all(stack, "address"),
                all(stack, "route"),
                daemon.ask("filter list").lines().toList(),
                sessions,
                all(news, "cut"),
                all(news, "refused"),
                all(resolver, "names"),
                all(resolver, "name-server"),
                ProcessFigures.touched(regions.get("ledger")),
                report(settings.reports(), daemon.path()),
                settings.share().stack(),
                beside);
    }

    /// Where a keeper has several stacks, each has a directory of its own in there.
    private static String report(String directory, Path session) {
        if (directory.isEmpty()) {
            return "";
        }
        Path own = Path.of(directory).resolve(String.valueOf(session.getFileName()));
        Path last = Shelf.last(Files.isDirectory(own) ? own : Path.of(directory));
        return last == null ? "" : last.toString();
    }

    private static void figures(Map<String, Object> process) {
        long pid = number(process, "pid");
        process.put("memory", ProcessFigures.memory(pid));
        process.put("cpu_ns", ProcessFigures.cpuNs(pid));
    }

    private static List<Map<String, Object>> all(List<StatusLine> lines, String kind) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (StatusLine line : lines) {
            if (line.kind().equals(kind)) {
                all.add(new LinkedHashMap<>(line.fields()));
            }
        }
        return all;
    }

    static boolean serves(Map<String, Object> domain, String part) {
        return "serving".equals(domain.get("state"))
                && List.of(text(domain, "part").split(",", -1)).contains(part);
    }

    static long number(Map<String, Object> of, String name) {
        return of.get(name) instanceof Long number ? number : 0;
    }

    static String text(Map<String, Object> of, String name) {
        return String.valueOf(of.getOrDefault(name, ""));
    }

    /// How its parts are placed: all in one domain, or each in its own.
    String placement() {
        long serving = domains.stream()
                .filter(domain -> "serving".equals(domain.get("state")))
                .count();
        return serving > 1 ? "factored" : "monolithic";
    }

    /// As an object of JSON.
    Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("placement", placement());
        all.put("keeper", keeper);
        all.put("domains", domains);
        all.put("links", links);
        all.put("addresses", addresses);
        all.put("routes", routes);
        all.put("filter", filter);
        all.put("sessions", sessions);
        all.put("names", names);
        all.put("name_servers", servers);
        all.put("refused", refused);
        all.put("cut", cut);
        all.put("ledger", ledger);
        if (!report.isEmpty()) {
            all.put("report", report);
        }
        if (!beside.isEmpty()) {
            all.put("stack", text(beside.get(stack), "name"));
            all.put("beside", beside);
        }
        return all;
    }
}
