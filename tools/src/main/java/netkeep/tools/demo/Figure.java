package netkeep.tools.demo;

import java.util.Arrays;
import java.util.Map;

/// What was measured of one server on several stacks.
///
/// @param values medians, by where the stack was; nothing for one that the server cannot be on
record Figure(String what, String unit, Map<Where, Double> values) {
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
