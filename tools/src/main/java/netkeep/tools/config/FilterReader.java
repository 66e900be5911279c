package netkeep.tools.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import netkeep.engine.ip.Filter;
import netkeep.engine.ip.Rule;
import netkeep.wire.IpProtocol;
import netkeep.wire.Prefix;
import org.jspecify.annotations.Nullable;

/// Reads the rules of the filter. A rule of several ports is several of the engine's.
final class FilterReader {
    private static final List<String> ACTIONS = List.of("accept", "drop", "reject");
    private static final List<String> DIRECTIONS = List.of("in", "out");
    private static final List<String> PROTOCOLS = List.of("any", "tcp", "udp", "icmp");

    private final List<Problem> problems;

    /// First and last of some ports.
    private record Ports(int first, int last) {
        private static final Ports ALL = new Ports(0, Rule.PORTS);

        /// `PORT` or `FIRST-LAST`.
        private static Ports of(String text) {
            if (!text.matches("[0-9]{1,5}(-[0-9]{1,5})?")) {
                throw new IllegalArgumentException("write a port, or two as \"8000-8999\"");
            }
            int dash = text.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
            int last = Integer.parseInt(text.substring(dash + 1));
            if (first > last || last > Rule.PORTS) {
                throw new IllegalArgumentException("ports are 0.." + Rule.PORTS + ", the first not above the last");
            }
            return new Ports(first, last);
        }
    }

    FilterReader(List<Problem> problems) {
        this.problems = problems;
    }

    List<Rule> all(List<TableReader> tables) {
        List<Rule> all = new ArrayList<>();
        for (TableReader table : tables) {
            read(table, all);
            if (all.size() > Filter.MOST) {
                problems.add(new Problem(
                        table.line(),
                        "[[filter]]: there are more than " + Filter.MOST
                                + " rules, each entry of ports counted: take some together"));
                return all;
            }
        }
        return all;
    }

    private void read(TableReader table, List<Rule> all) {
        if (!table.has("action")) {
            problems.add(new Problem(
                    table.line(), "[[filter]] without action: write action = \"accept\", \"drop\" or \"reject\""));
        }
        String action = table.word("action", "accept", ACTIONS);
        boolean out = table.word("direction", "in", DIRECTIONS).equals("out");
        String protocol = table.word("protocol", "any", PROTOCOLS);
        Prefix from = prefix(table, "from");
        Prefix to = prefix(table, "to");
        if (from != null && to != null && from.isV4() != to.isV4()) {
            table.problem("to", "from and to are of different versions of IP: no packet is");
        }
        List<Ports> ports = new ArrayList<>();
        table.strings("ports", text -> ports.add(Ports.of(text)));
        if (!ports.isEmpty() && (protocol.equals("any") || protocol.equals("icmp"))) {
            table.problem("ports", "only tcp and udp have ports: write protocol = \"tcp\" or \"udp\"");
        }
        int user = UserName.read(table, "user");
        int session = table.number("session", Rule.ANY, 0, Integer.MAX_VALUE);
        table.close();
        for (Ports some : ports.isEmpty() ? List.of(Ports.ALL) : ports) {
            all.add(new Rule(
                    Rule.Action.valueOf(action.toUpperCase(Locale.ROOT)),
                    out,
                    number(protocol),
                    from,
                    to,
                    some.first(),
                    some.last(),
                    user,
                    session));
        }
    }

    private static int number(String protocol) {
        return switch (protocol) {
            case "tcp" -> IpProtocol.TCP;
            case "udp" -> IpProtocol.UDP;
            case "icmp" -> IpProtocol.ICMPV4;
            default -> Rule.ANY;
        };
    }

    private static @Nullable Prefix prefix(TableReader table, String key) {
        String text = table.string(key);
        if (text == null) {
            return null;
        }
        try {
            String whole = text.indexOf('/') >= 0 ? text : text + (text.indexOf(':') >= 0 ? "/128" : "/32");
            return Prefix.parse(whole);
        } catch (IllegalArgumentException wrong) {
            table.problem(key, "\"" + text + "\" is no address: write ADDRESS or PREFIX/LENGTH");
            return null;
        }
    }
}
