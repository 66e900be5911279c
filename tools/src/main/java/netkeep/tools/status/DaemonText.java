package netkeep.tools.status;

import static netkeep.tools.status.DaemonStatus.number;
import static netkeep.tools.status.DaemonStatus.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What `netkeep status` prints.
final class DaemonText {
    private static final double KIB = 1024;
    private static final double NS = 1e9;

    private DaemonText() {}

    static List<String> lines(DaemonStatus status) {
        List<String> lines = new ArrayList<>();
        lines.add(line(
                "%s, keeper %s: %s, cpu %.2f s",
                status.placement(),
                text(status.keeper(), "pid"),
                octets(number(status.keeper(), "memory")),
                number(status.keeper(), "cpu_ns") / NS));
        if (!status.beside().isEmpty()) {
            String all = status.beside().stream()
                    .map(one -> text(one, "name") + " at " + text(one, "path"))
                    .collect(Collectors.joining(", "));
            lines.add(line("stack %s of these: %s", text(status.beside().get(status.stack()), "name"), all));
        }
        for (Map<String, Object> domain : status.domains()) {
            String version = domain.containsKey("version") ? ", version " + text(domain, "version") : "";
            String turns = domain.containsKey("turns") ? ", turn " + text(domain, "turns") : "";
            lines.add(line(
                    "domain %s %s %s: %s, cpu %.2f s, restarts %s%s%s",
                    text(domain, "pid"),
                    text(domain, "part"),
                    text(domain, "state"),
                    octets(number(domain, "memory")),
                    number(domain, "cpu_ns") / NS,
                    text(domain, "restarts"),
                    turns,
                    version));
        }
        addLinks(lines, status);
        lines.addAll(status.filter());
        addNames(lines, status);
        lines.add(line("ledger: %s touched", octets(status.ledger())));
        if (!status.report().isEmpty()) {
            lines.add(line("the last death's report: %s", status.report()));
        }
        addSessions(lines, status);
        return lines;
    }

    /// Whom the resolver asks, and what came of it, once anybody has asked.
    private static void addNames(List<String> lines, DaemonStatus status) {
        for (Map<String, Object> server : status.servers()) {
            lines.add(line("name server %s", text(server, "address")));
        }
        for (Map<String, Object> names : status.names()) {
            if (number(names, "NamesAsked") != 0) {
                lines.add(line(
                        "names: asked %s, from cache %s, queries %s, try again %s, cached %s of %s",
                        text(names, "NamesAsked"),
                        text(names, "NamesFromCache"),
                        text(names, "NamesQueries"),
                        text(names, "NamesTryAgain"),
                        text(names, "cached"),
                        text(names, "most")));
            }
        }
    }

    private static void addLinks(List<String> lines, DaemonStatus status) {
        for (Map<String, Object> link : status.links()) {
            String offloads = (Boolean.TRUE.equals(link.get("checksum")) ? " checksum" : "")
                    + (Boolean.TRUE.equals(link.get("segmentation")) ? " segmentation" : "")
                    + (Boolean.TRUE.equals(link.get("udp_segmentation")) ? " udp-segmentation" : "");
            lines.add(line(
                    "link %s %s: mac %s, mtu %s, offloads%s%s",
                    text(link, "number"),
                    text(link, "name"),
                    text(link, "mac"),
                    text(link, "mtu"),
                    offloads.isEmpty() ? " none" : offloads,
                    dhcp(link)));
        }
        for (Map<String, Object> address : status.addresses()) {
            lines.add(line(
                    "address %s on link %s: %s%s",
                    text(address, "address"),
                    text(address, "link"),
                    text(address, "state"),
                    Boolean.TRUE.equals(address.get("manual")) ? "" : ", by itself"));
        }
        for (Map<String, Object> route : status.routes()) {
            String by = route.containsKey("router") ? " by " + text(route, "router") : "";
            lines.add(line(
                    "route %s%s on link %s%s",
                    text(route, "prefix"),
                    by,
                    text(route, "link"),
                    Boolean.TRUE.equals(route.get("manual")) ? "" : ", told"));
        }
    }

    /// What a server has lent, or how far the question is.
    private static String dhcp(Map<String, Object> link) {
        String state = text(link, "dhcp");
        if (state.isEmpty() || state.equals("off")) {
            return "";
        }
        long lease = number(link, "lease");
        String until = lease < 0 ? "for ever" : "for " + lease + " s";
        return ", dhcp " + state + (link.containsKey("server") ? " by " + text(link, "server") + " " + until : "");
    }

    /// A limit, nothing where there is none.
    private static String rate(Map<String, Object> session, String name, String unit) {
        return number(session, name) == 0 ? "" : ", " + text(session, name) + " " + unit;
    }

    /// A program's own stack.
    private static String beside(Map<String, Object> session) {
        return line(
                "beside: process %s user %s: ports %s, in use %s; session %s",
                text(session, "pid"),
                text(session, "user"),
                text(session, "ports"),
                text(session, "uses").isEmpty() ? "none" : text(session, "uses"),
                text(session, "number"));
    }

    private static void addSessions(List<String> lines, DaemonStatus status) {
        for (Map<String, Object> session : status.sessions()) {
            if (session.containsKey("beside")) {
                lines.add(beside(session));
                continue;
            }
            lines.add(line(
                    "session %s process %s user %s: sockets %s of %s, %s touched of %s%s%s%s%s",
                    text(session, "number"),
                    text(session, "pid"),
                    text(session, "user"),
                    text(session, "sockets"),
                    text(session, "most_sockets"),
                    octets(number(session, "memory")),
                    octets(number(session, "most_memory")),
                    rate(session, "per_second", "connections/s"),
                    rate(session, "octets_per_second", "octets/s"),
                    rate(session, "octets_received_per_second", "octets/s received"),
                    Boolean.TRUE.equals(session.get("closed")) ? ", its client is gone" : ""));
        }
        for (Map<String, Object> cut : status.cut()) {
            lines.add(line(
                    "cut off: %s process %s: %s",
                    cut.containsKey("session") ? "session " + text(cut, "session") + " of" : text(cut, "part") + ",",
                    text(cut, "pid"),
                    text(cut, "reason")));
        }
        for (Map<String, Object> refused : status.refused()) {
            lines.add(line(
                    "process %s is refused, and nobody stands by: %s", text(refused, "pid"), text(refused, "reason")));
        }
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /// As 512 B, 1.5 KiB, 20.0 MiB.
    static String octets(long octets) {
        if (octets < KIB) {
            return octets + " B";
        }
        if (octets < KIB * KIB) {
            return line("%.1f KiB", octets / KIB);
        }
        return octets < KIB * KIB * KIB
                ? line("%.1f MiB", octets / KIB / KIB)
                : line("%.2f GiB", octets / KIB / KIB / KIB);
    }
}
