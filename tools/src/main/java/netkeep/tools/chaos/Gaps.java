package netkeep.tools.chaos;

import java.util.ArrayList;
import java.util.List;

/// Silences of something that should go on all the time, with their instants: System.nanoTime. One thread adds, any
/// reads.
final class Gaps {
    /// Shorter ones are none.
    private static final long LEAST_NS = 1_000_000;

    private record Gap(long fromNs, long lengthNs) {
        private long endNs() {
            return fromNs + lengthNs;
        }
    }

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
        for (int i = firstAfter(fromNs); i < gaps.size() && gaps.get(i).fromNs < untilNs; i++) {
            long endNs = Math.min(gaps.get(i).endNs(), untilNs);
            longest = Math.max(longest, endNs - Math.max(gaps.get(i).fromNs, fromNs));
        }
        return longest;
    }

    /// The first that ends after an instant: in a long run there are many.
    private int firstAfter(long atNs) {
        int low = 0;
        int high = gaps.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (gaps.get(middle).endNs() <= atNs) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
