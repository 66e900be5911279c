package netkeep.tools.status;

import static netkeep.tools.status.DaemonStatus.number;
import static netkeep.tools.status.DaemonStatus.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import netkeep.placement.SocketLine;

/// What `netkeep top` shows: what two looks at a daemon differ in, by the second.
final class TopPicture {
    private static final double NS = 1e9;

    /// What is shown, and the counters it is the sum of.
    private record Rate(String name, List<String> counters) {}

    private static final List<Rate> RATES = List.of(
            new Rate("packets in", List.of("IpInReceives", "Ip6InReceives")),
            new Rate("packets out", List.of("IpOutRequests", "Ip6OutRequests")),
            new Rate("octets in", List.of("IpExtInOctets", "Ip6InOctets")),
            new Rate("octets out", List.of("IpExtOutOctets", "Ip6OutOctets")),
            new Rate("segments in", List.of("TcpInSegs")),
            new Rate("segments out", List.of("TcpOutSegs")),
            new Rate("segments again", List.of("TcpRetransSegs")),
            new Rate("datagrams in", List.of("UdpInDatagrams", "Udp6InDatagrams")),
            new Rate("datagrams out", List.of("UdpOutDatagrams", "Udp6OutDatagrams")),
            new Rate("connections accepted", List.of("TcpPassiveOpens")),
            new Rate("connections opened", List.of("TcpActiveOpens")));

    /// A daemon at an instant.
    record Look(long atNs, DaemonStatus status, Map<String, Object> counters) {}

    private TopPicture() {}

    static Look look(Daemon daemon, long nowNs) throws IOException {
        Map<String, Object> counters = SocketLine.fields(daemon.ask("nstat").replace('\n', ' '));
        return new Look(nowNs, DaemonStatus.of(daemon), counters);
    }

    static List<String> lines(Look before, Look now) {
        double seconds = seconds(before, now);
        DaemonStatus status = now.status();
        List<String> lines = new ArrayList<>();
        lines.add(line(
                "netkeep %s, keeper %s   sessions %d   connections %d",
                status.placement(),
                text(status.keeper(), "pid"),
                status.sessions().size(),
                number(now.counters(), "TcpCurrEstab")));
        lines.add("");
        for (int i = 0; i < RATES.size(); i += 2) {
            String left = rate(RATES.get(i), before, now, seconds);
            lines.add(i + 1 == RATES.size() ? left : left + "   " + rate(RATES.get(i + 1), before, now, seconds));
        }
        lines.add("");
        lines.add(line(
                "%8s %-22s %-9s %6s %11s %9s %8s", "PID", "PART", "STATE", "CPU%", "MEMORY", "TURNS/S", "RESTARTS"));
        Map<Long, Map<String, Object>> earlier = byProcess(before);
        for (Map<String, Object> domain : status.domains()) {
            Map<String, Object> was = earlier.getOrDefault(number(domain, "pid"), domain);
            String turns = domain.containsKey("turns") && was.containsKey("turns")
                    ? line("%.0f", grown(was, domain, "turns") / seconds)
                    : "-";
            lines.add(line(
                    "%8s %-22s %-9s %6.1f %11s %9s %8s",
                    text(domain, "pid"),
                    text(domain, "part"),
                    text(domain, "state"),
                    100 * grown(was, domain, "cpu_ns") / NS / seconds,
                    DaemonText.octets(number(domain, "memory")),
                    turns,
                    text(domain, "restarts")));
        }
        return lines;
    }

    /// The same as an object of JSON, `rates` by the second.
    static Map<String, Object> json(Look before, Look now) {
        double seconds = seconds(before, now);
        DaemonStatus status = now.status();
        Map<String, Object> picture = new LinkedHashMap<>();
        picture.put("placement", status.placement());
        picture.put("keeper", number(status.keeper(), "pid"));
        picture.put("sessions", status.sessions().size());
        picture.put("connections", number(now.counters(), "TcpCurrEstab"));
        Map<String, Object> rates = new LinkedHashMap<>();
        for (Rate rate : RATES) {
            rates.put(rate.name().replace(' ', '_'), perSecond(rate, before, now, seconds));
        }
        picture.put("rates", rates);
        Map<Long, Map<String, Object>> earlier = byProcess(before);
        List<Map<String, Object>> domains = new ArrayList<>();
        for (Map<String, Object> domain : status.domains()) {
            Map<String, Object> was = earlier.getOrDefault(number(domain, "pid"), domain);
            Map<String, Object> shown = new LinkedHashMap<>();
            for (String same : List.of("pid", "part", "state", "memory", "restarts")) {
                shown.put(same, domain.getOrDefault(same, 0L));
            }
            shown.put("cpu_percent", 100 * grown(was, domain, "cpu_ns") / NS / seconds);
            if (domain.containsKey("turns") && was.containsKey("turns")) {
                shown.put("turns_per_second", grown(was, domain, "turns") / seconds);
            }
            domains.add(shown);
        }
        picture.put("domains", domains);
        return picture;
    }

    private static double seconds(Look before, Look now) {
        return Math.max(1, now.atNs() - before.atNs()) / NS;
    }

    private static Map<Long, Map<String, Object>> byProcess(Look look) {
        Map<Long, Map<String, Object>> all = new HashMap<>();
        look.status().domains().forEach(domain -> all.put(number(domain, "pid"), domain));
        return all;
    }

    /// What has come to a count, 0 if it began anew.
    private static long grown(Map<String, Object> was, Map<String, Object> is, String count) {
        return Math.max(0, number(is, count) - number(was, count));
    }

    private static double perSecond(Rate rate, Look before, Look now, double seconds) {
        long difference = 0;
        for (String counter : rate.counters()) {
            difference += number(now.counters(), counter) - number(before.counters(), counter);
        }
        return Math.max(0, difference) / seconds;
    }

    private static String rate(Rate rate, Look before, Look now, double seconds) {
        return line("%-21s %12s/s", rate.name(), scaled(perSecond(rate, before, now, seconds)));
    }

    /// As 999, 1.50 k, 20.00 M, 3.10 G.
    static String scaled(double value) {
        if (value < 1e3) {
            return line("%.0f", value);
        }
        if (value < 1e6) {
            return line("%.2f k", value / 1e3);
        }
        return value < 1e9 ? line("%.2f M", value / 1e6) : line("%.2f G", value / 1e9);
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
