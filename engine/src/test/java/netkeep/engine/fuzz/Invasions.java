package netkeep.engine.fuzz;

import java.util.Map;
import java.util.TreeMap;

/// What was done to sessions so far.
final class Invasions {
    /// Operations of hostile clients that wrote something, and how many of them were as the protocol has it, but for
    /// one field, or anything.
    long operations;

    long valid;
    long changed;
    long wild;

    /// Requests that were given, by what they ask for.
    final Map<Integer, Long> ops = new TreeMap<>();

    /// Sessions that were cut off, and why: the words of the reason without its numbers.
    long cutOff;

    final Map<String, Long> reasons = new TreeMap<>();
    /// Octets that honest clients have read.
    long delivered;
    long successors;
    long stories;

    void cutOff(String reason) {
        cutOff++;
        reasons.merge(reason.replaceAll("-?[0-9a-f]*[0-9][0-9a-f]*", "N"), 1L, Long::sum);
    }

    @Override
    public String toString() {
        StringBuilder told = new StringBuilder("operations " + operations + ": valid " + valid + ", but for one field "
                + changed + ", anything " + wild + "; stories " + stories + ", successors " + successors
                + "\ndelivered to honest clients " + delivered + " octets; cut off " + cutOff + "\n");
        reasons.forEach((reason, count) ->
                told.append("  ").append(count).append("  ").append(reason).append('\n'));
        return told.toString();
    }
}
