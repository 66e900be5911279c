package netkeep.tools.chaos;

import java.util.ArrayList;
import java.util.List;

/// Silences of something that should go on all the time, with their instants: System.nanoTime. One thread adds, any
/// reads.
final class Gaps {
    /// Shorter ones are none.
    private static final long LEAST_NS = 1_000_000;

    private record Gap(long fromNs, long lengthNs) {}

    private final List<Gap> gaps = new ArrayList<>();
    private long lastNs;

    /// It goes on.
    synchronized void on(long nowNs) {
        if (lastNs != 0 && nowNs - lastNs >= LEAST_NS) {
            gaps.add(new Gap(lastNs, nowNs - lastNs));
        }
        lastNs = nowNs;
    }

    /// The longest between two instants; of one that reaches beyond them, what lies between them.
    synchronized long longestNs(long fromNs, long untilNs) {
        long longest = lastNs == 0 ? 0 : Math.max(0, untilNs - Math.max(lastNs, fromNs));
        for (Gap gap : gaps) {
            long endNs = Math.min(gap.fromNs + gap.lengthNs, untilNs);
            longest = Math.max(longest, endNs - Math.max(gap.fromNs, fromNs));
        }
        return longest;
    }
}
