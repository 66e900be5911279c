package netkeep.tools.ping;

import java.util.BitSet;

/// What was sent and what came of it.
final class Tally {
    private static final int SEQUENCES = 1 << 16;

    long sent;
    long received;
    long duplicates;
    long errors;
    long leastNs = Long.MAX_VALUE;
    long mostNs;

    private final long[] sentNs = new long[SEQUENCES];
    /// Whose answer, or error, is awaited.
    private final BitSet open = new BitSet(SEQUENCES);
    private double sum;
    private double squares;

    void sent(int sequence, long nowNs) {
        sent++;
        sentNs[sequence] = nowNs;
        open.set(sequence);
    }

    /// An answer came.
    ///
    /// @return how long it took
    long answered(int sequence, long nowNs) {
        long tripNs = Math.max(0, nowNs - sentNs[sequence]);
        if (!open.get(sequence)) {
            duplicates++;
            return tripNs;
        }
        open.clear(sequence);
        received++;
        leastNs = Math.min(leastNs, tripNs);
        mostNs = Math.max(mostNs, tripNs);
        sum += tripNs;
        squares += (double) tripNs * tripNs;
        return tripNs;
    }

    /// Whether an answer to it would be the first.
    boolean awaits(int sequence) {
        return open.get(sequence);
    }

    void failed(int sequence) {
        errors++;
        open.clear(sequence);
    }

    /// Whether every request was answered, if only by an error.
    boolean complete() {
        return open.isEmpty();
    }

    /// The share that was not answered.
    double loss() {
        return (double) (sent - received) / sent;
    }

    long meanNs() {
        return (long) (sum / received);
    }

    long deviationNs() {
        double mean = sum / received;
        return (long) Math.sqrt(Math.max(0, squares / received - mean * mean));
    }
}
