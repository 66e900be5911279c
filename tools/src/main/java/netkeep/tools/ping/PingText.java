package netkeep.tools.ping;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import netkeep.engine.ip.Failure;
import netkeep.wire.Address;
import org.jspecify.annotations.Nullable;

/// What ping says, in the words of ping(8).
final class PingText {
    /// Octets of IPv4's and ICMP's headers.
    private static final int HEADERS = 28;

    private PingText() {}

    static String head(Address to, int size) {
        return to.isV4()
                ? "PING " + to + " (" + to + ") " + size + "(" + (size + HEADERS) + ") bytes of data."
                : "PING " + to + "(" + to + ") " + size + " data bytes";
    }

    static String reply(Heard heard, int size, long tripNs, boolean again) {
        String wrong = heard.wrong() < 0
                ? ""
                : "\nwrong data byte #" + heard.wrong() + " should be 0x" + Integer.toHexString(heard.wrong() & 0xff);
        return heard.length() + " bytes from " + heard.from() + ": icmp_seq=" + heard.sequence() + " ttl="
                + heard.hops() + (heard.length() - 8 < size ? " (truncated)" : " time=" + trip(tripNs) + " ms")
                + (again ? " (DUP!)" : "") + wrong;
    }

    static String error(Heard heard, boolean v4) {
        return "From " + heard.from() + " icmp_seq=" + heard.sequence() + " " + words(heard, v4);
    }

    private static String words(Heard heard, boolean v4) {
        Failure.Kind kind = heard.failure() == null ? Failure.Kind.PARAMETER : heard.failure();
        return switch (kind) {
            case NETWORK_UNREACHABLE -> v4 ? "Destination Net Unreachable" : "Destination unreachable: No route";
            case HOST_UNREACHABLE ->
                v4 ? "Destination Host Unreachable" : "Destination unreachable: Address unreachable";
            case PROTOCOL_UNREACHABLE ->
                v4 ? "Destination Protocol Unreachable" : "Parameter problem: Wrong next header";
            case PORT_UNREACHABLE -> v4 ? "Destination Port Unreachable" : "Destination unreachable: Port unreachable";
            case TOO_BIG ->
                v4 ? "Frag needed and DF set (mtu = " + heard.mtu() + ")" : "Packet too big: mtu=" + heard.mtu();
            case PROHIBITED -> v4 ? "Packet filtered" : "Destination unreachable: Administratively prohibited";
            case HOPS_EXCEEDED -> v4 ? "Time to live exceeded" : "Time exceeded: Hop limit";
            case REASSEMBLY_EXCEEDED -> v4 ? "Frag reassembly time exceeded" : "Time exceeded: Defragmentation failure";
            case PARAMETER -> "Parameter problem";
        };
    }

    /// Milliseconds in three digits at least, as far as they matter.
    static String trip(long ns) {
        long us = ns / 1_000;
        if (us >= 100_000) {
            return String.valueOf(us / 1_000);
        }
        int digits = us >= 10_000 ? 1 : us >= 1_000 ? 2 : 3;
        String all = ms(us);
        return all.substring(0, all.length() - 3 + digits);
    }

    private static String ms(long us) {
        return String.format(Locale.ROOT, "%d.%03d", us / 1_000, us % 1_000);
    }

    static List<String> summary(Address to, Tally tally, long tookNs) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("--- " + to + " ping statistics ---");
        StringBuilder line = new StringBuilder()
                .append(tally.sent)
                .append(" packets transmitted, ")
                .append(tally.received)
                .append(" received");
        line.append(tally.duplicates == 0 ? "" : ", +" + tally.duplicates + " duplicates");
        line.append(tally.errors == 0 ? "" : ", +" + tally.errors + " errors");
        if (tally.sent != 0) {
            line.append(", ").append(percent(tally.loss())).append("% packet loss");
        }
        lines.add(line.append(", time ").append(tookNs / 1_000_000).append("ms").toString());
        if (tally.received != 0) {
            lines.add("rtt min/avg/max/mdev = " + ms(tally.leastNs / 1_000) + "/" + ms(tally.meanNs() / 1_000) + "/"
                    + ms(tally.mostNs / 1_000) + "/" + ms(tally.deviationNs() / 1_000) + " ms");
        }
        return lines;
    }

    /// As C's %g.
    private static String percent(double share) {
        String text = String.format(Locale.ROOT, "%.4f", 100 * share);
        return text.replaceFirst("\\.?0+$", "");
    }

    static Map<String, @Nullable Object> json(Heard heard, long tripNs, boolean again, boolean v4) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("event", heard.failure() == null ? "reply" : "error");
        all.put("from", heard.from());
        all.put("icmp_seq", heard.sequence());
        if (heard.failure() == null) {
            all.put("bytes", heard.length());
            all.put("ttl", heard.hops());
            all.put("time_us", tripNs / 1_000);
            all.put("duplicate", again);
            all.put("wrong_byte", heard.wrong() < 0 ? null : heard.wrong());
        } else {
            all.put("error", words(heard, v4));
        }
        return all;
    }

    static Map<String, @Nullable Object> json(Address to, Tally tally, long tookNs) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("event", "summary");
        all.put("destination", to);
        all.put("transmitted", tally.sent);
        all.put("received", tally.received);
        all.put("duplicates", tally.duplicates);
        all.put("errors", tally.errors);
        all.put("loss", tally.sent == 0 ? null : tally.loss());
        all.put("time_ms", tookNs / 1_000_000);
        if (tally.received != 0) {
            all.put("rtt_min_us", tally.leastNs / 1_000);
            all.put("rtt_avg_us", tally.meanNs() / 1_000);
            all.put("rtt_max_us", tally.mostNs / 1_000);
            all.put("rtt_mdev_us", tally.deviationNs() / 1_000);
        }
        return all;
    }
}
