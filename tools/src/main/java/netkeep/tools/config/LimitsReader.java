package netkeep.tools.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import netkeep.engine.ip.Rule;
import netkeep.placement.Settings;
import netkeep.session.Rates;
import netkeep.session.Terms;

/// Reads what programs may have.
final class LimitsReader {
    private static final int KIB = 10;
    private static final long LEAST_MEMORY = 1 << 20;
    private static final int MOST_PER_SECOND = 1_000_000;
    private static final int LEAST_OCTETS = 1_000;
    private static final int MOST_OCTETS = 2_000_000_000;

    private final List<Problem> problems;

    LimitsReader(List<Problem> problems) {
        this.problems = problems;
    }

    Config.Limits all(TableReader reader) {
        int sessions = Settings.SESSIONS;
        Config.Quota everybody = Config.Quota.MOST;
        TableReader table = reader.table("limits");
        if (table != null) {
            sessions = table.number("sessions", sessions, 1, Settings.SESSIONS);
            everybody = quota(table, Rule.ANY, everybody);
            table.close();
        }
        List<Config.Quota> quotas = new ArrayList<>(List.of(everybody));
        Set<Integer> users = new HashSet<>();
        for (TableReader one : reader.tables("limit")) {
            if (!one.has("user")) {
                problems.add(new Problem(one.line(), "[[limit]] without a user: write user = \"NAME\", or a number"));
            }
            int user = UserName.read(one, "user");
            if (user != Rule.ANY && !users.add(user)) {
                one.problem("user", "there is a [[limit]] of the same user already: write one");
            }
            quotas.add(quota(one, user, everybody));
            one.close();
        }
        return new Config.Limits(sessions, quotas);
    }

    /// Those of one stack of several, which may say otherwise for everybody.
    Config.Limits ofStack(TableReader table, Config.Limits all) {
        int sessions = table.number("sessions", all.sessions(), 1, Settings.SESSIONS);
        List<Config.Quota> quotas = new ArrayList<>(all.quotas());
        quotas.set(0, quota(table, Rule.ANY, quotas.getFirst()));
        return new Config.Limits(sessions, quotas);
    }

    private static Config.Quota quota(TableReader table, int user, Config.Quota otherwise) {
        int sockets = table.number("sockets", otherwise.sockets(), 2, Terms.MOST_SOCKETS);
        if ((sockets & 1) != 0) {
            table.problem(
                    "sockets", sockets + ": half of them are for connections that are accepted: write an even one");
            sockets = otherwise.sockets();
        }
        long memory = otherwise.memory();
        String text = table.string("memory");
        if (text != null) {
            memory = octets(text);
            if (memory < LEAST_MEMORY) {
                table.problem(
                        "memory",
                        "\"" + text + "\" is not possible: write \"1 MiB\" or more, as \"64 MiB\" or \"2 GiB\"");
            }
        }
        return new Config.Quota(user, sockets, memory, rates(table, otherwise.rates()));
    }

    private static Rates rates(TableReader table, Rates otherwise) {
        return new Rates(
                table.number("connections-per-second", otherwise.connections(), 0, MOST_PER_SECOND),
                octets(table, "octets-per-second", otherwise.sent()),
                octets(table, "octets-received-per-second", otherwise.received()));
    }

    private static int octets(TableReader table, String key, int otherwise) {
        int rate = table.number(key, otherwise, 0, MOST_OCTETS);
        if (rate != 0 && rate < LEAST_OCTETS) {
            table.problem(key, rate + " is not possible: write " + LEAST_OCTETS + " or more, 0 for any");
        }
        return rate;
    }

    /// 0 for what is none.
    private static long octets(String text) {
        if (!text.matches("[0-9]{1,6} ?[MG]iB")) {
            return 0;
        }
        long number = Long.parseLong(text.replaceAll("[^0-9]", ""));
        return number << (text.contains("M") ? 2 * KIB : 3 * KIB);
    }
}
