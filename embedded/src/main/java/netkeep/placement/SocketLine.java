package netkeep.placement;

import java.util.LinkedHashMap;
import java.util.Map;
import netkeep.engine.tcp.SocketView;
import netkeep.wire.Address;

/// A socket as a line of `name=value` fields, separated by blanks, on its way from a stack to who asks: names as JSON
/// shows them, values without blanks.
public final class SocketLine {
    /// Segments from which on ss takes a slow start threshold for none.
    private static final int UNSET = 0xFFFF;

    private SocketLine() {}

    public static String of(SocketView view) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("netid", view.udp() ? "udp" : "tcp");
        fields.put("state", view.state());
        fields.put("recv_q", view.receive());
        fields.put("send_q", view.send());
        fields.put("local", address(view.local()));
        fields.put("local_port", view.localPort());
        fields.put("peer", address(view.remote()));
        fields.put("peer_port", view.remotePort());
        fields.put("link", view.link());
        fields.put("sk", view.index());
        if (!view.timer().isEmpty()) {
            fields.put("timer", view.timer());
            fields.put("timer_ms", view.timerNs() / 1_000_000);
            fields.put("timer_retries", view.retries());
        }
        fields.put("sndbuf", view.sendBuffer());
        fields.put("rcvbuf", view.receiveBuffer());
        if (view.flow() != null) {
            put(fields, view.flow());
        }
        StringBuilder line = new StringBuilder();
        fields.forEach((name, value) ->
                line.append(line.isEmpty() ? "" : " ").append(name).append('=').append(value));
        return line.toString();
    }

    private static String address(Address address) {
        return address.toString();
    }

    private static void put(Map<String, Object> fields, SocketView.FlowView flow) {
        fields.put("ts", flow.timestamps());
        fields.put("sack", flow.sack());
        fields.put("ecn", flow.ecn());
        fields.put("congestion", flow.congestion());
        fields.put("snd_wscale", flow.sndScale());
        fields.put("rcv_wscale", flow.rcvScale());
        fields.put("rto_us", flow.rtoUs());
        fields.put("rtt_us", flow.rttUs());
        fields.put("rttvar_us", flow.rttvarUs());
        fields.put("minrtt_us", flow.minRttUs());
        fields.put("mss", flow.mss());
        fields.put("pmtu", flow.pmtu());
        fields.put("rcvmss", flow.rcvMss());
        // In segments, as ss has them. A threshold that was never set is no threshold.
        long mss = Math.max(1, flow.mss());
        fields.put("cwnd", Math.max(1, flow.cwnd() / mss));
        if (flow.ssthresh() / mss < UNSET) {
            fields.put("ssthresh", flow.ssthresh() / mss);
        }
        fields.put("in_flight", flow.inFlight());
        fields.put("snd_wnd", flow.sndWnd());
        fields.put("rcv_wnd", flow.rcvWnd());
        fields.put("bytes_sent", flow.sent());
        fields.put("bytes_acked", flow.acknowledged());
        fields.put("bytes_received", flow.received());
        fields.put("retrans", flow.retransmits());
        fields.put("rcv_ooo_gaps", flow.outOfOrder());
        fields.put("lastrcv_ms", flow.lastHeardNs() / 1_000_000);
    }

    /// The fields of a line, numbers and truths as such.
    public static Map<String, Object> fields(String line) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (String field : line.split(" ", -1)) {
            int equals = field.indexOf('=');
            if (equals > 0) {
                fields.put(field.substring(0, equals), value(field.substring(equals + 1)));
            }
        }
        return fields;
    }

    private static Object value(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        if (!text.isEmpty() && text.chars().allMatch(c -> c == '-' || c >= '0' && c <= '9')) {
            return Long.valueOf(text);
        }
        return text;
    }
}
