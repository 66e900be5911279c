package netkeep.tools.config;

import java.util.List;
import netkeep.engine.ip.Rule;
import netkeep.session.BesideTerms;
import org.jspecify.annotations.Nullable;

/// Reads what a program's own stack may use beside a daemon's.
final class BesideReader {
    private static final String REMEDY = "write ports of 1..65535, as \"80\" or \"8000-8999\"";

    private final List<Problem> problems;

    BesideReader(List<Problem> problems) {
        this.problems = problems;
    }

    /// @param table  null if there is none: then there may be no such stack
    /// @param stacks of the daemon
    @Nullable
    BesideTerms read(@Nullable TableReader table, int stacks) {
        if (table == null) {
            return null;
        }
        if (stacks > 1) {
            problems.add(new Problem(table.line(), "[beside] is for one stack: take it away, or [[stack]]"));
        }
        if (!table.has("user")) {
            problems.add(new Problem(table.line(), "[beside] without a user: write user = \"NAME\""));
        }
        if (!table.has("ports")) {
            problems.add(new Problem(table.line(), "[beside] without ports: write ports = [\"80\"]"));
        }
        int user = UserName.read(table, "user");
        List<String> ports = table.strings("ports", BesideReader::check);
        if (ports.isEmpty() && problems.isEmpty()) {
            table.problem("ports", "there are none: " + REMEDY);
        }
        table.close();
        return user == Rule.ANY || ports.isEmpty() ? null : new BesideTerms(user, String.join(",", ports));
    }

    private static void check(String text) {
        if (!text.matches("[0-9]{1,5}(-[0-9]{1,5})?")) {
            throw new IllegalArgumentException(REMEDY);
        }
        try {
            new BesideTerms(0, text).set();
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(REMEDY + ", the first not above the last", wrong);
        }
    }
}
