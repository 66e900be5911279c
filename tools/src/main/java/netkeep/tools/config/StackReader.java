package netkeep.tools.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reads the stacks that share the links.
final class StackReader {
    private static final int MOST = 8;
    private static final int LONGEST_PATH = 107;

    private final List<Problem> problems;
    private final Set<Integer> users = new HashSet<>();
    private final Set<String> names = new HashSet<>();
    private boolean rest;

    StackReader(List<Problem> problems) {
        this.problems = problems;
    }

    /// @param session where programs attach to the first; null for the default
    /// @param spinNs  of a stack that says nothing else, as
    /// @param limits  are
    List<Config.StackConfig> all(
            List<TableReader> tables, @Nullable String session, long spinNs, Config.Limits limits) {
        List<Config.StackConfig> stacks = new ArrayList<>();
        for (TableReader table : tables) {
            String name = name(table);
            String path = session == null ? "" : session;
            if (path.length() + 1 + name.length() > LONGEST_PATH) {
                table.problem("name", "the path of its UNIX socket, session.NAME, has 107 octets at most: shorten one");
            }
            List<Integer> its = users(table);
            int micros = (int) TimeUnit.NANOSECONDS.toMicros(spinNs);
            long spin = TimeUnit.MICROSECONDS.toNanos(table.number("spin", micros, 0, ConfigFile.MOST_SPIN_MICROS));
            stacks.add(new Config.StackConfig(name, its, spin, new LimitsReader(problems).ofStack(table, limits)));
            table.close();
        }
        if (stacks.size() == 1 || stacks.size() > MOST) {
            problems.add(new Problem(
                    tables.getFirst().line(), "[[stack]] is there for each of 2.." + MOST + " stacks, or not at all"));
        }
        return stacks;
    }

    private String name(TableReader table) {
        String name = table.string("name");
        if (!table.has("name")) {
            problems.add(new Problem(table.line(), "[[stack]] without a name: write name = \"NAME\""));
        } else if (name != null && !name.matches("[a-z0-9-]{1,15}")) {
            table.problem("name", "\"" + name + "\": 1..15 of the letters a-z, digits and -");
        } else if (name != null && !names.add(name)) {
            table.problem("name", "\"" + name + "\" is another stack's already: choose another name");
        }
        return name == null ? "" : name;
    }

    private List<Integer> users(TableReader table) {
        List<Integer> its = new ArrayList<>();
        table.strings("users", text -> {
            int user = UserName.of(text);
            if (!users.add(user)) {
                throw new IllegalArgumentException("another stack has this user already: write it once");
            }
            its.add(user);
        });
        if (!table.has("users")) {
            if (rest) {
                problems.add(new Problem(
                        table.line(), "[[stack]] without users serves all others: write users = [\"NAME\"] in one"));
            }
            rest = true;
        }
        return its;
    }
}
