package netkeep.engine.fuzz;

import java.util.Locale;
import netkeep.engine.tcp.State;

/// What was done so far.
final class Tally {
    private static final int FIRST_SYNCHRONISED = State.ESTABLISHED.ordinal();

    /// Segments that reached TCP with a good checksum, by the state of their connection; the last: none.
    final long[] segments = new long[State.values().length + 1];
    /// Frames given to engines.
    long frames;
    /// Frames that engines sent.
    long answers;
    long mutated;
    long requests;
    long hostile;
    long cutOff;
    long connections;
    long delivered;
    long acknowledged;
    long successors;
    long stories;
    int mostEntries;
    int mostFlows;

    long synchronised() {
        long sum = 0;
        for (int state = FIRST_SYNCHRONISED; state < State.values().length; state++) {
            sum += segments[state];
        }
        return sum;
    }

    @Override
    public String toString() {
        StringBuilder told = new StringBuilder(String.format(
                Locale.ROOT,
                "frames %d, of them mutated %d; stories %d, connections %d, successors %d%n"
                        + "frames sent %d, octets delivered %d, segments of theirs acknowledged %d%n"
                        + "requests %d, hostile %d, cut off %d%n"
                        + "most flows known %d, most in flight %d%n"
                        + "segments in a synchronised state %d (%.1f %% of all frames)%n",
                frames,
                mutated,
                stories,
                connections,
                successors,
                answers,
                delivered,
                acknowledged,
                requests,
                hostile,
                cutOff,
                mostEntries,
                mostFlows,
                synchronised(),
                100.0 * synchronised() / Math.max(1, frames)));
        for (State state : State.values()) {
            told.append(String.format(Locale.ROOT, "  %-13s %d%n", state, segments[state.ordinal()]));
        }
        return told.append(String.format(Locale.ROOT, "  %-13s %d%n", "unknown", segments[State.values().length]))
                .toString();
    }
}
