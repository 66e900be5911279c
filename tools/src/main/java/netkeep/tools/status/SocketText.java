package netkeep.tools.status;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Sockets in the words of ss(8).
final class SocketText {
    static final String HEAD = String.format(
            Locale.ROOT,
            "%-5s %-10s %-6s %-6s %25s %25s  %s",
            "Netid",
            "State",
            "Recv-Q",
            "Send-Q",
            "Local Address:Port",
            "Peer Address:Port",
            "Process");

    /// What is shown beside the addresses, by ss's options: -o or -e, -e, -m, -i, -p.
    record Show(boolean timers, boolean extended, boolean memory, boolean internals, boolean process) {}

    private final Map<String, Object> fields;

    SocketText(Map<String, Object> fields) {
        this.fields = fields;
    }

    private String text(String name) {
        return String.valueOf(fields.getOrDefault(name, ""));
    }

    private long number(String name) {
        return fields.get(name) instanceof Long number ? number : 0;
    }

    private boolean truth(String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }

    /// The socket's lines: one, or two with a tab before the second.
    List<String> lines(Show show, long pid) {
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%-5s %-10s %-6d %-6d %25s %25s ",
                text("netid"),
                text("state"),
                number("recv_q"),
                number("send_q"),
                place("local", "local_port"),
                place("peer", "peer_port")));
        if (show.process() && number("sk") >= 0) {
            line.append(" users:((\"netkeep\",pid=")
                    .append(pid)
                    .append(",fd=")
                    .append(number("sk"))
                    .append("))");
        }
        if (show.timers() && fields.containsKey("timer")) {
            line.append(" timer:(").append(text("timer")).append(',').append(span(number("timer_ms")));
            line.append(',').append(number("timer_retries")).append(')');
        }
        if (show.extended()) {
            line.append(" ino:0 sk:").append(Long.toHexString(number("sk") + 1));
        }
        List<String> lines = new ArrayList<>(List.of(line.toString()));
        String more = (show.memory() ? memory() : "") + (show.internals() ? internals() : "");
        if (!more.isEmpty()) {
            lines.add("\t" + more);
        }
        return lines;
    }

    private String place(String address, String port) {
        String host = text(address);
        String shown = host.contains(":") ? "[" + host + "]" : host;
        return shown + ":" + (number(port) == 0 ? "*" : number(port));
    }

    /// As ss writes times: 200ms, 1.5sec, 2min.
    static String span(long ms) {
        if (ms < 1_000) {
            return ms + "ms";
        }
        if (ms < 60_000) {
            return String.format(Locale.ROOT, "%d.%03dsec", ms / 1_000, ms % 1_000)
                    .replaceFirst("\\.?0*sec", "sec");
        }
        long minutes = ms / 60_000;
        return minutes + "min" + (ms % 60_000 < 1_000 ? "" : ms % 60_000 / 1_000 + "sec");
    }

    private String memory() {
        return " skmem:(r" + number("recv_q") + ",rb" + number("rcvbuf") + ",t" + number("in_flight") + ",tb"
                + number("sndbuf") + ",f0,w" + number("send_q") + ",o0,bl0,d0)";
    }

    private String internals() {
        if (!fields.containsKey("congestion")) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        word(out, truth("ts"), "ts");
        word(out, truth("sack"), "sack");
        word(out, truth("ecn"), "ecn");
        word(out, true, text("congestion"));
        word(out, true, "wscale:" + number("snd_wscale") + "," + number("rcv_wscale"));
        word(out, true, "rto:" + ms(number("rto_us")));
        word(out, number("rtt_us") != 0, "rtt:" + ms(number("rtt_us")) + "/" + ms(number("rttvar_us")));
        long mss = Math.max(1, number("mss"));
        word(out, true, "mss:" + mss);
        word(out, true, "pmtu:" + number("pmtu"));
        word(out, true, "rcvmss:" + number("rcvmss"));
        word(out, true, "advmss:" + mss);
        long cwnd = number("cwnd");
        word(out, true, "cwnd:" + cwnd);
        word(out, fields.containsKey("ssthresh"), "ssthresh:" + number("ssthresh"));
        word(out, number("bytes_sent") != 0, "bytes_sent:" + number("bytes_sent"));
        word(out, number("bytes_acked") != 0, "bytes_acked:" + number("bytes_acked"));
        word(out, number("bytes_received") != 0, "bytes_received:" + number("bytes_received"));
        word(out, number("rtt_us") != 0, "send " + rate(8e6 * cwnd * mss / Math.max(1, number("rtt_us"))));
        word(out, true, "lastrcv:" + number("lastrcv_ms"));
        word(out, number("in_flight") != 0, "unacked:" + (number("in_flight") + mss - 1) / mss);
        word(out, number("retrans") != 0, "retrans:0/" + number("retrans"));
        word(out, true, "rcv_space:" + number("rcvbuf"));
        word(out, number("minrtt_us") != 0, "minrtt:" + ms(number("minrtt_us")));
        word(out, true, "snd_wnd:" + number("snd_wnd"));
        word(out, true, "rcv_wnd:" + number("rcv_wnd"));
        return out.toString();
    }

    private static void word(StringBuilder out, boolean shown, String word) {
        if (shown) {
            out.append(' ').append(word);
        }
    }

    private static String ms(long us) {
        return String.format(Locale.ROOT, "%d.%03d", us / 1_000, us % 1_000).replaceFirst("\\.?0+$", "");
    }

    private static String rate(double bits) {
        if (bits >= 1e9) {
            return String.format(Locale.ROOT, "%.1fGbps", bits / 1e9);
        }
        return bits >= 1e6
                ? String.format(Locale.ROOT, "%.1fMbps", bits / 1e6)
                : String.format(Locale.ROOT, "%.1fKbps", bits / 1e3);
    }
}
