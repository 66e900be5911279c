package netkeep.tools.chaos;

import java.util.ArrayList;
import java.util.List;

/// Silences of something that should go on all the time, with their instants: System.nanoTime. One thread adds, any
/// reads.
final class Gaps {
    /// Shorter ones are none.
    private static final long LEAST_NS = 1_000_000;

    /// @param fromNs System.nanoTime
    record Gap(long fromNs, long lengthNs) {
        private long endNs() {
            return fromNs + lengthNs;
        }

        private Gap within(long beginNs, long untilNs) {
            long from = Math.max(fromNs, beginNs);
            return new Gap(from, Math.max(0, Math.min(endNs(), untilNs) - from));
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
    synchronized Gap longest(long fromNs, long untilNs) {
        Gap longest = new Gap(lastNs, lastNs == 0 ? 0 : Math.max(0, untilNs - lastNs)).within(fromNs, untilNs);
        for (int i = firstAfter(fromNs); i < gaps.size() && gaps.get(i).fromNs < untilNs; i++) {
            Gap each = gaps.get(i).within(fromNs, untilNs);
            longest = each.lengthNs > longest.lengthNs ? each : longest;
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
